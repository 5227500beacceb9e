"""USE CASE: T2 to T8, one invocation's worth of work on a restore; knows ports only."""

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace

from shared.domain.restore_outcomes import outcome_lines, outcomes_from, planned_tally
from shared.domain.restore_plan import Bounds, shard_from
from shared.domain.restores import (
    OnConflict,
    Restore,
    RestoreStatus,
    RestoreStop,
    Stage,
)
from shared.domain.runs import held_by_other
from shared.domain.state_changes import credentials_refused, restore_finished
from shared.errors import (
    AlreadyExists,
    CredentialsRefused,
    ExportDisabled,
    Permanent,
    Transient,
)
from shared.ports import (
    Blobs,
    Clock,
    Events,
    GitReader,
    Queue,
    RestorePlace,
    RestoreStore,
    Workspace,
    WorkspaceWriter,
)
from shared.services.back_up_shard import PATIENCE
from shared.services.blob_names import restore_plan_name, restore_shard_name
from shared.services.collect_stored import CollectStored
from shared.services.compare_stored import CompareStored
from shared.services.put_stored import PutStored
from shared.services.restore_backing import RestoreBacking
from shared.services.restore_claim import (
    RestoreClaim,
    RestoreLostError,
    RestoreStoppedError,
)
from shared.services.restore_site import Site
from shared.services.rows import delay_after
from shared.services.shard_work import OutOfTimeError
from shared.services.steps import RestoreStep, step
from shared.services.trouble import Trouble
from shared.services.write_stored import WriteStored

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceRestore:
    """Works on a restore for `seconds`; one worker at a time has it."""

    restores: RestoreStore
    place: RestorePlace
    blobs: Blobs
    queue: Queue
    clock: Clock
    events: Events
    workspace: Workspace
    writer: WorkspaceWriter
    reader: GitReader
    backing: RestoreBacking
    calls: Callable[[], Mapping[str, int]]
    owner: str
    concurrency: int
    restore_roots: tuple[str, ...]
    seconds: float
    bounds: Bounds = field(default_factory=Bounds)

    def __call__(self, restore_id: str) -> None:
        """Go on with the restore; safe to be called twice, or side by side.

        One that has ended or is unknown is dropped quietly; one that a live owner
        holds is sent again for when its claim ends.
        """
        try:
            self._begin(restore_id)
        except RestoreLostError as error:
            logger.info("%s: %s", restore_id, error)
        except Transient as error:
            self._later(restore_id, error)

    @step(RestoreStep.T2)
    def _begin(self, restore_id: str) -> None:
        stored = self.restores.get(restore_id)
        if stored is None or not stored.row.status.open:
            return
        now = self.clock.now()
        if held_by_other(stored.row, self.owner, now) and stored.row.lease_until:
            wait = (stored.row.lease_until - now).total_seconds()
            self.queue.restore(restore_id, wait + 1)
            return
        claim = RestoreClaim(self.restores, self.clock, self.owner, stored, self.calls)
        self._work(claim)

    def _work(self, claim: RestoreClaim) -> None:
        try:
            self._close(claim, *self._advance(claim))
        except OutOfTimeError:
            claim.release()
            self.queue.restore(claim.restore.id)
        except RestoreStoppedError:
            self._close(claim, _stopped(claim.restore))
        except RestoreLostError:
            raise
        except (CredentialsRefused, ExportDisabled) as error:
            refused = credentials_refused(str(error), restore_id=claim.restore.id)
            self.events.emit(refused)
            self._close(claim, RestoreStatus.FAILED, str(error))
        except Transient as error:
            # A claim that cannot be released ends by itself.
            with suppress(Transient):
                claim.release()
            self._later(claim.restore.id, error)
        except Permanent as error:
            self._close(claim, RestoreStatus.FAILED, str(error))

    def _advance(self, claim: RestoreClaim) -> tuple[RestoreStatus, str]:
        """Work stage by stage; how the restore ends, and why so."""
        stop_at = self.clock.monotonic() + self.seconds

        def in_time() -> None:
            claim.confirm()
            # Who came no further would come no further the next time either.
            if claim.advanced and self.clock.monotonic() >= stop_at:
                raise OutOfTimeError

        in_time()
        if claim.restore.stage is Stage.COLLECT:
            CollectStored(claim, self.blobs, self.reader, self.bounds)(in_time)
        trouble = Trouble(self.workspace, patient=claim.restore.stuck <= PATIENCE)
        if claim.restore.stage is Stage.COMPARE:
            self._compare(claim, trouble, in_time)
            if end := _end_of_plan(claim.restore):
                return end
            claim.save(_writing)
        self._write(claim, trouble, in_time)
        return _end_of_work(claim.restore), ""

    def _compare(
        self, claim: RestoreClaim, trouble: Trouble, in_time: Callable[[], None]
    ) -> None:
        site = Site(self.workspace, self.concurrency, trouble)
        compare = CompareStored(
            self.workspace, site, self.concurrency, self.restore_roots
        )
        backing = self.backing(claim.restore.request)
        while claim.restore.position < claim.restore.shards:
            in_time()
            restore = claim.restore
            number = restore.position
            raw = self.blobs.get(restore_shard_name(restore.id, number))
            if raw is None:
                raise Permanent(f"shard {number} of the restore is lost")
            folders = shard_from(raw)
            manifests = self.reader.blobs(sorted({f.manifest for f in folders}))
            outcomes = compare(
                restore.request, folders, manifests, backing, claim.renew
            )
            self._planned(claim, number, outcome_lines(outcomes))

    @step(RestoreStep.T4)
    def _planned(self, claim: RestoreClaim, number: int, lines: bytes) -> None:
        """The plan is made once: who comes later takes it as it is."""
        name = restore_plan_name(claim.restore.id, number)
        try:
            self.blobs.create(name, lines)
        except AlreadyExists:
            lines = self.blobs.get(name) or lines
        tally = planned_tally(outcomes_from(lines))
        claim.save(
            lambda row: replace(row, position=number + 1, tally=row.tally + tally)
        )

    def _write(
        self, claim: RestoreClaim, trouble: Trouble, in_time: Callable[[], None]
    ) -> None:
        put = PutStored(
            self.workspace,
            self.writer,
            self.blobs,
            self.clock,
            trouble,
            claim.restore.request,
        )
        write = WriteStored(
            claim,
            self.blobs,
            self.reader,
            self.workspace,
            self.writer,
            put,
            self.concurrency,
            self.bounds,
        )
        while (number := claim.restore.position) < claim.restore.shards:
            in_time()
            for _ in write(number):
                in_time()
            claim.save(lambda row: replace(row, position=row.position + 1, inside=0))

    def _close(
        self, claim: RestoreClaim, status: RestoreStatus, error: str = ""
    ) -> None:
        """The row first, then what others wait for."""
        restore = claim.close(status, error)
        end_restore(self.place, self.events, restore)

    @step(RestoreStep.T2)
    def _later(self, restore_id: str, error: Transient) -> None:
        delay = delay_after(error)
        where = error.step or "no step"
        logger.warning("%s waits %d s in %s: %s", restore_id, delay, where, error)
        self.queue.restore(restore_id, delay)


