"""OUTSIDE: an address, asked as anybody could (port `Site`); sends no credential."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from shared.adapters.remote_words import sentence
from shared.errors import Unavailable
from shared.ports.diagnostics import Answer


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """As the request's auth: else a .netrc file would be looked into."""
    return request


@dataclass(frozen=True, slots=True)
class HttpSite:
    """One URL of a remote that answers somehow, whoever asks."""

    url: str
    seconds: float
    get: Callable[..., requests.Response] = requests.get

    @property
    def address(self) -> str:
        """The URL."""
        return self.url

    def ask(self) -> Answer:
        """The status and the Date of the answer; redirects are not followed."""
        try:
            answer = self.get(
                self.url,
                allow_redirects=False,
                auth=_unsigned,
                stream=True,
                timeout=self.seconds,
            )
        except (requests.RequestException, ValueError) as error:
            told = sentence(f"{type(error).__name__}: {error}")
            raise Unavailable(f"{self.url}: no answer ({told})") from None
        answer.close()
        return Answer(answer.status_code, _date_of(answer.headers.get("Date")))


def _date_of(header: str | None) -> datetime | None:
    """The moment a Date header names, if it is one."""
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
