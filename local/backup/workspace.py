"""LOCAL, backup: the embedded workspace's own API, as far as filling it needs it.

Documented: Databricks REST API, Workspace (list, mkdirs, import, delete).
"""

import base64
from dataclasses import dataclass

from client.answers import Answer
from client.web import Web
from local.backup.import_rules import Placed

SECONDS_TO_GENERATE = 600.0


class ImportRefusedError(Exception):
    """The workspace did not take what it was given."""


@dataclass(frozen=True, slots=True)
class Held:
    """An object as the workspace lists it."""

    path: str
    type: str
    language: str | None
    object_id: int
    modified_at: int | None


class Workspace:
    """The workspace of the stack. `NoAnswerError`, `ImportRefusedError`."""

    def __init__(self, web: Web) -> None:
        self._web = web

    def children(self, folder: str) -> list[Held] | None:
        """What lies directly in the folder; None where there is no such folder."""
        query = {"path": folder}
        answer = self._web.call("GET", "/api/2.0/workspace/list", query=query)
        if answer.status == 404:
            return None
        objects = _accepted(answer).body.get("objects", [])
        return [
            Held(
                each["path"],
                each["object_type"],
                each.get("language"),
                each["object_id"],
                each.get("modified_at"),
            )
            for each in objects
        ]

    def make_folder(self, path: str) -> None:
        """Make the folder and those above it."""
        _accepted(self._web.call("POST", "/api/2.0/workspace/mkdirs", {"path": path}))

    def put(self, wanted: Placed, content: bytes) -> None:
        """Import the file over what is there."""
        body: dict[str, object] = {
            "path": wanted.path,
            "format": wanted.kind.format,
            "overwrite": True,
            "content": base64.b64encode(content).decode("ascii"),
        }
        if wanted.kind.language:
            body["language"] = wanted.kind.language
        _accepted(self._web.call("POST", "/api/2.0/workspace/import", body))

    def delete(self, path: str) -> None:
        """Remove an object."""
        _accepted(self._web.call("POST", "/api/2.0/workspace/delete", {"path": path}))

    def fill_with_sample(self) -> int:
        """Fill an empty workspace; how many objects came, 0 where it is not empty."""
        answer = self._web.call("POST", "/_local/sample", {})
        return int(answer.body["objects"]) if answer.ok else 0

    def generate(self, notebooks: int, seed: int) -> None:
        """Add that many made-up notebooks, in folders of their own."""
        body = {"notebooks": notebooks, "seed": seed}
        _accepted(
            self._web.call(
                "POST", "/_local/generate", body, seconds=SECONDS_TO_GENERATE
            )
        )


def _accepted(answer: Answer) -> Answer:
    if not answer.ok:
        raise ImportRefusedError(answer.words)
    return answer
