"""USE CASES: stop a restore, bury it, repair what a crash left of it."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from shared.domain.restore_ids import restore_opened_at
from shared.domain.restores import Restore, RestoreStatus, RestoreStop
from shared.domain.runs import held_by_other
from shared.errors import UnknownVersion
from shared.ports import Clock, Events, Queue, RestorePlace, RestoreStore
from shared.services.advance_restore import end_restore
from shared.services.restore_claim import change_restore
from shared.services.steps import RestoreStep, step
from shared.services.sweep import LOST_AFTER

logger = logging.getLogger(__name__)

LOOK_BACK = 20


@dataclass(frozen=True, slots=True)
class CancelRestore:
    """Marks the restore; its worker looks at the mark between two batches."""

    restores: RestoreStore
    queue: Queue

    @step(RestoreStep.T1)
    def __call__(self, restore_id: str) -> Restore:
        """The restore's row as it then is; `NotFound` where there is none.

        What was written stays. A restore that has ended is left as it is.
        """
        restore = change_restore(self.restores, restore_id, _cancelled)
        if restore.status.open:
            self.queue.restore(restore_id)
        return restore


@dataclass(frozen=True, slots=True, kw_only=True)
class BuryRestore:
    """What to do with a restore's poisoned message."""

    restores: RestoreStore
    place: RestorePlace
    clock: Clock
    events: Events

    @step(RestoreStep.T8)
    def __call__(self, restore_id: str) -> None:
        """End it as failed, unless it has ended.

        One that a newer version of this code began is left to that one; but it keeps
        no other from being begun.
        """

        def failed(row: Restore) -> Restore:
            if not row.status.open:
                return row
            return replace(
                row,
                status=RestoreStatus.FAILED,
                owner="",
                lease_until=None,
                error=row.error or "its message failed too often",
                finished_at=self.clock.now(),
            )

        try:
            stored = self.restores.get(restore_id)
            if stored is None or not stored.row.status.open:
                return
            restore = change_restore(self.restores, restore_id, failed)
        except UnknownVersion:
            self.place.free(restore_id)
            return
        end_restore(self.place, self.events, restore)


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRestores:
    """Looks after open restores and the place."""

    restores: RestoreStore
    place: RestorePlace
    queue: Queue
    clock: Clock

    @step(RestoreStep.T9)
    def __call__(self) -> None:
        """Everything once; safe to be called at any time and side by side.

        What a newer version of this code wrote is for that one to repair.
        """
        try:
            self._repair_place()
            for restore in self.restores.newest(LOOK_BACK).restores:
                if restore.status.open:
                    self._look_after(restore)
        except UnknownVersion as error:
            logger.warning("a restore is left alone: %s", error)

    def _repair_place(self) -> None:
        """Its holder may have died before its row was written, or after it ended."""
        holder = self.place.holder()
        if holder is None:
            return
        stored = self.restores.get(holder)
        ended = stored is not None and not stored.row.status.open
        if ended or (stored is None and self._old(restore_opened_at(holder))):
            self.place.free(holder)

    def _look_after(self, restore: Restore) -> None:
        if held_by_other(restore, "", self.clock.now()):
            return
        if restore.owner or self._old(restore.touched_at):
            self.queue.restore(restore.id)

    def _old(self, moment: datetime | None) -> bool:
        return moment is None or self.clock.now() - moment > LOST_AFTER


def _cancelled(row: Restore) -> Restore:
    if not row.status.open or row.stop:
        return row
    return replace(row, stop=RestoreStop.CANCELLED)
