"""DECISIONS: a restore, and the states it passes through."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from enum import StrEnum

from shared.domain.objects import join


class OnConflict(StrEnum):
    """What to do where something else is at the target already."""

    SKIP = "skip"
    OVERWRITE = "overwrite"
    FAIL = "fail"


class RestoreStatus(StrEnum):
    """Where a restore stands; all but the first two are ends.

    `PLANNED` is a plan's good end, `COMPLETE` an applied one's: every object that was
    to be written is there and proved, none was blocked.
    """

    PLANNING = "planning"
    APPLYING = "applying"
    PLANNED = "planned"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def open(self) -> bool:
        """Whether work on the restore may still be done."""
        return self in {RestoreStatus.PLANNING, RestoreStatus.APPLYING}


class Stage(StrEnum):
    """What a restore is at: find what is stored, compare it, write it."""

    COLLECT = "collect"
    COMPARE = "compare"
    WRITE = "write"


class RestoreStop(StrEnum):
    """Why an open restore is to end before its work is done."""

    NONE = ""
    CANCELLED = "cancelled"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class RestorePoint:
    """A commit that closes a run: the only kind of commit a restore starts from.

    `time` is its committer date, `status` what the run's record says of itself.
    """

    commit: str
    run_id: str
    status: str
    time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreRequest:
    """What somebody asked for, resolved: the point, and workspace paths as stored.

    `at` are the caller's own words for the point. Without a `target_root` it goes
    back to where it was.
    """

    restore_id: str
    paths: tuple[str, ...]
    point: RestorePoint
    at: str = ""
    target_root: str = ""
    on_conflict: OnConflict = OnConflict.SKIP
    apply: bool = False
    requested_by: str = ""
    opened_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def target_of(self, path: str) -> str:
        """Where what was stored of `path` is to go; below another root, all of it."""
        if not self.target_root:
            return path
        return self.target_root if path == "/" else join(self.target_root, path[1:])


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreTally:
    """Counts of objects, but where the name says otherwise.

    Of the plan: `to_create`, `to_replace`, `same`, `skipped` and `blocked` add up to
    `objects`. Of the comparison, for a report of drift: `missing`, `different`,
    `unreadable` (and `same`); `extra` is in the workspace alone. Of the work:
    `verified`, `differs`, `failed` and `overtaken` (somebody else put something there
    since the plan) add up to what was tried.
    """

    folders: int = 0
    objects: int = 0
    bytes: int = 0
    to_create: int = 0
    to_replace: int = 0
    bytes_to_write: int = 0
    same: int = 0
    skipped: int = 0
    blocked: int = 0
    missing: int = 0
    different: int = 0
    unreadable: int = 0
    extra: int = 0
    older: int = 0
    folders_to_make: int = 0
    folders_blocked: int = 0
    folders_made: int = 0
    folders_failed: int = 0
    verified: int = 0
    differs: int = 0
    failed: int = 0
    overtaken: int = 0

    @property
    def drifted(self) -> bool:
        """Whether the workspace differs from the backup, or may, in any way."""
        objects = self.different + self.missing + self.extra + self.unreadable
        return bool(objects + self.folders_to_make + self.folders_blocked)

    def __add__(self, other: "RestoreTally") -> "RestoreTally":
        """Field by field."""
        return RestoreTally(
            **{
                f.name: getattr(self, f.name) + getattr(other, f.name)
                for f in fields(RestoreTally)
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Restore:
    """A restore's row: all of its state but its shards and outcomes, which are blobs.

    `position` shards of `stage` are done (folders, while they are collected), and
    `inside` objects of the next one. `stuck` invocations in a row came no further.
    """

    request: RestoreRequest
    status: RestoreStatus
    deadline: datetime
    stage: Stage = Stage.COLLECT
    owner: str = ""
    lease_until: datetime | None = None
    stuck: int = 0
    shards: int = 0
    position: int = 0
    inside: int = 0
    tally: RestoreTally = field(default_factory=RestoreTally)
    calls: Mapping[str, int] = field(default_factory=dict)
    stop: RestoreStop = RestoreStop.NONE
    error: str = ""
    finished_at: datetime | None = None
    touched_at: datetime | None = None

    @property
    def id(self) -> str:
        """The restore's id."""
        return self.request.restore_id
