"""Telemetry as Log Analytics would hold it, and which alerts it raises.

Rows come from what the app logs, through the adapter that logs it. Queries are those of
the deployed template, whole, translated for DuckDB.
"""

import functools
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import duckdb
import duckdb_kql

from shared.adapters.events import LOGGER_NAME, LoggedEvents
from shared.domain.events import Event
from tests.fakes.storage import FakeClock, FakeEvents
from tests.infra.deployments import deployed

TABLES: Mapping[str, Mapping[str, str]] = {
    "AppTraces": {
        "TimeGenerated": "datetime",
        "Message": "string",
        "SeverityLevel": "int",
        "OperationId": "string",
        "AppRoleName": "string",
        "Properties": "dynamic",
    },
    "AppExceptions": {
        "TimeGenerated": "datetime",
        "ExceptionType": "string",
        "OuterMessage": "string",
        "ProblemId": "string",
        "Properties": "dynamic",
    },
}
"""Documented: Azure Monitor Logs reference, AppTraces and AppExceptions."""

_TYPES = {
    "datetime": "TIMESTAMP",
    "string": "VARCHAR",
    "int": "INTEGER",
    "dynamic": "JSON",
}
type Row = dict[str, Any]

RULES = "Microsoft.Insights/scheduledQueryRules"


@functools.cache
def rules(max_age_hours: int = 25) -> Mapping[str, Mapping[str, Any]]:
    """The properties of each alert rule as it would be deployed, by its name."""
    deployment = deployed(backupMaxAgeHours=max_age_hours)
    found = {one.name: one.properties for one in deployment.of(RULES)}
    prefix = len("backup-") + len(next(iter(found)).split("-")[1]) + 1
    return {name[prefix:]: properties for name, properties in found.items()}


def query_of(name: str, max_age_hours: int = 25) -> str:
    """The rule's whole query."""
    [criterion] = rules(max_age_hours)[name]["criteria"]["allOf"]
    return str(criterion["query"])


@functools.cache
def _sql(query: str) -> str:
    return str(duckdb_kql.to_sql(query))


@dataclass
class Telemetry:
    """Rows, each with the moment that it tells of."""

    MAX_AGE: ClassVar = timedelta(hours=25)

    traces: list[tuple[datetime, str]] = field(default_factory=list)
    exceptions: list[tuple[datetime, str]] = field(default_factory=list)

    def tell(self, moment: datetime, *events: Event) -> None:
        """Log the events as the app does."""
        for event in events:
            self.traces.append((moment, logged(event)))

    def fired(self, now: datetime, *, max_age_hours: int = 25) -> dict[str, list[str]]:
        """The alerts that are raised at that moment, with the text of each row."""
        with self._loaded(now) as connection:
            found = {
                name: [str(row["what"]) for row in _found(connection, rule)]
                for name, rule in rules(max_age_hours).items()
                if rule["enabled"]
            }
        return {name: sorted(rows) for name, rows in found.items() if rows}

    def ask(self, query: str, now: datetime, window: timedelta) -> list[Row]:
        """What a query finds of the last so much time."""
        with self._loaded(now) as connection:
            return _asked(connection, query, window)

    @contextmanager
    def _loaded(self, now: datetime) -> Iterator[duckdb.DuckDBPyConnection]:
        """A database whose present is that moment: queries ask what time it is."""
        with duckdb_kql.connect() as connection:
            connection.execute(f"CREATE MACRO now() AS TIMESTAMPTZ '{now.isoformat()}'")
            for table, columns in TABLES.items():
                declared = ", ".join(f"{n} {_TYPES[t]}" for n, t in columns.items())
                connection.execute(f"CREATE TABLE all_{table} ({declared})")
            _insert(connection, "AppTraces", "Message", self.traces)
            _insert(connection, "AppExceptions", "ExceptionType", self.exceptions)
            yield connection


def _insert(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    column: str,
    rows: Sequence[tuple[datetime, str]],
) -> None:
    if rows:
        shown = [[at.astimezone(UTC).replace(tzinfo=None), text] for at, text in rows]
        connection.executemany(
            f"INSERT INTO all_{table} (TimeGenerated, {column}) VALUES (?, ?)",
            shown,
        )


def _found(connection: duckdb.DuckDBPyConnection, rule: Mapping[str, Any]) -> list[Row]:
    """What the rule's query finds within the rule's window."""
    [criterion] = rule["criteria"]["allOf"]
    return _asked(connection, criterion["query"], _WINDOWS[rule["windowSize"]])


def _asked(
    connection: duckdb.DuckDBPyConnection, query: str, window: timedelta
) -> list[Row]:
    minutes = int(window / timedelta(minutes=1))
    for table in TABLES:
        connection.execute(
            f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM all_{table}"
            f" WHERE TimeGenerated > now()::TIMESTAMP - INTERVAL {minutes} MINUTE"
        )
    found = connection.execute(_sql(query))
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


_WINDOWS = {
    "PT1H": timedelta(hours=1),
    "P1D": timedelta(days=1),
    "P2D": timedelta(days=2),
}


def logged(event: Event) -> str:
    """The message of the line that the app logs."""
    heard: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: heard.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger(LOGGER_NAME)
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        LoggedEvents().emit(event)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    [message] = heard
    return message


@dataclass
class TimedEvents(FakeEvents):
    """The port `Events` of an app in memory, whose telemetry is kept."""

    clock: FakeClock = field(default_factory=FakeClock)
    telemetry: Telemetry = field(default_factory=Telemetry)

    def emit(self, event: Event) -> None:
        super().emit(event)
        self.telemetry.tell(self.clock.now(), event)
