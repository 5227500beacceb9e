"""PORTS: what the use cases need from outside; promises behaviour, does nothing.

Unless a method says otherwise it raises `Throttled` or `Unavailable` where trying
again can help and `CredentialsRefused` where the identity is not accepted, and may
be called twice with the same effect as once.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from shared.domain.events import Event
from shared.domain.git import Commit, Comparison, Push, TreeItem
from shared.domain.objects import Format, GitFolder, Identity, WorkspaceObject
from shared.domain.runs import Request, Run, Shard, ShardStatus

type RequestKind = Literal["list", "export", "import"]


class Workspace(Protocol):
    """A Databricks workspace, read."""

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """The folder's direct children, in one request.

        A path that is no folder: `NotFound`. Not there or not visible: `NotFound`;
        not readable: `AccessDenied`. Paths come back without the `/Workspace`
        alias, types as the workspace's own words.
        """
        ...

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002
        """The object's bytes, exactly, in one request.

        `TooLarge`, `NotExportable`, `ExportDisabled`, `AccessDenied`, `NotFound`
        as the workspace says; a body that came short is `Unavailable`.
        """
        ...

    def git_folders(self) -> tuple[GitFolder, ...]:
        """All Git folders the identity may see."""
        ...

    def identity(self) -> Identity:
        """Who the workspace takes us for."""
        ...


class RequestBudget(Protocol):
    """Slots for requests of one kind, shared by the whole app."""

    def take(self, kind: RequestKind) -> None:
        """Wait for the next free slot and use it."""
        ...

    def throttled(self, kind: RequestKind, retry_after: float | None) -> bool:
        """The workspace answered 429: everybody slows down.

        False where they had slowed down for it already.
        """
        ...


class GitReader(Protocol):
    """The backup repository, read. Ids are 40 hex digits, paths have no leading /."""

    def tip(self) -> str | None:
        """The backup branch's commit; None where the branch does not exist yet.

        A repository that is missing or invisible: `NotFound`.
        """
        ...

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        """The direct children of each folder (`""`: the top), and the files named.

        What does not exist at `commit` is simply not among the answers. Names are
        compared exactly. One request, whatever the number of paths.
        """
        ...

    def tree(self, commit: str) -> tuple[TreeItem, ...]:
        """Every file of the commit, in one request."""
        ...

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """The blobs' bytes by id; one request per 500. A missing one: `NotFound`."""
        ...

    def compare(self, base: str, target: str) -> Comparison:
        """What differs between two commits, all of it, over all pages.

        A base that the repository does not know: `descends` is false.
        """
        ...

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        """The commit and its ancestors, newest first, at most `limit`."""
        ...


class GitWriter(Protocol):
    """The backup repository, written."""

    def push(self, push: Push) -> str:
        """Commit the changes on the backup branch, all or nothing; the new commit's id.

        `RefMoved`: the tip is not `push.old`. `StaleDecision`: an added path exists,
        an edited or deleted one does not. `PushRefused`, `AccessDenied`, `TooLarge`.
        After `Unavailable` it is unknown whether the push took effect. Not to be
        called twice without reading the tip in between.
        """
        ...

    def tag(self, name: str, commit: str, message: str) -> None:
        """An annotated tag; one of that name that exists is left as it is."""
        ...


@dataclass(frozen=True, slots=True)
class Stored[Row: (Run, Shard)]:
    """A row as read, with the ETag that a later write of it must still meet."""

    row: Row
    etag: str


@dataclass(frozen=True, slots=True)
class Write[Row: (Run, Shard)]:
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

    def leave(self, request: Request) -> None:
        """Take the run off the list."""
        ...


class RunIndex(RunPlace, RunList, Protocol):
    """The one place for an open run, and the list of all."""


class Blobs(Protocol):
    """Plans, checkpoints, outcomes and indexes; each written as a whole."""

    def create(self, name: str, content: bytes) -> None:
        """Write what must not exist yet: `AlreadyExists`."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write, replacing what is there."""
        ...

    def get(self, name: str) -> bytes | None:
        """The content, None where there is none."""
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """All names that begin with `prefix`, sorted."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; nothing happens where there is none."""
        ...


class PushLease(Protocol):
    """One pusher at a time, as a courtesy: the lock is the ref's expected old id."""

    def hold(self) -> AbstractContextManager[None]:
        """Wait for the lease, a bounded time, and hold it; then go on anyway."""
        ...


class Queue(Protocol):
    """Messages between the app's functions."""

    def plan(self, run_id: str, delay: float = 0) -> None:
        """Go on with the run's plan or finish, `delay` seconds from now."""
        ...

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        """Work on a shard, `delay` seconds from now."""
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The time, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Events(Protocol):
    """One structured event a state change."""

    def emit(self, event: Event) -> None:
        """Write it; never raises."""
        ...
