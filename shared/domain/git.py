"""DECISIONS: the few things of Git this product speaks of; knows no API."""

import base64
import json
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.room import encoded_bytes

MAX_PUSH_BYTES = 26_214_400
"""What Azure DevOps takes as one push's body (reported: paklo#2069)."""

_PUSH_ENVELOPE_BYTES = 8_192


class ChangeKind(StrEnum):
    """What a push does to one path."""

    ADD = "add"
    EDIT = "edit"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Change:
    """One path of a push; `content` is None exactly for a deletion."""

    kind: ChangeKind
    path: str
    content: bytes | None = None

    @property
    def encoded_bytes(self) -> int:
        """An upper bound of what this change adds to the push's body."""
        return encoded_bytes(len(self.content or b""), self.path)

    def encoded_content(self) -> bytes:
        """The content as base64, the only faithful form a push takes."""
        return base64.b64encode(self.content or b"")


@dataclass(frozen=True, slots=True)
class Push:
    """One commit on the backup branch; `old` is the tip it replaces, None for none."""

    old: str | None
    comment: str
    changes: tuple[Change, ...]

    @property
    def encoded_bytes(self) -> int:
        """An upper bound of the body's size in bytes, as encoded."""
        comment = len(json.dumps(self.comment))
        changes = sum(change.encoded_bytes for change in self.changes)
        return _PUSH_ENVELOPE_BYTES + comment + changes


@dataclass(frozen=True, slots=True)
class TreeItem:
    """One entry of a commit's tree; `path` has no leading slash.

    `size` is in bytes, and only there where the whole tree was asked for.
    """

    path: str
    object_id: str
    is_folder: bool = False
    size: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit, as far as we look at it."""

    id: str
    parents: tuple[str, ...]
    comment: str
    author: str
    committed_at: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """What differs between two commits.

    `descends`: whether the target has the base among its ancestors; where it has
    not, `changed` is empty. `changed` are the files that were added, edited or
    deleted (both ends of a rename); `object_id` is the one at the target, empty
    for what is gone.
    """

    descends: bool
    changed: tuple[TreeItem, ...]
