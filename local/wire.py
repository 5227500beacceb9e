"""LOCAL: hands on one request and one answer below aiohttp's handlers; no API's."""

from urllib.parse import unquote_plus

from aiohttp import StreamReader, web


def spoken_path(request: web.Request) -> str:
    """Return path and query, decoded."""
    return unquote_plus(request.path_qs)


def connected(request: web.Request) -> bool:
    """Whether the client is still there, as far as can be known."""
    return request.transport is not None and not request.transport.is_closing()


def hang_up(request: web.Request) -> web.Response:
    """Close the connection; what is returned goes nowhere."""
    if request.transport is not None:
        request.transport.close()
    return web.Response()


def replace_body(request: web.Request, body: bytes) -> None:
    """Let the handler find `body` instead of what the client sent."""
    stream = StreamReader(request.protocol, limit=len(body) + 1)
    stream.feed_data(body)
    stream.feed_eof()
    # aiohttp has no public way to hand a handler another body.
    request._payload = stream  # noqa: SLF001


def body_of(response: web.StreamResponse) -> bytes:
    """Return the bytes about to be sent. Raises TypeError for a streamed answer."""
    body = response.body if isinstance(response, web.Response) else None
    if not isinstance(body, bytes | bytearray):
        raise TypeError("this fault needs an answer that is not streamed")
    return bytes(body)


def with_body(response: web.StreamResponse, body: bytes) -> web.Response:
    """Return the same answer with another body."""
    headers = response.headers.copy()
    headers.pop("Content-Length", None)
    return web.Response(status=response.status, body=body, headers=headers)


def sent_length(response: web.StreamResponse) -> int:
    """Return the size of the answer's body in bytes, before any compression."""
    body = response.body if isinstance(response, web.Response) else None
    if isinstance(body, bytes | bytearray):
        return len(body)
    return response.body_length if response.prepared else 0


async def send_half(request: web.Request, answer: web.StreamResponse) -> None:
    """Promise the whole answer and send half of its body."""
    body, headers = body_of(answer), answer.headers.copy()
    headers["Content-Length"] = str(len(body))
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
