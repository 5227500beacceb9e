"""What every `Queue` does: the one in memory and the two storage queues."""

import base64
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import cast

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, QueueMessage

from shared.adapters.queues import PLANS, SHARDS, TIME_TO_LIVE, StorageQueue
from shared.adapters.storage_clients import StorageClients
from shared.domain.messages import Message, PlanMessage, ShardMessage, decode
from shared.ports import Queue
from tests.fakes.storage import FakeQueue

type Take = Callable[[], Message | None]

_RUN = "20261122T020000Z-3f9a1c"


class Raw:
    """Both storage queues as the Functions host sees them."""

    def __init__(self, clients: StorageClients) -> None:
        self.clients: list[QueueClient] = [
            clients.queues.get_queue_client(name) for name in (PLANS, SHARDS)
        ]

    def messages(self) -> Iterator[QueueMessage]:
        for client in self.clients:
            with suppress(ResourceNotFoundError):
                yield from client.receive_messages()

    def take(self) -> Message | None:
        message = next(self.messages(), None)
        return decode(_decoded(message)) if message else None

    def clear(self) -> None:
        for client in self.clients:
            with suppress(ResourceNotFoundError):
                client.clear_messages()


def _decoded(message: QueueMessage) -> bytes:
    return base64.b64decode(str(message.content), validate=True)


@pytest.fixture
def raw(clients: StorageClients) -> Iterator[Raw]:
    raw = Raw(clients)
    raw.clear()
    yield raw
    raw.clear()


@pytest.fixture(params=["fake", "queues"])
def queue_and_take(request: pytest.FixtureRequest) -> tuple[Queue, Take]:
    if request.param == "fake":
        fake = FakeQueue()
        return fake, lambda: (fake.take() or (None, 0))[0]
    raw = cast("Raw", request.getfixturevalue("raw"))
    clients = cast("StorageClients", request.getfixturevalue("clients"))
    return StorageQueue(clients.queues), raw.take


def test_a_plan_message_names_its_run(queue_and_take: tuple[Queue, Take]) -> None:
    queue, take = queue_and_take

    queue.plan(_RUN)

    assert take() == PlanMessage(_RUN)
    assert take() is None


def test_a_shard_message_names_run_and_shard(
    queue_and_take: tuple[Queue, Take],
) -> None:
    queue, take = queue_and_take

    queue.shard(_RUN, 17)

    assert take() == ShardMessage(_RUN, 17)


def test_a_message_may_be_sent_twice(queue_and_take: tuple[Queue, Take]) -> None:
    queue, take = queue_and_take

    queue.plan(_RUN, -1)
    queue.plan(_RUN)

    assert [take(), take(), take()] == [PlanMessage(_RUN), PlanMessage(_RUN), None]


def test_a_delayed_message_is_not_seen_yet(clients: StorageClients, raw: Raw) -> None:
    queue = StorageQueue(clients.queues)

    queue.shard(_RUN, 1, delay=0.2)
    queue.plan(_RUN, delay=3600)

    assert list(raw.messages()) == []
    assert raw.clients[0].get_queue_properties().approximate_message_count == 1


def test_a_very_long_delay_is_cut_to_what_the_queue_takes(
    clients: StorageClients, raw: Raw
) -> None:
    StorageQueue(clients.queues).plan(_RUN, delay=10**9)

    assert raw.clients[0].get_queue_properties().approximate_message_count == 1


def test_a_message_lives_longer_than_any_run(clients: StorageClients, raw: Raw) -> None:
    StorageQueue(clients.queues).plan(_RUN)

    (message,) = raw.messages()
    lives = message.expires_on - message.inserted_on  # type: ignore[operator]
    assert lives.total_seconds() == TIME_TO_LIVE


def test_a_queue_that_was_deleted_is_made_again(
    clients: StorageClients, raw: Raw
) -> None:
    queue = StorageQueue(clients.queues)
    queue.shard(_RUN, 1)
    for client in raw.clients:
        with suppress(ResourceNotFoundError):
            client.delete_queue()

    queue.shard(_RUN, 2)

    assert raw.take() == ShardMessage(_RUN, 2)
