"""A deployment in the midst of a restore: what an older version began is brought to its
end, and nothing is written twice; what a newer one began is refused."""

import gzip
import itertools
import json
from collections.abc import Callable, Mapping

import pytest

from shared.domain.restore_outcomes import Result, outcomes_from
from shared.domain.restores import Restore, RestoreStatus
from shared.errors import UnknownVersion
from tests.backup_app import BackupApp
from tests.fakes.storage import FakeClock
from tests.real_state import RealState
from tests.triggered_app import TriggeredApp
from tests.unit.services.scenes import shown, stored
from tests.versions.moment import FOLDER, Moment, RememberingGit, restore
from tests.versions.test_versions import VERSIONS, clients, state

__all__ = ["clients", "state"]

NEWER = 9
BEGUN = [
    (version, f"restores/{path.name.removesuffix('.json.gz')}")
    for version in VERSIONS
    for path in sorted((FOLDER / str(version) / "restores").glob("*.json.gz"))
]


def the_app(state: RealState, version: int, name: str) -> TriggeredApp:
    clock = FakeClock()
    app = TriggeredApp(**state.ports(clock), clock=clock, git=RememberingGit())
    restore(Moment.load(version, name), app, state)
    app._numbers = itertools.count(5_000)
    app.workspace._numbers = itertools.count(9_001)
    return app


def done(app: BackupApp) -> Mapping[str, bytes]:
    """The blobs that say what became of objects."""
    names = [n for n in app.blobs.names("restores/") if "/done/" in n]
    return {name: app.blobs.get(name) or b"" for name in names}


@pytest.mark.parametrize(("version", "name"), BEGUN)
def test_a_restore_that_an_older_version_began_is_brought_to_its_end(
    state: RealState, version: int, name: str
) -> None:
    app = the_app(state, version, name)
    before = done(app)
    written = {
        outcome.path
        for raw in before.values()
        for outcome in outcomes_from(raw)
        if outcome.result is Result.VERIFIED and not outcome.is_folder
    }

    app.pump()

    (restore_id,) = app.restore_ids
    row = app.restore_row(restore_id)
    assert row.status is RestoreStatus.COMPLETE, app.outcomes(row)
    assert shown(app.workspace) == stored(app.git.files())
    assert {p for call, p in app.writes.calls if call == "import"} & written == set()
    assert before.items() <= done(app).items()
    assert (app.errors, app.poisoned) == ([], [])


@pytest.mark.parametrize("version", VERSIONS)
def test_what_an_older_version_restored_is_told(state: RealState, version: int) -> None:
    app = the_app(state, version, "restores/ended")

    row = app.restore_row(app.restore_ids[0])
    outcomes = [o for o in app.outcomes(row) if not o.is_folder]

    assert len(outcomes) == row.tally.objects
    tried = [o for o in outcomes if o.to_write]
    assert {o.result for o in tried} == {Result.VERIFIED}
    assert len(tried) == row.tally.verified > 0
    assert sum(o.removes for o in tried) == 1


def newer_row(_: TriggeredApp, state: RealState) -> None:
    rows = [row for row in state.restores() if row["PartitionKey"] == "restores"]
    assert rows
    for row in rows:
        state.put_restore({**row, "version": NEWER, "news": "unheard of"})


type Change = Callable[[TriggeredApp, RealState], None]


def newer_blobs(kind: str) -> Change:
    """The restore's documents of a kind, as a newer version writes them."""

    def change(app: TriggeredApp, _: RealState) -> None:
        for name in blobs_of(app, kind):
            facts = json.loads(gzip.decompress(app.blobs.get(name) or b""))
            raw = json.dumps({**facts, "version": NEWER, "rows": "unheard of"})
            app.blobs.put(name, gzip.compress(raw.encode()))

    return change


def newer_lines(kind: str) -> Change:
    """The restore's outcomes of a kind, as a newer version writes them."""

    def change(app: TriggeredApp, _: RealState) -> None:
        for name in blobs_of(app, kind):
            lines = (app.blobs.get(name) or b"").splitlines()
            facts = [
                {**json.loads(line), "version": NEWER, "news": 1} for line in lines
            ]
            app.blobs.put(name, "\n".join(map(json.dumps, facts)).encode())

    return change


def blobs_of(app: BackupApp, kind: str) -> list[str]:
    names = [name for name in app.blobs.names("restores/") if kind in name]
    assert names
    return names


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("located", newer_blobs("/wanted")),
        ("compared", newer_blobs("/shards/")),
        ("compared", newer_lines("/plan/")),
        ("writing", newer_lines("/plan/")),
        ("writing", newer_lines("/done/")),
    ],
    ids=["wanted", "shards", "plan, compared", "plan, written", "done"],
)
def test_what_is_newer_is_refused_and_its_restore_ends(
    state: RealState, name: str, change: Change
) -> None:
    app = the_app(state, 1, f"restores/{name}")
    before = shown(app.workspace)
    change(app, state)

    app.pump()

    row = app.restore_row(app.restore_ids[0])
    assert row.status is RestoreStatus.FAILED
    assert f"version {NEWER}" in row.error
    assert shown(app.workspace) == before
    assert (app.errors, app.poisoned) == ([], [])
    assert again(app).status is RestoreStatus.COMPLETE


def again(app: BackupApp) -> Restore:
    """Another restore of an object that is not there."""
    return app.restore("/a/x", apply=True)


def test_a_row_of_a_newer_version_is_left_to_it_and_keeps_no_place(
    state: RealState,
) -> None:
    app = the_app(state, 1, "restores/writing")
    before = shown(app.workspace)
    newer_row(app, state)

    while app.pending:
        app.step()
        app.receive()
    app.repair()

    kept = [row for row in state.restores() if row["PartitionKey"] == "restores"]
    assert [row["news"] for row in kept] == ["unheard of"]
    assert len(app.poisoned) == 1
    assert {type(error) for error in app.errors} == {UnknownVersion}
    assert app.place.holder() is None
    assert shown(app.workspace) == before
