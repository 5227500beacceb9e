"""REPOSITORY: one bare repository on disk, its refs and commits; knows no HTTP."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pygit2
from pygit2.enums import ReferenceType

from local.azure_devops.commit_objects import Commit, Tag, parse_commit, parse_tag
from local.azure_devops.objects import MissingObjectError, ObjectStore

BRANCHES = "refs/heads/"
TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True)
class Ref:
    """A name and what it points at."""

    name: str
    oid: str


class StaleRefError(Exception):
    """The ref does not point at what the caller expected."""

    def __init__(self, name: str, actual: str | None) -> None:
        super().__init__(name)
        self.name = name
        self.actual = actual


class RefConflictError(Exception):
    """The name cannot exist beside an existing one (`a` and `a/b`)."""


class Repository:
    """One bare repository.

    Reads may come from any thread. Whoever changes refs holds `writing`, so that a
    push over HTTP and one over the Git protocol cannot cross each other.
    """

    def __init__(self, path: Path, identity: str, name: str) -> None:
        """Open the bare repository at this path; it has this id and display name."""
        self.path = path
        self.id = identity
        self.name = name
        self.disabled = False
        self.writing = threading.Lock()
        self._git = pygit2.Repository(str(path))
        self.objects = ObjectStore(self._git)

    @property
    def default_branch(self) -> str | None:
        """Full name of the branch HEAD names, or of another one if it is missing.

        None while there is no branch at all.
        """
        branches = [ref.name for ref in self.refs(BRANCHES)]
        head = str(self._git.lookup_reference("HEAD").target)
        if head in branches:
            return head
        return branches[0] if branches else None

    def set_default_branch(self, name: str) -> None:
        """Point HEAD at a branch; the caller holds `writing`."""
        self._git.set_head(name)

    def refs(self, prefix: str = "refs/") -> list[Ref]:
        """All refs that start with the prefix, by name."""
        found = []
        for reference in self._git.listall_reference_objects():
            if reference.name.startswith(prefix):
                target = reference
                if reference.type == ReferenceType.SYMBOLIC:
                    target = reference.resolve()
                found.append(Ref(reference.name, str(target.target)))
        return sorted(found, key=lambda ref: ref.name)

    def tip(self, name: str) -> str | None:
        """Return what the ref points at, or None if there is no such ref."""
        try:
            return str(self._git.lookup_reference(name).resolve().target)
        except (KeyError, ValueError):
            return None

    def compare_and_swap(self, name: str, old: str | None, new: str | None) -> None:
        """Move a ref from `old` to `new`; None stands for its absence.

        Raises StaleRefError if it is elsewhere, RefConflictError if the name
        collides with another. The ref's lock file is held meanwhile; the caller
        holds `writing`.
        """
        with self._git.transaction() as transaction:
            try:
                transaction.lock_ref(name)
            except (pygit2.GitError, OSError, ValueError) as error:
                raise RefConflictError(name) from error
            actual = self.tip(name)
            if actual != old:
                raise StaleRefError(name, actual)
            if new is None:
                transaction.remove(name)
                return
            if old is None and self._collides(name):
                raise RefConflictError(name)
            transaction.set_target(name, new)

    def _collides(self, name: str) -> bool:
        return any(
            ref.name.startswith(name + "/") or name.startswith(ref.name + "/")
            for ref in self.refs()
        )

    def commit(self, oid: str) -> Commit:
        """Read a commit; raises MissingObjectError, also for another kind."""
        kind, content = self.objects.read(oid)
        if kind != "commit":
            raise MissingObjectError(oid)
        return parse_commit(oid, content)

    def tag(self, oid: str) -> Tag:
        """Read an annotated tag; raises MissingObjectError, also for another kind."""
        kind, content = self.objects.read(oid)
        if kind != "tag":
            raise MissingObjectError(oid)
        return parse_tag(oid, content)

    def peel(self, oid: str) -> str:
        """Follow annotated tags to the id behind them."""
        kind, content = self.objects.read(oid)
        while kind == "tag":
            oid = parse_tag(oid, content).target
            kind, content = self.objects.read(oid)
        return oid

    def history(self, start: str, *, without: str | None = None) -> Iterator[Commit]:
        """Walk the commits of `start` that `without` lacks, newest first."""
        walker = self._git.walk(
            start, pygit2.enums.SortMode.TIME | pygit2.enums.SortMode.TOPOLOGICAL
        )
        if without is not None:
            walker.hide(without)
        for found in walker:
            yield self.commit(str(found.id))

    def merge_base(self, one: str, other: str) -> str | None:
        """Find the closest common ancestor, or None for unrelated histories."""
        base = self._git.merge_base(one, other)
        return str(base) if base is not None else None

    def ahead_behind(self, one: str, other: str) -> tuple[int, int]:
        """How many commits `one` has that `other` lacks, and the reverse."""
        ahead, behind = self._git.ahead_behind(one, other)
        return ahead, behind

    def is_ancestor(self, ancestor: str, descendant: str) -> bool:
        """Whether `descendant` contains `ancestor`, or is it."""
        return ancestor == descendant or self._git.descendant_of(descendant, ancestor)


def is_valid_ref_name(name: str) -> bool:
    """Whether Git accepts the name of a ref below `refs/`."""
    return name.startswith("refs/") and pygit2.reference_is_valid_name(name)
