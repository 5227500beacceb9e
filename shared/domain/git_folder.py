"""DECISIONS: which folders of the backup fit into one Git folder; knows no API.

A Git folder checks out whole folders, the cone patterns of a sparse checkout. With them
come the files that lie directly in each folder above them (documented: git, "internals:
cone mode handling").
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from shared.domain.git import TreeItem
from shared.domain.names import likely_component
from shared.errors import InvalidRequest

MAX_FILES = 10_000
MAX_NOTEBOOKS = 5_000
MAX_BYTES = 500_000_000
"""What one Git folder takes (documented: Azure Databricks, Resource limits)."""

MAX_PATTERNS = 500
"""Folders in one sparse checkout: ours, for no limit of Databricks is known."""

MAX_CLONE_BYTES = 4_000_000_000
"""What one Git operation may write (documented: Azure Databricks, Git folders, limits
and FAQ)."""

OWN_FOLDER = ".backup"
"""Manifests and records: of the backup, and nothing that people read."""

_NOTEBOOKS = (".py", ".sql", ".scala", ".r", ".ipynb")
# What could be taken for more than a name in a cone pattern; a guess, but `!/*` is
# refused (reported: terraform-provider-databricks#2211).
_NO_PATTERN = re.compile(r"[*?\[\]\\]|(?:^|/)[!# ]|[ ](?:/|$)")
_PLACE = re.compile(r"/(?:Repos/[^/]+/[^/]+|Shared/[^/].*|Users/[^/]+/[^/].*)")
_EMPTY_OR_DOTS = re.compile(r"//|/\.{1,2}(?:/|$)|[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Load:
    """How much it is.

    `notebooks` are the files that may be notebooks, by their names: what makes one is
    its first line, which a tree does not tell.
    """

    files: int = 0
    notebooks: int = 0
    bytes: int = 0

    def __add__(self, other: "Load") -> "Load":
        """Both together."""
        return Load(
            self.files + other.files,
            self.notebooks + other.notebooks,
            self.bytes + other.bytes,
        )

    def __str__(self) -> str:
        """For people."""
        return (
            f"{self.files:,} files, {self.notebooks:,} of them with the name of a"
            f" notebook, {self.bytes / 1e6:,.1f} MB"
        )

    @property
    def fits(self) -> bool:
        """Whether one Git folder takes it."""
        return not self.over

    @property
    def over(self) -> str:
        """The limits that it exceeds, with both numbers; empty where it fits."""
        parts = []
        if self.files > MAX_FILES:
            parts.append(f"{self.files:,} files, the limit is {MAX_FILES:,}")
        if self.notebooks > MAX_NOTEBOOKS:
            many = f"{self.notebooks:,} notebooks, the limit is {MAX_NOTEBOOKS:,}"
            parts.append(many)
        if self.bytes > MAX_BYTES:
            size, limit = self.bytes / 1e6, MAX_BYTES / 1e6
            parts.append(f"{size:,.1f} MB, the limit is {limit:,.0f} MB")
        return "; ".join(parts)


LIMITS = Load(MAX_FILES, MAX_NOTEBOOKS, MAX_BYTES)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is to be checked out.

    `folders` are Git paths without a leading slash, `load` is all that comes with them,
    `whole` the whole backup, `left_out` the folders that do not fit beside them.
    """

    folders: tuple[str, ...]
    load: Load
    whole: Load
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """Why nothing is checked out.

    `load` is what was asked for, `fitting` what of it would fit into one Git folder,
    `missing` what the backup does not hold.
    """

    why: str
    load: Load
    whole: Load
    fitting: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(slots=True)
class Folder:
    """A folder of a commit's tree: what lies in it directly, and all in all."""

    path: str
    direct: Load = Load()
    total: Load = Load()
    below: dict[str, "Folder"] = field(default_factory=dict)

    def at(self, path: str) -> "Folder | None":
        """The folder of that path below this one."""
        found: Folder | None = self
        for name in path.split("/"):
            found = found.below.get(name) if found else None
        return found


def place_of(path: str) -> str:
    """The path for a Git folder as the workspace knows it; `InvalidRequest`.

    `/Repos/<folder>/<name>` is the only form there (documented: Repos API, create).
    Elsewhere, any place below `/Shared` or somebody's home.
    """
    short = path.removeprefix("/Workspace") if path.startswith("/Workspace/") else path
    short = short.rstrip("/")
    if _EMPTY_OR_DOTS.search(short) or not _PLACE.fullmatch(short):
        raise InvalidRequest(
            "git_folder.path",
            "must be /Repos/<folder>/<name>, or lie below /Shared or below a user's"
            " folder, such as /Repos/backup/workspace",
        )
    return short


