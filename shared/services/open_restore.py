"""USE CASE: T1, open a restore: from what somebody asks for to a row and a message."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from shared.domain.objects import is_within
from shared.domain.restore_ids import new_restore_id
from shared.domain.restore_plan import StoredFolder, WantedTree, wanted_bytes
from shared.domain.restores import (
    OnConflict,
    Restore,
    RestorePoint,
    RestoreRequest,
    RestoreStatus,
)
from shared.domain.scope import outermost
from shared.errors import InvalidRequest, PlaceTaken, RestoreDisabled
from shared.ports import Blobs, Clock, Queue, RestorePlace, RestoreStore, Write
from shared.services.blob_names import restore_wanted_name
from shared.services.locate import Locate, Located
from shared.services.restore_points import RestorePoints
from shared.services.steps import RestoreStep, step

DEADLINE = timedelta(hours=24)
"""A restore that has not ended by then is ended, for its place is wanted."""


QUICK_OBJECTS = 20
"""So many objects are planned, written and proved while the caller waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRestore:
    """A wish to restore; `at` empty means the last recorded run."""

    paths: tuple[str, ...]
    at: str = ""
    target_root: str = ""
    on_conflict: OnConflict = OnConflict.SKIP
    apply: bool = False
    requested_by: str = ""


@dataclass(frozen=True, slots=True)
class OpenedRestore:
    """The restore as opened. `quick`: objects alone are asked for, and not many."""

    restore: Restore
    quick: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRestore:
    """One restore at a time may write; plans only read, and take no place."""

    restores: RestoreStore
    place: RestorePlace
    blobs: Blobs
    queue: Queue
    clock: Clock
    points: RestorePoints
    locate: Locate
    noise: Callable[[], str]
    enabled: bool
    restore_roots: tuple[str, ...]

    @step(RestoreStep.T1)
    def __call__(self, wanted: WantedRestore) -> OpenedRestore:
        """Open the restore; a message lets it go on.

        `RestoreDisabled` where the deployment only allows plans, `PlaceTaken` while
        another one writes, `InvalidRequest` for targets that RESTORE_ROOTS leaves out,
        `NotFound` for a point or a path that the backup does not have.
        """
        paths = outermost(wanted.paths)
        if wanted.apply:
            self._allow(wanted, paths)
        point = self.points(wanted.at)
        located = self.locate(point.commit, paths)
        request = self._request(wanted, paths, point)
        self._take_place(request)
        content = wanted_bytes(_trees(located[path] for path in paths))
        self.blobs.put(restore_wanted_name(request.restore_id), content)
        restore = Restore(
            request=request,
            status=RestoreStatus.PLANNING,
            deadline=self.clock.now() + DEADLINE,
            touched_at=request.opened_at,
        )
        self.restores.write(Write(restore))
        self.queue.restore(request.restore_id)
        objects = [path for path in paths if located[path].entries is not None]
        return OpenedRestore(restore, quick=len(objects) == len(paths) <= QUICK_OBJECTS)

    def _allow(self, wanted: WantedRestore, paths: Sequence[str]) -> None:
        if not self.enabled:
            raise RestoreDisabled("RESTORE_ENABLED is false: only plans can be made")
        targets = [wanted.target_root] if wanted.target_root else paths
        for target in targets:
            if not any(_meet(target, root) for root in self.restore_roots):
                field = "target_root" if wanted.target_root else "paths"
                raise InvalidRequest(field, f"{target} lies outside of RESTORE_ROOTS")

    def _request(
        self, wanted: WantedRestore, paths: tuple[str, ...], point: RestorePoint
    ) -> RestoreRequest:
        now = self.clock.now()
        return RestoreRequest(
            restore_id=new_restore_id(now, self.noise()),
            paths=paths,
            point=point,
            at=wanted.at,
            target_root=wanted.target_root,
            on_conflict=wanted.on_conflict,
            apply=wanted.apply,
            requested_by=wanted.requested_by,
            opened_at=now,
        )

    def _take_place(self, request: RestoreRequest) -> None:
        if not request.apply:
            return
        holder = self.place.take(request.restore_id)
        if holder != request.restore_id:
            raise PlaceTaken(holder)


def _meet(target: str, root: str) -> bool:
    """Whether something of the target may be written: one lies within the other."""
    return is_within(target, root) or is_within(root, target)


def _trees(located: Iterable[Located]) -> list[WantedTree]:
    """What was located; objects of one folder together, for it is read once."""
    trees: dict[str, WantedTree] = {}
    for found in located:
        before = trees.get(found.git_path)
        names = _names(found)
        if before and before.folder.names is not None and names is not None:
            names = (*before.folder.names, *names)
        folder = StoredFolder(found.git_path, found.manifest_blob, names)
        trees[found.git_path] = WantedTree(found.path, folder)
    return list(trees.values())


def _names(found: Located) -> tuple[str, ...] | None:
    if found.entries is None:
        return None
    return tuple(dict.fromkeys(entry.name for entry in found.entries))
