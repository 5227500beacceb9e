"""The app's HTTP side after one backup; every quick look plays a step of a script."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from aiohttp import web

from functions import (
    http_forecast,
    http_health,
    http_history,
    http_restores,
    http_runs,
)
from local.serving import serve_in_thread
from shared.domain.runs import RunStatus
from shared.ports import Write
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

    def end_run(self, run_id: str, status: RunStatus, **changes: Any) -> None:
        """What the runs' receivers do."""
        stored = self.bound.store.run(run_id)
        assert stored
        finished_at = self.bound.clock.now()
        changes |= {"status": status, "finished_at": finished_at}
        self.bound.store.write(Write(replace(stored.row, **changes), stored.etag))
        self.bound.index.close(run_id)

    def wake(self) -> None:
        """What only those can do who started it."""
        self.asked.append("woken")
        self.sweep()

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
        if isinstance(answer.body, bytes):
            return web.Response(status=answer.status, body=answer.body)
        return web.Response(status=answer.status, text=json.dumps(answer.body))


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    """In a thread of its own, at an address of its own."""
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
    made.bound.clock.advance(60)  # whatever is done now comes after that backup
    for triggers in (
        http_forecast,
        http_health,
        http_history,
        http_restores,
        http_runs,
    ):
        monkeypatch.setattr(triggers, "app", lambda: made.bound)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", made.answer)
    with serve_in_thread(application) as url:
        made.url = url
        yield made
