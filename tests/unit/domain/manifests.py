"""Random listings, and the manifests that hold exactly what they show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from shared.domain.manifest import Entry, Excepted, Manifest, SubFolder
from shared.domain.names import assign_names
from shared.domain.objects import (
    DASHBOARD,
    DIRECTORY,
    FILE,
    NOTEBOOK,
    REPO,
    Format,
    GitFolder,
    WorkspaceObject,
)
from tests.unit.domain.workspace_objects import NAMES

BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"


@dataclass(frozen=True)
class Listed:
    """A folder's listing, and what of the workspace's Git folders is known."""

    git_path: str
    object_id: int | None
    notebook_format: Format
    objects: tuple[WorkspaceObject, ...]
    git_folders: Mapping[str, GitFolder]


@st.composite
def objects(draw: st.DrawFn, object_id: int, folder: str) -> WorkspaceObject:
    """Any object that a listing may show."""
    name = draw(NAMES.filter(lambda name: name not in {".", ".."}))
    kinds = [NOTEBOOK, FILE, DASHBOARD, DIRECTORY, REPO, "LIBRARY", "SOMETHING_NEW"]
    kind = draw(st.sampled_from(kinds))
    return WorkspaceObject(
        path=f"{folder}/{name}",
        type=kind,
        object_id=object_id,
        language=draw(st.sampled_from([None, "PYTHON", "SQL"])),
        modified_at=draw(st.none() | st.integers(1, 2**45)),
        size=draw(st.none() | st.integers(0, 10**7)),
        is_git_folder=kind == DIRECTORY and draw(st.booleans()),
    )


@st.composite
def listings(draw: st.DrawFn) -> Listed:
    """A folder as a listing and the list of Git folders show it."""
    ids = draw(st.lists(st.integers(1, 10**16), max_size=8, unique=True))
    found = {obj.path: obj for obj in (draw(objects(i, "/f")) for i in ids)}
    words = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
    clones = [
        GitFolder(obj.path, obj.object_id, draw(words), draw(words), draw(words))
        for obj in found.values()
        if _is_clone(obj) and draw(st.booleans())
    ]
    return Listed(
        git_path=draw(st.sampled_from(["", "f", "Clients/f~3"])),
        object_id=draw(st.none() | st.integers(1, 10**16)),
        notebook_format=draw(st.sampled_from([Format.SOURCE, Format.JUPYTER])),
        objects=tuple(found.values()),
        git_folders={clone.path: clone for clone in clones},
    )


def manifest_of(listed: Listed, stored: Sequence[WorkspaceObject]) -> Manifest:
    """The manifest of a folder of which `stored` are stored, the others excepted."""
    names = assign_names(
        [obj for obj in listed.objects if obj.storable or obj.descended],
        previous_entries=(),
        previous_folders=(),
        notebook_format=listed.notebook_format,
        at_top=listed.git_path == "",
    )
    return Manifest(
        path="/f",
        git_path=listed.git_path,
        object_id=listed.object_id,
        notebook_format=listed.notebook_format,
        entries=tuple(
            _entry(o, names[o], listed.notebook_format)
            for o in listed.objects
            if o in stored
        ),
        folders=tuple(
            SubFolder(obj.name, obj.object_id, names[obj])
            for obj in listed.objects
            if obj.descended
        ),
        exceptions=tuple(
            _excepted(obj, listed.git_folders.get(obj.path))
            for obj in listed.objects
            if not obj.descended and obj not in stored
        ),
    )


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """Any manifest that this product writes."""
    listed = draw(listings())
    storable = [obj for obj in listed.objects if obj.storable]
    stored = draw(st.sets(st.sampled_from(storable))) if storable else set()
    return manifest_of(listed, tuple(stored))


def _is_clone(obj: WorkspaceObject) -> bool:
    return obj.type == REPO or obj.is_git_folder


def _entry(obj: WorkspaceObject, file: str, notebook_format: Format) -> Entry:
    return Entry(
        name=obj.name,
        type=obj.type,
        object_id=obj.object_id,
        file=file,
        blob=BLOB,
        size=0,
        format=notebook_format if obj.type == NOTEBOOK else Format.RAW,
        language=obj.language,
        modified_at=obj.modified_at,
    )


def _excepted(obj: WorkspaceObject, clone: GitFolder | None) -> Excepted:
    return Excepted(
        name=obj.name,
        type=obj.type,
        object_id=obj.object_id,
        reason="Git folder" if _is_clone(obj) else "too large",
        language=obj.language,
        modified_at=obj.modified_at,
        size=obj.size,
        url=clone.url if clone else None,
        branch=clone.branch if clone else None,
        head_commit=clone.head_commit if clone else None,
    )
