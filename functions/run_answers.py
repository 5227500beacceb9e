"""TRIGGERS: runs as the JSON that callers get; decides nothing about them."""

from dataclasses import asdict

from functions.json_answers import Json, time_text
from shared.domain.outcomes import Outcome
from shared.domain.runs import Phase, Run
from shared.services.read_runs import Listing, OutcomePage, RunDetails, RunsPage


def runs_answer(page: RunsPage) -> Json:
    """A page of the list of runs."""
    return {"runs": [_summary(run) for run in page.runs], "next": page.next}


def run_answer(details: RunDetails) -> Json:
    """All that is known of one run."""
    run, seconds = details.run, details.seconds
    scope = run.request.scope
    return {
        **_summary(run),
        "scope": {
            "roots": list(scope.roots),
            "excludes": list(scope.excludes),
            "full": run.request.full_scope,
            "slice": str(run.request.slice) if run.request.slice else None,
        },
        "requested_by": run.request.requested_by or None,
        "message": run.request.message or None,
        "seconds": round(seconds, 3),
        "progress": _progress(details),
        "calls": dict(run.calls),
        "rate": round(run.tally.exported / seconds, 1) if seconds else 0.0,
        "bytes": run.tally.stored_bytes,
        "confirms": run.confirms or None,
        "error": run.error or None,
        "stop": run.stop.value or None,
        "identity": run.identity or None,
        "admin": run.admin if run.identity else None,
        **{listing.value: _page(details.pages[listing]) for listing in Listing},
    }


def _summary(run: Run) -> Json:
    return {
        "id": run.id,
        "status": run.status.value,
        "mode": run.request.mode.value,
        "dry_run": run.request.dry_run,
        "trigger": run.request.trigger,
        "opened_at": time_text(run.request.opened_at),
        "finished_at": time_text(run.finished_at) if run.finished_at else None,
        "counts": asdict(run.tally),
        "commit": run.commit or None,
        "unchanged": run.unchanged,
    }


def _progress(details: RunDetails) -> Json:
    run = details.run
    return {
        "planning": run.status.open and run.phase is Phase.WALKING,
        "folders": run.tally.folders,
        "objects": asdict(details.objects),
        "shards": asdict(details.shards),
    }


def _page(page: OutcomePage) -> Json:
    return {
        "items": [_item(outcome) for outcome in page.items],
        "next": page.next.to_text() if page.next else None,
    }


def _item(outcome: Outcome) -> Json:
    facts = {
        "kind": outcome.kind.value,
        "path": outcome.path,
        "type": outcome.type,
        "known": outcome.known,
    }
    more = {
        "object_id": outcome.object_id,
        "detail": outcome.detail or None,
        "size": outcome.size,
        "origin": outcome.origin or None,
        "heals": outcome.remedy.heals if outcome.remedy else None,
        "remedy": outcome.remedy.advice if outcome.remedy else None,
    }
    return facts | {name: value for name, value in more.items() if value is not None}
