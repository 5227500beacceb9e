"""Builders: what a workspace shows, what Git holds, and a Git tree as a dictionary."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from shared.domain.blob_ids import blob_id
from shared.domain.decision import inside
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Exported, Held, NotStored
from shared.domain.index import Index, index_folder
from shared.domain.manifest import Manifest, folder_of_manifest, manifest_path
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
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder

EARLIER = 1_700_000_000_000
LATER = EARLIER + 1

type Tree = dict[str, bytes]
"""A commit's files by Git path."""


def an_id(path: str, kind: str) -> int:
    """The same for the same path and type, another one for another."""
    return 10**9 + zlib.crc32(f"{kind} {path}".encode("utf-8", "surrogatepass"))


def an_object(path: str, kind: str, **facts: Any) -> WorkspaceObject:
    """Any object; its id follows from path and type unless it is given."""
    return replace(WorkspaceObject(path, kind, an_id(path, kind)), **facts)


def a_notebook(path: str, **facts: Any) -> WorkspaceObject:
    """A Python notebook that was last changed at `EARLIER`."""
    return an_object(
        path, NOTEBOOK, **{"language": "PYTHON", "modified_at": EARLIER, **facts}
    )


def a_file(path: str, **facts: Any) -> WorkspaceObject:
    """A workspace file that was last changed at `EARLIER`."""
    return an_object(path, FILE, **{"modified_at": EARLIER, "size": 3, **facts})


def a_dashboard(path: str, **facts: Any) -> WorkspaceObject:
    """A dashboard: its listing carries no time."""
    return an_object(path, DASHBOARD, **facts)


def a_folder(path: str, **facts: Any) -> WorkspaceObject:
    """A folder as its parent's listing shows it."""
    return an_object(path, DIRECTORY, **facts)


def a_git_folder(path: str, **facts: Any) -> WorkspaceObject:
    """A clone of a Git repository."""
    return an_object(path, REPO, **facts)


def a_clone(path: str, **facts: Any) -> GitFolder:
    """What the workspace says of the clone at a path."""
    clone = GitFolder(path, an_id(path, REPO), "https://example.com/x", "main", "c" * 8)
    return replace(clone, **facts)


def a_listing(folder: str, *objects: WorkspaceObject, **facts: Any) -> PlannedFolder:
    """A folder's listing as planned; Git paths are the workspace's unless told."""
    names = {obj.name: obj.name for obj in objects if obj.descended}
    planned = PlannedFolder(
        folder, folder.lstrip("/"), an_id(folder, DIRECTORY), objects, names
    )
    return replace(planned, **facts)


def exported(text: str, form: Format = Format.SOURCE) -> Exported:
    """Bytes as the workspace gave them."""
    content = text.encode()
    return Exported(content, blob_id(content), form)


FAILED = NotStored(OutcomeKind.FAILED, "the workspace said 500")
VANISHED = NotStored(OutcomeKind.VANISHED, "gone between listing and export")
TOO_LARGE = NotStored(OutcomeKind.EXCEPTED, "too large to export", 10_485_761)


def held_in(tree: Tree, git_path: str, fallback: Manifest | None = None) -> Held:
    """What the tree holds of one folder; `fallback` where its manifest is no use."""
    raw = tree.get(manifest_path(git_path))
    prefix = f"{git_path}/" if git_path else ""
    below = {path.removeprefix(prefix) for path in tree if path.startswith(prefix)}
    return Held(
        manifest=_readable(raw) or fallback,
        manifest_blob=blob_id(raw) if raw is not None else "",
        files={name: blob_id(tree[prefix + name]) for name in below if "/" not in name},
        folders=frozenset(name.split("/")[0] for name in below if "/" in name),
    )


def _readable(raw: bytes | None) -> Manifest | None:
    try:
        return Manifest.from_bytes(raw) if raw is not None else None
    except ValueError:
        return None


def after(tree: Mapping[str, bytes], changes: Iterable[Change]) -> Tree:
    """The tree after a push; refuses what Git or Azure DevOps would refuse."""
    held = dict(tree)
    touched: set[str] = set()
    for change in changes:
        assert change.path not in touched, f"twice in one push: {change.path}"
        assert (change.path in tree) != (change.kind is ChangeKind.ADD), change
        assert (change.content is None) == (change.kind is ChangeKind.DELETE), change
        touched.add(change.path)
        held.pop(change.path, None)
        if change.content is not None:
            held[change.path] = change.content
    folders = {path[:at] for path in held for at, c in enumerate(path) if c == "/"}
    assert not folders & held.keys(), "a file where a folder is"
    return held


def stored_in(tree: Tree, manifest: Manifest) -> dict[str, bytes | None]:
    """The bytes in the tree by the exact names of what the manifest stores."""
    return {
        entry.name: tree.get(inside(manifest.git_path, entry.file))
        for entry in manifest.entries
    }


def manifests_of(tree: Tree) -> dict[str, Manifest]:
    """All readable manifests of the tree by Git path."""
    found = {folder_of_manifest(path): _readable(raw) for path, raw in tree.items()}
    return {
        git_path: manifest
        for git_path, manifest in found.items()
        if git_path is not None and manifest is not None
    }


def indexed(tree: Tree, commit: str = "c" * 40) -> Index:
    """The index that a rebuild from the tree gives."""
    index = Index(commit)
    for git_path, manifest in manifests_of(tree).items():
        held = held_in(tree, git_path)
        vouched = all(held.holds(entry) for entry in manifest.entries)
        index.put(index_folder(manifest, held.manifest_blob, vouched=vouched))
    return index
