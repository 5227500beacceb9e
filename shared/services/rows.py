"""USE CASE PARTS: conditional changes of a run's rows, tried until nobody is faster."""

from collections.abc import Callable
from dataclasses import replace

from shared.domain.runs import Run, Stop
from shared.domain.state_changes import credentials_refused
from shared.errors import Conflict, NotFound, Permanent, Throttled, Transient
from shared.ports import Events, RunStore, Stored, Write

TROUBLE_DELAY = 60.0
CONFLICT_DELAY = 5.0
MAX_DELAY = 300.0

MAX_TRIES = 50


def read_run(store: RunStore, run_id: str) -> Stored[Run]:
    """The run's row; `NotFound` where there is none."""
    stored = store.run(run_id)
    if stored is None:
        raise NotFound(f"there is no run {run_id}")
    return stored


def delay_after(error: Transient) -> float:
    """Seconds to wait before what failed is tried again."""
    if isinstance(error, Throttled) and error.retry_after is not None:
        return min(max(error.retry_after, CONFLICT_DELAY), MAX_DELAY)
    return CONFLICT_DELAY if isinstance(error, Conflict) else TROUBLE_DELAY


def change_run(store: RunStore, run_id: str, change: Callable[[Run], Run]) -> Run:
    """Apply `change` to the newest row; it may be called several times.

    A `change` that returns its argument writes nothing.
    """
    for _ in range(MAX_TRIES):
        stored = read_run(store, run_id)
        row = change(stored.row)
        if row == stored.row:
            return row
        try:
            store.write(Write(row, stored.etag))
        except Conflict:
            continue
        return row
    raise Conflict(f"the row of run {run_id} is written too often")


def stop_refused(
    store: RunStore, events: Events, run_id: str, error: Permanent
) -> None:
    """Stop a run whose credentials are refused; only the first to notice is heard."""
    first = False

    def stopped(row: Run) -> Run:
        nonlocal first
        first = row.status.open and not row.stop
        if not first:
            return row
        return replace(row, stop=Stop.CREDENTIALS, error=str(error))

    change_run(store, run_id, stopped)
    if first:
        events.emit(credentials_refused(str(error), run_id))
