"""OUTSIDE: notices to a chat's webhook (port `Notifier`); knows no form from inside.

The address is a secret. So this is plain `http.client`, which logs nothing, follows no
redirect, repeats nothing, reads no environment and is seen by no telemetry; and no
error has more in it than a status or the name of an exception.
"""

import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

import certifi

from shared.adapters.slack_message import slack_message
from shared.adapters.teams_message import teams_message
from shared.domain.notices import Notice
from shared.errors import RequestRefused, Unavailable

SECONDS = 10.0
"""All that one message may take, whatever the other side does."""

type Form = Callable[[Notice, str, str], dict[str, Any]]

_WORD = re.compile(rb"[a-z]+(_[a-z]+)+")
"""How Slack says what is wrong with a message (documented: incoming webhooks)."""

_LONGEST_WORD = 60


class NobodyListens:
    """No webhook is set."""

    def tell(self, notice: Notice) -> None:
        """Nothing is sent."""


class Webhook:
    """Sends each notice once, to Slack or to a Teams workflow.

    `repository_page` is where people look at the backup repository, `runbook_page`
    where they read what to do, empty for nowhere.
    """

    def __init__(
        self,
        url: str,
        repository_page: str,
        runbook_page: str = "",
        form: Form | None = None,
        seconds: float = SECONDS,
    ) -> None:
        self._url = urlsplit(url)
        self._repository_page = repository_page
        self._runbook_page = runbook_page
        self._form = form or form_of(self._url.hostname or "")
        self._seconds = seconds

    def tell(self, notice: Notice) -> None:
        """Send it; whatever was not done after the time that is given is left undone.

        A worker thread is given up then, and its connection cut. One that waits for a
        name to be looked up ends when it was, and sends nothing.
        """
        page = self._repository_page
        commit_page = f"{page}/commit/{notice.commit}" if notice.commit else ""
        message = self._form(notice, commit_page, self._runbook_page)
        body = json.dumps(message, ensure_ascii=False).encode("utf-8")
        post = _Post(self._url, body, self._seconds)
        worker = threading.Thread(target=post.run, name="webhook", daemon=True)
        worker.start()
        worker.join(self._seconds)
        post.stop()
        post.judge()


def form_of(host: str) -> Form:
    """Slack's at Slack, Teams' anywhere else."""
    at_slack = host == "slack.com" or host.endswith(".slack.com")
    return slack_message if at_slack else teams_message


def repository_page(org_url: str, project: str, repository: str) -> str:
    """The address of the repository in Azure DevOps, as its own links have it."""
    place = f"{quote(project, safe='')}/_git/{quote(repository, safe='')}"
    return f"{quote(org_url, safe=':/%[]')}/{place}"


@dataclass(slots=True)
class _Post:
    """One request, in a thread of its own; what came of it, once it is known."""

    url: SplitResult
    body: bytes
    seconds: float
    status: int = 0
    word: str = ""
    failure: str = "no answer in time"
    stopped: bool = False
    _socket: socket.socket | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self) -> None:
        """Send, and read the status, and of a refusal its word."""
        try:
            self._send()
        except TimeoutError:
            return
        except Exception as error:  # noqa: BLE001 - the thread's outermost edge
            with self._lock:
                if not self.stopped:
                    self.failure = type(error).__name__

    def stop(self) -> None:
        """Cut the connection, so that nothing waits on it any more."""
        with self._lock:
            self.stopped = True
            if self._socket is not None:
                with suppress(OSError):
                    self._socket.shutdown(socket.SHUT_RDWR)

    def judge(self) -> None:
        """`Unavailable` or `RequestRefused` where it did not go well."""
        status, word = self.status, self.word
        told = f"the webhook answered {status} {word}".rstrip()
        if status == 0:
            raise Unavailable(f"the webhook: {self.failure}")
        if status == 429 or status >= 500:
            raise Unavailable(told)
        if not 200 <= status < 300:
            raise RequestRefused(told)

    def _send(self) -> None:
        connection = _connection(self.url, self.seconds)
        try:
            connection.connect()
            with self._lock:
                if self.stopped:
                    return
                self._socket = connection.sock
            connection.request("POST", _target(self.url), self.body, _HEADERS)
            answer = connection.getresponse()
            with self._lock:
                # To http.client, a connection that was cut is an answer that ends.
                self.status = 0 if self.stopped else answer.status
            if answer.status >= 400:
                self.word = self._word_of(answer)
        finally:
            connection.close()

    def _word_of(self, answer: http.client.HTTPResponse) -> str:
        with suppress(OSError, http.client.HTTPException):
            said = answer.read(_LONGEST_WORD + 1).strip()
            word = said.decode("ascii", "replace")
            if len(word) <= _LONGEST_WORD and _WORD.fullmatch(said):
                return word if word not in self.url.geturl() else ""
        return ""


_HEADERS = {"Content-Type": "application/json; charset=utf-8"}


def _connection(url: SplitResult, seconds: float) -> http.client.HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "http":
        return http.client.HTTPConnection(host, url.port, timeout=seconds)
    trusted = ssl.create_default_context()
    trusted.load_verify_locations(certifi.where())
    return http.client.HTTPSConnection(host, url.port, timeout=seconds, context=trusted)


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")
