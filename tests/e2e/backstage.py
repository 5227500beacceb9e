"""The app's own rows and queues, for tests that look or meddle behind its back."""

from dataclasses import dataclass

from shared.adapters.queues import StorageQueue
from shared.adapters.run_store import TableRunStore
from shared.adapters.storage_clients import StorageClients
from shared.adapters.tables import Table
from shared.domain.runs import Phase, Shard, ShardStatus


@dataclass
class Backstage:
    """The app's queues and rows, as whoever repeats a message has them."""

    clients: StorageClients

    def shards(self, run_id: str) -> list[Shard]:
        store = TableRunStore(Table(self.clients.tables, "runs"))
        return [stored.row for stored in store.shards(run_id)]

    def planned(self, run_id: str) -> bool:
        """Whether the plan is made, and each of its messages is sent."""
        stored = TableRunStore(Table(self.clients.tables, "runs")).run(run_id)
        return stored is not None and stored.row.phase is not Phase.WALKING

    def owned(self, run_id: str) -> int:
        return sum(bool(shard.owner) for shard in self.shards(run_id))

    def repeat_messages(self, run_id: str) -> None:
        """A second copy of each message that the run has had so far."""
        queue = StorageQueue(self.clients.queues)
        for shard in self.shards(run_id):
            if shard.status is not ShardStatus.WAITING:
                queue.shard(run_id, shard.number)
        queue.plan(run_id)
