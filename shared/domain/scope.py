"""DECISIONS: which part of a workspace is backed up; knows no listing.

Excludes are globs. One without `/` matches a component of that name anywhere
(`.bundle`); one that begins with `/` matches from the workspace's root, component by
component (`/Users/*/Trash`). Inside a component `*`, `?`, `[...]` and `[!...]` match
as in a shell; `**` as a component of its own matches any number of components, also
none. Nothing escapes a character but brackets (`[*]`). Case counts. What lies below
an excluded folder is excluded with it.
"""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.objects import is_within

DEFAULT_EXCLUDES = (
    "/Users/*/Trash",
    ".bundle",
    ".ide",
    "__pycache__",
    "databricks_automl",
)

_ALIAS = "Workspace"

# Brackets hold at least one character; a `]` at their beginning is one of them.
_PIECE = re.compile(r"\[!?+\]?+[^\]]*\]|\*+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Scope:
    """Workspace paths that are backed up with all below them, and what is left out."""

    roots: tuple[str, ...]
    excludes: tuple[str, ...] = ()

    def covers(self, path: str) -> bool:
        """Whether the path lies within a root and is not excluded."""
        return any(is_within(path, root) for root in self.roots) and not (
            self.excluded(path)
        )

    def excluded(self, path: str) -> bool:
        """Whether the path, or a folder above it, matches an exclude."""
        return _matcher(self.excludes).search(path) is not None


def parse_roots(text: str) -> tuple[str, ...]:
    """The `;`-separated workspace paths; `ValueError` says what is wrong with one.

    The `/Workspace` alias and trailing slashes are dropped, so is a root that lies
    inside another.
    """
    roots = [normal_path(part.strip()) for part in text.split(";") if part.strip()]
    if not roots:
        raise ValueError("no workspace path is named")
    return outermost(roots)


def outermost(roots: Iterable[str]) -> tuple[str, ...]:
    """The roots without those that lie inside another, or come twice."""
    distinct = dict.fromkeys(roots)
    return tuple(
        root
        for root in distinct
        if not any(other != root and is_within(root, other) for other in distinct)
    )


def normal_path(text: str) -> str:
    """A workspace path without alias and trailing slash; `ValueError` if it is none."""
    if not text.startswith("/"):
        raise ValueError(f"{text!r} is not an absolute workspace path")
    parts = _parts(text)
    if any(part in {".", ".."} for part in parts) or "\0" in text:
        raise ValueError(f"{text!r} has a component that names no folder")
    if parts[:1] == [_ALIAS]:
        # The workspace would take that for the alias and answer for another folder.
        raise ValueError(f"{text!r} has /{_ALIAS} inside /{_ALIAS}")
    return "/" + "/".join(parts)


def _parts(path: str) -> list[str]:
    """The components of an absolute path or glob, without the alias of the root."""
    parts = [part for part in path.split("/") if part]
    return parts[1:] if parts[:1] == [_ALIAS] else parts


def parse_excludes(text: str) -> tuple[str, ...]:
    """The `;`-separated globs; `ValueError` says what is wrong with one."""
    globs = [part.strip() for part in text.split(";") if part.strip()]
    for glob in globs:
        if "/" in glob and not glob.startswith("/"):
            raise ValueError(
                f"{glob!r} is neither a name (without /) nor a path from the root "
                "(beginning with /)"
            )
        if all(part.strip("*") == "" for part in _parts(glob)):
            raise ValueError(f"{glob!r} would exclude everything")
        _expression(glob)
    return tuple(dict.fromkeys(globs))


@functools.cache
def _matcher(excludes: tuple[str, ...]) -> re.Pattern[str]:
    """One expression for all globs, to be searched for from the path's beginning."""
    if not excludes:
        return re.compile(r"(?!)")
    return re.compile("|".join(_expression(glob) for glob in excludes), re.DOTALL)


def _expression(glob: str) -> str:
    if "/" not in glob:
        return rf"/{_component(glob)}(?:/|\Z)"
    middle = "".join(
        r"(?:/[^/]+)*" if part == "**" else "/" + _component(part)
        for part in _parts(glob)
    )
    return rf"\A{middle}(?:/|\Z)"


def _component(glob: str) -> str:
    """A shell pattern that never reaches over a slash."""
    return "".join(_piece(piece) for piece in _PIECE.findall(glob))


def _piece(piece: str) -> str:
    if piece.startswith("*"):
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if len(piece) == 1:
        return re.escape(piece)
    if piece.startswith("[!"):
        return f"(?![/{_members(piece[2:-1])}])."
    return f"(?!/)[{_members(piece[1:-1])}]"


def _members(text: str) -> str:
    """What stands between a shell's brackets, for an expression's."""
    members = re.findall(r".-.|.", text, re.DOTALL)
    for member in members:
        if len(member) == 3 and member[0] > member[2]:
            raise ValueError(f"[{text}] has the range {member}, which is empty")
    return "".join("-".join(map(re.escape, member[::2])) for member in members)
