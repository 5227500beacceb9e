"""LOCAL: HTTP triggers and the host's admin API; knows no queue and no process.

As the real host answers: a wrong method is 404 (azure-functions-host issue 10098), a
missing key an empty 401, a function that raised an empty 500, no return value a 204.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from local.host.channel import Call, End, Verdict
from local.host.frames import Frame
from local.host.functions import Function, HttpTrigger
from local.host.invocations import http_call

LARGEST_REQUEST = 100 * 1024 * 1024  # documented: functions-bindings-http-webhook
KEY_HEADER = "x-functions-key"
GATEWAY_SECONDS = 230.0  # documented: the load balancer's limit
UNTOUCHED = {"content-length", "transfer-encoding", "connection", "date", "server"}

Invoke = Callable[[Call], Awaitable[Verdict]]


@dataclass(frozen=True)
class Front:
    """What HTTP needs of the host. `key` opens functions and the admin API alike."""

    functions: tuple[Function, ...]
    route_prefix: str
    key: str
    host_id: str
    invoke: Invoke
    run_now: Callable[[Function, str], object]
    worker: Callable[[], Mapping[str, Any]]
    kill_worker: Callable[[], None]
    gateway_seconds: float = GATEWAY_SECONDS


class HttpFront:
    """Answers requests; `app` is the aiohttp application to serve."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._started = time.monotonic()
        self._routed = sorted(
            (
                (f, f.trigger)
                for f in front.functions
                if isinstance(f.trigger, HttpTrigger) and not f.disabled
            ),
            key=lambda pair: pair[1].route.precedence,
        )
        self.app = web.Application(client_max_size=LARGEST_REQUEST)
        add = self.app.router.add_route
        add("GET", "/admin/host/ping", self._ping)
        add("GET", "/admin/host/status", self._admin(self._status))
        add("GET", "/admin/functions", self._admin(self._list))
        add("GET", "/admin/functions/{name}", self._admin(self._describe))
        add("POST", "/admin/functions/{name}", self._admin(self._run))
        add("GET", "/_local/worker", self._admin(self._worker))
        add("DELETE", "/_local/worker", self._admin(self._kill))
        add("*", r"/{path:[\s\S]*}", self._function)  # a dot is no line's end

    async def _function(self, request: web.Request) -> web.StreamResponse:
        found = self._find(request)
        if found is None:
            return web.Response(status=200 if request.path == "/" else 404)
        function, trigger, params = found
        if trigger.auth_level != "ANONYMOUS" and not self._has_key(request):
            return web.Response(status=401)
        call = http_call(function, await _describe_request(request, params))
        running = asyncio.ensure_future(self._front.invoke(call))
        try:
            # The function goes on behind a gateway that has given up.
            verdict = await asyncio.wait_for(
                asyncio.shield(running), self._front.gateway_seconds
            )
        except TimeoutError:
            return web.Response(status=504)  # guess: 502 or 504, by the front end
        return _response(verdict)

    def _find(
        self, request: web.Request
    ) -> tuple[Function, HttpTrigger, dict[str, str]] | None:
        path = unquote(request.rel_url.raw_path).strip("/")
        prefix = self._front.route_prefix
        if prefix:
            if not path.lower().startswith(prefix.lower() + "/"):
                return None
            path = path[len(prefix) + 1 :]
        for function, trigger in self._routed:
            if trigger.methods and request.method not in trigger.methods:
                continue
            params = trigger.route.match(path)
            if params is not None:
                return function, trigger, params
        return None

    def _has_key(self, request: web.Request) -> bool:
        given = request.headers.get(KEY_HEADER) or request.query.get("code") or ""
        return compare_digest(given.encode(), self._front.key.encode())

    def _admin(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def guarded(request: web.Request) -> web.Response:
            if not self._has_key(request):
                return web.Response(status=401)
            return await handler(request)

        return guarded

    async def _ping(self, _: web.Request) -> web.Response:
        return web.Response()

    async def _status(self, _: web.Request) -> web.Response:
        uptime = round((time.monotonic() - self._started) * 1000)
        return web.json_response(
            {
                "id": self._front.host_id,
                "state": "Running",
                "version": "4.0.0-local",
                "processUptime": uptime,
            }
        )

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response(
            [self._config(f, request) for f in self._front.functions]
        )

    async def _describe(self, request: web.Request) -> web.Response:
        function = self._named(request)
        if function is None:
            return web.Response(status=404)
        return web.json_response(self._config(function, request))

    async def _run(self, request: web.Request) -> web.Response:
        try:
            invocation = await request.json()
        except ValueError:
            return web.Response(status=400)
        if not isinstance(invocation, dict):
            return web.Response(status=400)
        function = self._named(request)
        if function is None:
            return web.Response(status=404)
        if isinstance(function.trigger, HttpTrigger):
            return web.Response(status=400, text="call the function's own URL")
        given = invocation.get("input") or ""
        self._front.run_now(
            function, given if isinstance(given, str) else json.dumps(given)
        )
        return web.Response(status=202)

    async def _worker(self, _: web.Request) -> web.Response:
        return web.json_response(self._front.worker())

    async def _kill(self, _: web.Request) -> web.Response:
        self._front.kill_worker()
        return web.Response(status=204)

    def _named(self, request: web.Request) -> Function | None:
        wanted = request.match_info["name"].lower()
        matching = (f for f in self._front.functions if f.name.lower() == wanted)
        return next(matching, None)

    def _config(self, function: Function, request: web.Request) -> Mapping[str, Any]:
        url = None
        if isinstance(function.trigger, HttpTrigger):
            prefix = self._front.route_prefix
            parts = [p for p in (prefix, function.trigger.route.template) if p]
            url = f"{request.url.origin()}/{'/'.join(parts)}"
        return {
            "name": function.name,
            "language": "python",
            "isDisabled": function.disabled,
            "invoke_url_template": url,
            "config": {"name": function.name, "bindings": list(function.bindings)},
        }


async def _describe_request(
    request: web.Request, params: Mapping[str, str]
) -> dict[str, Any]:
    headers: dict[str, str] = {}
    for name, content in request.headers.items():
        key = name.lower()
        headers[key] = f"{headers[key]}, {content}" if key in headers else content
    query: dict[str, str] = {}
    for name, content in request.query.items():
        query[name] = f"{query[name]},{content}" if name in query else content
    return {
        "method": request.method,
        "url": str(request.url),
        "headers": headers,
        "query": query,
        "params": dict(params),
        "body": await request.read(),
    }


def _response(verdict: Verdict) -> web.Response:
    if verdict.end is End.LOST:
        return web.Response(status=502)
    if verdict.end is not End.SUCCEEDED:
        return web.Response(status=500)
    if verdict.returned is None or verdict.returned["type"] is None:
        return web.Response(status=204)
    return _from_datum(verdict.returned)


def _from_datum(returned: Frame) -> web.Response:
    content = returned["value"]
    if returned["type"] != "http":
        return web.Response(text=content)
    response = web.Response(status=content["status"], body=content["body"])
    for name, text in content["headers"]:
        if name.lower() == "content-type":
            response.headers["Content-Type"] = text
        elif name.lower() not in UNTOUCHED:
            response.headers.add(name, text)
    return response
