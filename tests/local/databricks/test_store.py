"""The workspace's objects on disk."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.databricks import paths
from local.databricks.errors import ApiError
from local.databricks.items import Item
from local.databricks.store import Store

pytestmark = pytest.mark.conforms("ours")


class Clock:
    now = 1000

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(clock: Clock) -> Iterator[Store]:
    opened = Store(clock=clock)
    yield opened
    opened.close()


def test_content_is_there_when_the_store_is_opened_again(tmp_path: Path) -> None:
    first = Store(tmp_path / "new")
    made = first.add("/Shared/x", "FILE", content=b"bytes")
    first.close()

    second = Store(tmp_path / "new")
    found = second.get("/Shared/x")
    content = second.content(made.id)
    second.close()

    assert found == made
    assert content == b"bytes"


def test_no_two_versions_of_an_object_have_the_same_time(store: Store) -> None:
    times = []
    store.add("/x", "FILE", content=b"0")
    for version in range(3):
        item = store.get("/x")
        assert item is not None
        times.append(item.modified_at)
        store.replace(item, b"%d" % version)

    assert times == [1000, 1001, 1002]


@pytest.mark.conforms("reported: terraform-provider-databricks, exporter")
def test_a_move_keeps_ids_and_times_and_takes_everything_along(
    store: Store, clock: Clock
) -> None:
    store.add("/a", "DIRECTORY")
    made = store.add("/a/x", "FILE", content=b"x")
    store.add("/ab", "FILE", content=b"beside")
    clock.now = 5000

    store.move("/a", "/Shared/b")

    moved = store.get("/Shared/b/x")
    assert moved is not None
    assert (moved.id, moved.modified_at) == (made.id, 1000)
    assert store.get("/a/x") is None
    assert store.get("/ab") is not None
    assert [item.path for item in store.children("/Shared/b")] == ["/Shared/b/x"]


@pytest.mark.conforms("documented: Workspace API, delete")
def test_deleting_a_folder_leaves_its_namesake_alone(store: Store) -> None:
    store.add("/a", "DIRECTORY")
    inside = store.add("/a/x", "FILE", content=b"x")
    for beside in ("/ab", "/a.x", "/a!"):
        store.add(beside, "FILE", content=b"x")

    store.remove("/a")

    assert [item.path for item in store.children("/")] == [
        *("/Repos", "/Shared", "/Users", "/a!", "/a.x", "/ab")
    ]
    assert store.content(inside.id) == b""


def test_ids_rise_and_are_never_given_twice(tmp_path: Path) -> None:
    ids = []
    for _ in range(3):
        store = Store(tmp_path)
        for _ in range(3):
            ids.append(store.add("/x", "FILE").id)
            store.remove("/x")
        store.close()

    assert ids == sorted(set(ids))


def test_a_path_is_taken_once_and_case_counts(store: Store) -> None:
    store.add("/acme", "FILE")
    store.add("/Acme", "FILE")

    with pytest.raises(sqlite3.IntegrityError):
        store.add("/acme", "FILE")


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    new = Item(7, "/x", "FILE")

    with pytest.raises(sqlite3.IntegrityError):
        store.add_many([(new, b"x"), (new, b"x")])

    assert store.get("/x") is None


@pytest.mark.conforms("reported: databricks/cli, testserver")
@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("/", "/"),
        ("/Workspace", "/"),
        ("/Workspace/", "/"),
        ("/Workspace/Users/a", "/Users/a"),
        ("/WorkspaceX", "/WorkspaceX"),
        ("//Shared///x/", "/Shared/x"),
        ("/a/../b/./c", "/b/c"),
        ("/a b/ ", "/a b/ "),
        ("/a/..b/...", "/a/..b/..."),
        ("/a\nb", "/a\nb"),
    ],
)
def test_paths_are_cleaned_as_the_server_does(raw: str, path: str) -> None:
    assert paths.clean(raw) == path


@pytest.mark.conforms("reported: databrickslabs/ucx#865")
@pytest.mark.parametrize("raw", ["", None, "a/b", "\\Shared", "/a\0", "/\ud83d"])
def test_what_is_no_path_is_refused(raw: object) -> None:
    with pytest.raises(ApiError) as refused:
        paths.clean(raw)

    assert refused.value.code == "INVALID_PARAMETER_VALUE"
