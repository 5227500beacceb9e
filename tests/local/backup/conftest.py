"""A stack without processes: the real triggers on storage in memory, a workspace."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from client.console import plain_console
from client.passing import Time
from functions import http_runs
from local.backup.command import Backup
from local.backup.options import Options
from local.backup.places import Ground
from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.endpoints import Endpoints
from local.serving import serve_in_thread
from shared.domain.outcomes import Outcome, to_lines
from shared.domain.runs import Run, RunStatus
from shared.ports import Write
from tests.unit.functions.api import Api, Bound

KEY = "a-functions-key"
type Step = Callable[["Functions", str], None]


@dataclass
class Functions:
    """The app's HTTP side; every look at a run plays the next step of its script."""

    bound: Bound
    url: str = ""
    script: list[Step] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: int = 0

    def change(self, run_id: str, **changes: Any) -> Run:
        stored = self.bound.store.run(run_id)
        assert stored
        row = replace(stored.row, **changes)
        self.bound.store.write(Write(row, stored.etag))
        return row

    def end(self, run_id: str, status: RunStatus, **changes: Any) -> None:
        finished_at = self.bound.clock.now()
        self.change(run_id, status=status, finished_at=finished_at, **changes)
        self.bound.index.close(run_id)

    def outcomes(self, run_id: str, *outcomes: Outcome) -> None:
        self.bound.blobs.put(f"runs/{run_id}/outcomes/0", to_lines(outcomes))

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path}")
        if request.headers.get("x-functions-key") != KEY:
            return web.Response(status=401)
        if self.broken:
            self.broken -= 1
            return web.Response(status=503, text="not now")
        if not request.path.startswith("/api/"):
            return web.Response(status=202)
        run_id = request.path.rpartition("/")[2]
        if request.query.get("limit") == "0" and self.script:
            self.script.pop(0)(self, run_id)
        answer = Api(self.bound).call(
            request.method, request.path_qs, await request.read()
        )
        return web.Response(status=answer.status, text=json.dumps(answer.body))


@dataclass
class Teller:
    """A backup and what it said."""

    backup: Backup
    screen: io.StringIO
    slept: list[float]

    @property
    def text(self) -> str:
        return self.screen.getvalue()


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    made = Functions(Bound())
    monkeypatch.setattr(http_runs, "app", lambda: made.bound)
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.answer)
    with serve_in_thread(app) as url:
        made.url = url
        yield made


@pytest.fixture
def workspace_url() -> Iterator[str]:
    store = Store()
    with serve_in_thread(create_app(store)) as url:
        yield url
    store.close()


@pytest.fixture
def stack(functions: Functions, workspace_url: str, tmp_path: Path) -> Ground:
    endpoints = Endpoints(
        functions=functions.url,
        functions_key=KEY,
        databricks=workspace_url,
        databricks_token=LOCAL_TOKEN,
        azure_devops=workspace_url,
        project="backup",
        repository="workspace",
        clone_url="http://127.0.0.1/local/backup/_git/workspace",
        storage="",
        pid=1,
    )
    return Ground(endpoints, tmp_path, own=True, clone="git clone it", check=_well)


def _well() -> None:
    return


@pytest.fixture
def teller() -> Callable[..., Teller]:
    def made(**options: Any) -> Teller:
        screen, slept = io.StringIO(), list[float]()
        backup = Backup(
            Options(**options),
            plain_console(screen),
            Time(sleep=slept.append, clock=lambda: sum(slept)),
        )
        return Teller(backup, screen, slept)

    return made
