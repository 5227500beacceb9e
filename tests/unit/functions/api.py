"""The HTTP API in process: real triggers and services, storage in memory.

Every answer is held against the OpenAPI document, so that no test can see an
answer that the document does not describe.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import azure.functions as func
from jsonschema import (  # type: ignore[import-untyped]
    Draft202012Validator,
    FormatChecker,
)

from functions import (
    http_access,
    http_diagnostics,
    http_forecast,
    http_health,
    http_history,
    http_openapi,
    http_restores,
    http_retention,
    http_runs,
    http_setup,
)
from shared.domain.objects import Format
from shared.domain.restore_plan import Bounds
from shared.domain.runs import Run
from shared.domain.scope import Scope
from shared.ports import Write
from shared.services.advance_restore import AdvanceRestore
from shared.services.cancel_run import CancelRun
from shared.services.clean_up import LastCleanUp
from shared.services.drift import Drift
from shared.services.end_restores import CancelRestore
from shared.services.forecast import MakeForecast
from shared.services.open_restore import OpenRestore
from shared.services.open_run import OpenRun
from shared.services.plan_clean_up import PlanCleanUp
from shared.services.read_content import ReadContent, ReadDiff
from shared.services.read_health import ReadHealth
from shared.services.read_history import ReadHistory
from shared.services.read_restores import ReadRestores
from shared.services.read_runs import ReadRuns
from shared.services.restore_points import RestorePoints
from tests.crashes import Process
from tests.fakes.poison import FakePoisonQueues
from tests.fakes.remotes import FakeGit, FakeWorkspace
from tests.fakes.restores import (
    FakeRestorePlace,
    FakeRestoreStore,
    FakeWorkspaceWriter,
)
from tests.fakes.storage import (
    FakeBlobs,
    FakeClock,
    FakeEvents,
    FakeQueue,
    FakeRunIndex,
    FakeRunStore,
)
from tests.forecasting import a_forecast_of
from tests.restoring import Restoring

HOST = "http://127.0.0.1:7071"
DOCUMENT: dict[str, Any] = json.loads(
    Path(http_openapi.__file__).with_name("openapi.json").read_bytes()
)


@dataclass
class Bound:
    """What the triggers take from the app, bound to storage in memory."""

    scope: Scope = field(default_factory=lambda: Scope(("/Shared", "/Users")))
    store: FakeRunStore = field(default_factory=FakeRunStore)
    index: FakeRunIndex = field(default_factory=FakeRunIndex)
    blobs: FakeBlobs = field(default_factory=FakeBlobs)
    queue: FakeQueue = field(default_factory=FakeQueue)
    clock: FakeClock = field(default_factory=FakeClock)
    events: FakeEvents = field(default_factory=FakeEvents)
    workspace: FakeWorkspace = field(default_factory=FakeWorkspace)
    git: FakeGit = field(default_factory=FakeGit)
    restore_rows: FakeRestoreStore = field(default_factory=FakeRestoreStore)
    place: FakeRestorePlace = field(default_factory=FakeRestorePlace)
    poison: FakePoisonQueues = field(default_factory=FakePoisonQueues)
    writes: FakeWorkspaceWriter = field(init=False)
    restore_enabled: bool = True
    restore_roots: tuple[str, ...] = ("/",)
    restore_seconds: float = 60
    bounds: Bounds = field(default_factory=Bounds)
    retention: timedelta = timedelta(days=90)
    max_age: timedelta = timedelta(hours=25)
    paused: bool = False
    concurrency: int = 1
    noises: Iterator[str] = field(
        default_factory=lambda: (f"{number:06x}" for number in range(1_000))
    )

    def __post_init__(self) -> None:
        self.writes = FakeWorkspaceWriter(self.workspace)

    def noise(self) -> str:
        return next(self.noises)

    def _ports(self, process: Process, *names: str) -> dict[str, Any]:  # noqa: ARG002
        places = {"restores": "restore_rows"}
        return {name: getattr(self, places.get(name, name)) for name in names}

    @property
    def open_run(self) -> OpenRun:
        return OpenRun(
            self.store,
            self.index,
            self.queue,
            self.clock,
            self.events,
            self.scope,
            timedelta(hours=4),
            lambda: next(self.noises),
        )

    @property
    def read_health(self) -> ReadHealth:
        return ReadHealth(
            store=self.store,
            index=self.index,
            blobs=self.blobs,
            clock=self.clock,
            max_age=self.max_age,
            paused=self.paused,
        )

    @property
    def read_runs(self) -> ReadRuns:
        return ReadRuns(self.store, self.index, self.blobs, self.clock)

    @property
    def restores(self) -> "BoundRestores":
        return BoundRestores(self)

    @property
    def forecast(self) -> MakeForecast:
        return a_forecast_of(self)

    @property
    def plan_clean_up(self) -> PlanCleanUp:
        names = ("store", "index", "restores", "place", "blobs", "poison")
        return PlanCleanUp(
            **self._ports(Process(), *names),
            clock=self.clock,
            retention=self.retention,
        )

    @property
    def last_clean_up(self) -> LastCleanUp:
        return LastCleanUp(self.blobs)

    @property
    def cancel_run(self) -> CancelRun:
        return CancelRun(self.store, self.queue)

    def enter(self, run: Run) -> Run:
        self.store.write(Write(run))
        self.index.enter(run.request)
        return run


@dataclass(frozen=True)
class BoundRestores:
    """What the wiring's `RestoreApp` is, over the same fakes."""

    bound: Bound

    @property
    def read_history(self) -> ReadHistory:
        return ReadHistory(self.bound.git, self.bound.git)

    @property
    def read_content(self) -> ReadContent:
        git = self.bound.git
        return ReadContent(RestorePoints(git, git, self.bound.store), git)

    @property
    def read_diff(self) -> ReadDiff:
        return ReadDiff(self.read_content, self.bound.workspace, Format.SOURCE)

    @property
    def open(self) -> OpenRestore:
        return self._cases.open()

    @property
    def advance_quickly(self) -> AdvanceRestore:
        return self._cases.advance()

    @property
    def read(self) -> ReadRestores:
        return self._cases.read()

    @property
    def cancel(self) -> CancelRestore:
        return self._cases.cancel()

    @property
    def drift(self) -> Drift:
        bound = self.bound
        return Drift(restores=bound.restore_rows, clock=bound.clock, open=self.open)

    @property
    def _cases(self) -> Restoring:
        return Restoring(self.bound, Process())


