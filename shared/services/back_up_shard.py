"""USE CASE: work on one shard, S1 to S7; knows ports only."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from shared.domain.events import Event, EventName
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.plan import ShardPlan
from shared.domain.runs import (
    Phase,
    Run,
    Shard,
    ShardKind,
    ShardStatus,
    Stop,
    held_by_other,
)
from shared.errors import (
    Conflict,
    CredentialsRefused,
    ExportDisabled,
    Permanent,
    Throttled,
    Transient,
)
from shared.ports import (
    Blobs,
    Clock,
    Events,
    GitReader,
    GitWriter,
    PushLease,
    Queue,
    RunStore,
    Stored,
    Workspace,
)
from shared.services.claim import ClaimLostError, Closed, ShardClaim, window_of
from shared.services.delete_folders import DeleteFolders
from shared.services.export_objects import ObjectExporter
from shared.services.push_changes import Pusher
from shared.services.rows import change_run
from shared.services.settle import Settler
from shared.services.shard_work import ShardWork
from shared.services.store_folders import (
    MAX_OBJECT_BYTES,
    OutOfTimeError,
    StoreFolders,
)

logger = logging.getLogger(__name__)

TROUBLE_DELAY = 60.0
CONFLICT_DELAY = 5.0
MAX_DELAY = 300.0


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

    def __call__(self, run_id: str, number: int) -> None:
        """S1: claim the shard and work on it; safe to be called twice, or side by side.

        A shard that is done, or whose run is closed or unknown, is dropped quietly;
        one that a live owner holds is sent again for when its claim ends.
        """
        run = self.store.run(run_id)
        stored = self.store.shard(run_id, number)
        if run is None or stored is None or not run.row.status.open:
            return
        if not stored.row.status.open:
            return
        now = self.clock.now()
        if held_by_other(stored.row, self.owner, now) and stored.row.lease_until:
            wait = (stored.row.lease_until - now).total_seconds()
            self.queue.shard(run_id, number, wait + 1)
            return
        try:
            claim = ShardClaim(self.store, self.clock, self.owner, stored, self.calls)
            self._work(run.row, claim, first=stored.row.attempts == 0)
        except ClaimLostError as error:
            logger.info("run %s shard %d: %s", run_id, number, error)
            self._let_go(run_id, number)

    def _work(self, run: Run, claim: ShardClaim, *, first: bool) -> None:
        if run.stop:
            self._close(claim, ShardStatus.FAILED, f"the run was stopped: {run.stop}")
            return
        try:
            self._do(run, claim, first=first)
        except OutOfTimeError:
            claim.release()
            self.queue.shard(run.id, claim.shard.number)
        except ClaimLostError:
            raise
        except (CredentialsRefused, ExportDisabled) as error:
            self._refused(run, claim, error)
        except Transient as error:
            self._again(claim, error)
        except Permanent as error:
            self._close(claim, ShardStatus.FAILED, str(error))
        else:
            self._close(claim, ShardStatus.DONE)

    def _do(self, run: Run, claim: ShardClaim, *, first: bool) -> None:
        shard = claim.shard
        raw = self.blobs.get(shard.plan)
        if raw is None:
            raise Permanent(f"the plan of shard {shard.number} is lost")
        plan = ShardPlan.from_bytes(raw)
        pusher = Pusher(self.reader, self.writer, self.lease, claim)
        work = ShardWork(claim, self.blobs, pusher)
        settler = Settler(run, work, self.reader, self.clock)
        if plan.kind is ShardKind.DELETE:
            DeleteFolders(plan, work, settler)(self._first_commit(run, first=first))
            return
        exporter = ObjectExporter(
            self.workspace, self.concurrency, plan.notebook_format, MAX_OBJECT_BYTES
        )
        stop_at = self.clock.monotonic() + self.seconds
        request = run.request
        StoreFolders(
            plan,
            work,
            settler,
            exporter,
            self.clock,
            request.mode,
            request.dry_run,
            stop_at,
        )(self._first_commit(run, first=first))

    def _first_commit(self, run: Run, *, first: bool) -> str | None:
        """Where to read: the last commit we know; the tip if a twin may have pushed."""
        if first:
            return run.tip or None
        return self.reader.tip()

    def _close(self, claim: ShardClaim, status: ShardStatus, error: str = "") -> None:
        """S7, then what it sends."""
        kind = claim.shard.kind
        closed = claim.close(status, window_of(kind, self.window), error)
        self.events.emit(_finished(claim.shard, status, error))
        send_after(self.queue, closed)

    def _again(self, claim: ShardClaim, error: Transient) -> None:
        """The remote's trouble is not the shard's failure: try again later."""
        delay = CONFLICT_DELAY if isinstance(error, Conflict) else TROUBLE_DELAY
        if isinstance(error, Throttled) and error.retry_after is not None:
            delay = min(max(error.retry_after, CONFLICT_DELAY), MAX_DELAY)
        shard = claim.shard
        claim.release()
        logger.warning(
            "run %s shard %d waits %d s: %s", shard.run_id, shard.number, delay, error
        )
        self.queue.shard(shard.run_id, shard.number, delay)

    def _refused(self, run: Run, claim: ShardClaim, error: Permanent) -> None:
        def stopped(row: Run) -> Run:
            return replace(row, stop=Stop.CREDENTIALS, error=str(error))

        change_run(self.store, run.id, stopped)
        self.events.emit(Event(EventName.AUTH_FAILED, run.id, {"error": str(error)}))
        self._close(claim, ShardStatus.FAILED, str(error))

    def _let_go(self, run_id: str, number: int) -> None:
        """A stopped run's shard is closed by its own message, without an effect."""
        run = self.store.run(run_id)
        if run is not None and run.row.status.open and run.row.stop:
            self.queue.shard(run_id, number, CONFLICT_DELAY)


def send_after(queue: Queue, closed: Closed) -> None:
    """Send what the closing of a shard made possible."""
    run = closed.run
    if closed.next_shard is not None:
        queue.shard(run.id, closed.next_shard)
    if run.shards_open == 0 and run.phase is not Phase.WALKING:
        queue.plan(run.id)


def failed_shard(path: str, error: str) -> Outcome:
    """The failure of a folder whose shard as a whole failed."""
    return Outcome(kind=OutcomeKind.FAILED, path=path, detail=error)


def _finished(shard: Shard, status: ShardStatus, error: str) -> Event:
    tally = shard.tally
    facts = {
        "status": status.value,
        "kind": shard.kind.value,
        "stored": tally.stored,
        "bytes": tally.stored_bytes,
        "failed": tally.failed,
        "pushes": tally.pushes,
        "error": error,
    }
    return Event(EventName.SHARD_FINISHED, shard.run_id, facts, shard.number)


def stored_shard(store: RunStore, run_id: str, number: int) -> Stored[Shard] | None:
    """The shard's row."""
    return store.shard(run_id, number)
