"""CLIENT, restores: begins restores and watches them to their end, telling a person."""

from collections.abc import Iterable
from dataclasses import dataclass

from rich.console import Console

from client.answers import RefusedError
from client.app import App
from client.follow import LOOK_SECONDS, PATIENCE_SECONDS, until_ended
from client.passing import Time
from client.restores.api import Restore, RestoresApi, Wanted
from client.restores.commands import Commands
from client.restores.in_the_way import in_the_way, is_of_the_same
from client.restores.progress import Lines, LiveScreen, Screen


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for: what becomes of it when its app stops, and when not."""

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
    """Watches a restore of an app, and tells a person."""

    def __init__(self, console: Console, app: App, passing: Time | None = None) -> None:
        self._console = console
        self._app = app
        self._passing = passing or Time()
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
        if not self._app.goes_on:
            return f"{name} was stopped in the middle; {self._asked.stopped}"
        return f"{name} goes on at {self._app.url}; {self._asked.goes_on}"

    def begun(self, api: RestoresApi, wanted: Wanted, commands: Commands) -> str:
        """Begin it, or go on with an open one that was asked for the same; its id.

        `OtherRestoreError` where one that was asked for something else is open.
        """
        self._asked = APPLY if wanted.apply else PLAN
        heard = self._passing.clock()
        while True:
            started = api.start(wanted)
            if started.ours:
                return started.restore_id
            there = _holder(api, started.restore_id)
            if there.open and not is_of_the_same(there, wanted):
                self._asked = None
                raise in_the_way(there, commands)
            self._app.wake()
            if there.open:
                self.say(f"{there.id}, of run {there.run}, is open: going on with it")
                self.say("  (what a killed process had in hand is free in two minutes)")
                return there.id
            if self._passing.clock() - heard > PATIENCE_SECONDS:
                raise RefusedError(f"{there.id} has ended, and keeps its place still")
            self._passing.sleep(LOOK_SECONDS)

    def taken_up(self, restore: Restore) -> str:
        """Watch one that somebody has asked for; its id."""
        self._asked = APPLY if restore.apply else PLAN
        return restore.id

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
        """Show the restore until it has ended; then it is read with its outcomes."""
        self.say(restore_id)
        self._following = restore_id
        with self._screen() as screen:
            until_ended(
                lambda: api.look(restore_id), screen.show, self._app, self._passing
            )
        return api.read(restore_id)

    def _screen(self) -> Screen:
        if self._console.is_terminal:
            return LiveScreen(self._console)
        return Lines(self.say, self._passing.clock)


def _holder(api: RestoresApi, restore_id: str) -> Restore:
    """Who has the place; without a row where it died before it had one."""
    try:
        return api.look(restore_id)
    except RefusedError as error:
        raise RefusedError(
            f"{restore_id} was cut off as it began; its place is free a quarter of an"
            f" hour after that ({error})"
        ) from error
