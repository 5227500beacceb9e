"""DECISIONS: what a walk over the workspace has learnt so far, and what it means."""

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from shared.domain.decision import inside
from shared.domain.digest import digest_of_listing
from shared.domain.index import Index, IndexedFolder
from shared.domain.names import NamedBefore, assign_names
from shared.domain.objects import (
    DIRECTORY,
    Format,
    GitFolder,
    WorkspaceObject,
    join,
)
from shared.domain.plan import PlannedFolder
from shared.domain.scope import Scope
from shared.errors import UnknownVersion

CHECKPOINT_VERSION = 2
MAX_NAMED = 1_000


@dataclass(frozen=True, slots=True)
class FolderToList:
    """A folder the walk still has to list."""

    path: str
    git_path: str
    object_id: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """An object the index holds in a folder whose listing no longer shows it."""

    folder: str
    object_id: int
    name: str
    type: str


@dataclass(slots=True)
class Walk:
    """The walk's memory, as its checkpoints keep it.

    `walked` are the folders that were listed; `failed` those that could not be,
    with the reason, `remedies` what helps; `arrived` objects where the index did not
    know them, by id. It grows with folders and changes, never with content; without
    an index there is nothing to compare with, and neither is kept.
    """

    frontier: list[FolderToList]
    walked: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    gone: list[Gone] = field(default_factory=list)
    gone_folders: list[tuple[str, str]] = field(default_factory=list)
    arrived: dict[int, str] = field(default_factory=dict)
    excluded: list[str] = field(default_factory=list)
    listed: int = 0
    equal: int = 0
    folders: int = 0
    vanished: list[str] = field(default_factory=list)
    remedies: dict[str, str] = field(default_factory=dict)

    def to_bytes(self) -> bytes:
        """Compressed JSON."""
        facts = {
            "version": CHECKPOINT_VERSION,
            "frontier": [asdict(folder) for folder in self.frontier],
            "walked": sorted(self.walked),
            "gone": [asdict(gone) for gone in self.gone],
            "arrived": list(self.arrived.items()),
            **{
                name: getattr(self, name)
                for name in (
                    *("failed", "gone_folders", "excluded"),
                    *("listed", "equal", "folders", "vanished", "remedies"),
                )
            },
        }
        return gzip.compress(json.dumps(facts).encode("ascii"), 1, mtime=0)

    @staticmethod
    def from_bytes(raw: bytes) -> "Walk":
        """The walk that `to_bytes` wrote; `UnknownVersion` for a newer one."""
        facts: dict[str, Any] = json.loads(gzip.decompress(raw))
        version = facts.pop("version")
        if version > CHECKPOINT_VERSION:
            raise UnknownVersion(f"checkpoint version {version}")
        return Walk(
            frontier=[FolderToList(**f) for f in facts.pop("frontier")],
            walked=set(facts.pop("walked")),
            gone=[Gone(**g) for g in facts.pop("gone")],
            arrived=dict(facts.pop("arrived")),
            gone_folders=[(a, b) for a, b in facts.pop("gone_folders")],
            **facts,
        )


@dataclass(frozen=True, slots=True)
class Listed:
    """A folder's listing as the walk takes it in: what next, and what to store."""

    next: tuple[FolderToList, ...]
    store: PlannedFolder | None


def take_in(
    walk: Walk,
    folder: FolderToList,
    listing: Sequence[WorkspaceObject],
    index: Index,
    scope: Scope,
    notebook_format: Format,
    git_folders: Mapping[str, GitFolder],
    *,
    everything: bool,
) -> Listed:
    """Compare a folder's listing with the index and note what follows from it."""
    known = index.get(folder.path)
    objects = _in_scope(walk, listing, scope)
    object_id = folder.object_id or (known.object_id if known else None)
    before = _names_before(objects, known, index)
    names = _folder_names(objects, before, folder.git_path == "", notebook_format)
    digest = digest_of_listing(
        git_path=folder.git_path,
        object_id=object_id,
        notebook_format=notebook_format,
        objects=objects,
        git_folders=git_folders,
    )
    same = known is not None and known.digest == digest and known.vouched
    walk.folders += 1
    walk.listed += sum(obj.storable for obj in objects)
    if index:
        _note_changes(walk, folder, objects, known)
    following = tuple(_next(folder, obj, names) for obj in objects if obj.descended)
    untimed = any(obj.storable and obj.modified_at is None for obj in objects)
    if same and not untimed and not everything:
        walk.equal += sum(obj.storable for obj in objects)
        return Listed(following, None)
    checked = same and not everything
    planned = _planned(folder, object_id, objects, names, known, checked=checked)
    clones = (git_folders.get(obj.path) for obj in objects)
    return Listed(following, replace(planned, git_folders=tuple(filter(None, clones))))


