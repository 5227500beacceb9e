"""DECISIONS: which part of all folders one night's audit proves anew."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

MAX_SLICES = 366

_TEXT = re.compile(r"([1-9][0-9]{0,2})/([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Slice:
    """One of `of` parts that together are all folders; `number` counts from 1."""

    number: int
    of: int

    def holds(self, path: str) -> bool:
        """Whether the folder at this workspace path is in it, today as on any day."""
        digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).digest()
        return int.from_bytes(digest[:8]) % self.of == self.number - 1

    def __str__(self) -> str:
        """As callers write it."""
        return f"{self.number}/{self.of}"


def parse_slice(text: str) -> Slice:
    """The slice that `3/30` means; `ValueError` for what means none."""
    match = _TEXT.fullmatch(text)
    if match is None:
        raise ValueError("is no slice such as 3/30")
    found = Slice(int(match[1]), int(match[2]))
    if not found.number <= found.of <= MAX_SLICES:
        raise ValueError(f"is no slice of at most {MAX_SLICES}")
    return found


def slice_due(audited: Sequence[Slice], of: int, today: date) -> Slice:
    """The slice whose last audit is longest ago; `audited` come newest first.

    A night without an audit moves all others by one night and leaves none out.
    """
    last: dict[int, int] = {}
    for age, done in enumerate(audited):
        if done.of == of:
            last.setdefault(done.number, age)
    first = today.toordinal() % of
    numbers = [(first + n) % of + 1 for n in range(of)]
    return Slice(max(numbers, key=lambda n: last.get(n, len(audited))), of)
