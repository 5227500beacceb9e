"""LOCAL, restore: begins restores and watches them to their end, telling a person."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rich.console import Console

from local.backup.places import Ground
from local.backup.runs import RefusedError
from local.backup.web import NoAnswerError
from local.restore.in_the_way import in_the_way, is_of_the_same
from local.restore.options import WantedRestore
from local.restore.restores import Restore, RestoresApi
from local.restore.screen import Lines, LiveScreen, Screen

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
STILL_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: what becomes of it when its stack stops, and when not."""

    stopped: str
    goes_on: str


APPLY = Asked(
    "what was written is written, and the same command goes on with it",
    "the same command looks at it again",
)
PLAN = Asked(
    "nothing was written, and the same command begins anew",
    "it only reads, and the same command begins another one",
)
CANCEL = Asked("the same command asks for it again", "it stops by itself")


class Watch:
    """Watches a restore on some ground, and tells a person."""

    def __init__(
        self,
        console: Console,
        found: Ground,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._console = console
        self._found = found
        self._sleep = sleep
        self._clock = clock
        self._asked: Asked | None = None
        self._following = ""

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False)

    def tell(self, lines: Iterable[str]) -> None:
        """Some lines."""
        for line in lines:
            self.say(line)

    def farewell(self) -> str:
        """What is so after Ctrl-C."""
        if self._asked is None:
            return "stopped before anything was asked for"
        name = self._following or "what was asked for"
        if self._found.own:
            return f"{name} was stopped in the middle; {self._asked.stopped}"
        where = self._found.endpoints.functions
        return f"{name} goes on at {where}; {self._asked.goes_on}"

    def begun(self, api: RestoresApi, wanted: WantedRestore) -> str:
        """Begin it, or go on with an open one that was asked for the same; its id.

        `OtherRestoreError` where one that was asked for something else is open.
        """
        self._asked = APPLY if wanted.apply else PLAN
        heard = self._clock()
        while True:
            started = api.start(wanted)
            if started.ours:
                return started.restore_id
            there = _holder(api, started.restore_id)
            if there.open and not is_of_the_same(there, wanted):
                self._asked = None
                raise in_the_way(there, wanted.stack)
            api.wake()
            if there.open:
                self.say(f"{there.id}, of run {there.run}, is open: going on with it")
                self.say("  (what a killed process had in hand is free in two minutes)")
                return there.id
            if self._clock() - heard > PATIENCE_SECONDS:
                raise RefusedError(f"{there.id} has ended, and keeps its place still")
            self._sleep(LOOK_SECONDS)

    def begun_report(self, api: RestoresApi) -> str:
        """Begin a report of drift; its id."""
        self._asked = PLAN
        return api.start_report()

    def cancelled(self, api: RestoresApi, restore_id: str) -> str:
        """Have it stopped between two objects; its id."""
        self._asked = CANCEL
        api.cancel(restore_id)
        return restore_id

    def until_ended(self, api: RestoresApi, restore_id: str) -> Restore:
        """Show the restore until it has ended; then it is read with its outcomes.

        What does not answer is asked again for a minute: `NoAnswerError`. Where nothing
        moves the app is told to look for work that a crash left behind.
        """
        self.say(restore_id)
        self._following = restore_id
        heard = moved = self._clock()
        before: tuple[object, ...] = ()
        with self._screen() as screen:
            while True:
                self._found.check()
                seen = _look(api, restore_id)
                now = self._clock()
                if seen is not None:
                    heard = now
                    place = (seen.stage, seen.done, seen.status)
                    moved, before = (moved if place == before else now), place
                    screen.show(seen)
                    if not seen.open:
                        break
                if now - heard > PATIENCE_SECONDS:
                    raise NoAnswerError("nothing was heard of the restore for a minute")
                if now - moved > STILL_SECONDS:
                    api.wake()
                    moved = now
                self._sleep(LOOK_SECONDS)
        return api.read(restore_id)

    def _screen(self) -> Screen:
        if self._console.is_terminal:
            return LiveScreen(self._console)
        return Lines(self.say, self._clock)


def _look(api: RestoresApi, restore_id: str) -> Restore | None:
    try:
        return api.look(restore_id)
    except (NoAnswerError, RefusedError):
        return None


def _holder(api: RestoresApi, restore_id: str) -> Restore:
    """Who has the place; without a row where it died before it had one."""
    try:
        return api.look(restore_id)
    except RefusedError as error:
        raise RefusedError(
            f"{restore_id} was cut off as it began; its place is free a quarter of an"
            f" hour after that ({error})"
        ) from error
