"""DECISIONS: restore ids, which sort by time."""

import re
from datetime import UTC, datetime

_PREFIX = "restore-"
_RESTORE_ID = re.compile(r"restore-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{6}")


def new_restore_id(now: datetime, noise: str) -> str:
    """An id such as `restore-20261122T020000Z-3f9a1c`; `noise`: six hex digits."""
    return f"{_PREFIX}{now:%Y%m%dT%H%M%SZ}-{noise}"


def is_restore_id(text: str) -> bool:
    """Whether the text is the id of a restore."""
    return _RESTORE_ID.fullmatch(text) is not None and _opened_at(text) is not None


def restore_opened_at(restore_id: str) -> datetime:
    """When the restore of this id was opened, to the second."""
    found = _opened_at(restore_id)
    if found is None:
        raise ValueError(f"{restore_id!r} is not a restore id")
    return found


def _opened_at(text: str) -> datetime | None:
    stamp = text[len(_PREFIX) : len(_PREFIX) + 16]
    try:
        return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
