"""DECISIONS: what the record of a run says, in whatever version it is written."""

import json
from dataclasses import dataclass

from shared.domain.known_failures import NO_FAILURES, KnownFailures
from shared.domain.objects import parent
from shared.domain.scope import Scope


@dataclass(frozen=True, slots=True)
class RecordReading:
    """How a run ended, and what it could not read or did not try again.

    `status` is empty and `scope` None where the record does not say.
    """

    status: str = ""
    unread: KnownFailures = NO_FAILURES
    scope: Scope | None = None

    def could_read(self, path: str) -> bool:
        """Whether the run read what is at the path, as far as its record says."""
        while path != "/" and path not in self.unread.paths:
            path = parent(path)
        return path not in self.unread.paths

    def covers(self, path: str) -> bool:
        """Whether the path was in the scope of the run."""
        return self.scope is None or self.scope.covers(path)


def read_record(raw: bytes) -> RecordReading:
    """The reading; never an error, for a record says what it can.

    A newer version's unknown fields are passed over, and so is what has another form
    than ours.
    """
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        return RecordReading()
    status = _of(record, "status")
    failures = _of(record, "failures")
    facts = _of(failures, "named")
    named = [_of(fact, "path") for fact in facts] if isinstance(facts, list) else []
    before = _of(record, "still_failing")
    named += before if isinstance(before, list) else []
    paths = frozenset(path for path in named if isinstance(path, str))
    total = _of(failures, "total")
    least = len(paths)
    return RecordReading(
        status if isinstance(status, str) else "",
        KnownFailures(paths, max(least, total) if type(total) is int else least),
        _scope(_of(record, "scope")),
    )


def _scope(facts: object) -> Scope | None:
    roots, excludes = _texts(_of(facts, "roots")), _texts(_of(facts, "exclude"))
    return Scope(roots, excludes) if roots else None


def _texts(facts: object) -> tuple[str, ...]:
    if not isinstance(facts, list):
        return ()
    return tuple(fact for fact in facts if isinstance(fact, str))


def _of(facts: object, name: str) -> object:
    return facts.get(name) if isinstance(facts, dict) else None
