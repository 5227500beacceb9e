"""USE CASE PART: as much as goes into one clean-up, and what stays; asks nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from shared.domain.retention import Due, Kept, Kind, ListedRun, Rule, StoredBlob

BLOBS_AT_ONCE = 500
THINGS_AT_ONCE = 20
"""Of each kind: as much takes a minute. The rest is for the sweep after this one."""

MOST_LOOKED_AT = 500
"""Of each list; what is old and stays by rule is a handful in any likely world."""


@dataclass(slots=True)
class Room:
    """What is due, as far as one clean-up goes, and what stays."""

    due: list[Due] = field(default_factory=list)
    kept: dict[str, Rule] = field(default_factory=dict)
    more: bool = False
    unseen: bool = False
    blobs: int = 0

    @property
    def all_kept(self) -> tuple[Kept, ...]:
        """What is old and stays, each once."""
        return tuple(Kept(name, rule) for name, rule in self.kept.items())

    def full(self, kind: Kind) -> bool:
        """Whether no more of the kind goes in; asked by who has more."""
        number = sum(one.kind is kind for one in self.due)
        full = number >= THINGS_AT_ONCE or self.blobs >= BLOBS_AT_ONCE
        self.more = self.more or full
        return full

    def has(self, kind: Kind, name: str) -> bool:
        """Whether it was entered."""
        return any((one.kind, one.name) == (kind, name) for one in self.due)

    def take(
        self,
        kind: Kind,
        name: str,
        since: datetime | None,
        blobs: Iterator[StoredBlob],
        source: ListedRun | None = None,
    ) -> None:
        """Enter a thing with as many of its blobs as still go in."""
        taken = tuple(islice(blobs, BLOBS_AT_ONCE - self.blobs))
        whole = next(blobs, None) is None
        self.blobs += len(taken)
        self.more = self.more or not whole
        facts = Due(
            kind=kind, name=name, since=since, blobs=taken, whole=whole, source=source
        )
        self.due.append(facts)

    def keep(self, name: str, rule: Rule) -> None:
        """Note what is old and stays."""
        self.kept.setdefault(name, rule)

    def look_at[Item](self, items: Iterable[Item]) -> Iterator[Item]:
        """The first of them; whether that was all is noted."""
        rest = iter(items)
        yield from islice(rest, MOST_LOOKED_AT)
        self.unseen = self.unseen or next(rest, None) is not None
