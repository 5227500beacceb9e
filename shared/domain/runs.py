"""DECISIONS: a run and its shards, and the states they pass through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Protocol

from shared.domain.objects import parent
from shared.domain.remedies import Remedy
from shared.domain.scope import Scope
from shared.domain.slices import Slice


class RunStatus(StrEnum):
    """Where a run stands; the last four are ends."""

    PLANNING = "planning"
    RUNNING = "running"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether work on the run may still be done."""
        return self in {RunStatus.PLANNING, RunStatus.RUNNING}


class Mode(StrEnum):
    """What is exported: what changed, or everything."""

    INCREMENTAL = "incremental"
    FULL = "full"


class Phase(StrEnum):
    """How far the plan of a run is."""

    WALKING = "walking"
    WALKED = "walked"
    PLANNED = "planned"


class Stop(StrEnum):
    """Why an open run is to end before its work is done."""

    NONE = ""
    CANCELLED = "cancelled"
    DEADLINE = "deadline"
    CREDENTIALS = "credentials"


class ShardStatus(StrEnum):
    """Where a shard stands: waiting for a place, in the queue or worked on, ended."""

    WAITING = "waiting"
    QUEUED = "queued"
    DONE = "done"
    FAILED = "failed"

    @property
    def open(self) -> bool:
        """Whether the shard is still to be done."""
        return self in {ShardStatus.WAITING, ShardStatus.QUEUED}


class ShardKind(StrEnum):
    """What a shard does with its folders."""

    STORE = "store"
    DELETE = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Counts of objects, but where the name says otherwise; adds up over shards."""

    listed: int = 0
    folders: int = 0
    to_export: int = 0
    exported: int = 0
    stored: int = 0
    stored_bytes: int = 0
    equal: int = 0
    excepted: int = 0
    new_exceptions: int = 0
    failed: int = 0
    new_failures: int = 0
    vanished: int = 0
    deleted: int = 0
    moved: int = 0
    held: int = 0
    out_of_place: int = 0
    mismatched: int = 0
    pushes: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Field by field."""
        return Tally(
            **{
                f.name: getattr(self, f.name) + getattr(other, f.name)
                for f in fields(Tally)
            }
        )


def add_calls(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    """Requests per endpoint, of both."""
    return {key: one.get(key, 0) + other.get(key, 0) for key in sorted({*one, *other})}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What somebody asked for; enough to open the run again after a crash.

    With a `slice`, only the folders of it are looked at, and nothing else of the scope.
    """

    run_id: str
    scope: Scope
    full_scope: bool
    mode: Mode = Mode.INCREMENTAL
    slice: Slice | None = None
    dry_run: bool = False
    message: str = ""
    allow_deletions: str = ""
    trigger: str = "timer"
    requested_by: str = ""
    attempt: int = 0
    opened_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def covers(self, path: str) -> bool:
        """Whether the run looks at the object or folder at this path."""
        if self.slice is None:
            return self.scope.covers(path)
        sliced = self.slice.holds(path) or self.slice.holds(parent(path))
        return sliced and self.scope.covers(path)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run's row. `places` of `window` are taken by shards in the queue.

    `rewritten`: the branch was found not to continue what it had been.
    """

    request: Request
    status: RunStatus
    deadline: datetime
    phase: Phase = Phase.WALKING
    owner: str = ""
    lease_until: datetime | None = None
    checkpoint: str = ""
    stop: Stop = Stop.NONE
    base: str = ""
    tip: str = ""
    base_index: str = ""
    identity: str = ""
    admin: bool = False
    rewritten: bool = False
    shards: int = 0
    shards_open: int = 0
    places: int = 0
    walk_complete: bool = False
    tally: Tally = field(default_factory=Tally)
    calls: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None
    commit: str = ""
    unchanged: bool = False
    confirms: str = ""
    error: str = ""
    touched_at: datetime | None = None

    @property
    def id(self) -> str:
        """The run's id."""
        return self.request.run_id


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """How a shard ends: done, or with what did not go and what helps."""

    status: ShardStatus
    error: str = ""
    remedy: Remedy = Remedy.WAIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """A shard's row. `pushed` are the (old tip, commit) pairs of its pushes.

    `position` folders of its plan are done, and `inside` objects of the next one, as
    far as a run that exports everything has to know.
    """

    run_id: str
    number: int
    kind: ShardKind
    status: ShardStatus
    plan: str
    objects: int
    folders: int
    owner: str = ""
    lease_until: datetime | None = None
    attempts: int = 0
    position: int = 0
    inside: int = 0
    pushed: tuple[tuple[str, str], ...] = ()
    tally: Tally = field(default_factory=Tally)
    calls: Mapping[str, int] = field(default_factory=dict)
    outcomes: tuple[str, ...] = ()
    error: str = ""
    remedy: Remedy = Remedy.WAIT
    touched_at: datetime | None = None


def new_run(request: Request, deadline: datetime) -> Run:
    """The row a run begins with."""
    return Run(
        request=request,
        status=RunStatus.PLANNING,
        deadline=deadline,
        touched_at=request.opened_at,
    )


class Claimable(Protocol):
    """A row that one worker at a time has, until its lease ends."""

    @property
    def owner(self) -> str:
        """Who has it, empty for nobody."""
        ...

    @property
    def lease_until(self) -> datetime | None:
        """Until when, unless the owner renews it."""
        ...


def held_by_other(row: Claimable, owner: str, now: datetime) -> bool:
    """Whether somebody else's claim on the row is still alive."""
    if not row.owner or row.owner == owner or row.lease_until is None:
        return False
    return row.lease_until > now


def claimed[Row: (Run, Shard)](row: Row, owner: str, until: datetime) -> Row:
    """The row with `owner`'s claim on it."""
    return replace(row, owner=owner, lease_until=until)
