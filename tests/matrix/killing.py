"""An app each of whose invocations is a process that can really be killed."""

import itertools
import signal
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, cast

from shared.adapters.storage_clients import connect
from shared.services.open_restore import OpenedRestore
from shared.services.open_run import Opened
from tests.backup_app import BackupApp
from tests.crashes import Call, Crash
from tests.matrix.forks import ForkServer
from tests.matrix.hands import GitAtHand, WorkspaceAtHand
from tests.matrix.invocations import (
    Failed,
    Order,
    Passed,
    Place,
    Sent,
    read_journal,
    state_at,
)
from tests.matrix.scene import Scene, a_scene
from tests.matrix.site import Site
from tests.real_state import RealState, move_blobs, move_restores, move_rows
from tests.unit.services.stories import Story
from tests.use_cases import Invocation, UseCases

_numbers = itertools.count(1)


@dataclass(kw_only=True)
class KilledApp(BackupApp):
    """The platform in this process, the use cases in others."""

    scene: Scene
    at: Place
    fork: ForkServer
    killed: int = 0
    errors: list[str] = field(default_factory=list)
    _read: int = 0

    def invoke(self, invocation: Invocation) -> Opened | OpenedRestore | None:
        self.calls.processes += 1
        order = Order(
            invocation,
            self.calls.processes,
            self.clock.passed,
            dict(self.calls),
            self.crash,
            limits_of(self),
        )
        code = self.fork(self.at, order)
        answer = self._take_in()
        if code == -signal.SIGKILL:
            self.crash, self.killed = None, self.killed + 1
            self.calls.dead = order.number
            raise Crash
        assert code == 0, "the process itself failed"
        return answer

    def _take_in(self) -> Opened | OpenedRestore | None:
        """What the process left, and its answer."""
        answer = None
        for fact in self._facts():
            match fact:
                case Call():
                    self.calls[fact.name] = fact.number
                    self.calls.enter(fact)
                case Sent():
                    self.queue.sent.append((fact.message, fact.delay))
                case Passed(slept=True):
                    self.clock.sleep(fact.seconds)
                case Passed():
                    self.clock.advance(fact.seconds)
                case Failed():
                    self.errors.append(fact.error)
                case _:
                    answer = cast("Opened | OpenedRestore | None", fact)
        return answer

    def _facts(self) -> Iterator[object]:
        for fact, place in read_journal(self.at.journal, self._read):
            self._read = place
            yield fact


def limits_of(app: BackupApp) -> dict[str, Any]:
    """Everything about the app that is neither a port nor the platform's."""
    names = {f.name for f in fields(UseCases)} - {
        *("workspace", "git", "store", "index", "blobs", "queue"),
        *("clock", "events", "lease", "restores", "place", "writes", "poison"),
        "_numbers",
    }
    return {name: getattr(app, name) for name in names}


def killed_app(
    story: Story, site: Site, storage: str, fork: ForkServer, folder: Path
) -> KilledApp:
    """The app before the story: its state was in memory until now."""
    scenes: list[Scene] = []

    def make(**limits: Any) -> BackupApp:
        scene = a_scene(site, **limits)
        scene.app.workspace = cast("Any", WorkspaceAtHand(scene))
        scene.app.git = cast("Any", GitAtHand(scene))
        scenes.append(scene)
        return scene.app

    app = story.before(make)
    scene = scenes[0]
    name = f"killed{next(_numbers)}"
    place = Place(
        storage,
        name,
        site.databricks.url,
        site.azure_devops.url,
        scene.name,
        folder / name,
    )
    place.journal.touch()
    state = state_at(place, app.clock)
    move_rows(app, state)
    move_blobs(app, state)
    move_restores(app, state)
    for message in app.poison.messages:
        RealState(connect(storage), name).put_poison(message.text)
    state |= {"workspace": app.workspace, "git": app.git, "clock": app.clock}
    killed = KilledApp(**state, **limits_of(app), scene=scene, at=place, fork=fork)
    killed.loses = app.loses
    # Owners and run ids follow from it: none that was there before comes again.
    killed.calls.processes = 1_000
    return killed
