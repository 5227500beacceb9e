"""CLIENT: HTTP with one server, mostly JSON; knows no address and no meaning."""

import json
from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlencode

import urllib3

from client.answers import Answer
from client.passing import Time

CONNECTIONS = 8
SECONDS = 60.0
TRIES = 3
PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 15.0
_BUSY = frozenset({429, 502, 503, 504})


class NoAnswerError(Exception):
    """The server did not answer, or not to the end."""


class Web:
    """One server, with the headers that every request to it has.

    It goes nowhere else: where a server sends elsewhere, that is the answer.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str] | None = None,
        passing: Time | None = None,
        proxy: str = "",
    ) -> None:
        self.base = base.rstrip("/")
        self._passing = passing or Time()
        self._pool = _pool(dict(headers or {}), proxy)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.clear()

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str | int] | None = None,
        seconds: float = SECONDS,
    ) -> Answer:
        """Ask once; `NoAnswerError` where nothing, or only a part, came back."""
        url = self.base + path
        if query:
            url += "?" + urlencode(query)
        headers = dict(self._pool.headers)
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            answer = self._pool.request(
                method,
                url,
                headers=headers,
                body=None if body is None else json.dumps(body).encode(),
                timeout=urllib3.Timeout(total=seconds),
            )
        except urllib3.exceptions.HTTPError as error:
            raise NoAnswerError(f"{self.base} {_how(error, seconds)}") from error
        return Answer(answer.status, answer.data, answer.headers)

    def get(
        self,
        path: str,
        query: Mapping[str, str | int] | None = None,
        seconds: float = SECONDS,
    ) -> Answer:
        """Ask to read; up to three times where nobody answers, or somebody busy.

        `NoAnswerError` after the last time.
        """
        for tried in range(1, TRIES + 1):
            last = tried == TRIES
            pause = PAUSE_SECONDS * tried
            try:
                answer = self.call("GET", path, query=query, seconds=seconds)
            except NoAnswerError:
                if last:
                    raise
            else:
                if last or answer.status not in _BUSY or _is_final(answer):
                    return answer
                pause = answer.retry_after or pause
            self._passing.sleep(min(pause, LONGEST_PAUSE_SECONDS))
        raise AssertionError  # pragma: no cover - the last try returns or raises


def _pool(headers: dict[str, str], proxy: str) -> urllib3.PoolManager:
    """A proxy gets none of the headers: over TLS it only learns where to."""
    how: dict[str, Any] = {"maxsize": CONNECTIONS, "block": True, "retries": False}
    if proxy:
        return urllib3.ProxyManager(proxy, headers=headers, **how)
    return urllib3.PoolManager(headers=headers, **how)


def _is_final(answer: Answer) -> bool:
    """The app's own 503 of health is an answer, and its 502 a refusal."""
    is_a_problem = "detail" in answer.facts
    return bool(answer.facts) and (not is_a_problem or answer.status == 502)


def _how(error: urllib3.exceptions.HTTPError, seconds: float) -> str:
    """What went wrong, without what was asked: the path may tell too much."""
    match error:
        case urllib3.exceptions.NameResolutionError():
            return "is not known: there is no host of that name"
        case urllib3.exceptions.ProxyError():
            return "is not reached through the proxy that the environment names"
        case urllib3.exceptions.SSLError():
            return "has a certificate that is not accepted here"
        # One of those that time out, too, for urllib3; so it comes before them.
        case urllib3.exceptions.NewConnectionError():
            return "does not answer"
        case urllib3.exceptions.TimeoutError():
            return f"did not answer within {seconds:.0f} seconds"
        case _:
            return "broke off in the middle of its answer"
