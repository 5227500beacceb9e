"""DECISIONS: where a walk begins, and where its roots lie in Git; lists nothing."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from shared.domain.index import Index
from shared.domain.names import NamedBefore, assign_names
from shared.domain.objects import DIRECTORY, Format, WorkspaceObject, depth, parent
from shared.domain.scope import Scope
from shared.domain.slices import Slice
from shared.domain.walk import FolderToList


def roots_to_list(roots: Sequence[str], index: Index) -> list[FolderToList]:
    """The roots in the order given; what the index knows lies where it says."""
    git_paths = _git_paths(roots, index)
    folders = []
    for root in roots:
        known = index.get(root)
        object_id = known.object_id if known else None
        folders.append(FolderToList(root, git_paths[root], object_id))
    return folders


def slice_to_list(part: Slice, scope: Scope, index: Index) -> list[FolderToList]:
    """The folders of the slice that the index holds in scope; new ones can wait."""
    return [
        FolderToList(folder.path, folder.git_path, folder.object_id)
        for folder in index.folders()
        if part.holds(folder.path) and scope.covers(folder.path)
    ]


def _git_paths(roots: Iterable[str], index: Index) -> Mapping[str, str]:
    """The Git paths of the roots and of all folders above them."""
    found = {"/": ""}
    wanted = {path for root in roots for path in _and_above(root)}
    ordered = sorted(wanted, key=lambda path: (depth(path), path))
    for above, siblings in groupby(ordered, parent):
        paths = list(siblings)
        components = _new_components(above, paths, index)
        prefix = f"{found[above]}/" if found[above] else ""
        for path in paths:
            known = index.git_path_of(path)
            found[path] = prefix + components[path] if known is None else known
    return found


def _and_above(root: str) -> Iterable[str]:
    while root != "/":
        yield root
        root = parent(root)


def _new_components(
    above: str, paths: Iterable[str], index: Index
) -> Mapping[str, str]:
    """Components for those of a folder's sub-folders that the index does not know."""
    listed = [
        WorkspaceObject(path, DIRECTORY, _number(path))
        for path in paths
        if index.git_path_of(path) is None
    ]
    known = index.get(above)
    names = assign_names(
        listed,
        previous_entries=known.children if known else (),
        previous_folders=_known_below(above, index),
        notebook_format=Format.SOURCE,
        at_top=above == "/",
    )
    return {obj.path: names[obj] for obj in listed}


def _known_below(above: str, index: Index) -> list[NamedBefore]:
    return [
        NamedBefore(_number(path), path.rpartition("/")[2], DIRECTORY, None, component)
        for path, component in index.components_below(above)
    ]


def _number(path: str) -> int:
    """Stands for the object id: nothing has listed the folder yet."""
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:4])
