"""OUTSIDE: one Azure table; knows the SDK's types, but no row's meaning."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.data.tables import TableClient, TableEntity, TableServiceClient, UpdateMode

from shared.adapters.storage_errors import code_of, repeated, translated
from shared.errors import Conflict, NotFound

type Columns = Mapping[str, Any]

MAX_ROWS = 100
"""What a transaction takes (documented: Table service, entity group transactions)."""


@dataclass(frozen=True, slots=True)
class Found:
    """A row as read."""

    columns: Columns
    etag: str


@dataclass(frozen=True, slots=True)
class RowWrite:
    """A row to create, or (with an ETag) to replace if it still has that ETag."""

    columns: Columns
    etag: str | None = None


class Table:
    """One table, created when a write finds it missing; a missing one reads as empty.

    Writes are made once and no more: of one that was cut off it is unknown whether
    it took effect, and a second attempt would only meet the first.
    """

    def __init__(self, service: TableServiceClient, name: str) -> None:
        self._client: TableClient = service.get_table_client(name)
        self._name = name

    def get(self, partition: str, row: str) -> Found | None:
        """The row, None where there is none."""
        try:
            entity = repeated(
                f"read a row of {self._name}",
                lambda: self._client.get_entity(partition, row),
            )
        except NotFound:
            return None
        return _found(entity)

    def query(self, condition: str, limit: int | None = None) -> Iterator[Found]:
        """The rows that meet an OData condition, by rising row key."""
        pages = self._client.query_entities(
            condition, results_per_page=min(limit or 1000, 1000)
        ).by_page()
        action = f"list rows of {self._name}"
        count = 0
        while (page := repeated(action, lambda: _next_page(pages))) is not None:
            for entity in page:
                if count == limit:
                    return
                count += 1
                yield _found(entity)

    def write(self, rows: Sequence[RowWrite]) -> tuple[str, ...]:
        """All rows of one partition or none; the new ETags in the same order.

        A created row that exists: `AlreadyExists`; an ETag that no longer holds, or
        a row that is gone: `Conflict`.
        """
        action = f"write {len(rows)} row(s) of {self._name}"
        try:
            with translated(action):
                return self._submit([_operation(row) for row in rows])
        except NotFound:
            raise Conflict(f"{action}: a row is gone") from None

    def put(self, columns: Columns) -> None:
        """Write the row, replacing what is there."""
        action = f"put a row of {self._name}"
        operation = ("upsert", columns, {"mode": UpdateMode.REPLACE})
        repeated(action, lambda: self._submit([operation]))

    def remove(self, partition: str, rows: Sequence[Found]) -> None:
        """Remove rows of one partition at once; those that changed meanwhile stay.

        At most 100.
        """
        keys = [(str(row.columns["RowKey"]), row.etag) for row in rows]
        try:
            with translated(f"delete {len(rows)} row(s) of {self._name}"):
                self._client.submit_transaction(
                    [_deletion(partition, key, etag) for key, etag in keys]
                )
        except (Conflict, NotFound):
            # Somebody else removes them, too, or wrote one: then each for itself.
            for key, etag in keys:
                self.delete(partition, key, etag)

    def delete(self, partition: str, row: str, etag: str) -> bool:
        """Remove the row if it still has that ETag; whether it was us who did."""
        try:
            with translated(f"delete a row of {self._name}"):
                # delete_entity hides a missing row; a transaction tells it.
                self._client.submit_transaction([_deletion(partition, row, etag)])
        except (Conflict, NotFound):
            return False
        return True

    def _submit(self, operations: list[Any]) -> tuple[str, ...]:
        try:
            answers = self._client.submit_transaction(operations)
        except HttpResponseError as error:
            if code_of(error) != "TableNotFound":
                raise
            self._create()
            answers = self._client.submit_transaction(operations)
        return tuple(str(answer["etag"]) for answer in answers)

    def _create(self) -> None:
        try:
            self._client.create_table()
        except ResourceExistsError as error:
            # Another 409 says that the table is just being deleted.
            if code_of(error) != "TableAlreadyExists":
                raise


def _operation(row: RowWrite) -> tuple[Any, ...]:
    if row.etag is None:
        return ("create", row.columns)
    condition = {
        "mode": UpdateMode.REPLACE,
        "etag": row.etag,
        "match_condition": MatchConditions.IfNotModified,
    }
    return ("update", row.columns, condition)


def _deletion(partition: str, row: str, etag: str) -> tuple[Any, ...]:
    key = {"PartitionKey": partition, "RowKey": row}
    condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
    return ("delete", key, condition)


def _next_page(pages: Iterator[Iterator[TableEntity]]) -> list[TableEntity] | None:
    try:
        page = next(pages, None)
    except ResourceNotFoundError:
        return None
    return None if page is None else list(page)


def _found(entity: TableEntity) -> Found:
    return Found(entity, str(entity.metadata["etag"]))
