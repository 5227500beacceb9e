"""CLIENT, checks: how the backups stand, as the API tells it and as people read it."""

from collections.abc import Iterator, Mapping
from typing import Any

from client.tables import columns
from client.web import Web
from client.words import duration, moment, printable

_HEADLINES = {
    "healthy": "Healthy: the backups are as they should be.",
    "warning": "Warning: somebody should look.",
    "critical": "Critical: what is not backed up now may be lost.",
}


def health_of(web: Web) -> Mapping[str, Any]:
    """Ask the app; critical, too, is an answer. `NoAnswerError`, `RefusedError`."""
    answer = web.get("/api/health")
    if answer.status == 503 and "reasons" in answer.facts:
        return answer.facts
    return answer.accepted()


def told(health: Mapping[str, Any]) -> Iterator[str]:
    """The lines of it, the worst first."""
    status = str(health["status"])
    yield _HEADLINES.get(status, printable(status))
    yield ""
    for reason in health["reasons"]:
        yield f"  {reason['level']:<12}{printable(reason['detail'])} ({reason['name']})"
    yield f"  {'last good':<12}{_last_good(health)}"
    if health["paused"]:
        yield f"  {'paused':<12}the schedule starts nothing (BACKUP_PAUSED)"
    if health["runs"]:
        yield ""
        yield from columns(
            ("  run", "status", "ended (UTC)", "why"),
            [
                (
                    f"  {run['id']}",
                    run["status"],
                    moment(run["finished_at"] or ""),
                    run["error"] or ("nothing changed" if run["unchanged"] else ""),
                )
                for run in health["runs"]
            ],
        )


def _last_good(health: Mapping[str, Any]) -> str:
    limit = f"too old after {duration(health['max_age_seconds'])}"
    good, age = health["last_good"], health["last_good_age_seconds"]
    if good is None or age is None:
        return f"none yet; {limit}"
    return f"run {good['id']}, {duration(age)} ago; {limit}"
