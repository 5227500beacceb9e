"""LOCAL, backup: one backup from the command line to its outcome.

Exits 0 only for complete; errors are told in a sentence.
"""

from collections.abc import Callable

from rich.console import Console

from client.console import plain_console
from client.passing import Time
from client.runs.api import Run, RunsApi, Wanted
from client.runs.outcome import Place
from client.runs.watch import Watch
from client.web import Web
from client.words import count, printable
from local.asking import web_of
from local.backup.import_dir import FolderLoader, Loaded, Memory
from local.backup.import_rules import ClashError
from local.backup.make_line import MakeLines
from local.backup.options import Options
from local.backup.places import Ground, app_of, ground
from local.backup.workspace import ImportRefusedError, Workspace
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
        passing: Time | None = None,
    ) -> None:
        self._options = options
        self._console = console
        self._passing = passing
        self._watch: Watch | None = None
        say_ignored(options, self.say)

    def say(self, line: str) -> None:
        """One line."""
        self._console.print(line, markup=False)

    def on(self, found: Ground) -> int:
        """Fill the workspace if asked to, back it up, and tell what became of it."""
        if not self._options.real_workspace:
            token = {"Authorization": f"Bearer {found.endpoints.databricks_token}"}
            with Web(found.endpoints.databricks, token) as web:
                self._fill(Workspace(web), found)
        with web_of(found.endpoints) as web:
            return self._back_up(web, found)

    def farewell(self) -> str:
        """What is so after Ctrl-C."""
        if self._watch is None:
            return "stopped before a run was started"
        return self._watch.farewell()

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

    def _back_up(self, web: Web, found: Ground) -> int:
        api, options = RunsApi(web), self._options

        def place(ended: Run) -> Place:
            record = f"its record in the clone, .backup/runs/…/{ended.id}.json"
            return Place(found.clone, record if found.own else api.url(ended.id))

        app = app_of(found, web, "sweep")
        self._watch = Watch(self._console, app, MakeLines(), place, self._passing)
        wanted = Wanted(mode=options.mode, dry_run=options.dry_run)
        run_id = self._watch.begun(api, wanted)
        self.say(f"run {run_id}")
        ended = self._watch.until_ended(api, run_id)
        self._watch.tell(ended)
        return 0 if ended.status == "complete" else 1


def _stopped_in_peace(work: Callable[[], int], say: Callable[[str], None]) -> int:
    """Do the work; whatever stops afterwards is not interrupted."""
    try:
        return work()
    except KeyboardInterrupt:
        say("stopping")
        raise
    finally:
        hear_no_more()
