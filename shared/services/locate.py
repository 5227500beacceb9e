"""USE CASE PARTS: where the backup keeps an object or a folder, at one commit."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shared.domain.manifest import Entry, Excepted
from shared.domain.objects import join
from shared.errors import NotFound
from shared.ports import GitReader
from shared.services.folder_chains import FolderChains, Place, components

MAX_NEAREST = 3


@dataclass(frozen=True, slots=True)
class Located:
    """A folder and all below it, or with `entries` what one name of it stands for.

    `git_path` and `manifest_blob` are the folder's that was asked for or that holds
    the object. The blob id is empty where the folder has no manifest of its own, such
    as one above the backup's roots.
    """

    path: str
    git_path: str
    manifest_blob: str
    entries: tuple[Entry, ...] | None = None


@dataclass(frozen=True, slots=True)
class Locate:
    """Finds workspace paths in the backup."""

    reader: GitReader

    def __call__(self, commit: str, paths: Sequence[str]) -> Mapping[str, Located]:
        """Where each of the paths lies at the commit.

        A name that is both an object's and a folder's is the object's. `/` is there if
        anything is, and so are folders above the backup's roots. `NotFound` for the
        first path that is not there, with the nearest names or with the reason for
        which it is not stored. Two requests for one notebook, and for many, too.
        """
        chains = FolderChains(self.reader, commit)
        followed = chains.follow(paths)
        if any(_is_open(path, followed[path]) for path in paths):
            chains.look_everywhere()
            followed = chains.follow(paths)
        return {path: _located(path, followed[path], chains) for path in paths}


def _is_open(path: str, chain: Sequence[Place]) -> bool:
    """Whether no manifest says if the path is there."""
    deepest = chain[-1]
    there = path == deepest.path != "/"
    return deepest.manifest is None and not there


def _located(path: str, chain: Sequence[Place], chains: FolderChains) -> Located:
    names = components(path)
    deepest = chain[-1]
    holder = chain[len(names) - 1] if names and len(chain) >= len(names) else None
    entries = _entries(holder, names[-1]) if holder else ()
    if holder and entries:
        return Located(path, holder.git_path, holder.blob, entries)
    if len(chain) == len(names) + 1:
        if path == "/" and deepest.manifest is None and not chains.below("/"):
            raise NotFound("nothing was backed up there yet")
        return Located(path, deepest.git_path, deepest.blob)
    raise _missing(path, deepest, names[len(chain) - 1], chains)


def _entries(holder: Place, name: str) -> tuple[Entry, ...]:
    stored = holder.manifest.entries if holder.manifest else ()
    return tuple(entry for entry in stored if entry.name == name)


def _missing(path: str, deepest: Place, name: str, chains: FolderChains) -> NotFound:
    """What helps: why it is on purpose not there, or what is there instead."""
    manifest = deepest.manifest
    for excepted in manifest.exceptions if manifest else ():
        if excepted.name == name:
            return _on_purpose(path, deepest.path, excepted)
    names = {entry.name for entry in manifest.entries} if manifest else set()
    names |= {folder.name for folder in manifest.folders} if manifest else set()
    names |= set(chains.below(deepest.path))
    told = f"there is no {path} in the backup"
    nearest = _nearest(name, sorted(names))
    if not nearest:
        return NotFound(f"{told}; the deepest folder that is there is {deepest.path}")
    found = ", ".join(join(deepest.path, other) for other in nearest)
    return NotFound(f"{told}; near it: {found}")


def _nearest(name: str, names: Sequence[str]) -> list[str]:
    """The names that go on where this one ends, then those that are much like it."""
    longer = [n for n in names if n.casefold().startswith(name.casefold())]
    alike = difflib.get_close_matches(name, names, MAX_NEAREST)
    return list(dict.fromkeys([*longer, *alike]))[:MAX_NEAREST]


def _on_purpose(path: str, folder: str, excepted: Excepted) -> NotFound:
    what = join(folder, excepted.name)
    return NotFound(
        f"there is no {path} in the backup: {what} ({excepted.type}) is on purpose not "
        f"stored, {excepted.reason}"
    )
