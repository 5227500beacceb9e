"""USE CASE PARTS: list a workspace level by level, export a sample; reads only."""

import hashlib
import heapq
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from shared.domain.forecast_shape import LEVEL, FolderShape, Sizes, SizeSource, shape_of
from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.held import Exported
from shared.domain.index import Index
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.roots import roots_to_list
from shared.domain.scope import Scope
from shared.domain.walk import FolderToList, Walk, take_in
from shared.errors import BackupError, CredentialsRefused, Transient
from shared.ports import Clock, Workspace
from shared.services.export_objects import ObjectExporter
from shared.services.side_by_side import side_by_side
from shared.services.store_folders import largest_object

type Ranked = tuple[int, str, WorkspaceObject]


@dataclass(slots=True)
class Surveyed:
    """What was seen, and the objects that were chosen from it.

    `left` folders are known and were not listed for want of time, `failed` could not
    be listed.
    """

    shapes: tuple[FolderShape, ...] = ()
    left: int = 0
    failed: int = 0
    sample: tuple[WorkspaceObject, ...] = ()


@dataclass(slots=True)
class _Seen:
    """While it grows. What is kept has an order that no timing changes."""

    seed: int
    sample: int
    index: Index = field(default_factory=Index)
    ranked: list[Ranked] = field(default_factory=list)
    shapes: list[tuple[bytes, FolderShape]] = field(default_factory=list)

    def choose(self, objects: Iterable[WorkspaceObject]) -> None:
        """Keep the objects whose rank, a number drawn by seed and path, is lowest."""
        for obj in objects:
            rank = int.from_bytes(_drawn(f"{self.seed}:{obj.path}")[:8])
            if len(self.ranked) < self.sample:
                heapq.heappush(self.ranked, (-rank, obj.path, obj))
            elif self.ranked and -rank > self.ranked[0][0]:
                heapq.heapreplace(self.ranked, (-rank, obj.path, obj))


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Lists folders until none is left or time is up, those near the roots first."""

    workspace: Workspace
    scope: Scope
    notebook_format: Format
    clock: Clock
    lists_in_flight: int
    exports_in_flight: int

    def look(self, sample: int, seed: int, stop_at: float) -> Surveyed:
        """The folders, in an order drawn by their paths; and the objects to export.

        A folder that cannot be listed is counted. `Transient` and `CredentialsRefused`
        are the workspace's, and raised.
        """
        seen, surveyed = _Seen(seed, sample), Surveyed()
        walk = Walk(roots_to_list(self.scope.roots, seen.index))
        level = walk.frontier
        while level and self.clock.monotonic() < stop_at:
            found: list[FolderToList] = []
            listed = 0
            asked = self._until(level, stop_at)
            for folder, objects in side_by_side(
                self._listed, asked, self.lists_in_flight
            ):
                listed += 1
                if objects is None:
                    surveyed.failed += 1
                else:
                    found += self._taken(walk, folder, objects, seen)
            surveyed.left = (
                len(level) - listed + (len(found) if listed < len(level) else 0)
            )
            level = found if listed == len(level) else []
        surveyed.left += len(level)
        surveyed.shapes = tuple(shape for _, shape in sorted(seen.shapes, key=_first))
        surveyed.sample = tuple(obj for *_, obj in sorted(seen.ranked, reverse=True))
        return surveyed

    def sizes(
        self, sample: Iterable[WorkspaceObject], before: Sizes, stop_at: float
    ) -> Sizes:
        """What exporting the sample tells, as far as there is time; else `before`."""
        exporter = ObjectExporter(
            self.workspace,
            self.exports_in_flight,
            self.notebook_format,
            largest_object(MAX_PUSH_BYTES),
        )
        whole: list[int] = []
        unsized: list[int] = []
        compressed = 0
        for obj, result in exporter(self._until(sample, stop_at)):
            if isinstance(result, Exported):
                whole.append(len(result.content))
                compressed += len(zlib.compress(result.content, LEVEL))
                if obj.size is None:
                    unsized.append(len(result.content))
        if not whole:
            return before
        told = unsized or whole
        share = compressed / max(1, sum(whole))
        return Sizes(sum(told) / len(told), share, SizeSource.SAMPLE, len(whole))

    def _until[Item](self, items: Iterable[Item], stop_at: float) -> Iterator[Item]:
        for item in items:
            if self.clock.monotonic() >= stop_at:
                return
            yield item

    def _listed(self, folder: FolderToList) -> tuple[WorkspaceObject, ...] | None:
        try:
            return self.workspace.list(folder.path)
        except (CredentialsRefused, Transient):
            raise
        except BackupError:
            return None

    def _taken(
        self,
        walk: Walk,
        folder: FolderToList,
        objects: tuple[WorkspaceObject, ...],
        seen: _Seen,
    ) -> Iterable[FolderToList]:
        """As the walk of a first run takes it in: nothing is known yet."""
        listed = take_in(
            walk,
            folder,
            objects,
            seen.index,
            self.scope,
            self.notebook_format,
            {},
            everything=True,
        )
        if listed.store is not None:
            shape = shape_of(listed.store, self.notebook_format)
            seen.shapes.append((_drawn(folder.path), shape))
            seen.choose(obj for obj in listed.store.objects if obj.storable)
        return listed.next


def _drawn(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _first(ordered: tuple[bytes, FolderShape]) -> bytes:
    return ordered[0]
