"""LOCAL: what a test may ask of a server besides its API; knows no remote's API.

`Control(...).mount(app)` puts these routes beside the server's own:

    GET    /_local/stats    requests per "METHOD route", statuses, bytes
    DELETE /_local/stats    count from nothing
    GET    /_local/log      ?since=t: requests, when each arrived and how long it took
    GET    /_local/faults   what is armed, how often each fired
    POST   /_local/faults   arm more (`faults.py` names the fields)
    DELETE /_local/faults   disarm all
    GET    /_local/limits   the limits in force
    POST   /_local/limits   replace them (`limits.py` names the fields)
    DELETE /_local/limits   none

Nothing under `/_local/` is counted, slowed, limited or hit by a fault.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from local.faults import Fault, FaultBoard, flipped
from local.limits import Limits
from local.traffic import Entry, Traffic
from local.wire import (
    body_of,
    connected,
    hang_up,
    replace_body,
    send_half,
    sent_length,
    spoken_path,
    with_body,
)

PREFIX = "/_local/"
ROUTE_NAME: web.RequestKey[str] = web.RequestKey("route_name", str)
"""A handler that serves many routes of the real API sets it to the one it served."""
_FATE: web.RequestKey[str] = web.RequestKey("fate", str)

ErrorShape = Callable[[web.Request, int, str], web.Response]
RouteOf = Callable[[web.Request], str]


def route_template(request: web.Request) -> str:
    """Name the route that aiohttp matched, as written: `/api/2.0/repos/{id}`."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "(unknown)"


def plain_error(_request: web.Request, status: int, message: str) -> web.Response:
    """Make an error in no particular remote's shape."""
    return web.json_response({"message": message}, status=status)


