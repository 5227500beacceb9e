"""A workspace server for one test, and the real SDK signed in to it."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from databricks.sdk import WorkspaceClient
from databricks.sdk.core import Config
from databricks.sdk.service.workspace import ImportFormat, Language

from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.serving import serve_in_thread

START = 1_780_000_000_000


@dataclass
class FakeClock:
    """Seconds for tokens and milliseconds for changes, both standing still."""

    seconds: float = START / 1000

    def now(self) -> float:
        return self.seconds

    def now_ms(self) -> int:
        return int(self.seconds * 1000)


@dataclass
class Server:
    url: str
    store: Store
    clock: FakeClock
    sdk: WorkspaceClient
    http: requests.Session
    headers: dict[str, str] = field(
        default_factory=lambda: {"Authorization": f"Bearer {LOCAL_TOKEN}"}
    )

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        /,
        **query: str | int,
    ) -> requests.Response:
        content = None if body is None else json.dumps(body)
        return self.http.request(
            method,
            f"{self.url}{path}",
            data=content,
            params=query,
            headers=self.headers,
            timeout=20,
        )

    def local(self, method: str, path: str, body: object = None) -> Any:
        answer = self.ask(method, f"/_local/{path}", body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, /, **query: str | int) -> Any:
        answer = self.ask("GET", f"/api/2.0/{path}", **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(
        self, method: str, path: str, body: object = None, /, **query: str | int
    ) -> tuple[int, str, str]:
        answer = self.ask(method, f"/api/2.0/{path}", body, **query)
        error = answer.json()
        return answer.status_code, error["error_code"], error["message"]

    def notebook(self, path: str, source: str = "1", language: str = "PYTHON") -> None:
        self.sdk.workspace.mkdirs(path.rsplit("/", 1)[0] or "/")
        self.sdk.workspace.import_(
            path,
            content=encoded(source.encode()),
            format=ImportFormat.SOURCE,
            language=Language(language),
            overwrite=True,
        )

    def file(self, path: str, content: bytes = b"x") -> None:
        self.sdk.workspace.mkdirs(path.rsplit("/", 1)[0] or "/")
        self.sdk.workspace.upload(
            path, content, format=ImportFormat.RAW, overwrite=True
        )

    def paths(self, folder: str) -> list[str]:
        return [str(item.path) for item in self.sdk.workspace.list(folder)]

    def tree(self) -> dict[str, dict[str, Any]]:
        return {one["path"]: one for one in self.local("GET", "tree")["objects"]}


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    clock = FakeClock()
    store = Store(clock=clock.now_ms)
    app = create_app(store, clock=clock.now)
    with serve_in_thread(app) as url, requests.Session() as http:
        sdk = WorkspaceClient(
            config=Config(host=url, token=LOCAL_TOKEN, auth_type="pat")
        )
        yield Server(url, store, clock, sdk, http)
        sdk.api_client._api_client._session.close()
    store.close()
