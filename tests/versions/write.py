"""Writes the moments of the current version: `python -m tests.versions.write`.

Run once, right before a version changes anything that is stored: what lies in the
version's folder is not written again, later code has to work on from it.
"""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.azurite import azurite
from shared.adapters.storage_clients import connect
from shared.domain.messages import MESSAGE_VERSION
from shared.domain.restore_plan import Bounds
from shared.domain.restores import OnConflict
from shared.domain.runs import Phase
from shared.services.open_run import TIMER
from shared.services.steps import AnyStep, RestoreStep, Step
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.fakes.storage import FakeClock
from tests.real_state import RealState
from tests.unit.services.stories import HOURS, MINUTES, Make, a_day, slow_remotes
from tests.versions.moment import Moment, RememberingGit, moment_of

type Story = Callable[[Make], BackupApp]


def at_rest(make: Make) -> BackupApp:
    """A day's work after a first backup; no run is open."""
    return a_day(make)


def walking(make: Make) -> BackupApp:
    """The plan was cut in the midst of its walk, a shard's worker died half done."""
    return dead(make, a_slow_run, Step.S6, "store.write")


def deleting(make: Make) -> BackupApp:
    """All is stored, what is to be deleted waits in the queue."""
    app = a_day(make)
    app.clock.advance(HOURS)
    run_id = app.begin()
    while app.row(run_id).phase is not Phase.PLANNED:
        app.step()
    return app


def finishing(make: Make) -> BackupApp:
    """The record is pushed, its run still open; another start waits."""
    return dead(make, a_start_behind_another, Step.F2, "git.push")


def located(make: Make) -> BackupApp:
    """A restore is opened; its message waits in the queue."""
    return a_restore(make)


def compared(make: Make) -> BackupApp:
    """The worker died when two shards of three were planned."""
    return dead(make, a_restore, RestoreStep.T4, "blobs.create", 2)


def writing(make: Make) -> BackupApp:
    """The worker died when half of the objects were written."""
    return dead(make, a_restore, RestoreStep.T7, "blobs.create", 5)


def ended(make: Make) -> BackupApp:
    """A restore is complete; it is there to be looked at."""
    app = a_restore(make)
    app.pump()
    return app


def a_restore(make: Make) -> BackupApp:
    """All is gone or changed, and wanted back."""
    app = a_day(make)
    app.bounds = SMALL
    app.workspace.add_file("/Ünï/ob\u200bject.bin", bytes(range(256)))
    app.run()
    for path in ("/a", "/b", "/e"):
        app.workspace.delete(path)
    app.workspace.edit("/d", b"changed")
    app.workspace.delete("/Ünï/ob\u200bject.bin")
    app.workspace.add_notebook("/Ünï/ob\u200bject.bin", "of another type")
    app.clock.advance(HOURS)
    app.begin_restore("/", apply=True, on_conflict=OnConflict.OVERWRITE)
    return app


def a_slow_run(make: Make) -> BackupApp:
    app = slow_remotes(make)
    app.clock.advance(HOURS)
    app.begin()
    return app


def a_start_behind_another(make: Make) -> BackupApp:
    app = a_day(make)
    app.clock.advance(HOURS)
    app.begin(paths=("/a", "/b"))
    app.clock.advance(MINUTES)
    app.open(trigger=TIMER)
    return app


def dead(
    make: Make, begun: Story, step: AnyStep, call: str, number: int = 1
) -> BackupApp:
    """The app in which a process has died right after such a call, the first or so."""
    scout = begun(BackupApp)
    scout.pump()
    calls = [c for c in scout.calls.log if (c.step, c.name) == (step, call)]
    made = calls[number - 1]
    app = begun(make)
    app.crash = CrashPoint(call, made.number, after=True)
    while app.crash is not None:
        app.step()
    return app


SMALL = Bounds(shard_objects=3, batch_objects=1)

MOMENTS: Mapping[str, Story] = {
    "at_rest": at_rest,
    "walking": walking,
    "deleting": deleting,
    "finishing": finishing,
    "restores/located": located,
    "restores/compared": compared,
    "restores/writing": writing,
    "restores/ended": ended,
}


def over(state: RealState) -> Make:
    """Makes an app over the state, and over a repository that remembers."""

    def make(**limits: Any) -> BackupApp:
        clock = FakeClock()
        git = RememberingGit()
        return BackupApp(**state.ports(clock), clock=clock, git=git, **limits)

    return make


def main() -> None:
    """Write all moments of this version that were not written yet."""
    with tempfile.TemporaryDirectory() as logs, azurite(Path(logs)) as storage:
        clients = connect(storage)
        for name, tell in MOMENTS.items():
            if Moment.path(MESSAGE_VERSION, name).exists():
                continue
            state = RealState(clients, tell.__name__.replace("_", ""))
            moment_of(tell(over(state)), state).save(MESSAGE_VERSION, name)


if __name__ == "__main__":
    main()
