"""What a look at storage takes and leaves, on the real service."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobLeaseClient

from shared.adapters.lease_trial import NAME, BlobLeaseTrial
from shared.adapters.queue_depths import POISON, QUEUES, StorageQueueDepths
from shared.adapters.queues import PLANS, SHARDS, StorageQueue
from shared.adapters.storage_clients import StorageClients
from shared.errors import LeaseHeld


@pytest.fixture
def depths(clients: StorageClients) -> Iterator[StorageQueueDepths]:
    clear(clients)
    yield StorageQueueDepths(clients.queues)
    clear(clients)


def clear(clients: StorageClients) -> None:
    for name in QUEUES:
        with suppress(ResourceNotFoundError):
            clients.queues.get_queue_client(name).clear_messages()


def test_messages_are_counted_by_queue_and_stay(
    clients: StorageClients, depths: StorageQueueDepths
) -> None:
    queue = StorageQueue(clients.queues)
    for _ in range(3):
        queue.plan("20261122T020000Z-3f9a1c")
    queue.shard("20261122T020000Z-3f9a1c", 1, delay=3600)

    for _ in range(2):
        found = depths.depths()
        assert (found[PLANS], found[SHARDS]) == (3, 1)


def test_a_queue_that_is_not_there_holds_nothing(
    clients: StorageClients, depths: StorageQueueDepths
) -> None:
    with suppress(ResourceNotFoundError):
        clients.queues.delete_queue(SHARDS + POISON)

    assert depths.depths()[SHARDS + POISON] == 0


def test_a_lease_is_tried_again_and_again_also_where_there_is_no_container(
    clients: StorageClients, container: str
) -> None:
    trial = BlobLeaseTrial(clients.blobs, container)

    for _ in range(3):
        trial.take_and_release()

    names = clients.blobs.get_container_client(container).list_blob_names()
    assert list(names) == [NAME]


def test_a_lease_that_somebody_holds_is_held(
    clients: StorageClients, container: str
) -> None:
    trial = BlobLeaseTrial(clients.blobs, container)
    trial.take_and_release()
    other = BlobLeaseClient(clients.blobs.get_blob_client(container, NAME))
    other.acquire(15)

    with pytest.raises(LeaseHeld):
        trial.take_and_release()

    other.release()
