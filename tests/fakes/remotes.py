"""FAKES: a workspace and a repository in memory, with real Git ids; speak no HTTP."""

import hashlib
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from shared.domain.blob_ids import blob_id
from shared.domain.git import (
    MAX_PUSH_BYTES,
    ChangeKind,
    Commit,
    Comparison,
    Push,
    TreeItem,
)
from shared.domain.objects import (
    DIRECTORY,
    FILE,
    NOTEBOOK,
    REPO,
    Format,
    GitFolder,
    Identity,
    WorkspaceObject,
    is_within,
    parent,
)
from shared.errors import NotExportable, NotFound, RefMoved, StaleDecision, TooLarge

HEADERS = {"PYTHON": "#", "R": "#", "SQL": "--", "SCALA": "//"}


AUTHOR = "backup <backup@example.com>"

type Fault = Callable[[str, str], None]
"""Gets the call and its subject; raises, or changes the scene, or does nothing."""


def no_fault(call: str, subject: str) -> None:
    """Nothing goes wrong; a test sets another, which raises or changes the scene."""


class WorkspaceScene:
    """What a workspace holds, and how a test changes it."""

    def __init__(self) -> None:
        self.objects: dict[str, WorkspaceObject] = {}
        self.contents: dict[str, bytes] = {}
        self.folders: list[GitFolder] = []
        self.me = Identity("backup", admin=True)
        self._numbers = itertools.count(1001)
        self._times = itertools.count(1_700_000_000_000, 1000)

    def add(self, path: str, kind: str, content: bytes = b"", **facts: Any) -> None:
        """Any object; its type is `kind`, and it has no time unless told."""
        self.mkdir(parent(path))
        found = WorkspaceObject(path, kind, next(self._numbers))
        self.objects[path] = replace(found, **facts)
        self.contents[path] = content

    def add_notebook(self, path: str, text: str, language: str = "PYTHON") -> None:
        content = f"{HEADERS[language]} Databricks notebook source\n{text}".encode()
        now = next(self._times)
        self.add(path, NOTEBOOK, content, language=language, modified_at=now)

    def add_file(self, path: str, content: bytes) -> None:
        self.add(path, FILE, content, modified_at=next(self._times))

    def mkdir(self, path: str) -> None:
        """The folder and those above it, where they are missing."""
        if path != "/" and path not in self.objects:
            self.add(path, DIRECTORY)

    def edit(self, path: str, content: bytes) -> None:
        """New bytes, exactly these, at a later time."""
        self.contents[path] = content
        found = self.objects[path]
        self.objects[path] = replace(found, modified_at=next(self._times))

    def rewrite(self, path: str, content: bytes) -> None:
        """New bytes, and nothing in the listing that tells so."""
        self.contents[path] = content

    def delete(self, path: str) -> None:
        """The object, and all that is inside it."""
        for old in [old for old in self.objects if is_within(old, path)]:
            del self.objects[old], self.contents[old]

    def move(self, path: str, target: str) -> None:
        """The object and all that is inside it; ids and times stay."""
        self.mkdir(parent(target))
        for old in [old for old in self.objects if is_within(old, path)]:
            new = target + old.removeprefix(path)
            self.objects[new] = replace(self.objects.pop(old), path=new)
            self.contents[new] = self.contents.pop(old)


