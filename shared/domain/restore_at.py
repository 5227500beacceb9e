"""DECISIONS: what callers may say for a restore point: a time, a run, a commit."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.domain.run_ids import opened_at
from shared.errors import InvalidRequest

_COMMIT = re.compile(r"[0-9a-f]{40}")
# RFC 3339, section 5.6; `fromisoformat` takes much more.
_TIME = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?"
    r"([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_PROBLEM = (
    "is a time such as 2026-11-22T02:00:00Z, the id of a run, or a restore point's "
    "commit (40 hex digits)"
)


@dataclass(frozen=True, slots=True)
class AtRun:
    """The restore point of a run."""

    run_id: str


@dataclass(frozen=True, slots=True)
class AtCommit:
    """The restore point that is this commit."""

    commit: str


@dataclass(frozen=True, slots=True)
class AtTime:
    """The last restore point at or before a moment in UTC; None: the last of all."""

    moment: datetime | None


type At = AtRun | AtCommit | AtTime


def parse_at(text: str, field: str = "at") -> At:
    """What the words stand for, `""` being the last restore point of all.

    `InvalidRequest` of the field where they are none that we know.
    """
    if not text:
        return AtTime(None)
    if opened_at(text) is not None:
        return AtRun(text)
    if _COMMIT.fullmatch(text.lower()):
        return AtCommit(text.lower())
    moment = _moment(text)
    if moment is None:
        raise InvalidRequest(field, _PROBLEM)
    return AtTime(moment)


def _moment(text: str) -> datetime | None:
    if not _TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