class Control:
    """Counts, faults and limits around one server.

    `error_shape` makes the remote's own error answer for limits and for faults that
    give no body. `route_of` names a request's route before it is handled; a handler
    may set `request[ROUTE_NAME]` afterwards, which wins in the counts (limits go by
    the first). `clock` is in seconds and only ever grows.
    """

    def __init__(
        self,
        *,
        error_shape: ErrorShape = plain_error,
        route_of: RouteOf = route_template,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.traffic = Traffic()
        self.faults = FaultBoard()
        self.limits = Limits(clock)
        self._error_shape = error_shape
        self._route_of = route_of
        self._clock = clock
        self._sleep = sleep
        self._stopping = False

    def mount(self, app: web.Application) -> None:
        """Put the middleware outermost and the routes into `app`."""
        app.middlewares.insert(0, self.middleware)
        app.add_routes(self.routes())
        app.on_shutdown.append(self._release)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes that this module's docstring lists."""
        return [
            web.get(f"{PREFIX}stats", self._get_stats),
            web.delete(f"{PREFIX}stats", self._delete_stats),
            web.get(f"{PREFIX}log", self._get_log),
            web.get(f"{PREFIX}faults", self._get_faults),
            web.post(f"{PREFIX}faults", self._post_faults),
            web.delete(f"{PREFIX}faults", self._delete_faults),
            web.get(f"{PREFIX}limits", self._get_limits),
            web.post(f"{PREFIX}limits", self._post_limits),
            web.delete(f"{PREFIX}limits", self._delete_limits),
        ]

    @property
    def middleware(
        self,
    ) -> Middleware:
        """The aiohttp middleware; it must be the outermost."""

        @web.middleware
        async def control(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path.startswith(PREFIX):
                return await handler(request)
            return await self._watched(request, handler)

        return control

    async def _watched(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        entry = self.traffic.arrived(
            self._clock(), request.method, self._route_of(request), spoken_path(request)
        )
        status, sent = "gone", 0
        try:
            response = await self._answer(request, handler)
            status, sent = str(response.status), sent_length(response)
            return response
        except web.HTTPException as error:
            status, sent = str(error.status), sent_length(error)
            raise
        except Exception:
            status = "500"
            raise
        finally:
            self._note(entry, request, status, sent)

    def _note(self, entry: Entry, request: web.Request, status: str, sent: int) -> None:
        entry.route = request.get(ROUTE_NAME, entry.route)
        received = request.content_length or request.content.total_bytes
        fate = request.get(_FATE, status)
        self.traffic.answered(entry, fate, self._clock(), received, sent)

    async def _answer(
        self, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if self.limits.latency:
            await self._sleep(self.limits.latency)
        if not self.limits.allows(f"{request.method} {self._route_of(request)}"):
            return self._throttled(request)
        fault = await self._due(request)
        if fault is None:
            return await handler(request)
        if fault.before:
            return await self._hit_before(fault, request, handler)
        try:
            response = await handler(request)
        except web.HTTPException as error:
            response = web.Response(
                status=error.status, body=error.body, headers=error.headers
            )
        return await self._hit_after(fault, request, response)

    def _throttled(self, request: web.Request) -> web.Response:
        response = self._error_shape(request, 429, "Too many requests")
        if self.limits.retry_after is not None:
            response.headers["Retry-After"] = str(self.limits.retry_after)
        return response

    async def _due(self, request: web.Request) -> Fault | None:
        candidates = self.faults.concerning(
            request.method, request.path_qs, spoken_path(request)
        )
        body = b""
        if any(fault.containing for fault in candidates):
            body = await request.content.read()
            replace_body(request, body)
        return next((fault for fault in candidates if fault.due(body)), None)

    async def _hit_before(
        self, fault: Fault, request: web.Request, handler: Handler
    ) -> web.StreamResponse:
        if fault.seconds:
            await self._sleep(fault.seconds)
        if fault.effect == "flip":
            body = await request.content.read()
            replace_body(request, flipped(body, fault.at))
        if fault.effect in ("flip", "slow"):
            return await handler(request)
        return await self._spoil(fault, request, None)

    async def _hit_after(
        self, fault: Fault, request: web.Request, response: web.StreamResponse
    ) -> web.StreamResponse:
        if fault.seconds:
            await self._sleep(fault.seconds)
        if fault.effect == "slow":
            return response
        if fault.effect == "flip":
            return with_body(response, flipped(body_of(response), fault.at))
        return await self._spoil(fault, request, response)

    async def _spoil(
        self, fault: Fault, request: web.Request, response: web.StreamResponse | None
    ) -> web.StreamResponse:
        if fault.effect == "status":
            return self._refusal(fault, request)
        request[_FATE] = fault.effect
        if fault.effect == "hang":
            while not self._stopping and connected(request):
                await asyncio.sleep(0.02)
        if fault.effect == "truncate" and response is not None:
            await send_half(request, response)
        return hang_up(request)

    def _refusal(self, fault: Fault, request: web.Request) -> web.Response:
        if fault.body is None:
            message = f"Error {fault.status} was asked for"
            response = self._error_shape(request, fault.status, message)
        elif isinstance(fault.body, str):
            response = web.Response(status=fault.status, text=fault.body)
        else:
            response = web.json_response(fault.body, status=fault.status)
        for name, value in (fault.headers or {}).items():
            response.headers[name] = value
        return response

    async def _release(self, _app: web.Application) -> None:
        self._stopping = True

    async def _get_stats(self, _request: web.Request) -> web.Response:
        return web.json_response(self.traffic.stats())

    async def _delete_stats(self, _request: web.Request) -> web.Response:
        self.traffic.forget()
        return web.json_response({})

    async def _get_log(self, request: web.Request) -> web.Response:
        since = float(request.query.get("since", "-inf"))
        return web.json_response(self.traffic.since(since))

    async def _get_faults(self, _request: web.Request) -> web.Response:
        return web.json_response(self.faults.as_json())

    async def _post_faults(self, request: web.Request) -> web.Response:
        try:
            self.faults.arm(await request.json())
        except (ValueError, re.error) as error:
            return plain_error(request, 400, str(error))
        return await self._get_faults(request)

    async def _delete_faults(self, _request: web.Request) -> web.Response:
        self.faults.disarm()
        return web.json_response([])

    async def _get_limits(self, _request: web.Request) -> web.Response:
        return web.json_response(self.limits.as_json())

    async def _post_limits(self, request: web.Request) -> web.Response:
        try:
            self.limits.set(await request.json())
        except (ValueError, re.error) as error:
            return plain_error(request, 400, str(error))
        return await self._get_limits(request)

    async def _delete_limits(self, _request: web.Request) -> web.Response:
        self.limits.set({})
        return web.json_response({})
