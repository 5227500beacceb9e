"""LOCAL, benchmark: what the command was told; measures nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from local.backup.options import UsageError, truth, words_of
from local.benchmark.parts import FULL, PARTS, QUICK, Sizes
from local.children import ROOT

NAMES = ("QUICK", "PARTS")
DRAW = "draw"
_STATE = ROOT / ".bench"


@dataclass(frozen=True, slots=True)
class Places:
    """Where parts are kept until all are there, and what is written then."""

    parts: Path
    numbers: Path
    page: Path
    images: Path


@dataclass(frozen=True, slots=True)
class Options:
    """The command, understood; `named` are the parts that were, if any."""

    places: Places
    sizes: Sizes
    named: tuple[str, ...]
    draw_only: bool
    words: tuple[str, ...]

    @property
    def quick(self) -> bool:
        """Whether it is a small one."""
        return self.sizes is QUICK

    @property
    def command(self) -> str:
        """The command as it was given, as make says it."""
        return " ".join(("make bench", *self.words))


def read_options(arguments: Sequence[str]) -> Options:
    """Understand the command line; `UsageError` where that is not possible."""
    words = [word for word in arguments if word != DRAW]
    given = words_of(NAMES, words)
    quick = truth("QUICK", given.get("QUICK", ""))
    return Options(
        places=_places(quick=quick),
        sizes=QUICK if quick else FULL,
        named=_parts(given.get("PARTS", "")),
        draw_only=DRAW in arguments,
        words=tuple(words),
    )


def _parts(text: str) -> tuple[str, ...]:
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    for name in names:
        if name not in PARTS:
            raise UsageError(f"there is no part {name!r}, but {', '.join(PARTS)}")
    return names


def _places(*, quick: bool) -> Places:
    """A small one never takes the place of the numbers that are published."""
    target = _STATE / "quick" if quick else ROOT / "docs"
    return Places(
        parts=_STATE / ("quick-parts" if quick else "parts"),
        numbers=target / "benchmarks.json",
        page=target / "benchmarks.md",
        images=target / "images",
    )
