"""LOCAL, restore: how far a restore is, as a bar or as lines; decides nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

from local.backup.words import count
from local.restore.restores import Restore

_STAGES = {
    "collect": "finding what is stored",
    "compare": "comparing",
    "write": "writing and reading back",
}
QUIET_SECONDS = 5.0


class Screen(AbstractContextManager["Screen"], Protocol):
    """Shows how far a restore is."""

    def show(self, restore: Restore) -> None:
        """The restore as it is now."""
        ...


def state(restore: Restore) -> str:
    """Where the restore stands, in a few words."""
    stage = _STAGES[restore.stage]
    if not restore.total:
        return stage
    return f"{stage}: {restore.done:,} of {count(restore.total, 'object')}"


class Lines:
    """A line when the stage changes, and now and then."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say, self._clock = say, clock
        self._before, self._at = "", 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, restore: Restore) -> None:
        """Say it if it is worth a line."""
        now, told = self._clock(), state(restore)
        new_stage = not self._before.startswith(_STAGES[restore.stage])
        if told != self._before and (new_stage or now - self._at >= QUIET_SECONDS):
            self._say(told)
            self._before, self._at = told, now


class Bar:
    """A bar that stays in its place and is gone when the restore has ended."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            SpinnerColumn(),
            BarColumn(bar_width=32),
            TaskProgressColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def show(self, restore: Restore) -> None:
        """Move the bar."""
        self._progress.update(
            self._task,
            description=state(restore),
            total=restore.total or None,
            completed=restore.done,
        )
