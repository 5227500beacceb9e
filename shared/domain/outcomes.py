"""DECISIONS: what became of single objects, as run details and records tell it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

from shared.domain.objects import DIRECTORY
from shared.domain.remedies import Remedy


class OutcomeKind(StrEnum):
    """What became of an object (or, for failures, of a whole folder)."""

    ADDED = "added"
    EDITED = "edited"
    DELETED = "deleted"
    MOVED = "moved"
    FAILED = "failed"
    EXCEPTED = "excepted"
    VANISHED = "vanished"
    HELD = "held"
    FOREIGN = "foreign"


CHANGES = frozenset(
    {OutcomeKind.ADDED, OutcomeKind.EDITED, OutcomeKind.DELETED, OutcomeKind.MOVED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One object's outcome; `detail` is a sentence for people.

    `known` tells what was so before this run already (an exception that the last
    manifest names, too) from what is news. `origin` is where a moved object was.
    `silent`: its bytes changed, and its time did not. `remedy` is there for failures.
    """

    kind: OutcomeKind
    path: str
    type: str = DIRECTORY
    object_id: int | None = None
    detail: str = ""
    known: bool = False
    size: int | None = None
    origin: str = ""
    silent: bool = False
    remedy: Remedy | None = None


def to_lines(outcomes: Iterable[Outcome]) -> bytes:
    """JSON Lines, one outcome a line."""
    return "".join(json.dumps(facts_of(o)) + "\n" for o in outcomes).encode("ascii")


def facts_of(outcome: Outcome) -> dict[str, object]:
    """The outcome's fields that say something, by name."""
    facts = asdict(outcome).items()
    return {k: v for k, v in facts if v or type(v) is int or k == "path"}


def from_lines(raw: bytes) -> Iterator[Outcome]:
    """The outcomes that `to_lines` wrote."""
    for line in raw.splitlines():
        facts = json.loads(line)
        remedy = facts.get("remedy")
        kind = OutcomeKind(facts["kind"])
        yield Outcome(
            **{**facts, "kind": kind, "remedy": Remedy(remedy) if remedy else None}
        )
