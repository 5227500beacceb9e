"""LOCAL, backup: loads a folder from disk into the workspace; knows no backup.

What was loaded is remembered by hash, object id and time: a file that is still as it
was, and whose object nobody touched since, is not imported again.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from local.backup.import_rules import Kind, Placed, folders, placed, recognised
from local.backup.workspace import Held, ImportRefusedError, Workspace

PARALLEL = 8

type Seen = tuple[str, int, int | None]


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many files were imported and how many were there already.

    `renamed` are notebooks that had to keep their extension; `refused` say of each
    file that is not in the workspace why.
    """

    imported: int
    same: int
    renamed: tuple[Placed, ...] = ()
    refused: tuple[str, ...] = ()


class Memory:
    """What was put into a workspace, kept in a file beside its content."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.files: dict[str, Seen] = {}
        self.generated = 0
        try:
            facts = json.loads(file.read_bytes())
            self.files = {path: tuple(seen) for path, seen in facts["files"].items()}
            self.generated = int(facts["generated"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return

    def keep(self) -> None:
        """Write it down, whole or not at all."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        partial = self._file.with_name(f".{self._file.name}")
        partial.write_text(
            json.dumps({"files": self.files, "generated": self.generated})
        )
        partial.replace(self._file)


@dataclass(frozen=True, slots=True)
class _Content:
    """What a look into a file told."""

    kind: Kind
    sha256: str


class FolderLoader:
    """Loads everything below a folder into the top of the workspace."""

    def __init__(self, source: Path, workspace: Workspace, memory: Memory) -> None:
        self._source = source
        self._workspace = workspace
        self._memory = memory

    def __call__(self) -> Loaded:
        """Load it. `ClashError` before anything is written; `NoAnswerError`."""
        names, unreadable = _files(self._source)
        with ThreadPoolExecutor(PARALLEL) as pool:
            looks = dict(zip(names, pool.map(self._look, names), strict=True))
            wanted = placed({name: look.kind for name, look in looks.items()})
            hashes = {each.path: looks[each.source].sha256 for each in wanted}
            held = self._make_folders(pool, ["/", *(f"/{f}" for f in folders(names))])
            fresh = [
                each
                for each in wanted
                if not self._is_known(each.path, hashes[each.path], held)
            ]
            put = pool.map(lambda each: self._put(each, held.get(each.path)), fresh)
            refusals = dict(zip((each.path for each in fresh), put, strict=True))
            stored = [path for path, refusal in refusals.items() if not refusal]
            held |= self._children(pool, sorted({_parent(path) for path in stored}))
        self._remember(stored, hashes, held)
        notebooks = [each for each in wanted if each.kind.type == "NOTEBOOK"]
        return Loaded(
            imported=len(stored),
            same=len(wanted) - len(fresh),
            renamed=tuple(e for e in notebooks if e.path == f"/{e.source}"),
            refused=(*unreadable, *filter(None, refusals.values())),
        )

    def _look(self, name: str) -> _Content:
        content = (self._source / name).read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        return _Content(recognised(name, content), sha256)

    def _is_known(self, path: str, sha256: str, held: dict[str, Held]) -> bool:
        known = self._memory.files.get(path)
        return path in held and known == _seen(sha256, held[path])

    def _put(self, wanted: Placed, old: Held | None) -> str:
        """Import one file; the empty text, or why the workspace did not take it."""
        kind = wanted.kind
        try:
            # An import does not replace an object of another type or language.
            if old and (old.type, old.language) != (kind.type, kind.language):
                self._make_way(old, kind)
            self._workspace.put(wanted, (self._source / wanted.source).read_bytes())
        except ImportRefusedError as error:
            return f"{wanted.source}: {error}"
        return ""

    def _make_way(self, old: Held, kind: Kind) -> None:
        same_kind = old.type == kind.type and kind.language is None
        if old.type != "DIRECTORY" and not same_kind:
            self._workspace.delete(old.path)

    def _make_folders(
        self, pool: ThreadPoolExecutor, paths: list[str]
    ) -> dict[str, Held]:
        """Make what is not there, parents first and one by one; what is in them."""
        held: dict[str, Held] = {}
        for path, children in zip(
            paths, pool.map(self._workspace.children, paths), strict=True
        ):
            if children is None:
                self._workspace.make_folder(path)
            held |= {child.path: child for child in children or ()}
        return held

    def _children(self, pool: ThreadPoolExecutor, paths: list[str]) -> dict[str, Held]:
        listings = pool.map(self._workspace.children, paths)
        return {child.path: child for listing in listings for child in listing or ()}

    def _remember(
        self, stored: Iterable[str], hashes: dict[str, str], held: dict[str, Held]
    ) -> None:
        for path in stored:
            if path in held:
                self._memory.files[path] = _seen(hashes[path], held[path])
        self._memory.keep()


def _seen(sha256: str, held: Held) -> Seen:
    return (sha256, held.object_id, held.modified_at)


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "/"


def _files(source: Path) -> tuple[list[str], list[str]]:
    """All files below the folder, relative with `/`, and what cannot be one."""
    names, unreadable = [], []
    for folder, below, files in source.walk():
        below.sort()
        links = [name for name in below if (folder / name).is_symlink()]
        for name in sorted([*files, *links]):
            path = folder / name
            relative = path.relative_to(source).as_posix()
            problem = _problem(path)
            if problem:
                shown = os.fsencode(relative).decode("utf-8", "backslashreplace")
                unreadable.append(f"{shown}: {problem}")
            else:
                names.append(relative)
    return names, unreadable


def _problem(path: Path) -> str:
    if any("\ud800" <= char <= "\udfff" for char in path.name):
        return "its name is not UTF-8"
    if path.is_dir():
        return "a link to a folder is not followed"
    if not path.is_file():
        return "it is no file"
    return "" if os.access(path, os.R_OK) else "it cannot be read"