def tree_of(items: Iterable[TreeItem]) -> Folder:
    """The backup's folders, of all files of its tree; what is only ours left out."""
    top = Folder("")
    for item in items:
        *above, name = item.path.split("/")
        if above[:1] == [OWN_FOLDER]:
            continue
        notebook = name.lower().endswith(_NOTEBOOKS)
        load = Load(1, int(notebook), item.size or 0)
        folder = top
        folder.total += load
        for part in above:
            path = f"{folder.path}/{part}" if folder.path else part
            folder = folder.below.setdefault(part, Folder(path))
            folder.total += load
        folder.direct += load
    return top


def choose(top: Folder) -> Chosen | Refused:
    """As much of the backup as fits, by whole folders.

    Whole ones first, by their paths; then what is inside of those that are too large.
    """
    picker = _Picker(top)
    picker.take_inside(top)
    if not picker.taken:
        why = top.total.over or "there is no folder that can be named"
        return Refused(why, top.total, top.total)
    return Chosen(
        tuple(picker.taken), picker.load, top.total, tuple(sorted(picker.left_out))
    )


def choose_of(top: Folder, wanted: Sequence[str]) -> Chosen | Refused:
    """All of the wanted folders or nothing; paths of the workspace or of Git."""
    found = {asked: _found(top, asked) for asked in wanted}
    missing = tuple(asked for asked, folder in found.items() if folder is None)
    if missing:
        why = "the backup holds no such folder"
        return Refused(why, Load(), top.total, (), missing)
    folders = _outermost(folder for folder in found.values() if folder)
    picker = _Picker(top)
    load = picker.load_of(folders)
    if not load.fits:
        picker.take_each(folders)
        return Refused(load.over, load, top.total, tuple(picker.taken))
    if odd := [folder.path for folder in folders if not _nameable(folder)]:
        why = f"{odd[0]} cannot be told from a pattern: ask for the folder above it"
        return Refused(why, load, top.total)
    if len(folders) > MAX_PATTERNS:
        why = f"{len(folders)} folders are asked for, the limit is {MAX_PATTERNS}"
        return Refused(why, load, top.total)
    return Chosen(tuple(folder.path for folder in folders), load, top.total)


class _Picker:
    """What was taken so far, and what comes with it."""

    def __init__(self, top: Folder) -> None:
        self.top = top
        self.taken: list[str] = []
        self.left_out: list[str] = []
        # What lies at the top is always checked out.
        self.load = top.direct
        self._opened = {""}

    def take_inside(self, folder: Folder) -> bool:
        """Whether any of what is inside the folder was taken."""
        return self.take_each([folder.below[name] for name in sorted(folder.below)])

    def take_each(self, folders: Sequence[Folder]) -> bool:
        """Whether anything was taken: of each as much as fits, the whole ones first."""
        before = len(self.taken)
        large = [folder for folder in folders if not self._take(folder)]
        for folder in large:
            named = len(self.left_out)
            if not self.take_inside(folder):
                self.left_out[named:] = [folder.path]
        return len(self.taken) > before

    def load_of(self, folders: Iterable[Folder]) -> Load:
        """All of the folders together, and what comes with them."""
        load, opened = self.load, set(self._opened)
        for folder in folders:
            load += folder.total
            for above in _above(self.top, folder.path):
                if above.path not in opened:
                    opened.add(above.path)
                    load += above.direct
        return load

    def _take(self, folder: Folder) -> bool:
        load = self.load_of([folder])
        if not _nameable(folder) or not load.fits or len(self.taken) >= MAX_PATTERNS:
            return False
        self.taken.append(folder.path)
        self.load = load
        self._opened |= {above.path for above in _above(self.top, folder.path)}
        return True


def _found(top: Folder, asked: str) -> Folder | None:
    """The folder of a path in the workspace, or else in Git."""
    names = asked.removeprefix("/Workspace/").strip("/").split("/")
    parts = [likely_component(n, at_top=not i) for i, n in enumerate(names) if n]
    return top.at("/".join(parts)) or top.at("/".join(names))


def _outermost(folders: Iterable[Folder]) -> list[Folder]:
    """In the order of their paths, without those that lie in another."""
    kept: list[Folder] = []
    for folder in sorted(folders, key=lambda folder: folder.path.split("/")):
        if not kept or not _inside(folder.path, kept[-1].path):
            kept.append(folder)
    return kept


def _above(top: Folder, path: str) -> Iterator[Folder]:
    folder = top
    for name in path.split("/")[:-1]:
        folder = folder.below[name]
        yield folder


def _inside(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _nameable(folder: Folder) -> bool:
    return not _NO_PATTERN.search(folder.path)
