"""A plain REST client of the server, and builders of what it sends."""

import base64
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

from local.azure_devops.app import create_app
from local.serving import serve_in_thread

ZEROS = "0" * 40
MAIN = "refs/heads/main"


def add(path: str, text: str = "x") -> dict[str, Any]:
    return _with_text("add", path, text)


def edit(path: str, text: str = "y") -> dict[str, Any]:
    return _with_text("edit", path, text)


def delete(path: str) -> dict[str, Any]:
    return {"changeType": "delete", "item": {"path": path}}


def rename(source: str, target: str) -> dict[str, Any]:
    change = {"changeType": "rename", "item": {"path": target}}
    return {**change, "sourceServerItem": source}


def add_bytes(path: str, content: bytes) -> dict[str, Any]:
    text = base64.b64encode(content).decode()
    new_content = {"content": text, "contentType": "base64encoded"}
    return {"changeType": "add", "item": {"path": path}, "newContent": new_content}


def _with_text(kind: str, path: str, text: str) -> dict[str, Any]:
    new_content = {"content": text, "contentType": "rawtext"}
    return {"changeType": kind, "item": {"path": path}, "newContent": new_content}


@dataclass
class Rest:
    """One repository of one server, asked with `?api-version=7.1`."""

    url: str
    root: Path
    auth: tuple[str, str] | None = ("", "a token")
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def bare(self) -> Path:
        return self.root / "acme" / "backup" / "workspace.git"

    @property
    def clone_url(self) -> str:
        return f"{self.url}/acme/backup/_git/workspace"

    def ask(
        self, method: str, path: str, body: Any = None, /, **query: Any
    ) -> requests.Response:
        """Ask for a path below the repository."""
        base = f"{self.url}/acme/backup/_apis/git/repositories/workspace"
        return self.ask_url(method, base + path, body, query)

    def ask_url(
        self,
        method: str,
        url: str,
        body: Any = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> requests.Response:
        known = {"api-version": "7.1", **(query or {})}
        accept = known.pop("accept", "application/json")
        return self.session.request(
            method,
            url,
            json=body,
            params=known,
            headers={"Accept": accept, **(headers or {})},
            auth=self.auth,
            allow_redirects=False,
            timeout=60,
        )

    def get(self, path: str, /, **query: Any) -> Any:
        """Ask and return the JSON of a 200."""
        response = self.ask("GET", path, **query)
        assert response.status_code == 200, response.text
        return response.json()

    def try_push(
        self, *changes: dict[str, Any], old: str | None = None, **commit: Any
    ) -> requests.Response:
        """Push on the branch; without `old` on its tip, whatever that is."""
        branch = commit.pop("branch", MAIN)
        body = {
            "refUpdates": [
                {"name": branch, "oldObjectId": old or self.tip(branch) or ZEROS}
            ],
            "commits": [{"comment": "A change", "changes": list(changes), **commit}],
        }
        return self.ask("POST", "/pushes", body)

    def push(self, *changes: dict[str, Any], **options: Any) -> str:
        """Push, expect 201, return the commit's id."""
        response = self.try_push(*changes, **options)
        assert response.status_code == 201, response.text
        return str(response.json()["commits"][0]["commitId"])

    def tip(self, branch: str = MAIN) -> str | None:
        found = self.get("/refs", filter=branch.removeprefix("refs/"))["value"]
        ids = [ref["objectId"] for ref in found if ref["name"] == branch]
        return ids[0] if ids else None

    def local(self, path: str, body: Any) -> requests.Response:
        """Set something on the server."""
        response = requests.post(f"{self.url}/_local/{path}", json=body, timeout=60)
        assert response.status_code < 300, response.text
        return response

    def paths(self, **version: str) -> list[str]:
        """All paths of files at a version."""
        items = self.get("/items", scopePath="/", recursionLevel="Full", **version)
        return [item["path"] for item in items["value"] if "isFolder" not in item]

    def content(self, path: str, /, **query: str) -> bytes:
        response = self.ask(
            "GET", "/items", path=path, accept="application/octet-stream", **query
        )
        assert response.status_code == 200, response.text
        return response.content


@contextmanager
def a_server(root: Path, **options: Any) -> Iterator[Rest]:
    with (
        serve_in_thread(create_app(root, **options)) as url,
        requests.Session() as session,
    ):
        yield Rest(url, root, session=session)


def refusal(response: requests.Response) -> tuple[int, str, str]:
    """Status, key and text of a refusal in the service's envelope."""
    body = response.json()
    assert body.keys() == {
        "$id",
        "innerException",
        "message",
        "typeName",
        "typeKey",
        "errorCode",
        "eventId",
    }
    return response.status_code, body["typeKey"], body["message"]
