"""CLIENT: JSON over HTTP with one server; knows no address and no meaning."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

import urllib3

CONNECTIONS = 8
SECONDS = 60.0


class NoAnswerError(Exception):
    """The server did not answer."""


class RefusedError(Exception):
    """The server refused what it was asked; the message is its own sentence."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the JSON that came with it, None where none did."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def words(self) -> str:
        """What a refusal says of itself."""
        facts = self.body if isinstance(self.body, dict) else {}
        said = facts.get("detail") or facts.get("message")
        return str(said) if said else f"status {self.status}"

    def accepted(self) -> Mapping[str, Any]:
        """The object that came with success; `RefusedError` where it is none."""
        if not self.ok or not isinstance(self.body, dict):
            raise RefusedError(self.words)
        return self.body


class Web:
    """One server, with the headers that every request to it has."""

    def __init__(self, base: str, headers: Mapping[str, str] | None = None) -> None:
        self.base = base.rstrip("/")
        self._pool = urllib3.PoolManager(
            maxsize=CONNECTIONS, block=True, headers=dict(headers or {}), retries=False
        )

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
        """Ask once; `NoAnswerError` where nothing came back."""
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
            raise NoAnswerError(f"{self.base} does not answer") from error
        return Answer(answer.status, _parsed(answer.data))


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None
