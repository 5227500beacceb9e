"""A deployment in the midst of a run: what an older version wrote is worked to its end.

Everything that it began goes on, and nothing is done twice.
"""

import itertools
from collections.abc import Iterator

import pytest

from shared.adapters.storage_clients import StorageClients, connect
from tests.backup_app import BackupApp
from tests.fakes.storage import FakeClock
from tests.real_state import RealState
from tests.unit.services.endings import exported, timed_files
from tests.unit.services.scenes import assert_mirrored, assert_whole
from tests.versions.moment import FOLDER, Moment, RememberingGit, restore

VERSIONS = sorted(int(path.name) for path in FOLDER.iterdir() if path.name.isdigit())
WRITTEN = [
    (version, path.name.removesuffix(".json.gz"))
    for version in VERSIONS
    for path in sorted((FOLDER / str(version)).glob("*.json.gz"))
]
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def clients(storage: str) -> Iterator[StorageClients]:
    clients = connect(storage)
    yield clients
    clients.close()


@pytest.fixture
def state(clients: StorageClients) -> Iterator[RealState]:
    state = RealState(clients, f"version{next(_numbers)}")
    yield state
    state.wipe()


def the_app(state: RealState, version: int, name: str) -> BackupApp:
    clock = FakeClock()
    app = BackupApp(**state.ports(clock), clock=clock, git=RememberingGit())
    restore(Moment.load(version, name), app, state)
    app._numbers = itertools.count(5_000)
    return app


@pytest.mark.parametrize(("version", "name"), WRITTEN)
def test_what_an_older_version_left_is_worked_to_its_end(
    state: RealState, version: int, name: str
) -> None:
    app = the_app(state, version, name)
    before = {*app.run_ids}
    held = up_to_date(app)

    app.pump()
    after = {*app.run_ids}
    day = app.run()

    assert {app.row(run_id).status for run_id in after} == {"complete"}
    assert before <= after
    assert day.status == "complete"
    assert_mirrored(app)
    assert_whole(app.git)
    assert held & exported(app).keys() == set()
    assert max(exported(app)[path] for path in timed_files(app.git.files())) <= 1
    assert app.run().unchanged


def up_to_date(app: BackupApp) -> set[str]:
    """What Git holds as the workspace has it, of what tells its time."""
    held, objects = timed_files(app.git.files()), app.workspace.objects
    files = app.git.files()
    return {
        path
        for path, file in held.items()
        if path in objects and files[file] == app.workspace.contents[path]
    }
