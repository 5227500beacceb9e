"""TRIGGERS: versions, bytes and differences as callers get them; decides nothing."""

import re
from urllib.parse import quote

import azure.functions as func

from functions.json_answers import Json, time_text
from shared.domain.versions import Version
from shared.services.read_content import Stored
from shared.services.read_history import VersionsPage

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9._-]")


def versions_answer(page: VersionsPage) -> Json:
    """A page of a history."""
    return {
        "path": page.path,
        "kind": "folder" if page.is_folder else "object",
        "versions": [_version(version) for version in page.versions],
        "next": page.next.to_text() if page.next else None,
    }


def content_answer(stored: Stored) -> func.HttpResponse:
    """The bytes, as a download that no browser takes for a page of ours."""
    return func.HttpResponse(
        stored.content,
        mimetype="application/octet-stream",
        headers={
            "ETag": f'"{stored.entry.blob}"',
            "Content-Disposition": attachment(stored.entry.file),
            "Cache-Control": "private",
            "X-Content-Type-Options": "nosniff",
        },
    )


def diff_answer(diff: str) -> func.HttpResponse:
    """The difference as text."""
    headers = {"Cache-Control": "private", "X-Content-Type-Options": "nosniff"}
    return func.HttpResponse(
        diff.encode(), mimetype="text/x-diff", charset="utf-8", headers=headers
    )


def attachment(name: str) -> str:
    """RFC 6266: a plain name for old clients, and the exact one, encoded."""
    plain = _NOT_PLAIN.sub("_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _version(version: Version) -> Json:
    entry = version.entry
    return {
        "run": version.run_id or None,
        "time": time_text(version.time),
        "commit": version.commit,
        "deleted": version.deleted,
        "at": version.at,
        "blob": entry.blob if entry else None,
        "size": entry.size if entry else None,
        "type": entry.type if entry else None,
        "language": entry.language if entry else None,
    }
