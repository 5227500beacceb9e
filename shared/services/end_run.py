"""USE CASE PARTS: F5, what follows from the write that closed a run; knows no chat."""

import logging
from dataclasses import dataclass

from shared.domain.notices import (
    NOTHING_FOUND,
    Findings,
    Notice,
    NotifyOn,
    notice_of,
    notice_of_unreadable,
)
from shared.domain.runs import Run
from shared.domain.state_changes import run_finished, unreadable_run_failed
from shared.errors import BackupError
from shared.ports import Events, Notifier, RunIndex
from shared.services.open_run import OpenRun
from shared.services.steps import Step, step

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRun:
    """Called by whoever's write closed the run, and by nobody else.

    The place is freed last: a worker that dies before leaves it to the sweep, which
    calls this once more. So a run's end is told at least once, and twice where the
    worker died in between; of a dry run, which has no place, at most once.
    """

    index: RunIndex
    open_run: OpenRun
    events: Events
    notifier: Notifier
    notify_on: NotifyOn

    @step(Step.F5)
    def __call__(self, run: Run, findings: Findings = NOTHING_FOUND) -> None:
        """The event, the message, then the place and the start that waited."""
        new, changed = findings.newly_failed, findings.changed
        self.events.emit(run_finished(run, new, changed))
        try:
            if self.notify_on.wants(run):
                self._tell(notice_of(run, findings))
        finally:
            self._free(run.id)

    @step(Step.F5)
    def unreadable(self, run_id: str, error: str) -> None:
        """The same for a run of which no more is known; it counts as failed."""
        self.events.emit(unreadable_run_failed(run_id, error))
        try:
            if self.notify_on is not NotifyOn.NEVER:
                self._tell(notice_of_unreadable(run_id, error))
        finally:
            self._free(run_id)

    def _tell(self, notice: Notice) -> None:
        """Once: who cannot be reached is not worth a second try, nor a failed run."""
        try:
            self.notifier.tell(notice)
        except BackupError as error:
            logger.warning("nobody was told how run %s ended: %s", notice.run_id, error)

    def _free(self, run_id: str) -> None:
        self.index.close(run_id)
        self.open_run.begin_waiting()
