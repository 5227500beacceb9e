"""TREE EDITS: applies the changes of one commit to a tree; knows no refs, no HTTP.

Only folders on the way to a change are read and written again. Every check is made
against the tree the commit starts from, before anything is written.
Documented: Azure DevOps Git REST 7.1, "Pushes - Create". Where only the on-premises
server's behaviour is known second-hand, it says "likely".
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from local.azure_devops.objects import (
    EMPTY_TREE_ID,
    FILE_MODE,
    TREE_MODE,
    Entry,
    StagedObject,
    serialize_tree,
    stage,
)

ChangeType = Literal["add", "edit", "delete", "rename"]


class EditError(Exception):
    """A change that does not fit the tree; the text is for the caller."""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a commit; paths are without empty segments."""

    kind: ChangeType
    path: tuple[str, ...]
    blob: StagedObject | None = None
    source: tuple[str, ...] | None = None

    @property
    def shown(self) -> str:
        """The path as the service writes it."""
        return "/" + "/".join(self.path)


class Trees(Protocol):
    """Where the entries of existing trees come from."""

    def tree(self, oid: str) -> Sequence[Entry]:
        """Entries of the tree with this id."""


@dataclass(slots=True)
class _Node:
    """A folder on the way to a change, or the place of a change."""

    is_change: bool = False
    entry: Entry | None = None  # what the change puts here; None removes
    children: dict[str, "_Node"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edited:
    """The tree after the changes and the tree objects that are new in it."""

    root: str
    staged: tuple[StagedObject, ...]


def apply_changes(trees: Trees, root: str, changes: Sequence[Change]) -> Edited:
    """Apply all changes to the tree `root`; raises EditError for the first misfit."""
    plan = _Node()
    edit = _Edit(trees, root)
    for change in changes:
        sources = (change.source,) if change.source is not None else ()
        nodes = [_reserve(plan, place) for place in (*sources, change.path)]
        for node, entry in zip(nodes, edit.effects(change), strict=True):
            node.entry = entry
    return edit.write(plan)


def _reserve(plan: _Node, place: tuple[str, ...]) -> _Node:
    """Take a place in the plan; raises EditError if another change is there."""
    shown = "/" + "/".join(place)
    node = plan
    for segment in place:
        if node.is_change:
            raise EditError(f"The path '{shown}' lies below another changed path.")
        node = node.children.setdefault(segment, _Node())
    if node.is_change:
        # likely: MultipleOperationsOnSameFile; so a swap needs two pushes
        raise EditError(f"Multiple operations on the path '{shown}' in one commit.")
    if node.children:
        raise EditError(f"The path '{shown}' contains another changed path.")
    node.is_change = True
    return node


class _Edit:
    """The tree a commit starts from, read as far as its changes need it."""

    def __init__(self, trees: Trees, root: str) -> None:
        self._trees = trees
        self._root = root
        self._read: dict[str, dict[str, Entry]] = {}

    def effects(self, change: Change) -> list[Entry | None]:
        """Say what the change leaves at its source, if any, and at its path."""
        if change.kind == "rename":
            return self._rename(change)
        existing = self._find(change.path)
        if change.kind == "delete":
            if existing is None:
                raise EditError(_missing(change.shown))
            return [None]
        if change.kind == "add" and existing is not None:
            # reported: harness/harness-core, neuvector/neuvector
            raise EditError(
                f"The path '{change.shown}' specified in the add operation already"
                " exists. Please specify a new path."
            )
        return [self._written(change, existing)]

    def _written(self, change: Change, existing: Entry | None) -> Entry:
        if change.kind == "edit" and existing is None:
            raise EditError(_missing(change.shown))
        if existing is not None and existing.is_tree:
            raise EditError(f"The path '{change.shown}' is a folder.")  # likely
        self._check_parents(change.path)
        if change.blob is None:
            raise EditError(f"The change of '{change.shown}' has no content.")
        mode = existing.mode if existing is not None else FILE_MODE
        return Entry(mode, change.path[-1], change.blob.oid)

    def _rename(self, change: Change) -> list[Entry | None]:
        moved = self._find(change.source or ())
        if moved is None:
            raise EditError("Could not find rename source.")  # likely
        if self._find(change.path) is not None:
            raise EditError(f"The rename target '{change.shown}' already exists.")
        self._check_parents(change.path)
        target = Entry(moved.mode, change.path[-1], moved.oid)
        return [None, target]

    def _check_parents(self, path: tuple[str, ...]) -> None:
        for depth in range(1, len(path)):
            entry = self._find(path[:depth])
            if entry is None:
                return
            if not entry.is_tree:
                shown = "/" + "/".join(path[:depth])
                raise EditError(f"The path '{shown}' is a file, not a folder.")

    def _find(self, path: tuple[str, ...]) -> Entry | None:
        entry: Entry | None = Entry(TREE_MODE, "", self._root)
        for segment in path:
            if entry is None or not entry.is_tree:
                return None
            entry = self._entries(entry.oid).get(segment)
        return entry

    def _entries(self, oid: str) -> dict[str, Entry]:
        known = self._read.get(oid)
        if known is None:
            known = {entry.name: entry for entry in self._trees.tree(oid)}
            self._read[oid] = known
        return known

    def write(self, plan: _Node) -> Edited:
        """Stage every tree that the plan touches, from the leaves to the root."""
        staged: list[StagedObject] = []
        root = self._write(self._root, plan, staged)
        if root is None:
            staged.append(stage("tree", b""))
        return Edited(root or EMPTY_TREE_ID, tuple(staged))

    def _write(
        self, oid: str | None, node: _Node, staged: list[StagedObject]
    ) -> str | None:
        entries = dict(self._entries(oid)) if oid is not None else {}
        for name, child in node.children.items():
            kept = self._child(entries.get(name), name, child, staged)
            if kept is None:
                entries.pop(name, None)
            else:
                entries[name] = kept
        if not entries:
            return None  # an emptied folder vanishes
        tree = stage("tree", serialize_tree(entries.values()))
        staged.append(tree)
        return tree.oid

    def _child(
        self,
        existing: Entry | None,
        name: str,
        child: _Node,
        staged: list[StagedObject],
    ) -> Entry | None:
        if child.is_change:
            return child.entry
        below = existing.oid if existing is not None and existing.is_tree else None
        written = self._write(below, child, staged)
        return Entry(TREE_MODE, name, written) if written is not None else None


def _missing(path: str) -> str:
    # guess: no public wording of GitPathDoesNotExistAtCommit is known
    return f"The path '{path}' does not exist at the commit that the push is based on."
