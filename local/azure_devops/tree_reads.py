"""TREE READS: finds and lists what a tree holds; knows no refs, no HTTP.

Likely (second-hand from the on-premises server): a path that is not there in this
spelling is found if exactly one entry matches without regard to case; more than 100
folders deep is refused.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from local.azure_devops.errors import ApiError
from local.azure_devops.objects import TREE_MODE, Entry, ObjectStore

DEEPEST = 100


class Found(NamedTuple):
    """An entry and its path as it is spelt in the tree, `/` for the root."""

    path: str
    entry: Entry


def split_path(path: str) -> tuple[str, ...]:
    """Split a path at its slashes, empty parts dropped."""
    return tuple(part for part in path.split("/") if part)


def find(objects: ObjectStore, root: str, path: str) -> Found | None:
    """Find a path below a tree, case-insensitively where that is unambiguous."""
    found = Found("/", Entry(TREE_MODE, "", root))
    for segment in split_path(path):
        if not found.entry.is_tree:
            return None
        entry = _member(objects.tree(found.entry.oid), segment)
        if entry is None:
            return None
        found = Found(_join(found.path, entry.name), entry)
    return found


def find_exactly(
    objects: ObjectStore, root: str, path: tuple[str, ...]
) -> Entry | None:
    """Find a path below a tree in exactly this spelling."""
    entry: Entry | None = Entry(TREE_MODE, "", root)
    for segment in path:
        if entry is None or not entry.is_tree:
            return None
        entries = objects.tree(entry.oid)
        entry = next((one for one in entries if one.name == segment), None)
    return entry


def children(objects: ObjectStore, folder: Found) -> Iterator[Found]:
    """List what is directly in a folder."""
    for entry in objects.tree(folder.entry.oid):
        yield Found(_join(folder.path, entry.name), entry)


def descend(objects: ObjectStore, folder: Found, depth: int = 0) -> Iterator[Found]:
    """List everything below a folder, each folder before what it holds."""
    if depth > DEEPEST:
        raise ApiError(
            400,
            "GitRecursionLimitReachedException",
            f"The folders are nested more than {DEEPEST} deep.",
        )
    for found in children(objects, folder):
        yield found
        if found.entry.is_tree:
            yield from descend(objects, found, depth + 1)


def _member(entries: Sequence[Entry], name: str) -> Entry | None:
    alike = []
    lowered = name.lower()
    for entry in entries:
        if entry.name == name:
            return entry
        if entry.name.lower() == lowered:
            alike.append(entry)
    return alike[0] if len(alike) == 1 else None


def _join(folder: str, name: str) -> str:
    return f"/{name}" if folder == "/" else f"{folder}/{name}"
