"""DECISIONS: the event of each state change; alerts, workbook and messages read it."""

from collections.abc import Mapping, Sequence

from shared.domain.events import Counts, Event, EventName, Facts
from shared.domain.health import Standing, succeeded
from shared.domain.restores import Restore
from shared.domain.retention import Kind
from shared.domain.runs import Request, Run, RunStatus, Shard, ShardStatus, Stop

NAMED = 3
"""Paths that an event names at most."""


def run_started(request: Request) -> Event:
    """A run was opened."""
    facts: Facts = {"mode": request.mode.value, **_kind(request)}
    return Event(EventName.RUN_STARTED, request.run_id, facts)


def run_skipped(reason: str, run_id: str = "") -> Event:
    """A start was due, and is not to be; `run_id` is the run in its way."""
    return Event(EventName.RUN_SKIPPED, run_id, {"reason": reason})


def run_planned(run: Run, *, folders_failed: int) -> Event:
    """Everything was listed, as far as that was possible."""
    facts: Facts = {
        "folders": run.tally.folders,
        "objects": run.tally.listed,
        "shards": run.shards,
        "failed": folders_failed,
    }
    return Event(EventName.RUN_PLANNED, run.id, facts)


def shard_finished(shard: Shard, status: ShardStatus, error: str) -> Event:
    """A shard was closed."""
    tally = shard.tally
    facts: Facts = {
        "status": status.value,
        "kind": shard.kind.value,
        "objects": shard.objects,
        "stored": tally.stored,
        "bytes": tally.stored_bytes,
        "failed": tally.failed,
        "pushes": tally.pushes,
        "calls": _counted(shard.calls),
        "error": error,
    }
    return Event(EventName.SHARD_FINISHED, shard.run_id, facts, shard.number)


def run_finished(
    run: Run,
    newly_failed: Sequence[str] = (),
    most_changed: Sequence[tuple[str, int]] = (),
) -> Event:
    """A run has ended, in whichever way; told once more where that is in doubt."""
    request, tally = run.request, run.tally
    ended = run.finished_at or request.opened_at
    facts: Facts = {
        "status": run.status.value,
        **_kind(request),
        "succeeded": succeeded(run),
        "unchanged": run.unchanged,
        "stop": run.stop.value,
        "seconds": (ended - request.opened_at).total_seconds(),
        "deadline_seconds": (run.deadline - request.opened_at).total_seconds(),
        "folders": tally.folders,
        "objects": tally.listed,
        "exported": tally.exported,
        "stored": tally.stored,
        "bytes": tally.stored_bytes,
        "failed": tally.failed,
        "failures_new": tally.new_failures,
        "newly_failed": "; ".join(newly_failed[:NAMED]),
        "most_changed": _counted(dict(most_changed)),
        "held": tally.held,
        "deleted": tally.deleted,
        "mismatched": tally.mismatched,
        "exceptions_new": tally.new_exceptions,
        "pushes": tally.pushes,
        "calls": _counted(run.calls),
        "commit": run.commit,
        "error": run.error,
    }
    return Event(EventName.RUN_FINISHED, run.id, facts)


def unreadable_run_failed(run_id: str, error: str) -> Event:
    """A run of a newer version of this code cannot go on; no more is known of it."""
    facts: Facts = {
        "status": RunStatus.FAILED.value,
        "succeeded": False,
        "scope": "whole",
        "dry_run": False,
        "stop": Stop.NONE.value,
        "error": error,
    }
    return Event(EventName.RUN_FINISHED, run_id, facts)


def deletions_held(run_id: str, held: int, reason: str) -> Event:
    """Deletions were held back."""
    return Event(EventName.FUSE_TRIPPED, run_id, {"held": held, "reason": reason})


def history_changed(run_id: str) -> Event:
    """The backup branch is not a continuation of what it was."""
    return Event(EventName.HISTORY_CHANGED, run_id)


def shard_poisoned(run_id: str, number: int, error: str) -> Event:
    """A shard's message failed too often."""
    return Event(EventName.SHARD_POISONED, run_id, {"error": error}, number)


def audit_mismatch(run_id: str, shard: int, paths: Sequence[str]) -> Event:
    """Objects changed although nothing that a listing tells said so."""
    facts: Facts = {"objects": len(paths), "first": paths[0]}
    return Event(EventName.AUDIT_MISMATCH, run_id, facts, shard)


def credentials_refused(error: str, run_id: str = "", restore_id: str = "") -> Event:
    """A remote does not accept who we are."""
    facts: Facts = {"restore_id": restore_id, "error": error}
    return Event(EventName.AUTH_FAILED, run_id, facts)


def restore_finished(restore: Restore) -> Event:
    """A restore has ended, in whichever way."""
    request, tally = restore.request, restore.tally
    ended = restore.finished_at or request.opened_at
    facts: Facts = {
        "restore_id": restore.id,
        "status": restore.status.value,
        "apply": request.apply,
        "on_conflict": request.on_conflict.value,
        "requested_by": request.requested_by,
        "commit": request.point.commit,
        "objects": tally.objects,
        "same": tally.same,
        "verified": tally.verified,
        "differs": tally.differs,
        "failed": tally.failed,
        "overtaken": tally.overtaken,
        "skipped": tally.skipped,
        "blocked": tally.blocked,
        "bytes": tally.bytes_to_write,
        "seconds": round((ended - request.opened_at).total_seconds(), 3),
        "error": restore.error,
    }
    return Event(EventName.RESTORE_FINISHED, request.point.run_id, facts)


def throttled(remote: str, retry_after: float | None, kind: str = "") -> Event:
    """Requests to the remote slow down, of one kind or of all."""
    facts: Facts = {"remote": remote, "kind": kind, "retry_after": retry_after or 0.0}
    return Event(EventName.THROTTLED, "", facts)


def heartbeat(standing: Standing) -> Event:
    """The app is there: it sweeps every ten minutes."""
    recent = standing.recent
    facts: Facts = {
        "paused": standing.paused,
        "alive_seconds": standing.alive.total_seconds(),
        "runs_open": sum(run.status.open for run in standing.runs),
        "recent": len(recent),
        "recent_succeeded": sum(map(succeeded, recent)),
        "recent_failed": sum(run.status is RunStatus.FAILED for run in recent),
    }
    return Event(EventName.SWEEP_FINISHED, "", facts)


def cleaned_up(removed: Mapping[Kind, int], freed: int, *, more: bool) -> Event:
    """What is kept no longer was removed; `freed` are bytes."""
    numbers = {kind.value: removed.get(kind, 0) for kind in Kind}
    facts: Facts = {**numbers, "bytes": freed, "more": more}
    return Event(EventName.CLEAN_UP_FINISHED, "", facts)


def _counted(numbers: Mapping[str, int]) -> Counts:
    return [{"name": name, "count": count} for name, count in numbers.items()]


def _kind(request: Request) -> dict[str, str | bool]:
    scope = "whole" if request.full_scope else "part"
    return {
        "trigger": request.trigger,
        "scope": "slice" if request.slice else scope,
        "dry_run": request.dry_run,
    }
