"""TRIGGERS: restores as the JSON that callers get; decides nothing about them."""

from dataclasses import asdict

from functions.json_answers import Json, time_text
from shared.domain.restore_outcomes import RestoreOutcome
from shared.domain.restores import Restore
from shared.services.read_restores import RestoreDetails, RestoresPage


def restores_answer(page: RestoresPage) -> Json:
    """A page of the list of restores."""
    return {"restores": [_summary(r) for r in page.restores], "next": page.next}


def restore_answer(details: RestoreDetails) -> Json:
    """All that is known of one restore."""
    restore, outcomes = details.restore, details.outcomes
    return {
        **_summary(restore),
        "stage": restore.stage.value,
        "seconds": round(details.seconds, 3),
        "progress": {
            "objects": {"done": details.done, "total": details.total},
            "shards": {"done": restore.position, "total": restore.shards},
        },
        "estimate": asdict(details.estimate) if details.estimate else None,
        "calls": dict(restore.calls),
        "error": restore.error or None,
        "outcomes": {
            "items": [_outcome(outcome) for outcome in outcomes.items],
            "next": outcomes.next.to_text() if outcomes.next else None,
        },
    }


def drift_answer(restore: Restore) -> Json:
    """A plan of everything, as a report of how workspace and backup differ."""
    tally = restore.tally
    return {
        "restore": restore.id,
        "point": _point(restore),
        "as_of": time_text(restore.finished_at or restore.request.opened_at),
        "same": tally.same,
        "different": tally.different,
        "missing_in_workspace": tally.missing,
        "folders_missing_in_workspace": tally.folders_to_make + tally.folders_blocked,
        "missing_in_backup": tally.extra,
        "failed": tally.unreadable,
        "drifted": tally.drifted,
    }


def _summary(restore: Restore) -> Json:
    request = restore.request
    return {
        "id": restore.id,
        "status": restore.status.value,
        "paths": list(request.paths),
        "at": request.at or None,
        "point": _point(restore),
        "target_root": request.target_root or None,
        "on_conflict": request.on_conflict.value,
        "apply": request.apply,
        "requested_by": request.requested_by or None,
        "opened_at": time_text(request.opened_at),
        "finished_at": time_text(restore.finished_at) if restore.finished_at else None,
        "counts": asdict(restore.tally),
    }


def _point(restore: Restore) -> Json:
    point = restore.request.point
    return {
        "commit": point.commit,
        "run": point.run_id,
        "status": point.status or None,
        "time": time_text(point.time),
    }


def _outcome(outcome: RestoreOutcome) -> Json:
    facts = {
        "path": outcome.path,
        "type": outcome.type,
        "action": outcome.action.value,
        "found": outcome.found.value,
    }
    more = {
        "stored": outcome.stored or None,
        "language": outcome.language,
        "blob": outcome.blob or None,
        "size": outcome.size if outcome.blob else None,
        "there": outcome.there or None,
        "removes": outcome.removes or None,
        "older": outcome.older or None,
        "result": outcome.result.value or None,
        "detail": outcome.detail or None,
    }
    return facts | {name: value for name, value in more.items() if value is not None}
