"""DECISIONS: what is to become of single objects in a restore, and what became."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from enum import StrEnum

from shared.domain.objects import DIRECTORY, Format
from shared.domain.restores import RestoreTally
from shared.errors import UnknownVersion

RESTORE_OUTCOMES_VERSION = 1
"""What a later version says as `version` in each of its lines; the first says none."""


class Found(StrEnum):
    """What is at the target of a stored object; `EXTRA`: nothing is stored of it."""

    UNKNOWN = "unknown"
    MISSING = "missing"
    SAME = "same"
    DIFFERENT = "different"
    UNREADABLE = "unreadable"
    EXTRA = "extra"


class Action(StrEnum):
    """What a restore does with an object. `NONE`: it is in the workspace alone."""

    CREATE = "create"
    REPLACE = "replace"
    SAME = "same"
    SKIP = "skip"
    BLOCKED = "blocked"
    NONE = "none"


class Result(StrEnum):
    """What became of an object that was to be written."""

    NONE = ""
    VERIFIED = "verified"
    DIFFERS = "differs"
    FAILED = "failed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOutcome:
    """One object (or folder) of a restore, as planned and as it came out.

    `path` is the target, `stored` the path it was backed up from (empty for what is
    in the workspace alone). `detail` says why, or how, in a sentence. `there` is the
    type of what is at the target. `older`: the run that the content is of, where the
    chosen one could not read it. `removes`: what is there has to go first.
    """

    path: str
    action: Action
    found: Found = Found.UNKNOWN
    type: str = DIRECTORY
    stored: str = ""
    language: str | None = None
    format: Format = Format.RAW
    blob: str = ""
    size: int = 0
    detail: str = ""
    there: str = ""
    older: str = ""
    removes: bool = False
    result: Result = Result.NONE

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder to make, or one in the workspace alone."""
        return self.type == DIRECTORY

    @property
    def to_write(self) -> bool:
        """Whether applying the restore writes it."""
        return self.action in {Action.CREATE, Action.REPLACE}


_ACTIONS = {
    Action.CREATE: "to_create",
    Action.REPLACE: "to_replace",
    Action.SAME: "same",
    Action.SKIP: "skipped",
    Action.BLOCKED: "blocked",
}
_FOUND = {
    Found.MISSING: "missing",
    Found.DIFFERENT: "different",
    Found.UNREADABLE: "unreadable",
}


def planned_tally(outcomes: Iterable[RestoreOutcome]) -> RestoreTally:
    """The counts of a plan."""
    tally = RestoreTally()
    for outcome in outcomes:
        tally += _planned(outcome)
    return tally


def _planned(outcome: RestoreOutcome) -> RestoreTally:
    if outcome.found is Found.EXTRA:
        return RestoreTally(extra=1)
    if outcome.is_folder:
        return RestoreTally(
            folders_to_make=outcome.action is Action.CREATE,
            folders_blocked=outcome.action is Action.BLOCKED,
        )
    counts = {_ACTIONS[outcome.action]: 1}
    if outcome.found in _FOUND:
        counts[_FOUND[outcome.found]] = 1
    if outcome.to_write:
        counts["bytes_to_write"] = outcome.size
    return RestoreTally(older=bool(outcome.older), **counts)


def written_tally(outcomes: Iterable[RestoreOutcome]) -> RestoreTally:
    """The counts of what was tried."""
    tally = RestoreTally()
    for outcome in outcomes:
        tally += _written(outcome)
    return tally


def _written(outcome: RestoreOutcome) -> RestoreTally:
    if outcome.is_folder:
        return RestoreTally(
            folders_made=outcome.result is Result.VERIFIED,
            folders_failed=outcome.result is Result.FAILED,
        )
    match outcome.result:
        case Result.VERIFIED:
            return RestoreTally(verified=1)
        case Result.DIFFERS:
            return RestoreTally(differs=1)
        case Result.FAILED:
            return RestoreTally(failed=1)
        case Result.OVERTAKEN:
            return RestoreTally(overtaken=1)
    return RestoreTally()


def batches(
    outcomes: Iterable[RestoreOutcome], most: int, most_bytes: int
) -> Iterator[list[RestoreOutcome]]:
    """The objects in their order, as many together as fit; a large one is alone."""
    batch: list[RestoreOutcome] = []
    size = 0
    for outcome in outcomes:
        if batch and (len(batch) >= most or size + outcome.size > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(outcome)
        size += outcome.size
    if batch:
        yield batch


_DEFAULTS = {f.name: f.default for f in fields(RestoreOutcome)}


def outcome_lines(outcomes: Iterable[RestoreOutcome]) -> bytes:
    """JSON Lines, one outcome a line."""
    return "".join(json.dumps(_facts(o)) + "\n" for o in outcomes).encode("ascii")


def outcomes_from(raw: bytes) -> Iterator[RestoreOutcome]:
    """The outcomes that `outcome_lines` wrote; `UnknownVersion` for newer ones."""
    for line in raw.splitlines():
        facts = json.loads(line)
        version = facts.pop("version", 1)
        if version > RESTORE_OUTCOMES_VERSION:
            raise UnknownVersion(f"restore outcomes version {version}")
        yield RestoreOutcome(
            **{
                **facts,
                "action": Action(facts["action"]),
                "found": Found(facts.get("found", Found.UNKNOWN)),
                "format": Format(facts.get("format", Format.RAW)),
                "result": Result(facts.get("result", Result.NONE)),
            }
        )


def _facts(outcome: RestoreOutcome) -> dict[str, object]:
    facts = {name: getattr(outcome, name) for name in _DEFAULTS}
    return {name: fact for name, fact in facts.items() if fact != _DEFAULTS[name]}
