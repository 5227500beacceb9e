"""LOCAL, benchmark: the app's events, read from its workers' logs; asks nobody.

Whoever asks the app how far it is makes it read its tables, which would be counted.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MARK = b" backup.events: "
LOOK_SECONDS = 0.05
STILL_SECONDS = 1_800.0

type Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, and when it was seen: in the machine's monotonic seconds."""

    at: float
    facts: Facts

    def concerns(self, name: str, key: str, content: str) -> bool:
        """Whether it is one of that name about this run or restore."""
        return self.facts["event"] == name and self.facts.get(key) == content


@dataclass(slots=True)
class Log:
    """The events of some workers from now on."""

    files: Sequence[Path]
    _read: dict[Path, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """What was said so far is not of interest."""
        self._read = {file: file.stat().st_size for file in self.files}

    def until(
        self, last: Callable[[Happened], bool], check: Callable[[], None]
    ) -> list[Happened]:
        """All events until that one; TimeoutError where nothing more comes.

        `check` raises when a part of the stack has died.
        """
        found: list[Happened] = []
        heard = time.monotonic()
        while not any(map(last, found)):
            check()
            new = self._new()
            found += new
            heard = time.monotonic() if new else heard
            if time.monotonic() - heard > STILL_SECONDS:
                raise TimeoutError(f"no event for {STILL_SECONDS:.0f} s")
            time.sleep(LOOK_SECONDS)
        return found

    def _new(self) -> list[Happened]:
        now = time.monotonic()
        return [Happened(now, f) for file in self.files for f in self._new_of(file)]

    def _new_of(self, file: Path) -> list[Facts]:
        with file.open("rb") as log:
            log.seek(self._read[file])
            whole, end, _ = log.read().rpartition(b"\n")
        self._read[file] += len(whole) + len(end)
        lines = [line for line in whole.splitlines() if MARK in line]
        return [json.loads(line.split(MARK, 1)[1]) for line in lines]
