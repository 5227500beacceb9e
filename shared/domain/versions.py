"""DECISIONS: versions of an object or folder, out of what commits left of it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from shared.domain.git import Commit
from shared.domain.manifest import Entry
from shared.domain.repository_texts import run_of

_MARK = re.compile(r"([0-9a-f]{40}):([of]):([0-9]{1,9}):([0-9TZa-f-]*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What the path was from a commit on, until the next version.

    `run_id` is the run that made the commit, empty for a stranger's. `at` is what a
    restore is to be given to get this version; None where no restore point holds it,
    for the next version came before one did, and of a deletion. Of a folder there are
    no bytes: `entry` is None.
    """

    commit: str
    time: datetime
    run_id: str
    deleted: bool
    entry: Entry | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What one commit left: how many commits are newer, and the entries of the name.

    None of a name is no entry; of a folder, `entries` is None while it is there.
    """

    number: int
    commit: Commit
    entries: tuple[Entry, ...] | None

    @property
    def deleted(self) -> bool:
        """Whether it is not there."""
        return self.entries == ()

    def equals(self, other: "State") -> bool:
        """Whether both are the same version of an object, whatever else changed."""
        if self.entries is None or other.entries is None:
            return False
        return _content(self.entries) == _content(other.entries)

    @property
    def opened_by(self) -> str:
        """What sorts among run ids where the commit belongs: its run, or its time."""
        return (
            run_of(self.commit.comment) or f"{self.commit.committed_at:%Y%m%dT%H%M%SZ}"
        )


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a history: so many commits before the tip, and what was told last.

    `newer_at` is the restore point of the version before, to know what it hides.
    """

    tip: str
    of_folder: bool = False
    skip: int = 0
    newer_at: str = ""

    def to_text(self) -> str:
        """One word."""
        kind = "f" if self.of_folder else "o"
        return f"{self.tip}:{kind}:{self.skip}:{self.newer_at}"

    @staticmethod
    def from_text(text: str) -> "Mark":
        """The mark that `to_text` wrote; `ValueError` for anything else."""
        match = _MARK.fullmatch(text)
        if match is None:
            raise ValueError("not a mark")
        tip, kind, skip, newer_at = match.groups()
        return Mark(tip, kind == "f", int(skip), newer_at)


def merged(states: Iterable[State]) -> Iterator[tuple[State, State]]:
    """Versions, from states from the newest on: the newest and the oldest of each.

    The oldest one opened it. The last state given counts as the oldest of its version.
    """
    newest = oldest = None
    for state in states:
        if newest is not None and oldest is not None and not state.equals(oldest):
            yield newest, oldest
            newest = None
        newest, oldest = newest or state, state
    if newest is not None and oldest is not None:
        yield newest, oldest


def versions_of(state: State, at: str | None) -> list[Version]:
    """The version that the state opens; one for each object of the name."""
    return [
        Version(
            commit=state.commit.id,
            time=state.commit.committed_at,
            run_id=run_of(state.commit.comment),
            deleted=state.deleted,
            entry=entry,
            at=None if state.deleted else at,
        )
        for entry in state.entries or (None,)
    ]


def _content(entries: Iterable[Entry]) -> set[tuple[object, ...]]:
    return {(e.type, e.language, e.format, e.blob) for e in entries}
