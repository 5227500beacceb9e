"""DECISIONS: the fixed vocabulary of state changes that alerts rely on."""

from collections.abc import Mapping
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


type Facts = Mapping[str, str | int | float | bool]


@dataclass(frozen=True, slots=True)
class Event:
    """A state change of one run (or of none: empty `run_id`), with its facts."""

    name: EventName
    run_id: str
    facts: Facts = field(default_factory=dict)
    shard: int | None = None
