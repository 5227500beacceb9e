"""OUTSIDE: the budgets' rows in an Azure table, one a kind of request.

Table `budgets`: one partition, the kind as the row key. A write's ETag holds the
moment at which the service made it, to the tenth of a microsecond (documented: Table
service, `Timestamp` and `ETag`); that is how workers agree on the time.
"""

import re
from datetime import UTC, datetime
from urllib.parse import unquote

from shared.adapters.tables import Columns, RowWrite, Table
from shared.domain.budget import Lane
from shared.errors import Permanent, UnknownVersion
from shared.ports import RequestKind

PARTITION = "budgets"
ROW_VERSION = 1

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z")


class TableLaneRows:
    """The lanes of all kinds."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, kind: RequestKind) -> tuple[Lane, str] | None:
        """The lane and its ETag."""
        found = self._table.get(PARTITION, kind)
        return (_lane(found.columns), found.etag) if found else None

    def write(
        self, kind: RequestKind, lane: Lane, etag: str | None
    ) -> tuple[str, float]:
        """Create it (no ETag) or replace it; its new ETag and the service's time."""
        columns = {
            "PartitionKey": PARTITION,
            "RowKey": kind,
            "version": ROW_VERSION,
            "factor": lane.factor,
            "next_slot": _moment(lane.next_slot),
            "paused_until": _moment(lane.paused_until),
            "throttled_at": _moment(lane.throttled_at),
        }
        (new_etag,) = self._table.write([RowWrite(columns, etag)])
        return new_etag, service_time(new_etag)


def service_time(etag: str) -> float:
    """When the service wrote a row, in seconds since 1970, by the row's ETag."""
    match = _MOMENT.search(unquote(etag))
    if match is None:
        raise Permanent("the table does not say when it wrote a row")
    whole, fraction = match.groups()
    seconds = datetime.fromisoformat(f"{whole}+00:00").timestamp()
    return seconds + float(fraction or 0)


def _lane(columns: Columns) -> Lane:
    if columns.get("version", 1) > ROW_VERSION:
        raise UnknownVersion(f"budget row version {columns['version']}")
    moments = (
        columns[name].timestamp()
        for name in ("next_slot", "paused_until", "throttled_at")
    )
    return Lane(float(columns["factor"]), *moments)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
