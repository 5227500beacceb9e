"""CLIENT, history: versions as the HTTP API tells them; decides nothing about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from client.web import Web

LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One state of an object or a folder; `at` is what a restore takes, if anything."""

    run: str
    time: str
    commit: str
    deleted: bool
    at: str
    size: int | None
    type: str
    language: str


@dataclass(frozen=True, slots=True)
class Past:
    """The versions of a path, newest first, and whether there are older ones."""

    path: str
    kind: str
    versions: tuple[Version, ...]
    more: bool


def history_of(web: Web, path: str, limit: int) -> dict[str, Any]:
    """So many versions, as one answer of the API. `NoAnswerError`, `RefusedError`.

    A page may hold less than was asked for, even nothing, and still not be the last.
    """
    query: dict[str, str | int] = {"path": path}
    found: list[Any] = []
    while True:
        query["limit"] = min(limit - len(found), LARGEST_PAGE)
        page = web.get("/api/history", query).accepted()
        found += page["versions"]
        if page["next"] is None or len(found) >= limit:
            return {**page, "versions": found}
        query["next"] = page["next"]


def read_past(body: Mapping[str, Any]) -> Past:
    """A history as the API gives it."""
    versions = tuple(
        Version(
            run=version["run"] or "",
            time=version["time"],
            commit=version["commit"],
            deleted=version["deleted"],
            at=version["at"] or "",
            size=version["size"],
            type=version["type"] or "",
            language=version["language"] or "",
        )
        for version in body["versions"]
    )
    return Past(body["path"], body["kind"], versions, body["next"] is not None)
