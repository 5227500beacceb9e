"""DECISIONS: how much fits into a shard and into a push, before either is made."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

FIRST_SHARD_OBJECTS = 100
MAX_SHARD_FOLDERS = 400

_MANIFEST_LINE_BYTES = 420
_CHANGE_ENVELOPE_BYTES = 160
_LONGEST_NAME = "x" * 255
_LONGEST_LETTER = 6
_PLAIN = re.compile(r"[\w .,;=@#&~!$'()\[\]{}^+-]*", re.ASCII)
"""What is as long in JSON, and in a file's name, as it is."""


def shard_size(number: int, largest: int) -> int:
    """How many objects the shard of this number should have: small ones first."""
    return min(largest, FIRST_SHARD_OBJECTS << min(number - 1, 16))


def shard_is_full(folders: int, objects: int, more: int, size: int) -> bool:
    """Whether a shard of `size` has no room for a folder of `more` objects.

    It holds `folders` with `objects` together; an empty one has room for any folder.
    """
    return folders > 0 and (objects + more > size or folders >= MAX_SHARD_FOLDERS)


def encoded_bytes(content_bytes: int, path: str) -> int:
    """An upper bound of what a change of the path adds to a push's body, as base64."""
    content = 4 * ((content_bytes + 2) // 3)
    return content + len(json.dumps(path)) + _CHANGE_ENVELOPE_BYTES


def longest_path(git_path: str) -> str:
    """As long as the path of any file of the folder can be."""
    return f"{git_path}/{_LONGEST_NAME}"


def line_bytes(name: str) -> int:
    """An upper bound of what an object adds to a manifest in a push, encoded."""
    letters = len(name) if _PLAIN.fullmatch(name) else len(name) * _LONGEST_LETTER
    # Its name, and that of its file.
    return -(-(_MANIFEST_LINE_BYTES + 2 * letters) * 4 // 3)


def manifest_bytes(names: Iterable[str]) -> int:
    """An upper bound of what the manifest of these objects adds to a push, encoded."""
    return 4 * line_bytes("") + sum(map(line_bytes, names))


@dataclass(slots=True)
class PushRoom:
    """How full a push is while folders and their objects join it, in encoded bytes.

    Every push of a folder has its manifest, which grows with each object.
    """

    push_bytes: int
    _size: int = 0
    _manifest: int = 0

    @property
    def full_at(self) -> int:
        """A push is full here; the rest is room for what is only estimated before."""
        return self.push_bytes * 9 // 10

    def begins(self, manifest: int, content: int = 0) -> bool:
        """A folder joins; whether what was there has to be pushed before.

        `manifest` is without the objects that are still to join, `content` that of
        objects that are there already.
        """
        full = self._size + manifest + content > self.full_at
        self._size = manifest + content + (0 if full else self._size)
        self._manifest = manifest
        return full

    def takes(self, content: int, line: int) -> bool:
        """An object of that folder joins; whether a push is due before.

        Then the folder, whose manifest travels again, begins the next one.
        """
        full = self._size + content + line > self.full_at
        self._size = content + line + (self._manifest if full else self._size)
        self._manifest += line
        return full

    def ends(self) -> bool:
        """The folder is whole; whether a push is due now."""
        full = self._size > self.full_at
        self._size = 0 if full else self._size
        return full
