"""USE CASE: begin the audit that is due, a full run over a slice; knows no trigger."""

from dataclasses import dataclass
from datetime import timedelta

from shared.domain.runs import Request, RunStatus
from shared.domain.slices import Slice, slice_due
from shared.errors import UnknownVersion
from shared.ports import Clock, RunIndex, RunStore
from shared.services.open_run import AUDIT, Opened, OpenRun, Wanted

RUNS_A_NIGHT = 5
"""A backup, its retries and an audit: as many are looked through for each slice."""

DONE = frozenset({RunStatus.COMPLETE, RunStatus.INCOMPLETE})


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAudit:
    """Opens a run of one of `slices` slices of the folders."""

    store: RunStore
    index: RunIndex
    clock: Clock
    open_run: OpenRun
    slices: int

    def __call__(self) -> Opened:
        """What became of it: an open run comes first, and the audit waits for it."""
        now = self.clock.now()
        newest = self.index.opened_before(
            now + timedelta(seconds=1), RUNS_A_NIGHT * self.slices
        )
        audited = [s for request in newest if (s := self._proved(request)) is not None]
        due = slice_due(audited, self.slices, now.date())
        return self.open_run(Wanted(trigger=AUDIT, slice=due))

    def _proved(self, request: Request) -> Slice | None:
        """The slice that the run re-read to its end, as far as we can read of it."""
        if request.slice is None or request.dry_run:
            return None
        try:
            stored = self.store.run(request.run_id)
        except UnknownVersion:
            return None
        done = stored is not None and stored.row.status in DONE
        return request.slice if done else None
