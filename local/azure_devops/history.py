"""HISTORY: which commits changed a path, and what changed between two trees.

Documented: Azure DevOps Git REST 7.1, "Commits - Get Commits" (history modes), "Commits
- Get Changes". A commit counts for a path if the path differs from that in every
parent, as in Git's simplified history.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from local.azure_devops.commit_objects import Commit
from local.azure_devops.objects import (
    EMPTY_TREE_ID,
    TREE_MODE,
    Entry,
    ObjectStore,
)
from local.azure_devops.repository import Repository
from local.azure_devops.tree_reads import find_exactly, split_path


@dataclass(frozen=True, slots=True)
class Difference:
    """One path that differs; a folder differs if anything in it does."""

    path: str
    old: Entry | None
    new: Entry | None
    moved_from: str | None = None
    moved_away: bool = False

    @property
    def kind(self) -> str:
        """The change type as the service writes it."""
        if self.moved_from is not None:
            return "rename"
        if self.moved_away:
            return "delete, sourceRename"
        if self.old is None:
            return "add"
        return "delete" if self.new is None else "edit"


def touches(repository: Repository, commit: Commit, path: tuple[str, ...]) -> bool:
    """Whether the commit changed the path against each of its parents."""
    now = _at(repository, commit.tree, path)
    before = [
        _at(repository, repository.commit(parent).tree, path)
        for parent in commit.parents
    ]
    return now not in before if before else now is not None


def last_change(repository: Repository, start: Commit, path: str) -> Commit:
    """Find the newest commit, from `start` backwards, that changed the path."""
    segments = split_path(path)
    for commit in repository.history(start.oid):
        if touches(repository, commit, segments):
            return commit
    return start


def previous_change(repository: Repository, start: Commit, path: str) -> Commit | None:
    """Find the last but one commit, from `start` backwards, that changed the path."""
    segments = split_path(path)
    changing = (
        commit
        for commit in repository.history(start.oid)
        if touches(repository, commit, segments)
    )
    return next(islice(changing, 1, None), None)


def _at(repository: Repository, root: str, path: tuple[str, ...]) -> str | None:
    entry = find_exactly(repository.objects, root, path)
    return entry.oid if entry is not None else None


def differences(objects: ObjectStore, old: str | None, new: str) -> list[Difference]:
    """List what differs between two trees, level by level, folders included.

    A file that went and one with the same content that came are a rename; likely,
    the service pairs only files whose content did not change at all.
    """
    levels: dict[int, list[Difference]] = {}
    for depth, one in _differing(objects, "", old or EMPTY_TREE_ID, new, 0):
        levels.setdefault(depth, []).append(one)
    return _paired([one for depth in sorted(levels) for one in levels[depth]])


def _differing(
    objects: ObjectStore, folder: str, old: str, new: str, depth: int
) -> Iterator[tuple[int, Difference]]:
    before = {entry.name: entry for entry in objects.tree(old)}
    after = {entry.name: entry for entry in objects.tree(new)}
    for name in sorted(before.keys() | after.keys()):
        yield from _entry_differing(
            objects, f"{folder}/{name}", before.get(name), after.get(name), depth
        )


def _entry_differing(
    objects: ObjectStore, path: str, old: Entry | None, new: Entry | None, depth: int
) -> Iterator[tuple[int, Difference]]:
    if old == new:
        return
    if old is not None and new is not None and old.is_tree != new.is_tree:
        yield from _entry_differing(objects, path, old, None, depth)
        yield from _entry_differing(objects, path, None, new, depth)
        return
    yield depth, Difference(path, old, new)
    some = new or old
    if some is not None and some.mode == TREE_MODE:
        old_tree = old.oid if old is not None else EMPTY_TREE_ID
        new_tree = new.oid if new is not None else EMPTY_TREE_ID
        yield from _differing(objects, path, old_tree, new_tree, depth + 1)


def _paired(found: list[Difference]) -> list[Difference]:
    gone: dict[str, list[str]] = {}
    for one in found:
        if one.old is not None and one.new is None and one.old.kind == "blob":
            gone.setdefault(one.old.oid, []).append(one.path)
    sources: dict[str, str] = {}
    for one in found:
        if one.old is None and one.new is not None and gone.get(one.new.oid):
            sources[one.path] = gone[one.new.oid].pop(0)
    away = set(sources.values())
    return [
        Difference(one.path, one.old, one.new, sources.get(one.path), one.path in away)
        for one in found
    ]
