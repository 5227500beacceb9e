"""DECISIONS: how much fits into a shard and into a push, before either is made."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from shared.domain.names import escape

FIRST_SHARD_OBJECTS = 100
MAX_SHARD_FOLDERS = 400

ENVELOPE_BYTES = 12_000
"""A push without folders: its frame, its message, and our files at the top."""

_CHANGE_ENVELOPE_BYTES = 160
_LINE_ENVELOPE_BYTES = 230
"""A manifest's line without its names, its numbers as large as they can be."""

_CLONE_BYTES = 400
"""What the line of a Git folder says besides: its address, branch and commit."""

_MORE_OF_A_FILE = 64
"""What a file's name has beyond its object's: an extension, a hash and an id."""

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
    return _as_base64(content_bytes) + len(json.dumps(path)) + _CHANGE_ENVELOPE_BYTES


def object_bytes(content_bytes: int, git_path: str, name: str) -> int:
    """The same of an object of the folder, whatever its file may be named."""
    return encoded_bytes(content_bytes, git_path) + _file_bytes(name)


def line_bytes(name: str) -> int:
    """An upper bound of what an object adds to a manifest in a push, encoded."""
    said = len(name) if _PLAIN.fullmatch(name) else len(json.dumps(name))
    return _as_base64(_LINE_ENVELOPE_BYTES + said + _file_bytes(name))


def manifest_bytes(git_path: str, names: Iterable[str], clones: int = 0) -> int:
    """An upper bound of what a folder's manifest adds to a push, encoded.

    `clones` of the named objects are Git folders.
    """
    head = 4 * line_bytes(git_path)
    return head + sum(map(line_bytes, names)) + _as_base64(clones * _CLONE_BYTES)


def _file_bytes(name: str) -> int:
    """An upper bound of the object's file name in JSON."""
    letters = len(name) if _PLAIN.fullmatch(name) else len(json.dumps(escape(name)))
    return letters + _MORE_OF_A_FILE


def _as_base64(size: int) -> int:
    return 4 * ((size + 2) // 3)


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
        """A push is full here; a little is left for what no bound foresees."""
        return (self.push_bytes - ENVELOPE_BYTES) * 97 // 100

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
