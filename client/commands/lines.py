"""CLIENT, commands: the lines that go on from an outcome; does nothing of it."""

from dataclasses import dataclass

from client.commands.caller import Caller
from client.restores.api import Restore
from client.runs.api import Run
from client.runs.outcome import Place


@dataclass(frozen=True, slots=True)
class RunLines:
    """What goes on from a run."""

    caller: Caller

    @property
    def again(self) -> str:
        """What starts another run."""
        return f"`{self.caller.line('run')}`"

    def watch(self, run_id: str) -> str:
        """What looks at this run."""
        return f"`{self.caller.line('watch', run_id)}`"

    def allow(self, run_id: str) -> str:
        """What lets the deletions through that this run held back."""
        return self.caller.line("run", "--allow-deletions", run_id)

    def place(self, run: Run) -> Place:
        """Only the deployment knows the repository's address; lists are in the API."""
        return Place("", self.caller.line("watch", run.id, "--json"))


@dataclass(frozen=True, slots=True)
class RestoreLines:
    """What goes on from a restore."""

    caller: Caller

    def apply(self, restore: Restore) -> str:
        """What applies exactly this restore: to the run that it is of."""
        to = ("--to", restore.to) if restore.to else ()
        overwrite = restore.on_conflict != "skip"
        conflict = ("--on-conflict", restore.on_conflict) if overwrite else ()
        words = (*restore.paths, "--at", restore.run, *to, *conflict, "--apply")
        return self.caller.line("restore", *words)

    def cancel(self, restore: Restore) -> str:
        """What cancels it."""
        return self.caller.line("cancel", restore.id)
