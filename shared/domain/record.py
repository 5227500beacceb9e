"""DECISIONS: the record that closes a run and makes its commit a restore point."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.domain.index import LastRecord
from shared.domain.known_failures import KnownFailures
from shared.domain.outcomes import Outcome, OutcomeKind, facts_of
from shared.domain.run_ids import is_run_id, record_path
from shared.domain.runs import Request, Run, RunStatus
from shared.domain.scope import Scope
from shared.errors import UnknownVersion

RECORD_VERSION = 1
MAX_NAMED = 200
MAX_FAILURES = 1_000
"""More of these are named, for the next run tells known ones from new by them."""

_NAMED: tuple[tuple[str, OutcomeKind], ...] = (
    ("failures", OutcomeKind.FAILED),
    ("exceptions", OutcomeKind.EXCEPTED),
    ("vanished", OutcomeKind.VANISHED),
    ("deletions", OutcomeKind.DELETED),
    ("moves", OutcomeKind.MOVED),
    ("held_deletions", OutcomeKind.HELD),
    ("foreign_changes", OutcomeKind.FOREIGN),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A capped list of outcomes of one kind, and how many there were."""

    outcomes: tuple[Outcome, ...] = ()
    total: int = 0


def most_named(kind: OutcomeKind) -> int:
    """How many outcomes of the kind a record names."""
    return MAX_FAILURES if kind is OutcomeKind.FAILED else MAX_NAMED


def sees_as_admin(before: LastRecord | None, run: Run, status: RunStatus) -> bool:
    """What `LastRecord.admin` is to be after the run.

    An identity that lost the right is not trusted with deletions by the next night
    only because this night noted it down: a complete run of full scope settles it.
    """
    settled = status is RunStatus.COMPLETE and run.request.full_scope
    return run.admin or (not settled and before is not None and before.admin)


def still_failing(before: LastRecord | None, run: Run) -> tuple[str, ...]:
    """The known failures that the run, of some paths only, did not try again."""
    if before is None or run.request.full_scope:
        return ()
    return tuple(sorted(p for p in before.known.paths if not run.request.covers(p)))


def is_record_path(path: str) -> bool:
    """Whether a run's record lies at this Git path."""
    run_id = path.rpartition("/")[2].removesuffix(".json")
    return is_run_id(run_id) and path == record_path(run_id)


def scope_key(scope: Scope, slice: str | None = None) -> str:  # noqa: A002 - its word
    """The scope as one line, equal for equal scopes."""
    facts = {"exclude": list(scope.excludes), "roots": list(scope.roots)}
    return json.dumps({**facts, "slice": slice} if slice else facts)


def write_record(
    run: Run,
    status: RunStatus,
    finished_at: str,
    named: Mapping[OutcomeKind, Named],
    excluded: Sequence[str],
    before: LastRecord | None = None,
) -> bytes:
    """The record's bytes: JSON with sorted keys that reads well in a diff.

    `before` is what the run was based on; some of it holds on.
    """
    request = run.request
    facts = {
        "version": RECORD_VERSION,
        "run": run.id,
        "status": status.value,
        "mode": request.mode.value,
        "trigger": request.trigger,
        "message": request.message,
        "requested_by": request.requested_by,
        "opened_at": request.opened_at.isoformat(),
        "finished_at": finished_at,
        "scope": _scope_facts(request, excluded),
        "identity": {
            "name": run.identity,
            "admin": run.admin,
            "last_seen_as_admin": sees_as_admin(before, run, status),
        },
        "still_failing": list(still_failing(before, run)),
        "base": run.base,
        "counts": asdict(run.tally),
        "calls": dict(run.calls),
        "error": run.error,
    }
    facts |= {key: _list_facts(kind, named) for key, kind in _NAMED}
    return (json.dumps(facts, indent=1, sort_keys=True) + "\n").encode("ascii")


def _list_facts(
    kind: OutcomeKind, named: Mapping[OutcomeKind, Named]
) -> dict[str, object]:
    entry = named.get(kind, Named())
    outcomes = entry.outcomes[: most_named(kind)]
    return {"total": entry.total, "named": [_facts(outcome) for outcome in outcomes]}


def _scope_facts(request: Request, excluded: Sequence[str]) -> dict[str, object]:
    return {
        "roots": list(request.scope.roots),
        "exclude": list(request.scope.excludes),
        "full": request.full_scope,
        "slice": str(request.slice) if request.slice else None,
        "excluded": list(excluded[:MAX_NAMED]),
    }


def last_record(raw: bytes, commit: str) -> LastRecord:
    """What the next run needs of a record; ValueError where it is unreadable."""
    try:
        facts: dict[str, Any] = json.loads(raw)
        if facts["version"] > RECORD_VERSION:
            raise UnknownVersion(f"run record version {facts['version']}")
        told, identity, failed = facts["scope"], facts["identity"], facts["failures"]
        failing = {_string(fact["path"]) for fact in failed["named"]}
        failing.update(_string(path) for path in facts.get("still_failing", ()))
        scope = Scope(
            roots=tuple(_string(root) for root in told["roots"]),
            excludes=tuple(_string(glob) for glob in told["exclude"]),
        )
        return LastRecord(
            run_id=_string(facts["run"]),
            status=_string(facts["status"]),
            scope=scope_key(scope, told.get("slice")),
            commit=commit,
            identity=_string(identity["name"]),
            admin=bool(identity.get("last_seen_as_admin", identity["admin"])),
            known=KnownFailures(
                frozenset(failing), max(len(failing), int(failed["total"]))
            ),
        )
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ValueError("the run record is not one of ours") from error


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _facts(outcome: Outcome) -> dict[str, object]:
    facts = {key: value for key, value in facts_of(outcome).items() if key != "kind"}
    if outcome.remedy is not None:
        facts |= {"heals": outcome.remedy.heals, "remedy": outcome.remedy.advice}
    return facts