@dataclass(frozen=True)
class Answer:
    status: int
    type: str
    headers: Mapping[str, str]
    body: Any


class Route:
    """One function as the platform indexes it."""

    def __init__(self, built: Any) -> None:
        trigger = built.get_trigger()
        self.name: str = built.get_function_name()
        self.template: str = trigger.route
        self.methods = {method.value for method in trigger.methods}
        self.level: func.AuthLevel = trigger.auth_level
        self.handler = built.get_user_function()
        self.pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))


def routes() -> list[Route]:
    """All HTTP functions, as a host would find them."""
    indexed = func.FunctionApp(http_auth_level=http_access.level())
    for blueprint in (
        http_runs.bp,
        http_restores.bp,
        http_history.bp,
        http_health.bp,
        http_diagnostics.bp,
        http_setup.bp,
        http_forecast.bp,
        http_retention.bp,
        http_openapi.bp,
    ):
        indexed.register_functions(blueprint)
    return [Route(built) for built in indexed.get_functions()]


class Api:
    """Calls the functions by their routes."""

    def __init__(self, bound: Bound) -> None:
        self.bound = bound
        self.routes = routes()

    def get(self, path: str) -> Answer:
        return self.call("GET", path)

    def post(self, path: str, body: Any = None, raw: bytes | None = None) -> Answer:
        content = raw if raw is not None else json.dumps(body or {}).encode()
        return self.call("POST", path, content)

    def delete(self, path: str) -> Answer:
        return self.call("DELETE", path)

    def call(
        self,
        method: str,
        path: str,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        url = urlsplit(HOST + path)
        route, params = self._route(method, url.path)
        request = func.HttpRequest(
            method,
            HOST + path,
            headers=headers,
            params=dict(parse_qsl(url.query)),
            route_params=params,
            body=content,
        )
        answer = route.handler(request)
        assert_described(f"/api/{route.template}", method, answer)
        body = body_of(answer)
        headers = dict(answer.headers)
        return Answer(answer.status_code, answer.mimetype, headers, body)

    def _route(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        for route in self.routes:
            match = route.pattern.fullmatch(path.removeprefix("/api/"))
            if match and method in route.methods:
                return route, match.groupdict()
        raise AssertionError(f"no function answers {method} {path}")


def body_of(answer: func.HttpResponse) -> Any:
    """What the answer says, of JSON; else its bytes."""
    raw = answer.get_body()
    return json.loads(raw) if answer.mimetype.endswith("json") else raw


def described(template: str, method: str) -> Any:
    """The document's operation for a route."""
    return DOCUMENT["paths"][template][method.lower()]


def assert_described(template: str, method: str, answer: func.HttpResponse) -> None:
    """The answer is one of those that the document promises, to the letter."""
    responses = described(template, method)["responses"]
    assert str(answer.status_code) in responses
    response = resolved(responses[str(answer.status_code)])
    schema = response["content"][answer.mimetype]["schema"]
    if answer.mimetype.endswith("json"):
        assert_valid(body_of(answer), schema)
    for name, header in response.get("headers", {}).items():
        text = answer.headers[name]
        value = int(text) if header["schema"]["type"] == "integer" else text
        assert_valid(value, header["schema"])


def assert_valid(value: object, schema: Mapping[str, Any]) -> None:
    """The value is what the schema says; references lead into the document."""
    rooted = {**schema, "components": DOCUMENT["components"]}
    Draft202012Validator(rooted, format_checker=FormatChecker()).validate(value)


def resolved(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part, or what it refers to."""
    found: Any = DOCUMENT
    if "$ref" not in part:
        return part
    for key in part["$ref"].removeprefix("#/").split("/"):
        found = found[key]
    return resolved(found)
