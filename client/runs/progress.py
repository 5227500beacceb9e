"""CLIENT, runs: a run's progress on a screen, or line by line; asks nothing itself."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, Self

from client.bar import Bar
from client.runs.api import Run
from client.words import count

QUIET_SECONDS = 5.0
STEP_PERCENT = 10


class Screen(AbstractContextManager["Screen"], Protocol):
    """Shows how far a run is."""

    def show(self, run: Run) -> None:
        """The run as it is now."""
        ...


def state(run: Run) -> str:
    """Where the run stands, in a few words."""
    if run.planning:
        folders = max(run.folders, run.listings)
        sent = f", {count(run.shards, 'shard')} sent" if run.shards else ""
        return f"listing the workspace: {count(folders, 'folder')}{sent}"
    if not run.shards:
        return "comparing"
    if run.done >= run.total and run.shards_done == run.shards:
        return "recording"
    shards = f"{run.shards_done} of {count(run.shards, 'shard')}"
    rate = f", {run.rate:,.0f} exports/s" if run.rate >= 1 else ""
    return f"{run.done:,} of {count(run.total, 'object')}, {shards}{rate}"


def percent(run: Run) -> int:
    """How much of what is known to be done is done, 0 while that is not known."""
    if run.planning or not run.total:
        return 0
    return 100 * run.done // run.total


class PlainScreen:
    """A line now and then: when the state changes kind, at 10 % more, after 5 s."""

    def __init__(self, say: Callable[[str], None], clock: Callable[[], float]) -> None:
        self._say = say
        self._clock = clock
        self._step: tuple[bool, int] | None = None
        self._place: tuple[int, ...] = ()
        self._at = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return

    def show(self, run: Run) -> None:
        """Say it if it is worth a line."""
        step = (run.planning, percent(run) // STEP_PERCENT)
        place = (run.done, run.total, run.shards_done, run.shards, run.listings)
        now = self._clock()
        if (step, place) == (self._step, self._place):
            return
        if step == self._step and now - self._at < QUIET_SECONDS:
            return
        share = f"{percent(run):3d} %  " if percent(run) else "       "
        self._say(f"{share}{state(run)}")
        self._step, self._place, self._at = step, place, now


class LiveScreen(Bar):
    """A bar that is gone when the run has ended."""

    def show(self, run: Run) -> None:
        """Move the bar."""
        known = not run.planning and run.total > 0
        self.move(state(run), run.done, run.total if known else None)
