"""What every `PushLease` does: the one in memory and the one on a blob."""

import threading
from typing import cast

import pytest
from azure.storage.blob import BlobLeaseClient

from shared.adapters.push_lease import PATIENCE_SECONDS, BlobPushLease
from shared.adapters.storage_clients import StorageClients
from shared.ports import PushLease
from tests.fakes.storage import FakeClock, FakeLease


@pytest.fixture
def blob_lease(clients: StorageClients, container: str) -> BlobPushLease:
    return BlobPushLease(clients.blobs, "org/repo/main", FakeClock(), container)


@pytest.fixture(params=["fake", "blob"])
def lease(request: pytest.FixtureRequest) -> PushLease:
    if request.param == "fake":
        return FakeLease()
    return cast("PushLease", request.getfixturevalue("blob_lease"))


def test_it_can_be_held_again_and_again(lease: PushLease) -> None:
    for _ in range(3):
        with lease.hold():
            pass


def test_it_is_released_when_the_push_fails(lease: PushLease) -> None:
    with pytest.raises(ZeroDivisionError), lease.hold():
        raise ZeroDivisionError

    with lease.hold():
        pass


def test_who_comes_after_a_push_does_not_wait(
    clients: StorageClients, container: str, blob_lease: BlobPushLease
) -> None:
    clock = FakeClock()
    other = BlobPushLease(clients.blobs, "org/repo/main", clock, container)
    with pytest.raises(ZeroDivisionError), blob_lease.hold():
        raise ZeroDivisionError

    with other.hold():
        pass

    assert clock.passed == 0


def test_nothing_runs_on_after_it(lease: PushLease) -> None:
    before = threading.active_count()
    with lease.hold():
        during = threading.active_count()

    assert during == threading.active_count() == before


def test_who_cannot_get_it_waits_a_while_and_goes_on(
    clients: StorageClients, container: str
) -> None:
    holder = BlobPushLease(clients.blobs, "org/repo/main", FakeClock(), container)
    clock = FakeClock()
    other = BlobPushLease(clients.blobs, "org/repo/main", clock, container)

    with holder.hold(), other.hold():
        pass

    assert PATIENCE_SECONDS <= clock.passed < PATIENCE_SECONDS + 2


def test_branches_do_not_wait_for_each_other(
    clients: StorageClients, container: str
) -> None:
    clock = FakeClock()
    holder = BlobPushLease(clients.blobs, "org/repo/main", FakeClock(), container)
    other = BlobPushLease(clients.blobs, "org/repo/é #2", clock, container)

    with holder.hold(), other.hold():
        pass

    assert clock.passed == 0


def test_a_lease_that_was_lost_meanwhile_does_not_hurt(
    clients: StorageClients, container: str, blob_lease: BlobPushLease
) -> None:
    with blob_lease.hold():
        (name,) = clients.blobs.get_container_client(container).list_blob_names()
        BlobLeaseClient(clients.blobs.get_blob_client(container, name)).break_lease(0)

    with blob_lease.hold():
        pass