@step(RestoreStep.T8)
def end_restore(place: RestorePlace, events: Events, restore: Restore) -> None:
    """What the end of a restore means for others: its place is free, and it is told."""
    if restore.request.apply:
        place.free(restore.id)
    events.emit(restore_finished(restore))


def _writing(row: Restore) -> Restore:
    return replace(
        row, stage=Stage.WRITE, status=RestoreStatus.APPLYING, position=0, inside=0
    )


def _end_of_plan(restore: Restore) -> tuple[RestoreStatus, str] | None:
    """How the restore ends with its plan; None if it is to be applied."""
    request, tally = restore.request, restore.tally
    if not request.apply:
        return RestoreStatus.PLANNED, ""
    conflicts = tally.different + tally.unreadable
    if request.on_conflict is OnConflict.FAIL and conflicts:
        problem = (
            f"{conflicts} of the targets hold something else, and on_conflict is fail:"
            " nothing was written"
        )
        return RestoreStatus.FAILED, problem
    return None


def _end_of_work(restore: Restore) -> RestoreStatus:
    tally = restore.tally
    objects = tally.blocked + tally.failed + tally.differs + tally.overtaken
    missing = objects + tally.folders_blocked + tally.folders_failed
    return RestoreStatus.INCOMPLETE if missing else RestoreStatus.COMPLETE


def _stopped(restore: Restore) -> RestoreStatus:
    cancelled = restore.stop is RestoreStop.CANCELLED
    return RestoreStatus.CANCELLED if cancelled else RestoreStatus.INCOMPLETE
