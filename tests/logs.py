"""What no log may show: credentials, and what workspaces hold, plain or as base64."""

import base64
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from local.azurite import KEY
from local.stack import KEY_FILE, PURPOSES, key_for

DISTINCTIVE = 12
"""Characters; a shorter line of content may stand in a log by chance."""

LONGEST = 24
"""Characters of a line that are looked for; a log may show no more than its start."""

PATTERNS: Mapping[str, re.Pattern[str]] = {
    "a signature": re.compile(r"\bsig=(?!REDACTED|\*)\S"),
    "an Authorization header": re.compile(
        r"(?i)authorization\W{1,5}(?!REDACTED|\*)\w"
        r"|\bbearer [\w.~+/-]{16}|\bbasic [\w+/-]{20}|\bSharedKey(Lite)? \w+:"
    ),
}
_ENCODED = re.compile(r"[\w+/-]{16,}")
_STORED = "select body from content"
_remembered: set[bytes] = set()


def must_not_be_logged(content: bytes) -> None:
    """Remember content of a workspace, which may not hold it at the end any more."""
    _remembered.add(content)


def leaks(folder: Path) -> list[str]:
    """What the logs of all stacks below a folder show and must not, by file and line.

    Looks for the stacks' own keys, and for all that was remembered or that the
    workspaces hold. Never shows what it found.
    """
    stacks = sorted(_stacks(folder))
    keys = {
        key_for(data, name): f"the {name} key" for data in stacks for name in PURPOSES
    }
    held = (body for data in stacks for body in _held(data))
    watch = Watch({KEY: "the storage key", **keys}, chain(_remembered, held))
    return [
        f"{path}:{number} shows {shown}"
        for data in stacks
        for path in sorted((data / "logs").iterdir())
        for number, line in enumerate(path.read_text(errors="replace").split("\n"), 1)
        for shown in watch.shown_by(line)
    ]


@dataclass
class Watch:
    """Finds in a line what must not be there."""

    secrets: Mapping[str, str]
    contents: Iterable[bytes]
    _lines: dict[str, set[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Sort the content's lines by how they begin."""
        for content in self.contents:
            for line in map(_plain, content.decode(errors="replace").split("\n")):
                if len(line) >= DISTINCTIVE:
                    begin = self._lines.setdefault(line[:DISTINCTIVE], set())
                    begin.add(line[:LONGEST])

    def shown_by(self, line: str) -> list[str]:
        """The names of what a line shows."""
        found = [name for name, pattern in PATTERNS.items() if pattern.search(line)]
        for text in map(_plain, (line, *_decoded(line))):
            found += [name for secret, name in self.secrets.items() if secret in text]
            if self._shows_content(text):
                found.append("content")
        return sorted({*found})

    def _shows_content(self, text: str) -> bool:
        return any(
            text.startswith(line, at)
            for at in range(len(text) - DISTINCTIVE + 1)
            for line in self._lines.get(text[at : at + DISTINCTIVE], ())
        )


def _plain(line: str) -> str:
    """The line without the backslashes that a quoted text has more or less of."""
    return line.strip().replace("\\", "")


def _decoded(line: str) -> Iterator[str]:
    """What stands in the line as base64, whole or from any character on."""
    for run in _ENCODED.findall(line):
        for start in range(4):
            part = run[start:].replace("-", "+").replace("_", "/")
            whole = part[:-1] if len(part) % 4 == 1 else part
            yield base64.b64decode(f"{whole}===").decode("utf-8", "replace")


def _stacks(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        if KEY_FILE in files and "logs" in folders:
            yield Path(place)


def _held(data: Path) -> Iterator[bytes]:
    """Everything that the workspace of a stack holds."""
    store = data / "databricks" / "workspace.sqlite"
    if not store.exists():
        return
    with closing(sqlite3.connect(store)) as held:
        yield from (bytes(body) for (body,) in held.execute(_STORED))
