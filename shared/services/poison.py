"""USE CASE: what to do with messages that failed too often; never raises."""

import logging
from dataclasses import dataclass, replace

from shared.domain.runs import Phase, RunStatus, ShardStatus
from shared.domain.state_changes import shard_poisoned
from shared.errors import Conflict, UnknownVersion
from shared.ports import Clock, Events, Queue, RunStore, Stored
from shared.services.advance_run import fail_run
from shared.services.back_up_shard import send_after
from shared.services.claim import close_shard, window_of
from shared.services.end_run import EndRun
from shared.services.rows import change_run

logger = logging.getLogger(__name__)

MAX_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class BuryShard:
    """Closes a poisoned shard as failed, by the transaction that closes any other."""

    store: RunStore
    queue: Queue
    clock: Clock
    events: Events
    window: int
    end: EndRun

    def __call__(self, run_id: str, number: int) -> None:
        """The run goes on without the shard, and will be incomplete.

        It cannot without one that a newer version of this code planned, which is not
        ours to close: then it has failed.
        """
        error = "its message failed too often"
        self.events.emit(shard_poisoned(run_id, number, error))
        try:
            self._close(run_id, number, error)
        except UnknownVersion as unknown:
            error = f"shard {number}: {unknown}"
            run = fail_run(self.store, self.clock, run_id, error)
            if run is not None:
                self.end(run)

    def _close(self, run_id: str, number: int, error: str) -> None:
        for _ in range(MAX_TRIES):
            stored = self.store.shard(run_id, number)
            if stored is None or stored.row.status is not ShardStatus.QUEUED:
                return
            row = replace(
                stored.row,
                status=ShardStatus.FAILED,
                owner="",
                lease_until=None,
                error=stored.row.error or error,
            )
            window = window_of(row.kind, self.window)
            ended = Stored(row, stored.etag)
            try:
                send_after(
                    self.queue, close_shard(self.store, ended, window, self.clock)
                )
            except Conflict:
                continue
            return
        logger.error("run %s shard %d could not be closed", run_id, number)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuryPlan:
    """A poisoned plan is an incomplete walk; a poisoned finish is a failed run."""

    store: RunStore
    queue: Queue
    clock: Clock
    end: EndRun

    def __call__(self, run_id: str) -> None:
        """Close the run as failed, unless it has ended or only its walk was cut.

        One that a newer version of this code began is left as it is for that one;
        but it keeps no other from being begun.
        """
        try:
            stored = self.store.run(run_id)
        except UnknownVersion as unknown:
            self.end.unreadable(run_id, str(unknown))
            return
        if stored is None or not stored.row.status.open:
            return
        if stored.row.phase is Phase.WALKING and stored.row.checkpoint:
            self._cut_walk(stored.row.id)
            return
        error = "the run could not be finished: its message failed too often"
        run = fail_run(self.store, self.clock, run_id, error)
        if run is not None:
            self.end(run)

    def _cut_walk(self, run_id: str) -> None:
        change_run(
            self.store,
            run_id,
            lambda row: replace(
                row,
                phase=Phase.WALKED,
                status=RunStatus.RUNNING,
                walk_complete=False,
                owner="",
                lease_until=None,
                error="the plan failed too often; the walk is incomplete",
            ),
        )
        self.queue.plan(run_id)
