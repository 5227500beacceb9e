"""CLIENT, runs: begins runs and watches them to their end, telling a person."""

from collections.abc import Callable

from rich.console import Console

from client.app import App
from client.follow import until_ended
from client.passing import Time
from client.runs.api import Run, RunsApi, Wanted
from client.runs.commands import Commands
from client.runs.outcome import Place, outcome
from client.runs.progress import LiveScreen, PlainScreen, Screen


class Watch:
    """Watches runs of an app, and tells a person; `place` says where a run's result is.

    What it raises is what the API does, and `NoAnswerError` after a minute's silence.
    """

    def __init__(
        self,
        console: Console,
        app: App,
        commands: Commands,
        place: Callable[[Run], Place],
        passing: Time | None = None,
    ) -> None:
        self._console = console
        self._app = app
        self._commands = commands
        self._place = place
        self._passing = passing or Time()
        self._following = ""

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False)

    def farewell(self) -> str:
        """What is so after Ctrl-C."""
        run_id, commands = self._following, self._commands
        if not run_id:
            return "stopped before a run was started"
        if self._app.goes_on:
            looks = f"{commands.watch(run_id)} looks at it again"
            return f"run {run_id} goes on at {self._app.url}; {looks}"
        return (
            f"run {run_id} was stopped in the middle; what it stored is "
            f"stored, and {commands.again} goes on from there"
        )

    def begun(self, api: RunsApi, wanted: Wanted) -> str:
        """Start it; its id. One that is open is watched to its end before."""
        started = api.start(wanted)
        while not started.ours:
            self.say(f"run {started.run_id} is still open: going on with it first")
            self.say("  (what a killed process had in hand is free in a few minutes)")
            self._app.wake()
            self.tell(self.until_ended(api, started.run_id))
            started = api.start(wanted)
        self._following = started.run_id
        return started.run_id

    def until_ended(self, api: RunsApi, run_id: str) -> Run:
        """Show the run until it has ended; then it is read with its lists."""
        self._following = run_id
        with self._screen() as screen:
            until_ended(lambda: api.look(run_id), screen.show, self._app, self._passing)
        ended = api.read(run_id)
        self._following = ""
        return ended

    def tell(self, ended: Run) -> None:
        """What became of it."""
        self.say("")
        for line in outcome(ended, self._place(ended), self._commands):
            self.say(line)

    def _screen(self) -> Screen:
        if self._console.is_terminal:
            return LiveScreen(self._console)
        return PlainScreen(self.say, self._passing.clock)
