"""DECISIONS: what may be deleted after a walk, what moved, and when the fuse blows."""

from collections.abc import (
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field

from shared.domain.index import Index, IndexedFolder
from shared.domain.names import NamedBefore
from shared.domain.objects import DIRECTORY, depth, is_within, join, parent
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.plan import PlannedDeletion
from shared.domain.scope import Scope
from shared.domain.walk import Walk


@dataclass(frozen=True, slots=True)
class Fuse:
    """Deletions blow it when they are at least `minimum` and over `percent` of all."""

    percent: int
    minimum: int

    def blows(self, deletions: int, held: int) -> bool:
        """Whether so many deletions, of `held` objects in scope, are suspicious."""
        return deletions >= self.minimum and deletions * 100 > self.percent * held


@dataclass(slots=True)
class Deletions:
    """The deletions of a run: to be done, deepest folder first, and held back.

    `objects` counts those that are really gone, `moved` the old halves of moves;
    `reason` says why everything was held back, empty if it was not.
    """

    plans: list[PlannedDeletion] = field(default_factory=list)
    held: list[Outcome] = field(default_factory=list)
    objects: int = 0
    moved: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A folder from which something is gone: the folder as a whole, or these."""

    folder: IndexedFolder
    whole: bool
    objects: tuple[NamedBefore, ...]
    folders: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether it is a folder without anything in it that could be named."""
        return self.whole and not self.objects and not self.folders


def plan_deletions(
    walk: Walk,
    index: Index,
    scope: Scope,
    fuse: Fuse,
    arrived: Callable[[int, str], bool],
    *,
    hold: str,
    allowed: Collection[tuple[str, int | None]] = (),
) -> Deletions:
    """What the index holds in scope and the walk did not see, folder by folder.

    `arrived` tells whether an object is stored, verified, at its new path. `hold`
    is a reason to hold everything back (empty: none). `allowed` are objects, by path
    and id, that neither `hold` nor the fuse holds back; nor do they blow the fuse.
    """
    candidates = [*_lost_folders(walk, index, scope), *_changed_folders(walk, index)]
    candidates.sort(key=lambda c: (-depth(c.folder.path), c.folder.path))
    deletions = Deletions()
    kept: set[str] = set()
    for candidate in candidates:
        _decide(candidate, walk, arrived, kept, deletions)
    suspicious = deletions.objects - _count_allowed(deletions, allowed)
    reason = hold or _blown(fuse, suspicious, index, scope)
    if not reason:
        return deletions
    deletions = Deletions(reason=reason)
    kept = {join(c.folder.path, name) for c in candidates for name in c.folders}
    for candidate in candidates:
        _decide(candidate, walk, arrived, kept, deletions, allowed)
    return deletions


def _count_allowed(
    deletions: Deletions, allowed: Collection[tuple[str, int | None]]
) -> int:
    return sum(
        (join(plan.path, name), object_id) in allowed
        for plan in deletions.plans
        for object_id, name in plan.objects
        if object_id not in plan.moved_to
    )


def _lost_folders(walk: Walk, index: Index, scope: Scope) -> Iterator[_Candidate]:
    unlisted = {folder.path for folder in walk.frontier}
    unreadable = {*walk.failed, *walk.vanished, *unlisted}
    for folder in index.folders():
        inside = any(is_within(folder.path, root) for root in scope.roots)
        seen = folder.path in walk.walked
        if inside and not seen and _parent_was_listed(folder.path, walk, unreadable):
            names = [c.name for c in folder.children if c.type == DIRECTORY]
            yield _Candidate(
                folder, whole=True, objects=folder.objects, folders=tuple(names)
            )


def _parent_was_listed(path: str, walk: Walk, unreadable: set[str]) -> bool:
    """Whether the nearest ancestor that the walk met could be listed."""
    while path != "/":
        if path in unreadable:
            return False
        path = parent(path)
        if path in walk.walked:
            return True
    return False


def _changed_folders(walk: Walk, index: Index) -> Iterator[_Candidate]:
    objects: dict[str, set[tuple[int, str]]] = {}
    names: dict[str, list[str]] = {}
    for gone in walk.gone:
        objects.setdefault(gone.folder, set()).add((gone.object_id, gone.name))
    for path, name in walk.gone_folders:
        names.setdefault(path, []).append(name)
    for path in {*objects, *names}:
        folder = index.get(path)
        if folder is not None:
            keys = objects.get(path, set())
            missing = [c for c in folder.objects if (c.object_id, c.name) in keys]
            yield _Candidate(
                folder,
                whole=False,
                objects=tuple(missing),
                folders=tuple(names.get(path, ())),
            )


def _decide(
    candidate: _Candidate,
    walk: Walk,
    arrived: Callable[[int, str], bool],
    kept: set[str],
    deletions: Deletions,
    allowed: Collection[tuple[str, int | None]] = (),
) -> None:
    """Plan what may go of one folder; the deeper ones have been decided before.

    Where there is a reason to hold back, only what is `allowed` goes, and folders of
    which then nothing is left.
    """
    path = candidate.folder.path
    objects: list[tuple[int, str]] = []
    moved: dict[int, str] = {}
    for child in candidate.objects:
        target = walk.arrived.get(child.object_id)
        free = (join(path, child.name), child.object_id) in allowed
        why = "" if free else deletions.reason
        if target is not None and not arrived(child.object_id, target):
            why = f"moved to {target}, which is not stored yet"
        if why:
            deletions.held.append(_held(path, child, why))
            continue
        objects.append((child.object_id, child.name))
        if target is not None:
            moved[child.object_id] = target
    folders = [name for name in candidate.folders if join(path, name) not in kept]
    going = candidate.whole and _nothing_left(candidate, objects, folders)
    if candidate.empty and (path, candidate.folder.object_id) not in allowed:
        going = not deletions.reason
        deletions.held += [] if going else [_held_empty(candidate, deletions.reason)]
    if candidate.whole:
        (kept.discard if going else kept.add)(path)
    deletions.moved += len(moved)
    deletions.objects += len(objects) - len(moved)
    if objects or folders or going or (candidate.whole and not deletions.reason):
        deletions.plans.append(_planned(candidate, objects, folders, moved))


def _planned(
    candidate: _Candidate,
    objects: Iterable[tuple[int, str]],
    folders: Iterable[str],
    moved: Mapping[int, str],
) -> PlannedDeletion:
    return PlannedDeletion(
        path=candidate.folder.path,
        git_path=candidate.folder.git_path,
        whole=candidate.whole,
        objects=tuple(objects),
        folders=tuple(folders),
        moved_to=moved,
        manifest=candidate.folder.manifest,
    )


def _nothing_left(
    candidate: _Candidate,
    objects: Sequence[tuple[int, str]],
    folders: Sequence[str],
) -> bool:
    everything = len(candidate.objects) + len(candidate.folders)
    return len(objects) + len(folders) == everything


def _blown(fuse: Fuse, deleted: int, index: Index, scope: Scope) -> str:
    if deleted < fuse.minimum:
        return ""
    in_scope = sum(
        len(folder.objects)
        for folder in index.folders()
        if any(is_within(folder.path, root) for root in scope.roots)
    )
    if not fuse.blows(deleted, in_scope):
        return ""
    return f"{deleted} of {in_scope} objects are gone, more than {fuse.percent} %"


def _held(folder: str, child: NamedBefore, detail: str) -> Outcome:
    return Outcome(
        kind=OutcomeKind.HELD,
        path=join(folder, child.name),
        type=child.type,
        object_id=child.object_id,
        detail=detail,
    )


def _held_empty(candidate: _Candidate, detail: str) -> Outcome:
    return Outcome(
        kind=OutcomeKind.HELD,
        path=candidate.folder.path,
        object_id=candidate.folder.object_id,
        detail=detail,
    )


def in_shards(
    plans: Sequence[PlannedDeletion], objects_a_shard: int
) -> Iterator[tuple[PlannedDeletion, ...]]:
    """The plans in the order given, cut so that no shard deletes too many."""
    batch: list[PlannedDeletion] = []
    count = 0
    for plan in plans:
        size = len(plan.objects) + 1
        if batch and count + size > objects_a_shard:
            yield tuple(batch)
            batch, count = [], 0
        batch.append(plan)
        count += size
    if batch:
        yield tuple(batch)
