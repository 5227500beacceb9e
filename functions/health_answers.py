"""TRIGGERS: how the backups stand, as the JSON that callers get."""

from collections.abc import Sequence

from functions.json_answers import Json, time_text
from shared.domain.health import Reason, Standing, worst
from shared.domain.runs import Run


def health_answer(standing: Standing, found: Sequence[Reason]) -> Json:
    """The verdict, why, and the runs that it is about."""
    good = standing.last_good
    return {
        "status": worst(found).value,
        "reasons": [
            {"name": one.name, "level": one.level.value, "detail": one.detail}
            for one in found
        ],
        "last_good": _run(good) if good else None,
        "last_good_age_seconds": _age(standing, good) if good else None,
        "max_age_seconds": round(standing.max_age.total_seconds()),
        "paused": standing.paused,
        "alive_since": time_text(standing.alive_since),
        "runs": [_run(run) for run in standing.recent],
    }


def _run(run: Run) -> Json:
    return {
        "id": run.id,
        "status": run.status.value,
        "unchanged": run.unchanged,
        "finished_at": time_text(run.finished_at) if run.finished_at else None,
        "commit": run.commit or None,
        "error": run.error or None,
    }


def _age(standing: Standing, run: Run) -> float:
    ended = run.finished_at or run.request.opened_at
    return round((standing.now - ended).total_seconds(), 3)
