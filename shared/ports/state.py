"""PORTS: what the use cases need to remember between invocations."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.restores import Restore
from shared.domain.retention import ListedRun
from shared.domain.runs import Request, Run, Shard, ShardStatus


@dataclass(frozen=True, slots=True)
class Stored[Row: (Run, Shard, Restore)]:
    """A row as read, with the ETag that a later write of it must still meet."""

    row: Row
    etag: str


@dataclass(frozen=True, slots=True)
class Write[Row: (Run, Shard, Restore)]:
    """A row to write: created where `etag` is None, else only if it still has it."""

    row: Row
    etag: str | None = None


class RunStore(Protocol):
    """The rows of runs and their shards; a run and its shards share a partition."""

    def run(self, run_id: str) -> Stored[Run] | None:
        """The run's row."""
        ...

    def shard(self, run_id: str, number: int) -> Stored[Shard] | None:
        """A shard's row."""
        ...

    def shards(
        self, run_id: str, status: ShardStatus | None = None, limit: int | None = None
    ) -> Iterator[Stored[Shard]]:
        """The run's shards by rising number."""
        ...

    def write(self, *writes: Write[Run] | Write[Shard]) -> tuple[str, ...]:
        """All rows of one run, or none; the new ETags in the same order.

        A created row that exists: `AlreadyExists`; an ETag that no longer holds:
        `Conflict`. At most 100 rows.
        """
        ...

    def forget(self, run_id: str) -> None:
        """Remove the rows of a run's shards, then the run's own."""
        ...


@dataclass(frozen=True, slots=True)
class RunPage:
    """Runs, newest first, and the mark to ask for those that follow."""

    run_ids: tuple[str, ...]
    next: str | None


class RunPlace(Protocol):
    """Which run is open, and which start waits for it."""

    def open(self, request: Request) -> Request:
        """Take the one place for an open run; who holds it now, we or another."""
        ...

    def active(self) -> Request | None:
        """The request that holds the place."""
        ...

    def close(self, run_id: str) -> None:
        """Free the place if this run holds it."""
        ...

    def wait(self, request: Request) -> None:
        """Leave a start to whoever closes the active run; a second one replaces it."""
        ...

    def waiting(self) -> Request | None:
        """The start that waits."""
        ...

    def stop_waiting(self, run_id: str) -> None:
        """Clear the start that waits if it is this run's."""
        ...


class RunList(Protocol):
    """All runs, newest first."""

    def enter(self, request: Request) -> None:
        """Enter the run in the list of all runs."""
        ...

    def newest(self, limit: int, mark: str | None = None) -> RunPage:
        """The newest runs, or those that follow `mark`.

        A mark that no answer can have given: `InvalidRequest`.
        """
        ...

    def opened_before(self, moment: datetime, limit: int) -> tuple[Request, ...]:
        """Runs that were opened before the moment, newest first."""
        ...

    def listed_before(self, moment: datetime) -> Iterator[ListedRun]:
        """Entries of runs that were opened before the moment, newest first.

        Also those that a newer version of this code wrote.
        """
        ...

    def leave(self, listed: ListedRun) -> None:
        """Take the run off the list."""
        ...


class RunIndex(RunPlace, RunList, Protocol):
    """The one place for an open run, and the list of all."""


@dataclass(frozen=True, slots=True)
class RestorePage:
    """Restores, newest first, and the mark to ask for those that follow."""

    restores: tuple[Restore, ...]
    next: str | None


class RestoreStore(Protocol):
    """The rows of restores, newest first; a row is all of a restore's state."""

    def get(self, restore_id: str) -> Stored[Restore] | None:
        """The restore's row."""
        ...

    def write(self, write: Write[Restore]) -> str:
        """The new ETag.

        A created row that exists: `AlreadyExists`; an ETag that no longer holds:
        `Conflict`.
        """
        ...

    def newest(self, limit: int, mark: str | None = None) -> RestorePage:
        """The newest restores, or those that follow `mark`.

        A mark that no answer can have given: `InvalidRequest`.
        """
        ...

    def opened_before(self, moment: datetime, limit: int) -> tuple[str, ...]:
        """The ids of restores that were opened before the moment, newest first."""
        ...

    def forget(self, restore_id: str) -> None:
        """Remove the row."""
        ...


class RestorePlace(Protocol):
    """Which restore may write into the workspace: one at a time."""

    def take(self, restore_id: str) -> str:
        """Take the place if it is free; who holds it now, we or another."""
        ...

    def holder(self) -> str | None:
        """The restore that holds the place."""
        ...

    def free(self, restore_id: str) -> None:
        """Free the place if this restore holds it."""
        ...
