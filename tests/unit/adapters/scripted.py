"""An HTTP server that answers what a test scripted, and remembers what it was asked."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from aiohttp import web

from local.serving import serve_in_thread


@dataclass(frozen=True)
class Answer:
    """One answer; `cut` ends the connection that many bytes before the body does."""

    status: int = 200
    body: bytes = b"{}"
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0

    @staticmethod
    def of(told: object, status: int = 200, **headers: str) -> "Answer":
        body = json.dumps(told).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return Answer(status, body, {"Content-Type": "application/json", **named})


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Script:
    """Answers in order, the last one for ever; `asked` are the requests."""

    answers: list[Answer] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.asked.append(
            Asked(
                request.method,
                request.path,
                dict(request.query),
                dict(request.headers),
                body,
            )
        )
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer.cut:
            return web.Response(
                status=answer.status, body=answer.body, headers=answer.headers
            )
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: -answer.cut])
        assert request.transport is not None
        request.transport.close()
        return response


@contextmanager
def scripted(*answers: Answer) -> Iterator[Script]:
    """A server of these answers."""
    script = Script(list(answers))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", script.answer)
    with serve_in_thread(app) as url:
        script.url = url
        yield script
