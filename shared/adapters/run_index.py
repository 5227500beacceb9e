"""OUTSIDE: the index partition of the runs table (port `RunIndex`).

Rows: `open` (whoever holds the place), `waiting` (the start that waits for it) and
one for each run, whose key counts down so that the newest comes first.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.adapters.rows import is_newer, request_columns, request_of
from shared.adapters.tables import Found, RowWrite, Table
from shared.domain.retention import ListedRun
from shared.domain.runs import Request
from shared.errors import AlreadyExists, Conflict, InvalidRequest
from shared.ports import RunPage

PARTITION = "index"
OPEN, WAITING, LISTED = "open", "waiting", "run-"

_MARK = re.compile(r"run-[0-9]{15}-[0-9A-Za-z-]+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_MILLISECOND = 10**15 - 1
_TRIES = 10


class TableRunIndex:
    """The place, the wait and the list."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def open(self, request: Request) -> Request:
        """Take the one place for an open run; who holds it now, we or another."""
        for _ in range(_TRIES):
            try:
                self._table.write([RowWrite(_row(OPEN, request))])
                return request
            except AlreadyExists:
                # The holder may leave between the two calls: then the place is free.
                holder = self.active()
            if holder:
                return holder
        raise Conflict("the place for an open run changes hands all the time")

    def active(self) -> Request | None:
        """The request that holds the place."""
        found = self._table.get(PARTITION, OPEN)
        return request_of(found.columns) if found else None

    def close(self, run_id: str) -> None:
        """Free the place if this run holds it."""
        found = self._table.get(PARTITION, OPEN)
        if found and found.columns.get("run_id") == run_id:
            # The row is never changed, only replaced: a lost race means another's.
            self._table.delete(PARTITION, OPEN, found.etag)

    def wait(self, request: Request) -> None:
        """Leave a start to whoever closes the active run; a second one replaces it."""
        self._table.put(_row(WAITING, request))

    def waiting(self) -> Request | None:
        """The start that waits."""
        found = self._table.get(PARTITION, WAITING)
        return request_of(found.columns) if found else None

    def stop_waiting(self, run_id: str) -> None:
        """Clear the start that waits if it is this run's."""
        found = self._table.get(PARTITION, WAITING)
        if found and _run_id(found) == run_id:
            # A lost race means that another start waits now, or none.
            self._table.delete(PARTITION, WAITING, found.etag)

    def enter(self, request: Request) -> None:
        """Enter the run in the list of all runs."""
        self._table.put(_row(_listed(request), request))

    def newest(self, limit: int, mark: str | None = None) -> RunPage:
        """The newest runs, or those that follow `mark`; `InvalidRequest` if it is none.

        It comes from outside, and goes into a query.
        """
        if mark and not _MARK.fullmatch(mark):
            raise InvalidRequest("next", "is not a mark that an earlier answer gave")
        after = mark or LISTED
        condition = (
            f"PartitionKey eq '{PARTITION}' and RowKey gt '{after}'"
            " and RowKey lt 'run.'"
        )
        rows = list(self._table.query(condition, limit + 1))
        more = len(rows) > limit
        return RunPage(
            tuple(_run_id(row) for row in rows[:limit]),
            str(rows[limit - 1].columns["RowKey"]) if more else None,
        )

    def opened_before(self, moment: datetime, limit: int) -> tuple[Request, ...]:
        """Runs that were opened before the moment, newest first."""
        rows = self._table.query(_before(moment), limit)
        return tuple(request_of(row.columns) for row in rows)

    def listed_before(self, moment: datetime) -> Iterator[ListedRun]:
        """Entries of runs that were opened before the moment, newest first."""
        return map(_entry, self._table.query(_before(moment)))

    def leave(self, listed: ListedRun) -> None:
        """Take the run off the list."""
        key = _listed(listed)
        found = self._table.get(PARTITION, key)
        if found:
            self._table.delete(PARTITION, key, found.etag)


def _listed(run: Request | ListedRun) -> str:
    return f"{_countdown(run.opened_at)}-{run.run_id}"


def _before(moment: datetime) -> str:
    return (
        f"PartitionKey eq '{PARTITION}' and RowKey gt '{_countdown(moment)}.'"
        " and RowKey lt 'run.'"
    )


def _entry(found: Found) -> ListedRun:
    """By what its key tells, which no version writes otherwise."""
    _, countdown, run_id = str(found.columns["RowKey"]).split("-", 2)
    age = timedelta(milliseconds=_LAST_MILLISECOND - int(countdown))
    return ListedRun(run_id, _EPOCH + age, newer=is_newer(found.columns))


def _countdown(moment: datetime) -> str:
    age = int((moment - _EPOCH).total_seconds() * 1000)
    return f"{LISTED}{_LAST_MILLISECOND - age:015d}"


def _run_id(found: Found) -> str:
    return str(found.columns["run_id"])


def _row(key: str, request: Request) -> dict[str, Any]:
    return {"PartitionKey": PARTITION, "RowKey": key, **request_columns(request)}
