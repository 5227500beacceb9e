"""USE CASE: work on one shard, S1 to S7; knows ports only."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.plan import ShardPlan
from shared.domain.remedies import remedy_of_push
from shared.domain.room import PushRoom
from shared.domain.runs import (
    Phase,
    Run,
    ShardEnd,
    ShardKind,
    ShardStatus,
    held_by_other,
)
from shared.domain.state_changes import shard_finished
from shared.errors import CredentialsRefused, ExportDisabled, Permanent, Transient
from shared.ports import (
    Blobs,
    Clock,
    Events,
    GitReader,
    GitWriter,
    PushLease,
    Queue,
    RunStore,
    Workspace,
)
from shared.services.claim import (
    ClaimLostError,
    Closed,
    RunStoppedError,
    ShardClaim,
    window_of,
)
from shared.services.delete_folders import DeleteFolders
from shared.services.export_objects import ObjectExporter
from shared.services.push_changes import Pusher
from shared.services.rows import delay_after, stop_refused
from shared.services.settle import Settler
from shared.services.settle_folders import SettleFolders
from shared.services.shard_work import OutOfTimeError, ShardWork
from shared.services.steps import Step, step
from shared.services.store_folders import StoreFolders, largest_object

logger = logging.getLogger(__name__)

PATIENCE = 20
"""Attempts in which trouble is the remote's; later it is that of single objects."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackUpShard:
    """One invocation's worth of work on a shard. `seconds` is its time to work."""

    store: RunStore
    blobs: Blobs
    queue: Queue
    clock: Clock
    events: Events
    workspace: Workspace
    reader: GitReader
    writer: GitWriter
    lease: PushLease
    calls: Callable[[], Mapping[str, int]]
    owner: str
    window: int
    concurrency: int
    seconds: float
    push_bytes: int = MAX_PUSH_BYTES

    def __call__(self, run_id: str, number: int) -> None:
        """S1: claim the shard and work on it; safe to be called twice, or side by side.

        A shard that is done, or whose run is closed or unknown, is dropped quietly;
        one that a live owner holds is sent again for when its claim ends.
        """
        try:
            self._begin(run_id, number)
        except ClaimLostError as error:
            logger.info("run %s shard %d: %s", run_id, number, error)
        except Transient as error:
            self._later(run_id, number, error)

    @step(Step.S1)
    def _begin(self, run_id: str, number: int) -> None:
        run = self.store.run(run_id)
        stored = self.store.shard(run_id, number)
        if run is None or stored is None or not run.row.status.open:
            return
        if stored.row.status is not ShardStatus.QUEUED:
            return
        now = self.clock.now()
        if held_by_other(stored.row, self.owner, now) and stored.row.lease_until:
            wait = (stored.row.lease_until - now).total_seconds()
            self.queue.shard(run_id, number, wait + 1)
            return
        claim = ShardClaim(self.store, self.clock, self.owner, stored, self.calls)
        self._work(run.row, claim, first=stored.row.attempts == 0)

    def _work(self, run: Run, claim: ShardClaim, *, first: bool) -> None:
        try:
            if run.stop:
                raise RunStoppedError(f"the run was stopped: {run.stop}")  # noqa: TRY301
            self._do(run, claim, first=first)
            self._close(claim, ShardEnd(ShardStatus.DONE))
        except OutOfTimeError:
            claim.release()
            self.queue.shard(run.id, claim.shard.number)
        except RunStoppedError as error:
            self._close(claim, ShardEnd(ShardStatus.FAILED, str(error)))
        except ClaimLostError:
            raise
        except (CredentialsRefused, ExportDisabled) as error:
            self._refused(run, claim, error)
        except Transient as error:
            self._again(claim, error)
        except Permanent as error:
            remedy = remedy_of_push(error)
            self._close(claim, ShardEnd(ShardStatus.FAILED, str(error), remedy))

    @step(Step.S2)
    def _do(self, run: Run, claim: ShardClaim, *, first: bool) -> None:
        shard = claim.shard
        raw = self.blobs.get(shard.plan)
        if raw is None:
            raise Permanent(f"the plan of shard {shard.number} is lost")
        plan = ShardPlan.from_bytes(raw)
        pusher = Pusher(self.reader, self.writer, self.lease, claim)
        work = ShardWork(claim, self.blobs, pusher)
        settler = Settler(run, work, self.reader, self.clock)
        stop_at = self.clock.monotonic() + self.seconds
        if plan.kind is ShardKind.DELETE:
            # What other shards of this run stored in these folders must be seen.
            delete = DeleteFolders(plan, work, settler, self.clock, stop_at)
            delete(self.reader.tip())
            return
        exporter = ObjectExporter(
            self.workspace,
            self.concurrency,
            plan.notebook_format,
            largest_object(self.push_bytes),
            patient=shard.attempts <= PATIENCE,
        )
        room = PushRoom(self.push_bytes)
        store = StoreFolders(
            plan,
            work,
            settler,
            SettleFolders(work, settler, exporter, self.events, room.full_at),
            exporter,
            self.clock,
            run.request.mode,
            run.request.dry_run,
            stop_at,
            self.push_bytes,
        )
        # The last commit we know will do, unless a twin may have pushed since.
        store(run.tip or None if first else self.reader.tip())

    @step(Step.S7)
    def _close(self, claim: ShardClaim, end: ShardEnd) -> None:
        """The rows, then what they allow to be sent."""
        kind = claim.shard.kind
        closed = claim.close(end, window_of(kind, self.window))
        self.events.emit(shard_finished(claim.shard, end.status, end.error))
        send_after(self.queue, closed)

    def _again(self, claim: ShardClaim, error: Transient) -> None:
        """The remote's trouble is not the shard's failure: try again later.

        A claim that cannot be released ends by itself, also where a write of ours
        took effect although its answer got lost.
        """
        with suppress(Transient):
            claim.release()
        self._later(claim.shard.run_id, claim.shard.number, error)

    @step(Step.S1)
    def _later(self, run_id: str, number: int, error: Transient) -> None:
        delay = delay_after(error)
        where = f"run {run_id} shard {number}"
        logger.warning("%s waits %d s in %s: %s", where, delay, error.step, error)
        self.queue.shard(run_id, number, delay)

    def _refused(self, run: Run, claim: ShardClaim, error: Permanent) -> None:
        stop_refused(self.store, self.events, run.id, error)
        self._close(claim, ShardEnd(ShardStatus.FAILED, str(error)))


def send_after(queue: Queue, closed: Closed) -> None:
    """Send what the closing of a shard made possible."""
    run = closed.run
    if closed.next_shard is not None:
        queue.shard(run.id, closed.next_shard)
    if run.stop or (run.shards_open == 0 and run.phase is not Phase.WALKING):
        queue.plan(run.id)
