"""DECISIONS: who may do what in a repository, by the access lists that it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Right(StrEnum):
    """A right that setting up asks for, by its name in the portal of Azure DevOps."""

    READ = "Read"
    CONTRIBUTE = "Contribute"
    FORCE_PUSH = "Force push"
    CREATE_REPOSITORY = "Create repository"
    EDIT_POLICIES = "Edit policies"
    BYPASS_POLICIES = "Bypass policies when pushing"


CHANGES_A_BRANCH = frozenset({Right.CONTRIBUTE, Right.FORCE_PUSH})
"""Contribute pushes; force push rewrites and deletes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What one identity is allowed and denied in one place."""

    who: str
    allowed: frozenset[Right] = frozenset()
    denied: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class AccessList:
    """The entries of one place, and whether those of wider places count there, too.

    Where `never_empty`, having no entries means that they are not shown.
    """

    place: str
    entries: tuple[Entry, ...] = ()
    inherits: bool = True
    never_empty: bool = False


def in_force(lists: Sequence[AccessList]) -> Sequence[AccessList]:
    """Those that count, of lists from the widest place to the narrowest."""
    cut = (at for at, found in enumerate(lists) if not found.inherits)
    return lists[max(cut, default=0) :]


def hidden(lists: Sequence[AccessList]) -> tuple[str, ...]:
    """The places that count and of which we are shown nothing."""
    return tuple(
        found.place
        for found in in_force(lists)
        if found.never_empty and not found.entries
    )


def holders(
    lists: Sequence[AccessList], rights: frozenset[Right]
) -> dict[str, frozenset[Right]]:
    """Who is allowed any of the rights, from the widest place to the narrowest.

    A narrower place outweighs a wider one, a denial an allowance of the same entry
    (documented: Azure DevOps, "About permissions", inheritance). Groups count as
    themselves: a member may be denied what its group is allowed, so this names
    rather too many than too few.
    """
    held: dict[str, frozenset[Right]] = {}
    for entry in _entries(lists):
        before = held.get(entry.who, frozenset())
        held[entry.who] = (before | entry.allowed) - entry.denied
    return {who: found & rights for who, found in held.items() if found & rights}


def _entries(lists: Sequence[AccessList]) -> Iterator[Entry]:
    for found in in_force(lists):
        yield from found.entries
