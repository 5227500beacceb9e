"""USE CASE PARTS: W6, what of ended runs is kept how long; Git keeps everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from shared.domain.runs import Run
from shared.ports import Blobs, Clock, RunIndex, RunStore
from shared.services.catch_up import LATEST, index_name

RUNS_A_SWEEP = 20
BLOBS_A_SWEEP = 500
INDEXES_KEPT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Forget:
    """Removes old runs and indexes, a bounded number at a time."""

    store: RunStore
    index: RunIndex
    blobs: Blobs
    clock: Clock
    retention: timedelta

    def __call__(self, newest: Sequence[Run]) -> None:
        """`newest` are the newest runs' rows; those that are open are left alone."""
        self._forget_runs()
        self._forget_indexes(newest)

    def _forget_runs(self) -> None:
        """Blobs first and the entry in the list last, by which a run is found."""
        horizon = self.clock.now() - self.retention
        for request in self.index.opened_before(horizon, RUNS_A_SWEEP):
            stored = self.store.run(request.run_id)
            if stored is not None and stored.row.status.open:
                continue
            names = self.blobs.names(f"runs/{request.run_id}/")
            for name in islice(names, BLOBS_A_SWEEP):
                self.blobs.delete(name)
            if next(names, None) is not None:
                return
            self.store.forget(request.run_id)
            self.index.leave(request)

    def _forget_indexes(self, newest: Sequence[Run]) -> None:
        """All but the latest few, at a time when nobody writes one or needs one."""
        if any(run.status.open for run in newest):
            return
        latest = self.blobs.get(LATEST)
        kept = {index_name(latest.decode("ascii")) if latest else "", LATEST}
        for run in newest[:INDEXES_KEPT]:
            kept |= {run.base_index, index_name(run.commit)}
        old = [name for name in self.blobs.names(index_name("")) if name not in kept]
        if self.index.active() is not None:
            return
        for name in old[:BLOBS_A_SWEEP]:
            self.blobs.delete(name)
