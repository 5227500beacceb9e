"""USE CASE PARTS: conditional changes of a run's rows, tried until nobody is faster."""

from collections.abc import Callable

from shared.domain.runs import Run
from shared.errors import Conflict, NotFound
from shared.ports import RunStore, Stored, Write

MAX_TRIES = 50


def read_run(store: RunStore, run_id: str) -> Stored[Run]:
    """The run's row; `NotFound` where there is none."""
    stored = store.run(run_id)
    if stored is None:
        raise NotFound(f"there is no run {run_id}")
    return stored


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
