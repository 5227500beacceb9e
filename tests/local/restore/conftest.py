"""The app's HTTP side after one backup; every look at a restore plays a step."""

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web

from functions import http_restores
from local.backup.places import Ground
from local.backup.web import Web
from local.console import plain_console
from local.endpoints import Endpoints
from local.restore.restores import RestoresApi
from local.restore.watch import Watch
from local.serving import serve_in_thread
from tests.crashes import Process
from tests.restoring import Restoring
from tests.unit.functions.api import Api, Bound
from tests.unit.services.scenes import a_backed_up_app

type Step = Callable[["Functions", str], None]


@dataclass
class Functions:
    """Who looks quickly lets the next step of the script happen before."""

    bound: Bound
    url: str = ""
    script: list[Step] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    on_request: Callable[[], None] = lambda: None

    def advance(self, restore_id: str) -> None:
        """What the message's receiver does."""
        self.bound.restores.advance_quickly(restore_id)

    def sweep(self) -> None:
        """What the timer does."""
        Restoring(self.bound, Process()).sweep()()

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(f"{request.method} {request.path_qs}")
        self.on_request()
        if not request.path.startswith("/api/"):
            self.sweep()
            return web.Response(status=202)
        if request.query.get("limit") == "0" and self.script:
            self.script.pop(0)(self, request.path.rpartition("/")[2])
        answer = Api(self.bound).call(
            request.method, request.path_qs, await request.read()
        )
        return web.Response(status=answer.status, text=json.dumps(answer.body))


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    app = a_backed_up_app()
    made = Functions(
        Bound(
            store=app.store,
            index=app.index,
            blobs=app.blobs,
            queue=app.queue,
            clock=app.clock,
            events=app.events,
            workspace=app.workspace,
            git=app.git,
        )
    )
    monkeypatch.setattr(http_restores, "app", lambda: made.bound)
    served = web.Application()
    served.router.add_route("*", "/{path:.*}", made.answer)
    with serve_in_thread(served) as url:
        made.url = url
        yield made


@pytest.fixture
def ground(functions: Functions, tmp_path: Path) -> Ground:
    """A stack of its own whose parts are well."""
    endpoints = Endpoints(
        functions=functions.url,
        functions_key="a-functions-key",
        databricks="",
        databricks_token="",
        azure_devops="",
        project="backup",
        repository="workspace",
        clone_url="",
        storage="",
        pid=1,
    )
    return Ground(endpoints, tmp_path, own=True, clone="", check=lambda: None)


@dataclass
class Teller:
    """A watch, what it said, and the time that it thinks has passed."""

    watch: Watch
    screen: io.StringIO
    slept: list[float]

    @property
    def text(self) -> str:
        return self.screen.getvalue()


def a_teller(ground: Ground) -> Teller:
    """Its clock moves only while it sleeps."""
    screen, slept = io.StringIO(), list[float]()
    watch = Watch(
        plain_console(screen), ground, sleep=slept.append, clock=lambda: sum(slept)
    )
    return Teller(watch, screen, slept)


@pytest.fixture
def api(functions: Functions) -> Iterator[RestoresApi]:
    with Web(functions.url) as web_of_it:
        yield RestoresApi(web_of_it)
