"""CLIENT, restores: how far a restore is, as a bar or as lines; decides nothing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, Self

from client.bar import Bar
from client.restores.api import Restore
from client.words import count

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


class LiveScreen(Bar):
    """A bar that is gone when the restore has ended."""

    def show(self, restore: Restore) -> None:
        """Move the bar."""
        self.move(state(restore), restore.done, restore.total or None)
