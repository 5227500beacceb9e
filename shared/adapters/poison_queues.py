"""OUTSIDE: what lies in the poison queues (port `PoisonQueues`); knows no meaning.

The host puts messages there, and its functions take them out. What stays was refused
by them for too often (documented: until 5.3.8 of the storage extension such a message
was skipped indefinitely) or lost its function. When a copy made by the host expires is
not documented; reported are seven days.
"""

import base64
import binascii
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from azure.storage.queue import QueueClient, QueueMessage, QueueServiceClient

from shared.adapters.queue_depths import POISON, QUEUES
from shared.adapters.storage_errors import repeated
from shared.domain.retention import Poisoned
from shared.errors import NotFound
from shared.ports import MOST_POISONED

POISON_QUEUES = tuple(name for name in QUEUES if name.endswith(POISON))

_IN_HAND_SECONDS = 30
"""Long enough to delete what was received; after that it is there again."""


@dataclass(frozen=True, slots=True)
class StoragePoisonQueues:
    """The poison queues of all queues of the app, unless others are named."""

    service: QueueServiceClient
    queues: Sequence[str] = POISON_QUEUES

    def oldest(self) -> Sequence[Poisoned]:
        """The oldest few of each poison queue; see the port."""
        return [message for name in self.queues for message in self._oldest(name)]

    def remove(self, messages: Sequence[Poisoned]) -> int:
        """Remove these, as far as they are still there; see the port."""
        wanted = defaultdict[str, set[str]](set)
        for message in messages:
            wanted[message.queue].add(message.id)
        return sum(self._remove(name, ids) for name, ids in wanted.items())

    def _oldest(self, name: str) -> list[Poisoned]:
        client = self.service.get_queue_client(name)
        try:
            found = repeated(
                f"look into {name}", lambda: client.peek_messages(MOST_POISONED)
            )
        except NotFound:
            return []
        return [
            Poisoned(name, str(m.id), _time(m.inserted_on), _text(str(m.content)))
            for m in found
        ]

    def _remove(self, name: str, ids: set[str]) -> int:
        client = self.service.get_queue_client(name)
        removed = 0
        for message in _received(client):
            if message.id in ids:
                removed += _delete(client, message)
            else:
                _give_back(client, message)
        return removed


def _received(client: QueueClient) -> list[QueueMessage]:
    def receive() -> list[QueueMessage]:
        pages = client.receive_messages(
            messages_per_page=MOST_POISONED, visibility_timeout=_IN_HAND_SECONDS
        ).by_page()
        return [*next(pages, [])]

    try:
        return repeated("receive poison messages", receive)
    except NotFound:
        return []


def _delete(client: QueueClient, message: QueueMessage) -> bool:
    try:
        repeated("delete a poison message", lambda: client.delete_message(message))
    except NotFound:
        return False
    return True


def _give_back(client: QueueClient, message: QueueMessage) -> None:
    with suppress(NotFound):
        repeated(
            "give a poison message back",
            lambda: client.update_message(message, visibility_timeout=0),
        )


def _time(moment: datetime | None) -> datetime:
    return (moment or datetime.now(UTC)).astimezone(UTC)


def _text(content: str) -> str:
    """What the host reads: base64; of anything else, the thing itself."""
    try:
        return base64.b64decode(content, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return content
