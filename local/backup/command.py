"""LOCAL, backup: one backup from the command line to its outcome.

Exits 0 only for complete; errors are told in a sentence.
"""

import time
from collections.abc import Callable

from rich.console import Console

from local.backup.follow import Watch
from local.backup.import_dir import FolderLoader, Loaded, Memory
from local.backup.import_rules import ClashError
from local.backup.options import Options
from local.backup.outcome import Place, outcome
from local.backup.places import Ground, ground
from local.backup.progress import LiveScreen, PlainScreen, Screen
from local.backup.runs import Run, RunsApi
from local.backup.web import Web
from local.backup.words import count, printable
from local.backup.workspace import ImportRefusedError, Workspace
from local.console import plain_console
from local.interruption import hear_no_more
from local.telling import say_ignored, told

REFUSALS_SHOWN = 10


class NotLoadedError(Exception):
    """Not everything that was to be backed up is in the workspace."""


def run(options: Options) -> int:
    """Back up as the options say; returns the exit code."""
    backup = Backup(options, plain_console())

    def work() -> int:
        with ground(options, backup.say) as found:
            return _stopped_in_peace(lambda: backup.on(found), backup.say)

    besides = (ClashError, ImportRefusedError, NotLoadedError)
    return told("backup", work, backup.say, backup.farewell, besides)


class Backup:
    """One backup, told to whoever watches."""

    def __init__(
        self,
        options: Options,
        console: Console,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._console = console
        self._sleep = sleep
        self._clock = clock
        self._following = ""
        self._elsewhere = ""
        say_ignored(options, self.say)

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False)

    def on(self, found: Ground) -> int:
        """Fill the workspace if asked to, back it up, and tell what became of it."""
        self._elsewhere = "" if found.own else found.endpoints.functions
        if not self._options.real_workspace:
            token = {"Authorization": f"Bearer {found.endpoints.databricks_token}"}
            with Web(found.endpoints.databricks, token) as web:
                self._fill(Workspace(web), found)
        key = {"x-functions-key": found.endpoints.functions_key}
        with Web(found.endpoints.functions, key) as web:
            return self._back_up(RunsApi(web), found)

    def farewell(self) -> str:
        """What is so after Ctrl-C."""
        if not self._following:
            return "stopped before a run was started"
        if self._elsewhere:
            return (
                f"run {self._following} goes on at {self._elsewhere}; "
                "`make backup` looks at it again"
            )
        return (
            f"run {self._following} was stopped in the middle; what it stored is "
            "stored, and `make backup` goes on from there"
        )

    def _fill(self, workspace: Workspace, found: Ground) -> None:
        memory = Memory(found.data / "databricks" / "loaded.json")
        if self._options.workspace:
            self.say(f"loading {self._options.workspace} into the workspace")
            loader = FolderLoader(self._options.workspace, workspace, memory)
            self._tell_loaded(loader())
        missing = self._options.notebooks - memory.generated
        if missing > 0:
            self.say(f"generating {count(missing, 'notebook')}")
            workspace.generate(missing, seed=memory.generated)
            memory.generated += missing
            memory.keep()
        if not self._options.sources_given:
            objects = workspace.fill_with_sample()
            if objects:
                self.say(f"the workspace was empty: {objects} sample objects are in it")

    def _tell_loaded(self, loaded: Loaded) -> None:
        imported = count(loaded.imported, "file")
        self.say(f"  {imported} imported, {loaded.same:,} there already")
        for each in loaded.renamed:
            self.say(f"  {printable(each.path)} keeps its extension: the name is taken")
        for refusal in loaded.refused[:REFUSALS_SHOWN]:
            self.say(f"  not loaded: {printable(refusal)}")
        if loaded.refused:
            files = count(len(loaded.refused), "file")
            raise NotLoadedError(
                f"{files} could not be loaded, so nothing was backed up"
            )

    def _back_up(self, api: RunsApi, found: Ground) -> int:
        started = api.start(self._options.mode, dry_run=self._options.dry_run)
        while not started.ours:
            self.say(f"run {started.run_id} is still open: going on with it first")
            self.say("  (what a killed process had in hand is free in a few minutes)")
            api.wake()
            self._tell(self._follow(api, started.run_id, found), api, found)
            started = api.start(self._options.mode, dry_run=self._options.dry_run)
        self.say(f"run {started.run_id}")
        return self._tell(self._follow(api, started.run_id, found), api, found)

    def _follow(self, api: RunsApi, run_id: str, found: Ground) -> Run:
        self._following = run_id
        watch = Watch(found.check, self._sleep, self._clock)
        with self._screen() as screen:
            ended = watch.until_ended(api, run_id, screen)
        self._following = ""
        return ended

    def _tell(self, ended: Run, api: RunsApi, found: Ground) -> int:
        record = f"its record in the clone, .backup/runs/…/{ended.id}.json"
        everything = record if found.own else api.url(ended.id)
        self.say("")
        for line in outcome(ended, Place(found.clone, everything)):
            self.say(line)
        return 0 if ended.status == "complete" else 1

    def _screen(self) -> Screen:
        if self._console.is_terminal:
            return LiveScreen(self._console)
        return PlainScreen(self.say, self._clock)


def _stopped_in_peace(work: Callable[[], int], say: Callable[[str], None]) -> int:
    """Do the work; whatever stops afterwards is not interrupted."""
    try:
        return work()
    except KeyboardInterrupt:
        say("stopping")
        raise
    finally:
        hear_no_more()
