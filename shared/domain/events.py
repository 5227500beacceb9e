"""DECISIONS: the fixed vocabulary of state changes that alerts and workbook rely on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class EventName(StrEnum):
    """What can happen, as the alerts know it."""

    RUN_STARTED = "run.started"
    RUN_SKIPPED = "run.skipped"
    RUN_PLANNED = "run.planned"
    SHARD_FINISHED = "shard.finished"
    RUN_FINISHED = "run.finished"
    FUSE_TRIPPED = "fuse.tripped"
    HISTORY_CHANGED = "history.changed"
    SHARD_POISONED = "shard.poisoned"
    AUDIT_MISMATCH = "audit.mismatch"
    RESTORE_FINISHED = "restore.finished"
    AUTH_FAILED = "auth.failed"
    THROTTLED = "throttled"
    SWEEP_FINISHED = "sweep.finished"
    CLEAN_UP_FINISHED = "cleanup.finished"


type Counts = Sequence[Mapping[str, str | int]]
type Facts = Mapping[str, str | int | float | bool | Counts]


@dataclass(frozen=True, slots=True)
class Event:
    """A state change of one run (or of none: empty `run_id`), with its facts."""

    name: EventName
    run_id: str
    facts: Facts = field(default_factory=dict)
    shard: int | None = None


_ERROR = "why, in words; empty where all went well"
_CALLS = "attempts of requests: list of `name` (remote and endpoint) and `count`"

FIELDS: Mapping[EventName, Mapping[str, str]] = {
    EventName.RUN_STARTED: {
        "mode": "incremental or full: what is exported",
        "trigger": "who started it: timer, http, retry or audit",
        "scope": "whole, part (chosen paths) or slice (of an audit)",
        "dry_run": "whether it only tells what it would do",
    },
    EventName.RUN_SKIPPED: {"reason": "why a start that was due did not come"},
    EventName.RUN_PLANNED: {
        "folders": "folders listed",
        "objects": "objects listed",
        "shards": "shards planned",
        "failed": "folders that could not be listed",
    },
    EventName.SHARD_FINISHED: {
        "status": "done or failed",
        "kind": "store or delete",
        "objects": "objects of its plan",
        "stored": "objects stored in Git",
        "bytes": "bytes stored in Git",
        "failed": "objects that could not be backed up",
        "pushes": "pushes made",
        "calls": _CALLS,
        "error": _ERROR,
    },
    EventName.RUN_FINISHED: {
        "status": "complete, incomplete, failed or cancelled",
        "trigger": "who started it: timer, http, retry or audit",
        "scope": "whole, part (chosen paths) or slice (of an audit)",
        "dry_run": "whether it only told what it would do",
        "succeeded": "whether it left nothing out that was not known before",
        "unchanged": "whether nothing had changed since the record it confirms",
        "stop": "what ended it early: cancelled, deadline, credentials, or empty",
        "seconds": "seconds since it was opened",
        "deadline_seconds": "seconds that it was given",
        "folders": "folders listed",
        "objects": "objects listed",
        "exported": "objects exported",
        "stored": "objects stored in Git",
        "bytes": "bytes stored in Git",
        "failed": "objects that could not be backed up",
        "failures_new": "of these, what the run before did not know",
        "newly_failed": "the first of these, by their paths",
        "most_changed": "folders: list of `name` (path) and `count` (objects changed)",
        "held": "deletions held back",
        "deleted": "objects deleted in Git",
        "mismatched": "objects that changed although their time did not",
        "exceptions_new": "objects that Git cannot hold, not known before",
        "pushes": "pushes made",
        "calls": _CALLS,
        "commit": "the commit of its record; empty where it left none",
        "error": _ERROR,
    },
    EventName.FUSE_TRIPPED: {
        "held": "deletions held back",
        "reason": "why they are",
    },
    EventName.HISTORY_CHANGED: {},
    EventName.SHARD_POISONED: {"error": _ERROR},
    EventName.AUDIT_MISMATCH: {
        "objects": "objects that changed although nothing said so",
        "first": "the first of them, by its path",
    },
    EventName.RESTORE_FINISHED: {
        "restore_id": "the restore",
        "status": "planned, complete, incomplete, failed or cancelled",
        "apply": "whether it was to write",
        "on_conflict": "skip, overwrite or fail",
        "requested_by": "who asked, as the platform signed them in",
        "commit": "the commit that it reads",
        "objects": "objects asked for",
        "same": "of these, there already",
        "verified": "written, read back and compared",
        "differs": "written, and not as they were",
        "failed": "not written",
        "overtaken": "left alone: somebody put something there meanwhile",
        "skipped": "left alone: something else is there",
        "blocked": "not possible",
        "bytes": "bytes to write",
        "seconds": "seconds since it was opened",
        "error": _ERROR,
    },
    EventName.AUTH_FAILED: {
        "restore_id": "the restore, where it was one",
        "error": _ERROR,
    },
    EventName.THROTTLED: {
        "remote": "databricks or azure_devops",
        "kind": "list, export or import; empty for all requests",
        "retry_after": "seconds that the remote asked for; 0 where it named none",
    },
    EventName.SWEEP_FINISHED: {
        "paused": "whether BACKUP_PAUSED is set",
        "alive_seconds": "seconds since the app was first seen working",
        "runs_open": "runs that go on",
        "recent": "whole runs looked at: the newest five that ended by themselves",
        "recent_succeeded": "of these, what left nothing out that was not known",
        "recent_failed": "of these, failed",
    },
    EventName.CLEAN_UP_FINISHED: {
        "runs": "old runs whose rows and blobs were removed",
        "restores": "old restores whose rows and blobs were removed",
        "blobs": "old runs or restores without a row, whose blobs were removed",
        "indexes": "old indexes removed",
        "poison_messages": "messages that nobody buried, removed",
        "bytes": "bytes of the blobs removed",
        "more": "whether there is more, which the next sweep goes on with",
    },
}
"""Every fact of every event, with its unit. `event`, `run_id` (empty for none) and, of
shards, `shard_id` come with all of them."""
