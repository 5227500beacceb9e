"""CLIENT: what a server answered, and what a refusal says of itself."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from client.words import printable

_WITHOUT_WORDS = {
    401: "the key or token is not accepted",
    403: "it does not let us in: a network rule, or a token without the right",
    404: "there is no such function: is this the address of the app alone?",
    429: "it has too much to do",
    502: "the app does not come up, or broke off",
    503: "the app does not run right now",
    504: "the app took too long",
}
"""Of answers that come from what stands in front of the app, which says nothing."""

_SIGN_IN = (
    "(is it the app's address? where a sign-in stands in front of it,"
    " a token is needed)"
)


class RefusedError(Exception):
    """The server refused what it was asked; the message is its own sentence."""


class NotThereError(RefusedError):
    """What was asked for is not there, as the app itself says."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the bytes that came with it."""

    status: int
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def body(self) -> Any:
        """The JSON of it; None where it is none."""
        try:
            return json.loads(self.content)
        except ValueError:
            return None

    @property
    def facts(self) -> Mapping[str, Any]:
        """The object that came, whatever the status; none where none did."""
        body = self.body
        return body if isinstance(body, dict) else {}

    @property
    def retry_after(self) -> float | None:
        """After how many seconds to ask again, where it says so."""
        told = self.headers.get("Retry-After", "")
        return float(told) if told.isascii() and told.isdigit() else None

    @property
    def words(self) -> str:
        """What a refusal says of itself, in one line."""
        said = self.facts.get("detail") or self.facts.get("message")
        if said:
            return printable(str(said))
        if "Location" in self.headers and 300 <= self.status < 400:
            elsewhere = urlsplit(self.headers["Location"]).hostname or "a page"
            return f"it sends us to {printable(elsewhere)} {_SIGN_IN}"
        if "html" in self.headers.get("Content-Type", "") and self.status in {200, 401}:
            return f"it answers with a page for people {_SIGN_IN}"
        if self.ok:
            return "what it answers is not what the app says: is the address right?"
        return _WITHOUT_WORDS.get(self.status, f"status {self.status}")

    def accepted(self) -> Mapping[str, Any]:
        """The object that came with success; `RefusedError` where it is none."""
        body = self.body
        if not self.ok or not isinstance(body, dict):
            raise self._refusal()
        return body

    def downloaded(self) -> bytes:
        """The bytes that came with success; `RefusedError` where it was none."""
        if not self.ok or "html" in self.headers.get("Content-Type", ""):
            raise self._refusal()
        return self.content

    def _refusal(self) -> RefusedError:
        is_not_there = self.status == 404 and "detail" in self.facts
        return (NotThereError if is_not_there else RefusedError)(self.words)
