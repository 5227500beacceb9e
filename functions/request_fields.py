"""TRIGGERS: fields that several requests have, checked; knows no use case."""

import re
from collections.abc import Mapping

from shared.errors import InvalidRequest

MAX_PATH_CHARACTERS = 4_096
MAX_MARK_CHARACTERS = 1_024
NO_MARK = "is not a mark that an earlier answer gave"

_MARK = re.compile(r"[!-~]+")
_NUMBER = re.compile(r"[0-9]{1,6}")


def limit_in(params: Mapping[str, str], least: int, default: int, most: int) -> int:
    """The number that `limit` is; the default where it is not given."""
    text = params.get("limit")
    if text is None:
        return default
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise InvalidRequest("limit", f"is a number from {least} to {most}")
    return int(text)


def mark_in(params: Mapping[str, str], name: str) -> str:
    """The mark's text, which may still be none of ours; empty where there is none."""
    mark = params.get(name) or ""
    if mark and (len(mark) > MAX_MARK_CHARACTERS or not _MARK.fullmatch(mark)):
        raise InvalidRequest(name, NO_MARK)
    return mark


def checked_path(value: object, name: str) -> str:
    """The workspace path as we know it: without `/Workspace`, no slash at its end."""
    if not isinstance(value, str) or not value.startswith("/"):
        raise InvalidRequest(name, "is an absolute workspace path, such as /Shared")
    if len(value) > MAX_PATH_CHARACTERS:
        raise InvalidRequest(name, f"has more than {MAX_PATH_CHARACTERS} characters")
    if any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
        raise InvalidRequest(name, "holds a character that no path can have")
    parts = value.rstrip("/").split("/")[1:]
    if parts[:1] == ["Workspace"]:
        del parts[0]
    if any(part in {"", ".", ".."} for part in parts):
        raise InvalidRequest(name, "has an empty component, '.' or '..'")
    if parts[:1] == ["Workspace"]:
        raise InvalidRequest(name, "has /Workspace inside /Workspace, its other name")
    return "/" + "/".join(parts)
