"""What poison queues show and give up, on the real service; the fake does the same."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError

from shared.adapters.poison_queues import StoragePoisonQueues
from shared.adapters.queue_depths import QUEUES
from shared.adapters.queues import PLANS, RESTORES, StorageQueue
from shared.adapters.storage_clients import StorageClients
from shared.domain.retention import Poisoned
from shared.ports import MOST_POISONED, PoisonQueues
from tests.fakes.poison import FakePoisonQueues

FIRST, SECOND = f"{PLANS}-poison", f"{RESTORES}-poison"

type Put = Callable[[str, str], None]


@pytest.fixture
def account(clients: StorageClients) -> Iterator[StorageClients]:
    clear(clients)
    yield clients
    clear(clients)


def clear(clients: StorageClients) -> None:
    for name in QUEUES:
        with suppress(ResourceNotFoundError):
            clients.queues.get_queue_client(name).clear_messages()


@pytest.fixture(params=["fake", "queues"])
def both(request: pytest.FixtureRequest) -> tuple[PoisonQueues, Put]:
    """The port, and how the host puts a message into a queue."""
    if request.param == "fake":
        fake = FakePoisonQueues()

        def put(queue: str, text: str) -> None:
            number = str(len(fake.messages))
            fake.messages.append(Poisoned(queue, number, datetime.now(UTC), text))

        return fake, put
    account = cast("StorageClients", request.getfixturevalue("account"))
    return StoragePoisonQueues(account.queues), lambda q, text: copy(account, q, text)


def copy(clients: StorageClients, queue: str, text: str) -> None:
    """As the host does it: in base64, into a queue that it makes."""
    send(clients, queue, b64encode(text.encode()).decode())


def send(clients: StorageClients, queue: str, raw: str) -> None:
    client = clients.queues.get_queue_client(queue)
    with suppress(ResourceExistsError):
        client.create_queue()
    client.send_message(raw, time_to_live=-1)


def test_what_lies_there_is_seen_with_its_age_and_stays(
    both: tuple[PoisonQueues, Put],
) -> None:
    poison, put = both
    put(FIRST, '{"v":1,"run":"é"}')
    put(SECOND, "second")

    for _ in range(3):
        found = poison.oldest()
        assert [(m.queue, m.text) for m in found] == [
            (FIRST, '{"v":1,"run":"é"}'),
            (SECOND, "second"),
        ]
    age = datetime.now(UTC) - found[0].inserted_at
    assert abs(age) < timedelta(minutes=5)


def test_those_that_are_named_go_and_the_others_stay(
    both: tuple[PoisonQueues, Put],
) -> None:
    poison, put = both
    for number in range(4):
        put(FIRST, f"{number}")
    put(SECOND, "4")
    found = poison.oldest()

    removed = poison.remove([found[1], found[3], found[4]])
    again = poison.remove([found[1], found[4]])

    assert (removed, again) == (3, 0)
    assert [m.text for m in poison.oldest()] == ["0", "2"]


def test_of_many_the_oldest_are_seen(both: tuple[PoisonQueues, Put]) -> None:
    poison, put = both
    for number in range(MOST_POISONED + 3):
        put(FIRST, f"{number}")

    first = poison.oldest()
    removed = poison.remove(first)

    assert [m.text for m in first] == [f"{n}" for n in range(MOST_POISONED)]
    assert removed == MOST_POISONED
    assert len(poison.oldest()) == 3


@pytest.mark.parametrize("raw", ["not base64!", "é", "/w==", ""])
def test_whatever_a_message_says_it_is_seen_and_can_go(
    account: StorageClients, raw: str
) -> None:
    poison = StoragePoisonQueues(account.queues)
    send(account, FIRST, raw)
    found = poison.oldest()

    assert len(found) == 1
    assert poison.remove(found) == 1


def test_messages_that_are_still_worked_on_are_none_of_it(
    account: StorageClients,
) -> None:
    StorageQueue(account.queues).plan("20261122T020000Z-3f9a1c")
    send(account, FIRST, "in hand")
    next(iter(account.queues.get_queue_client(FIRST).receive_messages()))

    assert StoragePoisonQueues(account.queues).oldest() == []


def test_without_the_queues_there_is_nothing(account: StorageClients) -> None:
    for name in (FIRST, SECOND):
        with suppress(ResourceNotFoundError):
            account.queues.delete_queue(name)
    poison = StoragePoisonQueues(account.queues)
    gone = Poisoned(FIRST, "1", datetime.now(UTC), "")

    assert (list(poison.oldest()), poison.remove([gone])) == ([], 0)
