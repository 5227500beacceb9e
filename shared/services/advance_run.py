"""USE CASE: take a run one step further, whatever the step is; knows no trigger."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from shared.domain.runs import (
    Phase,
    Run,
    RunStatus,
    ShardStatus,
    Stop,
    held_by_other,
)
from shared.errors import Conflict, CredentialsRefused, Permanent, Transient
from shared.ports import Blobs, Clock, Events, Queue, RunStore, Stored
from shared.services.claim import ClaimLostError, close_shard
from shared.services.finish_run import FinishRun
from shared.services.plan_run import PlanRun
from shared.services.rows import MAX_TRIES, change_run, delay_after, stop_refused
from shared.services.run_claim import PlannerReplacedError, RunClaim
from shared.services.steps import Step, step

logger = logging.getLogger(__name__)


RECORDED = frozenset({Stop.NONE, Stop.DEADLINE})
"""A run that goes on, or that came to its deadline, says what is not deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceRun:
    """Plans, deletes or finishes, as the run's row says; `seconds` is its time."""

    store: RunStore
    blobs: Blobs
    queue: Queue
    clock: Clock
    events: Events
    calls: Callable[[], Mapping[str, int]]
    owner: str
    seconds: float
    plan: PlanRun
    finish: FinishRun

    @step(Step.P1)
    def __call__(self, run_id: str) -> None:
        """Do what can be done now; safe to be called twice, or side by side.

        A run that is closed or unknown is dropped quietly; one that a live planner
        holds is looked at again when its claim ends.
        """
        try:
            claim = self._claim(run_id)
            if claim is not None:
                self._advance(claim)
        except PlannerReplacedError as error:
            logger.info("run %s: %s", run_id, error)
        except Transient as error:
            self._later(run_id, error)

    def _claim(self, run_id: str) -> RunClaim | None:
        """Shards that close write the row, too: then look again."""
        for _ in range(MAX_TRIES):
            stored = self.store.run(run_id)
            if stored is None or not stored.row.status.open:
                return None
            now = self.clock.now()
            if held_by_other(stored.row, self.owner, now) and stored.row.lease_until:
                wait = (stored.row.lease_until - now).total_seconds()
                self.queue.plan(run_id, wait + 1)
                return None
            if not self._due(stored.row):
                return None
            try:
                return RunClaim(self.store, self.clock, self.owner, stored, self.calls)
            except Conflict:
                continue
        raise Conflict(f"the row of run {run_id} is written too often")

    def _due(self, run: Run) -> bool:
        """Whether there is something to do before the shards that are open close."""
        return run.phase is Phase.WALKING or not run.shards_open or bool(run.stop)

    def _advance(self, claim: RunClaim) -> None:
        try:
            self._steps(claim)
        except PlannerReplacedError:
            raise
        except CredentialsRefused as error:
            self._refused(claim, error)
        except Transient as error:
            self._again(claim, error)
        except Permanent as error:
            self._fail(claim, error)

    def _steps(self, claim: RunClaim) -> None:
        """One step after the other, as long as nothing has to be waited for."""
        stop_at = self.clock.monotonic() + self.seconds
        if claim.run.stop:
            self._close_waiting(claim.run)
            claim.renew()
        elif claim.run.phase is Phase.WALKING:
            self.plan.walk(claim, stop_at)
            if claim.run.phase is Phase.WALKING:
                claim.release()
                self.queue.plan(claim.run.id)
                return
        if self._wait_for_shards(claim):
            return
        if _knows_what_is_gone(claim.run):
            self.plan.delete(claim)
            if self._wait_for_shards(claim):
                return
        self.finish(claim)

    def _wait_for_shards(self, claim: RunClaim) -> bool:
        """Whether shards are open; whoever closes the last one sends for us."""
        run = claim.change(lambda row: row)
        if not run.shards_open:
            return False
        if not claim.release().shards_open:
            self.queue.plan(run.id)
        return True

    def _close_waiting(self, run: Run) -> None:
        """The shards that have not begun of a run that is to stop."""
        for stored in list(self.store.shards(run.id, ShardStatus.WAITING)):
            row = replace(
                stored.row,
                status=ShardStatus.FAILED,
                error=f"the run was stopped: {run.stop}",
            )
            try:
                close_shard(
                    self.store, Stored(row, stored.etag), 0, self.clock, waiting=True
                )
            except ClaimLostError:
                continue

    def _refused(self, claim: RunClaim, error: CredentialsRefused) -> None:
        stop_refused(self.store, self.events, claim.run.id, error)
        self._close_waiting(claim.run)
        if not self._wait_for_shards(claim):
            self.finish(claim)

    def _again(self, claim: RunClaim, error: Transient) -> None:
        """The remote's trouble is not the run's failure: try again later."""
        try:
            claim.release()
        except PlannerReplacedError:
            raise
        except Transient:
            logger.info("run %s could not be released", claim.run.id)
        self._later(claim.run.id, error)

    def _later(self, run_id: str, error: Transient) -> None:
        delay = delay_after(error)
        logger.warning("run %s waits %d s in %s: %s", run_id, delay, error.step, error)
        self.queue.plan(run_id, delay)

    def _fail(self, claim: RunClaim, error: Permanent) -> None:
        """Nothing can be recorded: the row says why."""
        run = fail_run(self.store, self.clock, claim.run.id, str(error))
        if run is not None:
            self.finish.end(run)


def _knows_what_is_gone(run: Run) -> bool:
    """Of a walk that was cut off, too: what it found gone is held back, and told."""
    begun = bool(run.checkpoint) and run.phase is not Phase.PLANNED
    return begun and run.stop in RECORDED


def fail_run(store: RunStore, clock: Clock, run_id: str, error: str) -> Run | None:
    """Close the run as failed, whoever holds it; None where it had ended before."""
    closed = False

    def failed(row: Run) -> Run:
        nonlocal closed
        closed = row.status.open
        if not closed:
            return row
        return replace(
            row,
            status=RunStatus.FAILED,
            error=error,
            owner="",
            lease_until=None,
            finished_at=clock.now(),
        )

    run = change_run(store, run_id, failed)
    return run if closed else None
