"""OUTSIDE: the restores table (ports `RestoreStore` and `RestorePlace`).

One partition holds all restores, a row each, whose key counts down so that the newest
comes first and follows from the restore's id alone; another holds the place.
"""

import re
from datetime import UTC, datetime, timedelta

from shared.adapters.restore_rows import restore_columns, restore_of
from shared.adapters.tables import Found, RowWrite, Table
from shared.domain.restore_ids import is_restore_id, restore_opened_at
from shared.domain.restores import Restore
from shared.errors import AlreadyExists, Conflict, InvalidRequest
from shared.ports import RestorePage, Stored, Write

RESTORES, PLACE = "restores", "place"

_MARK = re.compile(r"[0-9]{12}-restore-[0-9TZ]{16}-[0-9a-f]{6}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_SECOND = 10**12 - 1
_ALMOST_A_SECOND = timedelta(microseconds=999_999)
_TRIES = 10


class TableRestoreStore:
    """The rows of restores."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, restore_id: str) -> Stored[Restore] | None:
        """The restore's row; None also for what cannot be a restore's id."""
        if not is_restore_id(restore_id):
            return None
        found = self._table.get(RESTORES, _key(restore_id))
        return Stored(restore_of(found.columns), found.etag) if found else None

    def write(self, write: Write[Restore]) -> str:
        """The new ETag; see the port."""
        columns = {
            "PartitionKey": RESTORES,
            "RowKey": _key(write.row.id),
            **restore_columns(write.row),
        }
        return self._table.write([RowWrite(columns, write.etag)])[0]

    def newest(self, limit: int, mark: str | None = None) -> RestorePage:
        """The newest restores, or those that follow `mark`; see the port."""
        if mark and not _MARK.fullmatch(mark):
            raise InvalidRequest("next", "is not a mark that an earlier answer gave")
        condition = f"PartitionKey eq '{RESTORES}' and RowKey gt '{mark or ''}'"
        rows = list(self._table.query(condition, limit + 1))
        more = len(rows) > limit
        return RestorePage(
            tuple(restore_of(row.columns) for row in rows[:limit]),
            _row_key(rows[limit - 1]) if more else None,
        )

    def opened_before(self, moment: datetime, limit: int) -> tuple[str, ...]:
        """The ids of restores that were opened before the moment; see the port."""
        # An id knows the second alone: those of a second that has begun are before it.
        after = f"{_countdown(moment + _ALMOST_A_SECOND)}."
        condition = f"PartitionKey eq '{RESTORES}' and RowKey gt '{after}'"
        rows = self._table.query(condition, limit)
        return tuple(_row_key(row).partition("-")[2] for row in rows)

    def forget(self, restore_id: str) -> None:
        """Remove the row."""
        found = self._table.get(RESTORES, _key(restore_id))
        if found:
            self._table.delete(RESTORES, _key(restore_id), found.etag)


class TableRestorePlace:
    """Which restore may write: one row, created by whoever takes the place."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def take(self, restore_id: str) -> str:
        """Take the place if it is free; see the port."""
        row = {"PartitionKey": PLACE, "RowKey": PLACE, "restore_id": restore_id}
        for _ in range(_TRIES):
            try:
                self._table.write([RowWrite(row)])
                return restore_id
            except AlreadyExists:
                # The holder may leave between the two calls: then the place is free.
                holder = self.holder()
            if holder:
                return holder
        raise Conflict("the place for a restore changes hands all the time")

    def holder(self) -> str | None:
        """The restore that holds the place."""
        found = self._table.get(PLACE, PLACE)
        return str(found.columns["restore_id"]) if found else None

    def free(self, restore_id: str) -> None:
        """Free the place if this restore holds it."""
        found = self._table.get(PLACE, PLACE)
        if found and found.columns.get("restore_id") == restore_id:
            # The row is never changed, only replaced: a lost race means another's.
            self._table.delete(PLACE, PLACE, found.etag)


def _key(restore_id: str) -> str:
    return f"{_countdown(restore_opened_at(restore_id))}-{restore_id}"


def _countdown(moment: datetime) -> str:
    return f"{_LAST_SECOND - int((moment - _EPOCH).total_seconds()):012d}"


def _row_key(row: Found) -> str:
    return str(row.columns["RowKey"])
