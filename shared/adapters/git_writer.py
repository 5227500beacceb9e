"""OUTSIDE: writes to an Azure DevOps repository as our port; knows no backup.

Documented: Azure Repos REST 7.1 (pushes, annotated tags).
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Self

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.azure_devops_package import package
from shared.domain.git import MAX_PUSH_BYTES, Change, Push
from shared.errors import AlreadyExists, TooLarge, Unavailable

NO_COMMIT = "0" * 40
_COMMIT_ID = re.compile(r"[0-9a-f]{40}")


def _nobody() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class AzureDevOpsWriter:
    """The port `GitWriter` over a repository's REST API; never repeats a request."""

    client: AzureDevOpsClient
    branch: str
    on_request: Callable[[], None] = _nobody

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same writer, which tells somebody of each request."""
        return replace(self, on_request=on_request)

    def push(self, push: Push) -> str:
        """Commit the changes; see the port.

        Author and committer are left to the service: they are who we are.
        """
        size = push.encoded_bytes
        if size > MAX_PUSH_BYTES:
            raise TooLarge(f"a push of {size} bytes, as encoded", size)
        self.on_request()
        with self.client.asking("pushing") as git:
            answer = git.create_push(self._body(push), **self.client.where)
        commit = answer.commits[0].commit_id if answer and answer.commits else ""
        if not _COMMIT_ID.fullmatch(commit or ""):
            raise Unavailable("pushing: the answer names no commit")
        moved = [(u.name, u.new_object_id) for u in answer.ref_updates or ()]
        if moved and moved != [(f"refs/heads/{self.branch}", commit)]:
            raise Unavailable("pushing: the answer tells of another branch")
        return str(commit)

    def tag(self, name: str, commit: str, message: str) -> None:
        """An annotated tag; see the port."""
        models = package("git.models")
        tag = models.GitAnnotatedTag(
            name=name,
            message=message,
            tagged_object=models.GitObject(object_id=commit),
        )
        self.on_request()
        try:
            with self.client.asking("tagging") as git:
                git.create_annotated_tag(tag, **self.client.where)
        except AlreadyExists:
            return

    def _body(self, push: Push) -> bytes:
        """As JSON, written once: of what is this large, each copy counts."""
        update = {
            "name": f"refs/heads/{self.branch}",
            "oldObjectId": push.old or NO_COMMIT,
        }
        body = BytesIO()
        body.write(b'{"refUpdates": [%b], "commits": [{' % _json(update))
        body.write(b'"comment": %b, "changes": [' % _json(push.comment))
        for number, change in enumerate(push.changes):
            body.write(b", " if number else b"")
            _write_change(body, change)
        body.write(b"]}]}")
        return body.getvalue()


def _write_change(body: BytesIO, change: Change) -> None:
    item = _json({"path": f"/{change.path}"})
    body.write(b'{"changeType": "%b", "item": %b' % (change.kind.encode(), item))
    if change.content is not None:
        # rawtext would not be stored byte for byte.
        body.write(b', "newContent": {"contentType": "base64encoded", "content": "')
        body.write(change.encoded_content())
        body.write(b'"}')
    body.write(b"}")


def _json(value: object) -> bytes:
    return json.dumps(value).encode("ascii")
