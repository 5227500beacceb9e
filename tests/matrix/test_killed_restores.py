"""A process killed in the midst of a restore, at every kind of call of every step.

Each invocation is a process of its own over real state and real remotes; whoever comes
after it finds what it left.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from shared.domain.blob_ids import blob_id
from shared.domain.restore_outcomes import Result
from shared.domain.restore_plan import Bounds
from shared.domain.restores import OnConflict, Restore, RestoreStatus
from shared.services.steps import AnyStep, RestoreStep
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.matrix.forks import ForkServer, fork_server
from tests.matrix.killing import KilledApp, killed_app
from tests.matrix.site import Site
from tests.matrix.test_restore_faults import Held, there
from tests.unit.services.stories import Make, Story

FEW = Bounds(shard_objects=3, shard_folders=2, batch_objects=2)


def before(make: Make) -> BackupApp:
    """Stored, then edited, deleted, and turned into something else."""
    app = make(bounds=FEW)
    for path in ("/a/x", "/a/y", "/a/z", "/b/c/z", "/d"):
        app.workspace.add_notebook(path, path)
    app.workspace.add("/board", "DASHBOARD", b"{}")
    app.run()
    app.workspace.edit("/a/x", b"edited")
    app.workspace.delete("/a/y")
    app.workspace.add_file("/a/y", b"a file by now")
    app.workspace.delete("/b")
    app.workspace.delete("/d")
    app.calls.clear()
    return app


def act(app: BackupApp) -> Restore:
    return app.restore("/", on_conflict=OnConflict.OVERWRITE, apply=True)


STORY = Story("a restore", before, act)


def points() -> Iterator[tuple[AnyStep, str, bool]]:
    """Every kind of call of every step."""
    app = before(BackupApp)
    act(app)
    app.repair()
    kinds = {(c.step, c.name) for c in app.calls.log if c.step in set(RestoreStep)}
    for step, name in sorted(kinds, key=str):
        if step is not None and step is not RestoreStep.T9:
            yield step, name, False
            yield step, name, True


POINTS = [*points()]


class Apps:
    """Makes the app before the story, and once the one after it."""

    def __init__(
        self, site: Site, storage: str, fork: ForkServer, folder: Path
    ) -> None:
        self._where = (site, storage, fork, folder)
        self.undisturbed = cache(self._undisturbed)

    def before(self) -> KilledApp:
        return killed_app(STORY, *self._where)

    def _undisturbed(self) -> tuple[KilledApp, Held]:
        app = self.before()
        restore = act(app)
        assert restore.status is RestoreStatus.COMPLETE, app.outcomes(restore)
        return app, there(app.scene)


@pytest.fixture(scope="module")
def apps(
    site: Site, storage: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Apps]:
    with fork_server() as fork:
        yield Apps(site, storage, fork, tmp_path_factory.mktemp("restores"))


@pytest.mark.parametrize(
    ("step", "call", "after"),
    POINTS,
    ids=[f"{s.name} {call}, {'after' if a else 'before'}" for s, call, a in POINTS],
)
def test_a_process_killed_anywhere_is_made_good(
    apps: Apps,
    step: AnyStep,
    call: str,
    after: bool,  # noqa: FBT001
) -> None:
    plain, held = apps.undisturbed()
    app = apps.before()
    found = [c for c in plain.calls.log if (c.step, c.name) == (step, call)]
    assert found, "the story does not make such a call"
    app.crash = CrashPoint(call, found[0].number, after, step)

    restore = act(app)

    assert app.killed == 1, "the point was never reached"
    assert app.errors == []
    assert restore.status is RestoreStatus.COMPLETE, app.outcomes(restore)
    assert there(app.scene) == held
    assert app.place.holder() is None
    for outcome in app.outcomes(restore):
        if outcome.result is Result.VERIFIED and not outcome.is_folder:
            assert blob_id(held[outcome.path][2]) == outcome.blob
