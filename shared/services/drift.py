"""USE CASE: how workspace and backup differ: a plan of everything, as a report."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.restores import Restore, RestoreStatus
from shared.ports import Clock, RestoreStore
from shared.services.open_restore import OpenRestore, WantedRestore

EVERYTHING = ("/",)
LOOK_BACK = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """Finds the newest report, or begins a new one: a plan only reads."""

    restores: RestoreStore
    clock: Clock
    open: OpenRestore

    def __call__(self, max_age: timedelta, requested_by: str) -> Restore:
        """A plan of everything that is at most so old; still open where it is new."""
        oldest = self.clock.now() - max_age
        for restore in self.restores.newest(LOOK_BACK).restores:
            if restore.request.opened_at < oldest:
                break
            if _is_report(restore):
                return restore
        wanted = WantedRestore(paths=EVERYTHING, requested_by=requested_by)
        return self.open(wanted).restore


def _is_report(restore: Restore) -> bool:
    """Whether it compares, or compared, all of the last run's with the workspace."""
    request = restore.request
    usable = restore.status.open or restore.status is RestoreStatus.PLANNED
    everything = request.paths == EVERYTHING and not request.target_root
    return usable and everything and not request.apply and not request.at
