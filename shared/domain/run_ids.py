"""DECISIONS: run ids, which sort by time and say where a run's record lies."""

import re
from datetime import UTC, datetime

_RUN_ID = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})T[0-9]{6}Z-[0-9a-f]{6}")


def new_run_id(now: datetime, noise: str) -> str:
    """An id such as `20261122T020000Z-3f9a1c`; `now` in UTC, `noise` six hex digits."""
    return f"{now:%Y%m%dT%H%M%SZ}-{noise}"


def is_run_id(text: str) -> bool:
    """Whether the text has the form of a run id."""
    return _RUN_ID.fullmatch(text) is not None


def record_path(run_id: str) -> str:
    """The Git path of the run's record; it follows from the id alone."""
    match = _RUN_ID.fullmatch(run_id)
    if match is None:
        raise ValueError(f"{run_id!r} is not a run id")
    year, month, day = match.groups()
    return f".backup/runs/{year}/{month}/{day}/{run_id}.json"


def opened_at(run_id: str) -> datetime | None:
    """When the run of this id was opened; None where it is no run id."""
    if not is_run_id(run_id):
        return None
    try:
        return datetime.strptime(run_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
