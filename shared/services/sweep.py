"""USE CASE: W1 to W6, repair what a crash left behind; knows no trigger."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.runs import (
    Phase,
    Run,
    RunStatus,
    Shard,
    ShardStatus,
    Stop,
    held_by_other,
)
from shared.errors import UnknownVersion
from shared.ports import Clock, Queue, RunIndex, RunStore
from shared.services.clean_up import CleanUp
from shared.services.end_run import EndRun
from shared.services.open_run import RETRY, Opening, OpenRun, Wanted
from shared.services.rows import change_run
from shared.services.steps import Step, step

logger = logging.getLogger(__name__)

LOST_AFTER = timedelta(minutes=12)
"""A queue message that is not worked on comes back within ten minutes."""

RETRY_AFTER = timedelta(minutes=30)
LOOK_BACK = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Looks after open runs, tries incomplete ones again, and cleans up."""

    store: RunStore
    index: RunIndex
    queue: Queue
    clock: Clock
    open_run: OpenRun
    end: EndRun
    clean_up: CleanUp
    retries: int

    @step(Step.W1)
    def __call__(self) -> None:
        """Everything once; safe to be called at any time and side by side.

        What a newer version of this code wrote is for that one to repair, and keeps
        nothing else from being repaired.
        """
        with _of_newer_versions("the place of the open run"):
            self._complete_opening()
        runs = self._newest()
        for run in runs:
            if run.status.open:
                self._look_after(run)
        self._retry(runs)
        self.clean_up()

    def _newest(self) -> list[Run]:
        """The newest runs, and the one that holds the place however old it is."""
        run_ids = [*self.index.newest(LOOK_BACK).run_ids]
        with _of_newer_versions("the open run"):
            active = self.index.active()
            if active is not None and active.run_id not in run_ids:
                run_ids.append(active.run_id)
        return [row for key in run_ids if (row := self._run(key))]

    def _run(self, run_id: str) -> Run | None:
        with _of_newer_versions(f"run {run_id}"):
            stored = self.store.run(run_id)
            return stored.row if stored else None
        return None

    @step(Step.W3)
    def _complete_opening(self) -> None:
        """A run that was opened, but whose row was not written; or ended, not freed."""
        request = self.index.active()
        if request is None:
            self.open_run.begin_waiting()
            return
        try:
            stored = self.store.run(request.run_id)
        except UnknownVersion:
            # Nobody can work on it: its message fails, and then its place is freed.
            self.queue.plan(request.run_id)
            raise
        if stored is None:
            if self._old(request.opened_at):
                self.open_run.begin(request)
                self.queue.plan(request.run_id)
        elif not stored.row.status.open and self._old(stored.row.touched_at):
            # Whoever closed it died right then: its end may not have been told.
            self.end(stored.row)

    def _look_after(self, run: Run) -> None:
        with _of_newer_versions(f"a shard of run {run.id}"):
            self._resend(run)
        run = self._end_if_late(run)
        if run.phase is Phase.WALKING and not run.stop:
            self._revive(run)
        elif not run.shards_open or run.stop:
            self._finish(run)

    @step(Step.W1)
    def _resend(self, run: Run) -> None:
        for stored in self.store.shards(run.id, ShardStatus.QUEUED):
            if self._is_lost(stored.row):
                self.queue.shard(run.id, stored.row.number)

    @step(Step.W2)
    def _revive(self, run: Run) -> None:
        self._send_if_dead(run)

    @step(Step.W3)
    def _finish(self, run: Run) -> None:
        self._send_if_dead(run)

    def _send_if_dead(self, run: Run) -> None:
        """Its worker died, or no message of it can still be on its way."""
        dead = bool(run.owner) or self._old(run.touched_at)
        if dead and not held_by_other(run, "", self.clock.now()):
            self.queue.plan(run.id)

    @step(Step.W4)
    def _end_if_late(self, run: Run) -> Run:
        if run.stop or self.clock.now() <= run.deadline:
            return run
        run = change_run(self.store, run.id, _too_late)
        self.queue.plan(run.id)
        return run

    def _is_lost(self, shard: Shard) -> bool:
        """Its worker died, or no message of it can still be on its way."""
        held = held_by_other(shard, "", self.clock.now())
        return not held and (bool(shard.owner) or self._old(shard.touched_at))

    def _old(self, moment: datetime | None) -> bool:
        return moment is None or self.clock.now() - moment > LOST_AFTER

    @step(Step.W5)
    def _retry(self, runs: list[Run]) -> None:
        """The newest run of full scope, if trying again can help."""
        last = next(
            (run for run in runs if run.request.full_scope and not run.request.dry_run),
            None,
        )
        if last is None or not self._worth_another_try(last):
            return
        opened = self.open_run(
            Wanted(
                trigger=RETRY,
                message=last.request.message,
                requested_by=f"retry of {last.id}",
                attempt=last.request.attempt + 1,
            )
        )
        if opened.opening is Opening.STARTED:
            logger.info("run %s is tried again as %s", last.id, opened.request.run_id)

    def _worth_another_try(self, run: Run) -> bool:
        tally = run.tally
        whole = run.walk_complete and not tally.failed and not run.stop
        only_held = tally.held and whole
        due = run.finished_at and self.clock.now() - run.finished_at > RETRY_AFTER
        return bool(
            run.status is RunStatus.INCOMPLETE
            and due
            and not only_held
            and run.request.attempt < self.retries
        )


@contextmanager
def _of_newer_versions(what: str) -> Iterator[None]:
    """Leave alone what cannot be read."""
    try:
        yield
    except UnknownVersion as error:
        logger.warning("%s is left alone: %s", what, error)


def _too_late(row: Run) -> Run:
    if row.stop or not row.status.open:
        return row
    error = row.error or "the run's deadline has passed"
    return replace(row, stop=Stop.DEADLINE, error=error)
