"""USE CASE: what of the app's own state the next clean-up removes; writes nothing.

The clean-up carries out what this says, so that who asks first hears the truth. Lists
are looked at from their old end, or down to it: however much is young is never read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.restore_ids import is_restore_id, restore_opened_at
from shared.domain.restores import Restore
from shared.domain.retention import (
    INDEXES_KEPT,
    CleanUpPlan,
    Kind,
    ListedRun,
    Rule,
    ended_at,
    judged_poison,
    rule_of,
)
from shared.domain.run_ids import opened_at
from shared.domain.runs import Request, Run
from shared.errors import UnknownVersion
from shared.ports import (
    MOST_POISONED,
    BlobStore,
    Clock,
    PoisonQueues,
    RestorePlace,
    RestoreStore,
    RunIndex,
    RunStore,
)
from shared.services.blob_names import RESTORES, RUNS
from shared.services.catch_up import LATEST, index_name
from shared.services.clean_up_room import MOST_LOOKED_AT, THINGS_AT_ONCE, Room

NEWEST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where runs lie, or restores: `blobs` begins the names of all their blobs.

    `began` tells an id's time, None of what is no id; nothing of `open_ids` is old.
    """

    kind: Kind
    blobs: str
    began: Callable[[str], datetime | None]
    row: Callable[[str], Run | Restore | None]
    open_ids: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanCleanUp:
    """Looks at rows, blobs and poison queues, by a bounded number of requests."""

    store: RunStore
    index: RunIndex
    restores: RestoreStore
    place: RestorePlace
    blobs: BlobStore
    poison: PoisonQueues
    clock: Clock
    retention: timedelta

    def __call__(self) -> CleanUpPlan:
        """What is due now; see `CleanUpPlan`."""
        now = self.clock.now()
        room, horizon = Room(), now - self.retention
        runs, restores = self._runs(), self._restores()
        old_restores = self.restores.opened_before(horizon, MOST_LOOKED_AT + 1)
        self._poisoned(room, now)
        self._indexes(room)
        self._old(room, runs, horizon, self.index.listed_before(horizon))
        self._old(room, restores, horizon, map(_listed, old_restores))
        self._left_over(room, runs, horizon)
        self._left_over(room, restores, horizon)
        return CleanUpPlan(
            at=now,
            due=tuple(room.due),
            kept=room.all_kept,
            more=room.more,
            unseen=room.unseen,
        )

    def _runs(self) -> Shelf:
        def row(run_id: str) -> Run | None:
            stored = self.store.run(run_id)
            return stored.row if stored else None

        open_ids = {_run_in(self.index.active), _run_in(self.index.waiting)}
        return Shelf(
            kind=Kind.RUNS,
            blobs=RUNS,
            began=opened_at,
            row=row,
            open_ids=frozenset(run_id for run_id in open_ids if run_id),
        )

    def _restores(self) -> Shelf:
        def row(restore_id: str) -> Restore | None:
            stored = self.restores.get(restore_id)
            return stored.row if stored else None

        holder = self.place.holder()
        return Shelf(
            kind=Kind.RESTORES,
            blobs=RESTORES,
            began=lambda name: restore_opened_at(name) if is_restore_id(name) else None,
            row=row,
            open_ids=frozenset({holder} if holder else ()),
        )

    def _poisoned(self, room: Room, now: datetime) -> None:
        due, kept = judged_poison(self.poison.oldest(), now)
        room.due += due
        for one in kept:
            room.keep(one.name, one.rule)
        room.more = room.more or len(due) >= MOST_POISONED

    def _indexes(self, room: Room) -> None:
        """All but the latest few, at a time when nobody writes one or needs one."""
        newest = self._newest()
        if newest is None:
            return
        pointer = self.blobs.get(LATEST)
        latest = pointer.decode("ascii", "replace") if pointer else ""
        kept = {LATEST, index_name(latest)}
        for run in newest[:INDEXES_KEPT]:
            kept |= {run.base_index, index_name(run.commit)}
        names = self.blobs.sized(index_name(""))
        old = [blob for blob in names if blob.name not in kept]
        # Whoever begins after the list was read is based on one that is kept.
        if _run_in(self.index.active) is None:
            room.more = room.more or len(old) > THINGS_AT_ONCE
            for blob in old[:THINGS_AT_ONCE]:
                room.take(Kind.INDEXES, blob.name, None, iter([blob]))

    def _newest(self) -> list[Run] | None:
        """The newest runs; None where one is open, or of a newer version."""
        run_ids = self.index.newest(NEWEST).run_ids
        try:
            rows = [found.row for key in run_ids if (found := self.store.run(key))]
        except UnknownVersion:
            return None
        return None if any(row.status.open for row in rows) else rows

    def _old(
        self, room: Room, shelf: Shelf, horizon: datetime, listed: Iterable[ListedRun]
    ) -> None:
        for one in room.look_at(listed):
            judged = _judged(shelf, one, horizon)
            if isinstance(judged, Rule):
                room.keep(one.run_id, judged)
                continue
            if room.full(shelf.kind):
                return
            blobs = self.blobs.sized(f"{shelf.blobs}{one.run_id}/")
            room.take(shelf.kind, one.run_id, judged, blobs, one)

    def _left_over(self, room: Room, shelf: Shelf, horizon: datetime) -> None:
        """Blobs without a row: whoever wrote them died, or the table was lost."""
        for group in room.look_at(self.blobs.groups(shelf.blobs)):
            name = group.removeprefix(shelf.blobs).removesuffix("/")
            began = shelf.began(name)
            if began is None:
                room.keep(group, Rule.UNKNOWN_NAME)
                continue
            if began >= horizon:
                return
            if room.has(shelf.kind, name) or _has_row(room, shelf, name):
                continue
            if room.full(Kind.BLOBS):
                return
            room.take(Kind.BLOBS, group, began, self.blobs.sized(group))


def _run_in(place: Callable[[], Request | None]) -> str | None:
    """The run that holds the place, or waits for it; empty for a newer version's."""
    try:
        request = place()
    except UnknownVersion:
        return ""
    return request.run_id if request else None


def _listed(restore_id: str) -> ListedRun:
    return ListedRun(restore_id, restore_opened_at(restore_id))


def _judged(shelf: Shelf, one: ListedRun, horizon: datetime) -> Rule | datetime:
    """The rule by which it stays, or when it ended."""
    if one.run_id in shelf.open_ids:
        return Rule.OPEN
    if one.newer:
        return Rule.NEWER_VERSION
    try:
        row = shelf.row(one.run_id)
    except UnknownVersion:
        return Rule.NEWER_VERSION
    if row is None:
        return one.opened_at
    return rule_of(row, horizon) or ended_at(row)


def _has_row(room: Room, shelf: Shelf, name: str) -> bool:
    """Whether somebody still knows it; what this code cannot read is somebody's."""
    if name in shelf.open_ids:
        return True
    try:
        return shelf.row(name) is not None
    except UnknownVersion:
        room.keep(name, Rule.NEWER_VERSION)
        return True
