"""DECISIONS: the shards and pushes that folders come to, by the rules of a run.

`room` decides where a shard or a push is full, for a run as for its forecast.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace

from shared.domain.forecast_shape import FolderShape, Sizes
from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.restore_plan import Bounds, Sized, StoredFolder, packed
from shared.domain.room import PushRoom, shard_is_full, shard_size

NOTHING = FolderShape()

EVERYTHING = 1_000_000
"""A rate of change in parts per million: all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Where a shard and a push are full, in objects and in encoded bytes."""

    largest_shard: int = 2_000
    push_bytes: int = MAX_PUSH_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a run has to do. `touched` folders are pushed, sizes are in bytes.

    `git_shards` are the shards that ask Git at all; `batches` are a restore's.
    """

    folders: int = 0
    objects: int = 0
    exported: int = 0
    stored: int = 0
    stored_bytes: int = 0
    touched: int = 0
    manifests_stored: int = 0
    shards: int = 0
    git_shards: int = 0
    pushes: int = 0
    batches: int = 0

    def times(self, factor: float) -> "Load":
        """So many times as much, rounded up."""
        return Load(
            **{f.name: -int(-getattr(self, f.name) * factor // 1) for f in fields(Load)}
        )


@dataclass(slots=True)
class _Counting:
    """Folder after folder, as the walk meets them."""

    sizes: Sizes
    limits: Limits
    rate: int
    first: bool
    seen: int = 0
    exported: int = 0
    stored: int = 0
    stored_bytes: float = 0.0
    touched: int = 0
    manifests: int = 0
    shards: int = 0
    git_shards: int = 0
    pushes: int = 0
    pending: int = 0
    pending_objects: int = 0
    batch: int = 0
    hit: float = 0.0
    last: FolderShape = NOTHING
    asked: bool = False
    push: PushRoom | None = None

    def take(self, shape: FolderShape) -> None:
        """A folder that was listed; what is pending may have to go before."""
        size = shard_size(self.shards + 1, self.limits.largest_shard)
        if shard_is_full(self.pending, self.pending_objects, shape.objects, size):
            self.close()
        changed = self._changed(shape)
        self.last = shape if shape.objects else self.last
        if not (self.first or changed or shape.untimed):
            return
        self.pending += 1
        self.pending_objects += shape.objects
        timed = shape.objects - shape.untimed
        self.exported += shape.untimed + min(changed, timed)
        if self.first or changed:
            self._push(shape, changed)

    def close(self) -> None:
        """Send what is pending as a shard."""
        if self.pending:
            self.shards += 1
            self.git_shards += self.asked
        self.pushes += self.batch > 0
        self.pending = self.pending_objects = self.batch = 0
        self.asked, self.push = False, None

    def _changed(self, shape: FolderShape) -> int:
        """How many of its objects have changed.

        As many folders are touched as where each object changes by chance, and as
        many objects change as the rate says: a folder may have to wait for its share.
        """
        self.seen += shape.objects
        if self.first:
            return shape.objects
        self.hit += 1 - (1 - self.rate / EVERYTHING) ** shape.objects
        due = self.due
        if self.hit < self.touched + 1 or not due:
            return 0
        return min(due, shape.objects)

    @property
    def due(self) -> int:
        """The changes that no folder had yet."""
        return self.seen * self.rate // EVERYTHING - self.stored

    def end(self) -> None:
        """No more folders. Changes that none had yet are in those that were touched."""
        due = self.due
        if due and not self.touched:
            self.pending += 1
            self._push(self.last, due)
        elif due:
            self.stored += due
            self.stored_bytes += due * self.last.content(self.sizes.mean)
        self.exported = min(self.seen, self.exported + due)
        self.close()

    def _push(self, shape: FolderShape, changed: int) -> None:
        content = shape.content(self.sizes.mean)
        self.asked = True
        self.stored += changed
        self.stored_bytes += changed * content
        self.touched += 1
        self.manifests += shape.manifest_stored
        push = self.push = self.push or PushRoom(self.limits.push_bytes)
        # What is stored already has its line there, and a file that may have to go.
        line, changes = (shape.line, 1) if self.first else (0, 2)
        if push.begins(max(0, shape.manifest - shape.objects * line)):
            self.pushes += self.batch > 0
            self.batch = 0
        self.batch += 1
        each = changes * shape.change + round(content * 4 / 3)
        for some in _together(changed, each, push):
            self.pushes += push.takes(some * each, some * line)
        if push.ends():
            self.pushes += 1
            self.batch = 0


def _together(objects: int, each: int, push: PushRoom) -> Iterator[int]:
    """How many objects join a push at once: several where many are small."""
    together = max(1, push.full_at // 100 // max(1, each))
    for first in range(0, objects, together):
        yield min(together, objects - first)


def first_load(shapes: Iterable[FolderShape], sizes: Sizes, limits: Limits) -> Load:
    """Of a run that finds nothing stored yet: every folder, every object."""
    counting = _Counting(sizes, limits, EVERYTHING, first=True)
    return _counted(shapes, counting)


def nightly_load(
    shapes: Iterable[FolderShape], sizes: Sizes, limits: Limits, rate: int
) -> Load:
    """Of a run that finds `rate` parts per million of all objects changed.

    What has no time in its listing is exported in every run.
    """
    return _counted(shapes, _Counting(sizes, limits, rate, first=False))


def restore_load(shapes: Iterable[FolderShape], sizes: Sizes, bounds: Bounds) -> Load:
    """Of a restore of everything into a workspace that has nothing of it.

    `touched` are the folders that hold an object.
    """
    load = Load()
    content = 0.0

    def sized() -> Iterator[Sized]:
        nonlocal load, content
        for number, shape in enumerate(shapes):
            content += shape.objects * shape.content(sizes.mean)
            load = replace(
                load,
                folders=load.folders + 1,
                objects=load.objects + shape.objects,
                touched=load.touched + (shape.objects > 0),
            )
            yield Sized(StoredFolder(str(number), ""), shape.objects)

    shards = sum(1 for _ in packed(sized(), bounds))
    by_objects = math.ceil(load.objects / bounds.batch_objects)
    by_bytes = math.ceil(content / bounds.batch_bytes)
    batches = max(by_objects, by_bytes, shards)
    return replace(load, stored_bytes=round(content), shards=shards, batches=batches)


def _counted(shapes: Iterable[FolderShape], counting: _Counting) -> Load:
    folders = 0
    for shape in shapes:
        folders += 1
        counting.take(shape)
    counting.end()
    return Load(
        folders=folders,
        objects=counting.seen,
        exported=counting.exported,
        stored=counting.stored,
        stored_bytes=round(counting.stored_bytes),
        touched=counting.touched,
        manifests_stored=counting.manifests,
        shards=counting.shards,
        git_shards=counting.git_shards,
        pushes=counting.pushes,
    )
