"""USE CASE PARTS: read what Git holds for folders, at one commit, in two requests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.git import TreeItem
from shared.domain.held import Held
from shared.domain.manifest import Manifest, manifest_path
from shared.errors import NotFound, UnknownVersion
from shared.ports import GitReader


@dataclass(frozen=True, slots=True)
class Found:
    """What lies at some paths of one commit: by folder, and the files asked for."""

    held: Mapping[str, Held] = field(default_factory=dict)
    files: frozenset[str] = frozenset()


def read_held(
    reader: GitReader,
    commit: str | None,
    git_paths: Sequence[str],
    *,
    known: Mapping[str, str] | None = None,
    files: Sequence[str] = (),
) -> Found:
    """The trees and manifests of the folders at `commit` (None: nothing is there).

    `known` are manifests' blob ids by Git path, to fall back on where somebody
    removed a manifest or made it unreadable.
    """
    if commit is None or not git_paths:
        return Found({git_path: Held() for git_path in git_paths})
    trees, present = read_trees(reader, commit, git_paths, files)
    fallback = known or {}
    there = {held.manifest_blob for held in trees.values()} - {""}
    manifests = _readable(reader.blobs(sorted(there)) if there else {})
    lost = {fallback.get(path, "") for path, t in trees.items() if not t.manifest_blob}
    manifests |= _as_far_as_kept(reader, lost - {""})
    held = {
        git_path: Held(
            _manifest_of(git_path, tree, manifests, reader, fallback),
            tree.manifest_blob,
            tree.files,
            tree.folders,
        )
        for git_path, tree in trees.items()
    }
    return Found(held, present)


def read_trees(
    reader: GitReader, commit: str, git_paths: Sequence[str], files: Sequence[str] = ()
) -> tuple[dict[str, Held], frozenset[str]]:
    """The folders' trees, manifests unread, and which of `files` exist."""
    manifests = {manifest_path(git_path): git_path for git_path in git_paths}
    items = reader.items(commit, git_paths, [*manifests, *files])
    return sort_items(items, git_paths), frozenset(
        item.path for item in items if item.path in set(files)
    )


def sort_items(items: Iterable[TreeItem], git_paths: Iterable[str]) -> dict[str, Held]:
    """Tree items by the folder they lie in, for the folders asked for."""
    manifests = {manifest_path(git_path): git_path for git_path in git_paths}
    files: dict[str, dict[str, str]] = {path: {} for path in manifests.values()}
    folders: dict[str, set[str]] = {path: set() for path in manifests.values()}
    blobs: dict[str, str] = {}
    for item in items:
        if item.path in manifests:
            blobs[manifests[item.path]] = item.object_id
        folder, _, name = item.path.rpartition("/")
        if folder not in files or not name:
            continue
        if item.is_folder:
            folders[folder].add(name)
        else:
            files[folder][name] = item.object_id
    return {
        path: Held(None, blobs.get(path, ""), files[path], frozenset(folders[path]))
        for path in files
    }


def _manifest_of(
    git_path: str,
    tree: Held,
    manifests: Mapping[str, Manifest],
    reader: GitReader,
    known: Mapping[str, str],
) -> Manifest | None:
    manifest = manifests.get(tree.manifest_blob)
    if manifest is not None and manifest.git_path == git_path:
        return manifest
    before = known.get(git_path, "")
    if before and before not in manifests:
        manifests = _as_far_as_kept(reader, {before})
    return manifests.get(before)


def _as_far_as_kept(reader: GitReader, ids: Iterable[str]) -> dict[str, Manifest]:
    """Of manifests that no tree names any more, those that Git still has."""
    wanted = sorted(ids)
    if not wanted:
        return {}
    try:
        return _readable(reader.blobs(wanted))
    except NotFound:
        half = len(wanted) // 2
        parts = (wanted[:half], wanted[half:]) if half else ()
        found = [_as_far_as_kept(reader, part) for part in parts]
    return {key: manifest for part in found for key, manifest in part.items()}


def _readable(blobs: Mapping[str, bytes]) -> dict[str, Manifest]:
    read = {key: read_manifest(raw) for key, raw in blobs.items()}
    return {key: manifest for key, manifest in read.items() if manifest is not None}


def read_manifest(raw: bytes) -> Manifest | None:
    """The manifest; None where somebody made it unreadable.

    One of a newer version is not for us to replace: `UnknownVersion`.
    """
    try:
        return Manifest.from_bytes(raw)
    except UnknownVersion:
        raise
    except ValueError:
        return None
