"""TRIGGERS: answers in JSON, and the addresses in them; knows no use case."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import azure.functions as func

from functions.problems import RETRY_AFTER_SECONDS

type Json = dict[str, Any]


def url_of(req: func.HttpRequest) -> str:
    """The request's address without its query, which may hold a key."""
    scheme, netloc, path, _, _ = urlsplit(str(req.url))
    return urlunsplit((scheme, netloc, path.rstrip("/"), "", ""))


def json_answer(
    body: Json, status: int = 200, headers: dict[str, str] | None = None
) -> func.HttpResponse:
    """The answer; of 202, the caller is told when to look again."""
    if status == 202:
        headers = {"Retry-After": str(RETRY_AFTER_SECONDS), **(headers or {})}
    return func.HttpResponse(
        json.dumps(body),
        status_code=status,
        mimetype="application/json",
        headers=headers,
    )


def time_text(moment: datetime) -> str:
    """RFC 3339, in UTC."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
