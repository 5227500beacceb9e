"""DECISIONS: which part of a workspace is backed up; knows no listing.

Excludes are globs. One without `/` matches a component of that name anywhere
(`.bundle`); one that begins with `/` matches from the workspace's root, component by
component (`/Users/*/Trash`). Inside a component `*`, `?` and `[...]` match as in a
shell, `**` as a component of its own matches any number of components. Case counts.
What lies below an excluded folder is excluded with it.
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

_ALIAS = "/Workspace"


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
    roots = [normal_path(part) for part in text.split(";") if part.strip()]
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
    path = text.strip()
    if not path.startswith("/"):
        raise ValueError(f"{path!r} is not an absolute workspace path")
    parts = [part for part in path.split("/") if part]
    if parts[:1] == [_ALIAS[1:]]:
        parts = parts[1:]
    if any(part in {".", ".."} for part in parts) or "\0" in path:
        raise ValueError(f"{path!r} has a component that names no folder")
    return "/" + "/".join(parts)


def parse_excludes(text: str) -> tuple[str, ...]:
    """The `;`-separated globs; `ValueError` says what is wrong with one."""
    globs = [part.strip() for part in text.split(";") if part.strip()]
    for glob in globs:
        if "/" in glob and not glob.startswith("/"):
            raise ValueError(
                f"{glob!r} is neither a name (without /) nor a path from the root "
                "(beginning with /)"
            )
        if glob.strip("/*") == "":
            raise ValueError(f"{glob!r} would exclude everything")
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
    parts = [part for part in glob.split("/") if part]
    middle = "".join(
        r"(?:/[^/]+)*" if part == "**" else "/" + _component(part) for part in parts
    )
    return rf"\A{middle}(?:/|\Z)"


def _component(glob: str) -> str:
    """A shell pattern that never reaches over a slash."""
    parts = re.findall(r"\[!?\]?[^\]]*\]|\*+|\?|.", glob, re.DOTALL)
    return "".join(_part(part) for part in parts)


def _part(part: str) -> str:
    if part.startswith("*"):
        return "[^/]*"
    if part == "?":
        return "[^/]"
    if part.startswith("[") and len(part) > 2:
        negated = part[1] == "!"
        inner = part[2:-1] if negated else part[1:-1]
        inner = inner.replace("\\", r"\\").replace("[", r"\[").replace("^", r"\^")
        return f"[^/{inner}]" if negated else f"(?!/)[{inner}]"
    return re.escape(part)
