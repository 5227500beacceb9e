"""OUTSIDE: the rows of runs and shards in an Azure table (port `RunStore`).

Partition: the run's id. Rows: `run`, `shard-000001`, `shard-000002` and so on.
"""

from collections.abc import Iterator
from itertools import batched
from typing import Any

from shared.adapters.rows import (
    run_columns,
    run_of,
    shard_columns,
    shard_of,
    shard_row_key,
)
from shared.adapters.tables import MAX_ROWS, Found, RowWrite, Table
from shared.domain.runs import Run, Shard, ShardStatus
from shared.ports import Stored, Write

RUN_ROW = "run"


class TableRunStore:
    """Runs and shards; the table's transactions and ETags carry the promises."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def run(self, run_id: str) -> Stored[Run] | None:
        """The run's row."""
        found = self._table.get(run_id, RUN_ROW)
        return Stored(run_of(found.columns), found.etag) if found else None

    def shard(self, run_id: str, number: int) -> Stored[Shard] | None:
        """A shard's row."""
        found = self._table.get(run_id, shard_row_key(number))
        return _stored_shard(found) if found else None

    def shards(
        self, run_id: str, status: ShardStatus | None = None, limit: int | None = None
    ) -> Iterator[Stored[Shard]]:
        """The run's shards by rising number."""
        condition = (
            f"PartitionKey eq '{_quoted(run_id)}'"
            " and RowKey ge 'shard-' and RowKey lt 'shard.'"
        )
        if status is not None:
            condition += f" and status eq '{status}'"
        return map(_stored_shard, self._table.query(condition, limit))

    def write(self, *writes: Write[Run] | Write[Shard]) -> tuple[str, ...]:
        """All rows of one run, or none; the new ETags in the same order."""
        if not 1 <= len(writes) <= MAX_ROWS:
            raise ValueError(f"{len(writes)} rows in one transaction")
        return self._table.write([_row(write) for write in writes])

    def forget(self, run_id: str) -> None:
        """Remove the rows of a run's shards, then the run's own."""
        rows = list(self._table.query(f"PartitionKey eq '{_quoted(run_id)}'"))
        rows.sort(key=lambda row: row.columns["RowKey"] == RUN_ROW)
        for some in batched(rows, MAX_ROWS, strict=False):
            self._table.remove(run_id, some)


def _row(write: Write[Run] | Write[Shard]) -> RowWrite:
    row = write.row
    if isinstance(row, Run):
        return RowWrite(_keyed(row.id, RUN_ROW, run_columns(row)), write.etag)
    key = shard_row_key(row.number)
    return RowWrite(_keyed(row.run_id, key, shard_columns(row)), write.etag)


def _keyed(partition: str, row: str, columns: dict[str, Any]) -> dict[str, Any]:
    return {"PartitionKey": partition, "RowKey": row, **columns}


def _stored_shard(found: Found) -> Stored[Shard]:
    return Stored(shard_of(found.columns), found.etag)


def _quoted(text: str) -> str:
    return text.replace("'", "''")
