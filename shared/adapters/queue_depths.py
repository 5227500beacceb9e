"""OUTSIDE: how much lies in the app's queues (port `QueueDepths`); takes nothing out.

Documented: Get Queue Metadata; the count is about right, and never too low.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from azure.storage.queue import QueueServiceClient

from shared.adapters.queues import PLANS, RESTORES, SHARDS
from shared.adapters.storage_errors import repeated
from shared.errors import NotFound

POISON = "-poison"
QUEUES = tuple(
    queue + suffix for queue in (PLANS, SHARDS, RESTORES) for suffix in ("", POISON)
)


@dataclass(frozen=True, slots=True)
class StorageQueueDepths:
    """Of each queue that a message ever was in."""

    service: QueueServiceClient

    def depths(self) -> Mapping[str, int]:
        """By name; a queue that is not there yet holds nothing."""
        return {name: self._depth(name) for name in QUEUES}

    def _depth(self, name: str) -> int:
        client = self.service.get_queue_client(name)
        try:
            found = repeated(f"look at {name}", client.get_queue_properties)
        except NotFound:
            return 0
        return int(found.approximate_message_count or 0)
