"""DECISIONS: what of the app's own state is due to go, why, and what stays; no storage.

Git is no part of it: records, restore points and tags are kept for ever.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.messages import (
    PlanMessage,
    RestoreMessage,
    ShardMessage,
    decode,
)
from shared.domain.restore_ids import is_restore_id
from shared.domain.restores import Restore
from shared.domain.run_ids import is_run_id
from shared.domain.runs import Run
from shared.errors import UnknownVersion

POISON_KEPT = timedelta(days=7)
"""As long as any message of ours lives: the warning outlasts a long weekend."""

BETWEEN_CLEAN_UPS = timedelta(days=1)

INDEXES_KEPT = 5
"""Newest runs whose indexes stay beside the latest one."""


class Kind(StrEnum):
    """What can be due."""

    RUNS = "runs"
    RESTORES = "restores"
    BLOBS = "blobs"
    INDEXES = "indexes"
    POISON = "poison_messages"


WHY: dict[Kind, str] = {
    Kind.RUNS: "ended longer ago than STATE_RETENTION_DAYS; rows and blobs go",
    Kind.RESTORES: "ended longer ago than STATE_RETENTION_DAYS; row and blobs go",
    Kind.BLOBS: "older than STATE_RETENTION_DAYS, of runs or restores without a row",
    Kind.INDEXES: f"neither the latest index nor one of the {INDEXES_KEPT} newest runs",
    Kind.POISON: f"given up, and not buried within {POISON_KEPT.days} days",
}


class Rule(StrEnum):
    """Why something old stays."""

    OPEN = "open"
    RECENT = "recent"
    NEWER_VERSION = "newer_version"
    UNKNOWN_NAME = "unknown_name"


MEANING: dict[Rule, str] = {
    Rule.OPEN: "it has not ended, or holds or awaits the place of the open one",
    Rule.RECENT: "it began before STATE_RETENTION_DAYS, but ended since",
    Rule.NEWER_VERSION: "a newer version of the app wrote it, which may need it",
    Rule.UNKNOWN_NAME: "it is not named as this version names anything",
}

ALWAYS_KEPT = (
    "everything in Git: content, manifests, records of runs, tags",
    "the latest index, and all indexes while a run is open",
    "the blobs alive-since, clean-up/last and locks/*; three rows of the table budgets",
)


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A blob's name and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class ListedRun:
    """A run's entry in the list of all; `newer`: of a newer version of this code."""

    run_id: str
    opened_at: datetime
    newer: bool = False


@dataclass(frozen=True, slots=True)
class Poisoned:
    """A message in a poison queue; `text` is what it says, whatever that is."""

    queue: str
    id: str
    inserted_at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One thing to remove. `since`: when it ended, began or was put there.

    `whole`: these are all of its blobs; else its row waits for the rest to go.
    """

    kind: Kind
    name: str
    since: datetime | None = None
    blobs: tuple[StoredBlob, ...] = ()
    whole: bool = True
    source: ListedRun | Poisoned | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Something old that stays, and by which rule."""

    name: str
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUpPlan:
    """What one clean-up removes, in this order.

    `more`: there is more to remove than one clean-up does; `unseen`: so much old state
    stays by rule that not all of it was looked at.
    """

    at: datetime
    due: tuple[Due, ...]
    kept: tuple[Kept, ...] = ()
    more: bool = False
    unseen: bool = False


@dataclass(frozen=True, slots=True)
class Sum:
    """Of one kind: things that go whole, blobs of all, and their bytes where known."""

    number: int
    blobs: int
    bytes: int | None
    oldest: datetime | None
    names: tuple[str, ...]


def summed(due: Iterable[Due], kind: Kind) -> Sum:
    """What of a kind is to go; messages have no size worth telling."""
    ours = [one for one in due if one.kind is kind]
    blobs = [blob for one in ours for blob in one.blobs]
    return Sum(
        number=sum(one.whole for one in ours),
        blobs=len(blobs),
        bytes=None if kind is Kind.POISON else sum(blob.size for blob in blobs),
        oldest=min((one.since for one in ours if one.since), default=None),
        names=tuple(one.name for one in ours),
    )


def next_clean_up(last: datetime | None, now: datetime) -> datetime:
    """From when on a sweep cleans up: at once, or a day after the last time.

    A last time that lies ahead was told by a clock that was wrong.
    """
    if last is None or last > now:
        return now
    return max(now, last + BETWEEN_CLEAN_UPS)


def ended_at(row: Run | Restore) -> datetime:
    """When it ended, as far as its row tells."""
    return row.finished_at or row.touched_at or row.request.opened_at


def rule_of(row: Run | Restore, horizon: datetime) -> Rule | None:
    """The rule by which a run or restore from before the horizon stays."""
    if row.status.open:
        return Rule.OPEN
    return Rule.RECENT if ended_at(row) >= horizon else None


def judged_poison(
    messages: Sequence[Poisoned], now: datetime
) -> tuple[list[Due], list[Kept]]:
    """Of messages in poison queues, which are due and which stay.

    Whatever its text says: nobody can work on what no version understands.
    """
    due, kept = [], []
    for message in messages:
        if now - message.inserted_at < POISON_KEPT:
            continue
        try:
            name = f"{message.queue}: {_said(message.text)}"
        except UnknownVersion:
            kept.append(Kept(f"{message.queue}: {message.id}", Rule.NEWER_VERSION))
            continue
        since = message.inserted_at
        due.append(Due(kind=Kind.POISON, name=name, since=since, source=message))
    return due, kept


def _said(text: str) -> str:
    """What a message was about; nothing of its words but ids, for it goes into logs."""
    unreadable = f"unreadable, {len(text)} characters"
    try:
        message = decode(text)
    except ValueError:
        return unreadable
    match message:
        case RestoreMessage(restore_id) if is_restore_id(restore_id):
            return restore_id
        case PlanMessage(run_id) if is_run_id(run_id):
            return f"run {run_id}"
        case ShardMessage(run_id, shard) if is_run_id(run_id):
            return f"run {run_id}, shard {shard}"
    return unreadable
