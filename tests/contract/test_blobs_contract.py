"""What every store of blobs does: the one in memory and the one in a container."""

from typing import cast

import pytest

from shared.adapters.blobs import StorageBlobs
from shared.adapters.storage_clients import StorageClients
from shared.domain.retention import StoredBlob
from shared.errors import AlreadyExists
from shared.ports import BlobStore
from tests.fakes.storage import FakeBlobs


@pytest.fixture(params=["fake", "container"])
def blobs(request: pytest.FixtureRequest) -> BlobStore:
    if request.param == "fake":
        return FakeBlobs()
    clients = cast("StorageClients", request.getfixturevalue("clients"))
    return StorageBlobs(clients.blobs, request.getfixturevalue("container"))


def test_what_was_never_written_is_not_there(blobs: BlobStore) -> None:
    blobs.delete("runs/none")

    assert blobs.get("runs/none") is None
    assert list(blobs.names("")) == []
    assert list(blobs.sized("runs/")) == []
    assert list(blobs.groups("runs/")) == []


@pytest.mark.parametrize("content", [b"", b"\x00\xff\r\n", bytes(5_000_000)])
def test_bytes_come_back_exactly(blobs: BlobStore, content: bytes) -> None:
    blobs.put("a", content)
    blobs.create("b", content)

    assert blobs.get("a") == content
    assert blobs.get("b") == content


def test_creating_what_exists_is_told_and_changes_nothing(blobs: BlobStore) -> None:
    blobs.create("runs/1/plan", b"first")

    with pytest.raises(AlreadyExists):
        blobs.create("runs/1/plan", b"second")
    with pytest.raises(AlreadyExists):
        blobs.create("runs/1/plan", b"first")
    assert blobs.get("runs/1/plan") == b"first"


def test_putting_replaces(blobs: BlobStore) -> None:
    blobs.put("checkpoint", b"a long first content")
    blobs.put("checkpoint", b"short")

    assert blobs.get("checkpoint") == b"short"


def test_names_are_those_of_the_prefix_sorted(blobs: BlobStore) -> None:
    for name in ("runs/2/b", "runs/10/a", "runs/2/a", "index/main", "runs/2/a/é 100%"):
        blobs.put(name, b"x")

    assert list(blobs.names("runs/2/")) == ["runs/2/a", "runs/2/a/é 100%", "runs/2/b"]
    assert list(blobs.names("runs/3")) == []
    assert len(list(blobs.names(""))) == 5


def test_blobs_are_listed_with_their_sizes(blobs: BlobStore) -> None:
    for name, size in (("runs/2/b", 3), ("runs/1/a", 2), ("runs/2/a", 0), ("x", 1)):
        blobs.put(name, b"x" * size)

    assert list(blobs.sized("runs/")) == [
        StoredBlob("runs/1/a", 2),
        StoredBlob("runs/2/a", 0),
        StoredBlob("runs/2/b", 3),
    ]


def test_a_group_is_told_once_however_much_is_in_it(blobs: BlobStore) -> None:
    names = ["runs/2/a/1", "runs/2/a/2", "runs/2/b", "runs/10/a", "runs/x", "index/1/2"]
    for name in names:
        blobs.put(name, b"x")

    assert list(blobs.groups("runs/")) == ["runs/10/", "runs/2/"]
    assert list(blobs.groups("runs/2/")) == ["runs/2/a/"]
    assert list(blobs.groups("none/")) == []


def test_deleting_twice_is_deleting_once(blobs: BlobStore) -> None:
    blobs.put("runs/1", b"x")
    blobs.delete("runs/1")
    blobs.delete("runs/1")

    assert blobs.get("runs/1") is None
    assert list(blobs.names("")) == []