class FakeWorkspace(WorkspaceScene):
    """The port `Workspace`; `calls` are the requests, `fault` may spoil each."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, str]] = []
        self.fault: Fault = no_fault

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        self._called("list", folder)
        found = self.objects.get(folder)
        if folder != "/" and (found is None or found.type not in {DIRECTORY, REPO}):
            raise NotFound(f"{folder} is not a folder")
        return tuple(o for o in self.objects.values() if parent(o.path) == folder)

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002, ARG002
        self._called("export", path)
        if path not in self.objects:
            raise NotFound(path)
        if not self.objects[path].storable:
            raise NotExportable(path)
        return self.contents[path]

    def git_folders(self, top: str) -> tuple[GitFolder, ...]:
        self._called("repos", top)
        return tuple(one for one in self.folders if one.path.startswith(top))

    def identity(self) -> Identity:
        self._called("identity", "")
        return self.me

    def _called(self, call: str, subject: str) -> None:
        self.calls.append((call, subject))
        self.fault(call, subject)


class GitObjects:
    """Commits in memory, under the ids that Git itself would give them."""

    def __init__(self) -> None:
        self.commits: dict[str, Commit] = {}
        self.trees: dict[str, Mapping[str, str]] = {}
        self.contents: dict[str, bytes] = {}
        self.tags: dict[str, str] = {}
        self.head: str | None = None
        self.now: Callable[[], datetime] = self._a_second_later

    def files(self, commit: str | None = None) -> dict[str, bytes]:
        """What a clone would hold, of the branch unless a commit is named."""
        at = commit or self.head
        held = self.trees[at] if at else {}
        return {path: self.contents[blob] for path, blob in held.items()}

    def commit(self, push: Push) -> str:
        """Put the push on top of its old tip, whatever the branch is at."""
        held = dict(self.trees[push.old]) if push.old else {}
        for change in push.changes:
            held.pop(change.path, None)
            if change.content is not None:
                held[change.path] = blob_id(change.content)
                self.contents[held[change.path]] = change.content
        parents = (push.old,) if push.old else ()
        when = self.now().replace(microsecond=0)
        who = f"{AUTHOR} {int(when.timestamp())} +0000"
        lines = [f"tree {tree_id(held)}", *(f"parent {p}" for p in parents)]
        lines += [f"author {who}", f"committer {who}", "", push.comment, ""]
        self.head = _object_id("commit", "\n".join(lines).encode())
        self.commits[self.head] = Commit(self.head, parents, push.comment, AUTHOR, when)
        self.trees[self.head] = held
        return self.head

    def _a_second_later(self) -> datetime:
        return datetime.fromtimestamp(1_700_000_000 + len(self.commits), UTC)

    def history(self, commit: str) -> list[Commit]:
        """The commit and its ancestors, newest first."""
        if commit not in self.commits:
            raise NotFound(commit)
        found = [self.commits[commit]]
        while found[-1].parents:
            found.append(self.commits[found[-1].parents[0]])
        return found


class FakeGit(GitObjects):
    """The ports `GitReader`, `GitHistory` and `GitWriter`.

    `fault` may spoil a request before, `after` once it took effect.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.fault: Fault = no_fault
        self.after: Fault = no_fault

    def tip(self) -> str | None:
        self._called("tip")
        return self.head

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        held = self._held("items", commit)
        inside = [item for folder in folders for item in _children(held, folder)]
        named = [TreeItem(path, held[path]) for path in files if path in held]
        return tuple({item.path: item for item in [*named, *inside]}.values())

    def tree(self, commit: str, folder: str = "") -> tuple[TreeItem, ...]:
        below = f"{folder}/" if folder else ""
        held = self._held("tree", commit)
        return tuple(
            TreeItem(path, blob, size=len(self.contents[blob]))
            for path, blob in held.items()
            if path.startswith(below)
        )

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        self._called("blobs")
        if missing := set(ids) - self.contents.keys():
            raise NotFound(str(sorted(missing)))
        return {wanted: self.contents[wanted] for wanted in ids}

    def compare(self, base: str, target: str) -> Comparison:
        new = self._held("compare", target)
        if base not in {commit.id for commit in self.history(target)}:
            return Comparison(descends=False, changed=())
        old = self.trees[base]
        paths = [p for p in {**old, **new} if old.get(p) != new.get(p)]
        changed = tuple(TreeItem(path, new.get(path, "")) for path in paths)
        return Comparison(descends=True, changed=changed)

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        self._called("log")
        return tuple(self.history(commit)[:limit])

    def changes(
        self, tip: str, path: str, limit: int, skip: int = 0
    ) -> tuple[Commit, ...]:
        self._called("changes")
        found = [c for c in self.history(tip) if self._touches(c, path)]
        return tuple(found[skip : skip + limit])

    def blob_at(self, path: str, commits: Sequence[str]) -> Mapping[str, str]:
        self._called("blob_at")
        trees = {commit: self.trees.get(commit, {}) for commit in commits}
        return {commit: held[path] for commit, held in trees.items() if path in held}

    def push(self, push: Push) -> str:
        self._called("push")
        if push.old != self.head:
            raise RefMoved(f"the tip is {self.head}")
        if push.encoded_bytes > MAX_PUSH_BYTES:
            raise TooLarge("the push", push.encoded_bytes)
        _check(push, self.trees[push.old] if push.old else {})
        commit = self.commit(push)
        self.after("push", commit)
        return commit

    def tag(self, name: str, commit: str, message: str) -> None:  # noqa: ARG002
        self._called("tag")
        self.tags.setdefault(name, commit)
        self.after("tag", name)

    def _touches(self, commit: Commit, path: str) -> bool:
        old = self.trees[commit.parents[0]] if commit.parents else {}
        new = self.trees[commit.id]
        differing = (p for p in {**old, **new} if old.get(p) != new.get(p))
        return any(p == path or p.startswith(f"{path}/") for p in differing)

    def _held(self, call: str, commit: str) -> Mapping[str, str]:
        self._called(call)
        if commit not in self.trees:
            raise NotFound(commit)
        return self.trees[commit]

    def _called(self, call: str) -> None:
        self.calls.append(call)
        self.fault(call, "")


def _check(push: Push, held: Mapping[str, str]) -> None:
    """Refuse what the service refuses: each change must fit the tip's tree."""
    seen: set[str] = set()
    for change in push.changes:
        path, added = change.path, change.kind is ChangeKind.ADD
        parents = {path[:at] for at, letter in enumerate(path) if letter == "/"}
        is_folder = any(other.startswith(path + "/") for other in held)
        if (path in held) == added or path in seen or parents & held.keys():
            raise StaleDecision(f"{change.kind} {path}")
        if added and is_folder:
            raise StaleDecision(f"{path} is a folder")
        seen.add(path)


def tree_id(held: Mapping[str, str], folder: str = "") -> str:
    """Git's id of a folder of a tree that holds these blobs."""
    entries = []
    for item in _children(held, folder):
        name = item.path.rpartition("/")[2].encode("utf-8", "surrogateescape")
        # Git sorts a folder as if its name ended with a slash.
        key = name + b"/" if item.is_folder else name
        mode = b"40000" if item.is_folder else b"100644"
        entries.append((key, mode + b" " + name + b"\0", item.object_id))
    body = b"".join(head + bytes.fromhex(blob) for _, head, blob in sorted(entries))
    return _object_id("tree", body)


def _children(held: Mapping[str, str], folder: str) -> list[TreeItem]:
    prefix = f"{folder}/" if folder else ""
    names = {p[len(prefix) :].partition("/")[0] for p in held if p.startswith(prefix)}
    paths = [prefix + name for name in sorted(names)]
    return [
        TreeItem(path, held[path])
        if path in held
        else TreeItem(path, tree_id(held, path), is_folder=True)
        for path in paths
    ]


def _object_id(kind: str, body: bytes) -> str:
    head = f"{kind} {len(body)}\0".encode()
    return hashlib.sha1(head + body, usedforsecurity=False).hexdigest()