def _planned(
    folder: FolderToList,
    object_id: int | None,
    objects: Sequence[WorkspaceObject],
    names: Mapping[str, str],
    known: IndexedFolder | None,
    *,
    checked: bool,
) -> PlannedFolder:
    return PlannedFolder(
        path=folder.path,
        git_path=folder.git_path,
        object_id=object_id,
        objects=tuple(objects),
        names=names,
        untimed=known.untimed if known else {},
        checked=checked,
        manifest=known.manifest if known else "",
    )


def _in_scope(
    walk: Walk, listing: Iterable[WorkspaceObject], scope: Scope
) -> list[WorkspaceObject]:
    objects = []
    for obj in listing:
        if not scope.excluded(obj.path):
            objects.append(obj)
        elif len(walk.excluded) < MAX_NAMED:
            walk.excluded.append(obj.path)
    return objects


def _folder_names(
    objects: Sequence[WorkspaceObject],
    before: Sequence[NamedBefore],
    at_top: bool,  # noqa: FBT001 - a fact of the folder, not a switch
    notebook_format: Format,
) -> dict[str, str]:
    """The Git component of each sub-folder, by its workspace name."""
    if not any(obj.descended for obj in objects):
        return {}
    names = assign_names(
        [obj for obj in objects if obj.storable or obj.descended],
        previous_entries=[child for child in before if child.type != DIRECTORY],
        previous_folders=[child for child in before if child.type == DIRECTORY],
        notebook_format=notebook_format,
        at_top=at_top,
    )
    return {obj.name: names[obj] for obj in objects if obj.descended}


def _names_before(
    objects: Sequence[WorkspaceObject], known: IndexedFolder | None, index: Index
) -> list[NamedBefore]:
    """The names the folder gave away, also those only its sub-folders tell of.

    Where it was no part of an earlier scope, or was not stored when they were.
    """
    before = list(known.children) if known else []
    told = {child.name for child in before if child.type == DIRECTORY}
    for obj in objects:
        if obj.descended and obj.name not in told:
            git_path = index.git_path_of(obj.path)
            if git_path is not None:
                component = git_path.rpartition("/")[2]
                before.append(
                    NamedBefore(obj.object_id, obj.name, DIRECTORY, None, component)
                )
    return before


def _note_changes(
    walk: Walk,
    folder: FolderToList,
    objects: Sequence[WorkspaceObject],
    known: IndexedFolder | None,
) -> None:
    """What came and went; where nothing is known, nothing can be gone or have moved."""
    walk.walked.add(folder.path)
    before = known.children if known else ()
    here = {(obj.object_id, obj.name) for obj in objects}
    taken = {(obj.name, obj.type) for obj in objects if obj.storable}
    sub_folders = {obj.name for obj in objects if obj.descended}
    for child in before:
        if child.type == DIRECTORY:
            if child.name not in sub_folders:
                walk.gone_folders.append((folder.path, child.name))
        elif (child.object_id, child.name) not in here and (
            (child.name, child.type) not in taken
        ):
            walk.gone.append(Gone(folder.path, child.object_id, child.name, child.type))
    known_here = known.accounted if known else frozenset()
    for obj in objects:
        if obj.storable and (obj.object_id, obj.name) not in known_here:
            walk.arrived[obj.object_id] = join(folder.path, obj.name)


def _next(
    folder: FolderToList, obj: WorkspaceObject, names: Mapping[str, str]
) -> FolderToList:
    git_path = inside(folder.git_path, names[obj.name])
    return FolderToList(obj.path, git_path, obj.object_id)
