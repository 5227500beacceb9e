"""USE CASE: tell a run to stop at its next checkpoint; knows no trigger."""

from dataclasses import dataclass, replace

from shared.domain.runs import Run, Stop
from shared.ports import Queue, RunStore
from shared.services.rows import change_run


@dataclass(frozen=True, slots=True)
class CancelRun:
    """Marks the run; planner and shards look at the mark before every effect."""

    store: RunStore
    queue: Queue

    def __call__(self, run_id: str) -> Run:
        """The run's row as it then is; `NotFound` where there is none.

        What was pushed stays. A run that has ended is left as it is.
        """

        def stopped(row: Run) -> Run:
            if not row.status.open or row.stop:
                return row
            return replace(row, stop=Stop.CANCELLED)

        run = change_run(self.store, run_id, stopped)
        if run.status.open:
            self.queue.plan(run_id)
        return run
