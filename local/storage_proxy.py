"""LOCAL: faults, counts and limits in front of Azurite; keeps nothing, signs nothing.

One proxy a service, each with the routes of `control.py` under its own `/_local/`.
A request goes on as it came: shared key signs method, path, query and the standard and
`x-ms-` headers, but neither the host nor the port, so the signature still holds.
Documented: Azure Storage, "Authorize with Shared Key", "Common REST API error codes"
(an account over its limits answers 503 ServerBusy, never 429).
"""

import argparse
import asyncio
import io
import json
import re
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from xml.sax.saxutils import escape

import aiohttp
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict
from yarl import URL

from local.azurite import SERVICES
from local.control import Control
from local.serving import AS_IS, serving

LARGEST_BODY = 1 << 28
_SESSION: web.AppKey[aiohttp.ClientSession] = web.AppKey("session")
_OF_ONE_CONNECTION = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "te", "upgrade"}
)
_NEVER_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")
_CODES = {
    404: "ResourceNotFound",
    409: "Conflict",
    412: "ConditionNotMet",
    500: "InternalError",
    503: "ServerBusy",
}
_PARAMETERS = ("restype", "comp")


def control_of(service: str) -> Control:
    """Return what arms faults in front of blob, queue or table, in its own words."""
    return Control(error_shape=_ERROR_SHAPES[service], route_of=route_of)


def create_app(
    upstream: str, service: str, control: Control | None = None
) -> web.Application:
    """Return the proxy in front of blob, queue or table.

    `upstream` is the service's base URL, without an account.
    """
    app = web.Application(client_max_size=LARGEST_BODY)
    app[AS_IS] = True
    app.cleanup_ctx.append(_connections)
    forward = _forwarding(URL(upstream))
    (control or control_of(service)).mount(app)
    app.router.add_route("*", "/{path:.*}", forward)
    return app


def route_of(request: web.Request) -> str:
    """Name what a request concerns: the container, queue or table, without its keys."""
    segments = request.path.split("/")[2:]
    first = re.sub(r"\(.*", "(entity)", segments[0]) if segments else ""
    rest = [segments[1], *["{id}" for _ in segments[2:3]]] if segments[1:] else []
    if rest and rest[0] != "messages":
        rest = ["{blob}"]
    asked = [f"{n}={request.query[n]}" for n in _PARAMETERS if n in request.query]
    return "/" + "/".join([first, *rest]) + ("?" + "&".join(asked) if asked else "")


async def _connections(app: web.Application) -> AsyncIterator[None]:
    async with aiohttp.ClientSession(
        auto_decompress=False,
        skip_auto_headers=_NEVER_ADDED,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        connector=aiohttp.TCPConnector(limit=0),
        cookie_jar=aiohttp.DummyCookieJar(),
    ) as session:
        app[_SESSION] = session
        yield


def _forwarding(upstream: URL) -> Handler:
    async def forward(request: web.Request) -> web.StreamResponse:
        body = await request.read()
        address = URL(f"{upstream.origin()}{request.raw_path}", encoded=True)
        try:
            async with request.app[_SESSION].request(
                request.method,
                address,
                headers=_passed_on(request.headers),
                data=io.BytesIO(body) if body else None,
                allow_redirects=False,
            ) as answer:
                return web.Response(
                    status=answer.status,
                    reason=answer.reason,
                    headers=_passed_on(answer.headers),
                    body=await answer.read(),
                )
        except aiohttp.ClientError as error:
            return web.Response(status=502, text=f"Azurite: {error}\n")

    return forward


def _passed_on(headers: Mapping[str, str]) -> "CIMultiDict[str]":
    return CIMultiDict(
        (name, content)
        for name, content in headers.items()
        if name.lower() not in _OF_ONE_CONNECTION
    )


def _xml_error(request: web.Request, status: int, message: str) -> web.Response:
    status, code = _status_and_code(status)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
    )
    return _error(request, status, code, body, "application/xml")


def _json_error(request: web.Request, status: int, message: str) -> web.Response:
    status, code = _status_and_code(status)
    shown = {"code": code, "message": {"lang": "en-US", "value": message}}
    body = json.dumps({"odata.error": shown})
    return _error(request, status, code, body, "application/json")


def _status_and_code(status: int) -> tuple[int, str]:
    status = 503 if status == 429 else status
    return status, _CODES.get(status, "OperationTimedOut")


def _error(
    request: web.Request, status: int, code: str, body: str, kind: str
) -> web.Response:
    headers = {"x-ms-error-code": code, "x-ms-version": "2024-11-04"}
    asked = request.headers.get("x-ms-client-request-id")
    if asked:
        headers["x-ms-client-request-id"] = asked
    return web.Response(status=status, text=body, content_type=kind, headers=headers)


_ERROR_SHAPES = {"blob": _xml_error, "queue": _xml_error, "table": _json_error}


async def _serve(upstreams: Sequence[str], ports: Sequence[int]) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as running:
        for service, upstream, port in zip(SERVICES, upstreams, ports, strict=True):
            app = create_app(upstream, service)
            url = await running.enter_async_context(serving(app, port=port))
            print(url, flush=True)
        await stop.wait()


def main() -> None:
    """Serve until stopped; prints three lines, the URLs of blob, queue and table."""
    parser = argparse.ArgumentParser(
        prog="python -m local.storage_proxy",
        description="Faults, counts and limits in front of a running Azurite.",
    )
    names = [name.upper() for name in SERVICES]
    parser.add_argument("upstreams", nargs=3, metavar="URL", help=", ".join(names))
    parser.add_argument(
        "--ports", nargs=3, type=int, default=[0, 0, 0], metavar="PORT", help="0: free"
    )
    given = parser.parse_args()
    asyncio.run(_serve(given.upstreams, given.ports))


if __name__ == "__main__":
    main()
