"""The state's real adapters, over tables and a container of a test's own."""

from base64 import b64encode
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.data.tables import TableEntity

from shared.adapters.blobs import StorageBlobs
from shared.adapters.poison_queues import StoragePoisonQueues
from shared.adapters.push_lease import BlobPushLease
from shared.adapters.restore_store import TableRestorePlace, TableRestoreStore
from shared.adapters.run_index import TableRunIndex
from shared.adapters.run_store import TableRunStore
from shared.adapters.storage_clients import StorageClients
from shared.adapters.tables import Table
from shared.domain.retention import Poisoned
from shared.ports import Clock, Write
from tests.backup_app import BackupApp


@dataclass(frozen=True)
class RealState:
    """Tables and blobs of one app in an account; `name` is the test's own."""

    clients: StorageClients
    name: str

    @property
    def table(self) -> str:
        return f"runs{self.name}"

    @property
    def restores_table(self) -> str:
        return f"restores{self.name}"

    @property
    def poison_queue(self) -> str:
        return f"{self.name}-poison"

    @property
    def container(self) -> str:
        return f"state-{self.name}"

    def ports(self, clock: Clock) -> dict[str, Any]:
        """The ports of the state, by the names that use cases have for them."""
        runs = Table(self.clients.tables, self.table)
        restores = Table(self.clients.tables, self.restores_table)
        return {
            "store": TableRunStore(runs),
            "index": TableRunIndex(runs),
            "blobs": StorageBlobs(self.clients.blobs, self.container),
            "lease": BlobPushLease(
                self.clients.blobs, self.name, clock, self.container
            ),
            "restores": TableRestoreStore(restores),
            "place": TableRestorePlace(restores),
            "poison": LongAgo(
                StoragePoisonQueues(self.clients.queues, [self.poison_queue])
            ),
        }

    def put_poison(self, text: str) -> None:
        """A message that was given up, as the host leaves it."""
        queue = self.clients.queues.get_queue_client(self.poison_queue)
        with suppress(ResourceExistsError):
            queue.create_queue()
        queue.send_message(b64encode(text.encode()).decode())

    def rows(self) -> Iterator[TableEntity]:
        """All rows of runs as the table gives them."""
        return iter(self.clients.tables.get_table_client(self.table).list_entities())

    def restores(self) -> Iterator[TableEntity]:
        """All rows of restores as the table gives them."""
        table = self.clients.tables.create_table_if_not_exists(self.restores_table)
        return iter(table.list_entities())

    def put_row(self, row: dict[str, Any]) -> None:
        """A row of a run exactly as it is given."""
        table = self.clients.tables.create_table_if_not_exists(self.table)
        table.upsert_entity(row)

    def put_restore(self, row: dict[str, Any]) -> None:
        """A row of a restore exactly as it is given."""
        table = self.clients.tables.create_table_if_not_exists(self.restores_table)
        table.upsert_entity(row)

    def wipe(self) -> None:
        """Leave nothing behind."""
        self.clients.tables.delete_table(self.table)
        self.clients.tables.delete_table(self.restores_table)
        with suppress(ResourceNotFoundError):
            self.clients.blobs.delete_container(self.container)
        with suppress(ResourceNotFoundError):
            self.clients.queues.delete_queue(self.poison_queue)


@dataclass(frozen=True)
class LongAgo:
    """Poison queues in a test's time: what lies there was put there before it began."""

    inner: StoragePoisonQueues

    def oldest(self) -> Sequence[Poisoned]:
        found = self.inner.oldest()
        return [replace(m, inserted_at=datetime(2026, 1, 1, tzinfo=UTC)) for m in found]

    def remove(self, messages: Sequence[Poisoned]) -> int:
        return self.inner.remove(messages)


def move_rows(app: BackupApp, state: Mapping[str, Any]) -> None:
    """Write the rows of an app in memory to these ports."""
    runs = defaultdict[str, list[object]](list)
    for (run_id, _), (row, _) in app.store.rows.items():
        runs[run_id].append(Write(cast("Any", row)))
    for writes in runs.values():
        state["store"].write(*writes)
    for request in app.index.runs.values():
        state["index"].enter(request)
    if app.index.holder:
        state["index"].open(app.index.holder)
    if app.index.waits:
        state["index"].wait(app.index.waits)


def move_blobs(app: BackupApp, state: Mapping[str, Any]) -> None:
    """Write the blobs of an app in memory to this port."""
    for name, content in app.blobs.contents.items():
        state["blobs"].put(name, content)


def move_restores(app: BackupApp, state: Mapping[str, Any]) -> None:
    """Write the rows of restores of an app in memory to this port."""
    for row, _ in app.restores.rows.values():
        state["restores"].write(Write(row))
