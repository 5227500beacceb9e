"""TRIGGERS: what callers ask about the past, checked field by field."""

from collections.abc import Mapping

from functions.request_fields import NO_MARK, checked_path, limit_in, mark_in
from shared.domain.versions import Mark
from shared.errors import InvalidRequest
from shared.services.read_content import LIVE

DEFAULT_VERSIONS, MAX_VERSIONS = 20, 100
MAX_AT_CHARACTERS = 64


def history_page(params: Mapping[str, str]) -> tuple[str, int, Mark | None]:
    """The path, how many versions, and where to go on."""
    path = checked_path(params.get("path"), "path")
    limit = limit_in(params, 1, DEFAULT_VERSIONS, MAX_VERSIONS)
    text = mark_in(params, "next")
    try:
        return path, limit, Mark.from_text(text) if text else None
    except ValueError:
        raise InvalidRequest("next", NO_MARK) from None


def stored_object(params: Mapping[str, str]) -> tuple[str, str]:
    """The path, and the restore point in the caller's words."""
    return checked_path(params.get("path"), "path"), _at(params, "at", "")


def compared(params: Mapping[str, str]) -> tuple[str, str, str]:
    """The path, and the two restore points; one of them may be `live`."""
    path = checked_path(params.get("path"), "path")
    return path, _at(params, "from", ""), _at(params, "to", LIVE)


def _at(params: Mapping[str, str], name: str, default: str) -> str:
    text = params.get(name, default)
    if len(text) > MAX_AT_CHARACTERS:
        raise InvalidRequest(name, f"has more than {MAX_AT_CHARACTERS} characters")
    return text
