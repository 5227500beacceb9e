"""Writes the moments of the current version: `python -m tests.versions.write`.

Run once, right before a version changes anything that is stored: what lies in the
version's folder is never written again, later code has to work on from it.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.azurite import azurite
from shared.adapters.storage_clients import connect
from shared.domain.messages import MESSAGE_VERSION
from shared.domain.runs import Phase
from shared.services.open_run import TIMER
from shared.services.steps import Step
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.fakes.storage import FakeClock
from tests.real_state import RealState
from tests.unit.services.stories import HOURS, MINUTES, Make, a_day, slow_remotes
from tests.versions.moment import RememberingGit, moment_of

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


def dead(make: Make, begun: Story, step: Step, call: str) -> BackupApp:
    """The app in which a process has died right after the first such call."""
    scout = begun(BackupApp)
    scout.pump()
    made = next(c for c in scout.calls.log if (c.step, c.name) == (step, call))
    app = begun(make)
    app.crash = CrashPoint(call, made.number, after=True)
    while app.crash is not None:
        app.step()
    return app


MOMENTS: tuple[Story, ...] = (at_rest, walking, deleting, finishing)


def over(state: RealState) -> Make:
    """Makes an app over the state, and over a repository that remembers."""

    def make(**limits: Any) -> BackupApp:
        clock = FakeClock()
        git = RememberingGit()
        return BackupApp(**state.ports(clock), clock=clock, git=git, **limits)

    return make


def main() -> None:
    """Write all moments of this version."""
    with tempfile.TemporaryDirectory() as logs, azurite(Path(logs)) as storage:
        clients = connect(storage)
        for tell in MOMENTS:
            name = tell.__name__
            state = RealState(clients, name.replace("_", ""))
            moment_of(tell(over(state)), state).save(MESSAGE_VERSION, name)


if __name__ == "__main__":
    main()
