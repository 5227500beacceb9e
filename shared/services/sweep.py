"""USE CASE: W1 to W6, repair what a crash left behind; knows no trigger."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import islice

from shared.domain.run_ids import opened_at
from shared.domain.runs import (
    Phase,
    Request,
    Run,
    RunStatus,
    Shard,
    ShardStatus,
    Stop,
    held_by_other,
)
from shared.ports import Blobs, Clock, Queue, RunIndex, RunStore
from shared.services.finish_run import release_place
from shared.services.open_run import RETRY, Opening, OpenRun, Wanted
from shared.services.rows import change_run

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=12)
"""A queue message that is not worked on comes back within ten minutes."""

RETRY_AFTER = timedelta(minutes=30)
LOOK_BACK = 20
DELETED_A_SWEEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Looks after open runs, tries incomplete ones again, and forgets old ones."""

    store: RunStore
    index: RunIndex
    blobs: Blobs
    queue: Queue
    clock: Clock
    open_run: OpenRun
    window: int
    retries: int
    retention: timedelta

    def __call__(self) -> None:
        """Everything once; safe to be called at any time and side by side."""
        self._complete_opening()
        newest = self.index.newest(LOOK_BACK).run_ids
        runs = [stored.row for key in newest if (stored := self.store.run(key))]
        for run in runs:
            if run.status.open:
                self._look_after(run)
        self._retry(runs)
        self._forget()

    def _complete_opening(self) -> None:
        """A run that was opened, but whose row was not written; or ended, not freed."""
        request = self.index.active()
        if request is None:
            self._begin_waiting()
            return
        stored = self.store.run(request.run_id)
        if stored is None:
            if self._old(request.opened_at):
                self.open_run.begin(request)
                self.queue.plan(request.run_id)
        elif not stored.row.status.open and self._old(stored.row.touched_at):
            release_place(self.index, self.open_run, self.queue, stored.row)

    def _begin_waiting(self) -> None:
        waiting: Request | None = self.index.take_waiting()
        if waiting is not None and self.index.open(waiting).run_id == waiting.run_id:
            self.open_run.begin(waiting)
            self.queue.plan(waiting.run_id)

    def _look_after(self, run: Run) -> None:
        now = self.clock.now()
        if now > run.deadline and not run.stop:
            run = change_run(
                self.store,
                run.id,
                lambda row: replace(row, stop=row.stop or Stop.DEADLINE),
            )
            self.queue.plan(run.id)
        for stored in self.store.shards(run.id, ShardStatus.QUEUED):
            if self._is_lost(stored.row):
                self.queue.shard(run.id, stored.row.number)
        planned = run.phase is Phase.WALKING or not run.shards_open
        dead = bool(run.owner) or self._old(run.touched_at)
        if planned and dead and not held_by_other(run, "", now):
            self.queue.plan(run.id)

    def _is_lost(self, shard: Shard) -> bool:
        """Its worker died, or no message of it can still be on its way."""
        held = held_by_other(shard, "", self.clock.now())
        return not held and (bool(shard.owner) or self._old(shard.touched_at))

    def _old(self, moment: datetime | None) -> bool:
        return moment is None or self.clock.now() - moment > LOST_AFTER

    def _retry(self, runs: list[Run]) -> None:
        """W5: the newest run of full scope, if trying again can help."""
        last = next(
            (run for run in runs if run.request.full_scope and not run.request.dry_run),
            None,
        )
        if last is None or not self._worth_another_try(last):
            return
        opened = self.open_run(
            Wanted(
                trigger=RETRY,
                mode=last.request.mode,
                message=last.request.message,
                requested_by=f"retry of {last.id}",
                attempt=last.request.attempt + 1,
            )
        )
        if opened.opening is Opening.STARTED:
            logger.info("run %s is tried again as %s", last.id, opened.request.run_id)

    def _worth_another_try(self, run: Run) -> bool:
        tally = run.tally
        only_held = tally.held and not tally.failed and run.walk_complete
        due = run.finished_at and self.clock.now() - run.finished_at > RETRY_AFTER
        return bool(
            run.status is RunStatus.INCOMPLETE
            and due
            and not only_held
            and run.request.attempt < self.retries
        )

    def _forget(self) -> None:
        """W6: what closed runs left in blobs; Git keeps everything."""
        horizon = self.clock.now() - self.retention
        for name in islice(self.blobs.names("runs/"), DELETED_A_SWEEP):
            moment = opened_at(name.split("/")[1])
            if moment is None or moment >= horizon:
                return
            self.blobs.delete(name)
