"""What a newer version wrote is refused, whole and only that; nothing is lost.

As it is after a deployment was taken back: rows, blobs, messages or manifests are there
that this code must not read. Who can end the run does, and says why.
"""

import gzip
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shared.adapters.storage_clients import StorageClients, connect
from shared.domain.manifest import manifest_path
from shared.domain.messages import Message, encode
from shared.errors import UnknownVersion
from tests.fakes.storage import FakeClock
from tests.real_state import RealState
from tests.triggered_app import TriggeredApp
from tests.unit.services.scenes import (
    assert_mirrored,
    content,
    stranger_commits,
    without_records,
)
from tests.versions.moment import Moment, RememberingGit, restore

type Change = Callable[[RealState, TriggeredApp], object]
NEWER = 9
UNREAD = "left to the newer version"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def clients(storage: str) -> Iterator[StorageClients]:
    clients = connect(storage)
    yield clients
    clients.close()


@pytest.fixture
def state(clients: StorageClients) -> Iterator[RealState]:
    state = RealState(clients, f"newer{next(_numbers)}")
    yield state
    state.wipe()


@dataclass(kw_only=True)
class RolledBackApp(TriggeredApp):
    """Open is also what cannot be read, as long as it has the place."""

    state: RealState

    @property
    def unfinished(self) -> bool:
        try:
            return super().unfinished
        except UnknownVersion:
            return any(row["RowKey"] == "open" for row in self.state.rows())


def an_app(state: RealState, moment: str) -> TriggeredApp:
    clock = FakeClock()
    app = RolledBackApp(
        state=state, **state.ports(clock), clock=clock, git=RememberingGit()
    )
    restore(Moment.load(1, moment), app, state)
    app._numbers = itertools.count(5_000)
    return app


def newer_rows(state: RealState, wanted: Callable[[str], bool]) -> None:
    """Rows of such keys as a newer version leaves them."""
    rows = [row for row in state.rows() if wanted(row["RowKey"])]
    assert rows
    for row in rows:
        state.put_row({**row, "version": NEWER, "news": "unheard of"})


def newer_blobs(app: TriggeredApp, kind: str) -> None:
    """The open run's blobs of a kind, as a newer version writes them."""
    names = [n for n in app.blobs.names(f"runs/{app.run_ids[0]}/") if kind in n]
    assert names
    for name in names:
        facts = json.loads(gzip.decompress(app.blobs.get(name) or b""))
        raw = json.dumps({**facts, "version": NEWER, "news": "unheard of"}).encode()
        app.blobs.put(name, gzip.compress(raw))


def newer_messages(app: TriggeredApp) -> None:
    """Messages on their way that a newer version sent."""
    old = {message for _, _, message in app.pending}

    def written(message: Message) -> str:
        is_newer = message in old and message not in app.poisoned
        return (
            encode(message).replace('"v":1', '"v":2') if is_newer else encode(message)
        )

    app.written = written


def rows_where(wanted: Callable[[str], bool]) -> Change:
    return lambda state, _: newer_rows(state, wanted)


def blobs_named(kind: str) -> Change:
    return lambda _, app: newer_blobs(app, kind)


CASES: dict[str, tuple[Change, str]] = {
    "the run's row": (rows_where(lambda key: key == "run"), UNREAD),
    "all rows": (rows_where(lambda _: True), UNREAD),
    "the shards' rows": (rows_where(lambda key: key.startswith("shard-")), "failed"),
    "the row in the list": (rows_where(lambda key: key.startswith("run-")), "complete"),
    "the plans": (blobs_named("/plans/"), "failed"),
    "the checkpoints": (blobs_named("/checkpoints/"), "failed"),
    "the messages": (lambda _, app: newer_messages(app), "complete"),
}


@pytest.mark.parametrize("what", CASES)
def test_what_is_newer_is_refused_and_its_run_ends(state: RealState, what: str) -> None:
    change, status = CASES[what]
    app = an_app(state, "walking")
    run_id, before = app.run_ids[0], content(app.git.files())
    change(state, app)

    app.pump()
    after = content(app.git.files())
    day = app.run()

    assert app.index.active() is None
    assert before.items() <= after.items()
    assert told(app, run_id) == status
    assert [n.run_id for n in app.notifier.told].count(run_id) == 1
    assert day.status == "complete", day.error
    assert_mirrored(app)
    assert app.run().unchanged


def told(app: TriggeredApp, run_id: str) -> str:
    """How the run ended; or that this code cannot read its row."""
    try:
        run = app.row(run_id)
    except UnknownVersion:
        assert app.poisoned
        return UNREAD
    if run.status != "complete":
        assert f"version {NEWER}" in run.error
    return run.status.value


def test_a_start_of_a_newer_version_waits_on_and_hinders_nobody(
    state: RealState,
) -> None:
    app = an_app(state, "finishing")
    newer_rows(state, lambda key: key == "waiting")

    app.pump()

    assert app.row(app.run_ids[0]).status == "complete"
    assert (app.poisoned, app.errors) == ([], [])
    assert app.run().status == "complete"
    assert_mirrored(app)


def test_a_manifest_of_a_newer_version_is_not_replaced(state: RealState) -> None:
    app = an_app(state, "at_rest")
    path = manifest_path("a")
    old = app.git.files()[path]
    stranger_commits(app, {path: old.replace(b'"version": 1', b'"version": 2')})
    before = without_records(app.git.files())

    run = app.run()
    kept = without_records(app.git.files())
    stranger_commits(app, {path: old})
    day = app.run()

    assert (run.status, kept) == ("failed", before)
    assert "manifest version 2" in run.error
    assert day.status == "complete", day.error
    assert_mirrored(app)
