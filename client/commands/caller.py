"""CLIENT, commands: who calls: the deployment that is meant, and where words go."""

import json
import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from client.answers import NotThereError, RefusedError
from client.app import App
from client.console import plain_console
from client.deployment import Deployment, NotMeantError, proxy_to
from client.passing import Time
from client.web import Web

PROGRAM = "python -m client"


def _none() -> Deployment:
    raise NotMeantError("no deployment is named")


def _stopped() -> str:
    return "stopped"


@dataclass(slots=True)
class Caller:
    """One call: what it tells goes to `out`, what it says besides to `err`.

    `deployment` finds out which one is meant only when it is needed: help needs none.
    `farewell` says what is so after Ctrl-C; `options` are those that a line to copy
    needs, too, and never hold a key.
    """

    deployment: Callable[[], Deployment] = _none
    options: tuple[str, ...] = ()
    out: Console = field(default_factory=plain_console)
    err: Console = field(default_factory=lambda: plain_console(stderr=True))
    farewell: Callable[[], str] = _stopped
    passing: Time = field(default_factory=Time)

    @contextmanager
    def web(self) -> Iterator[Web]:
        """The deployment that is meant. `NotMeantError`."""
        meant = self.deployment()
        proxy = proxy_to(meant.url)
        with Web(meant.url, meant.headers, self.passing, proxy) as web:
            yield web

    @contextmanager
    def steered(self) -> Iterator[Web]:
        """The same, to have it do something: then it is said which one it is."""
        with self.web() as web:
            self.aside(f"at {web.base}")
            yield web

    @contextmanager
    def with_a_past(self, *paths: str) -> Iterator[None]:
        """What is not there now may have been: it is said where to look."""
        try:
            yield
        except NotThereError as error:
            look = self.line("history", *paths[:1])
            raise RefusedError(f"{error}\n  if it was there before: {look}") from error

    def say(self, line: str) -> None:
        """A line that was asked for."""
        self.out.print(line, markup=False)

    def tell(self, lines: Iterable[str]) -> None:
        """Lines that were asked for."""
        for line in lines:
            self.say(line)

    def aside(self, line: str) -> None:
        """A line that nobody would put into a file."""
        self.err.print(line, markup=False)

    def give(self, answer: Mapping[str, Any]) -> None:
        """The API's own answer, for scripts."""
        self.say(json.dumps(answer, indent=2, ensure_ascii=True))

    def watcher(self, *, as_json: bool) -> Console:
        """Where progress and outcomes are shown: beside the answer, if it is given."""
        return self.err if as_json else self.out

    def line(self, *words: str) -> str:
        """What a person types to have it done; never with a key in it."""
        typed = shlex.join([*self.options, *words])
        if not typed.isprintable():
            # A screen cannot show them, and a shell may understand something else.
            return f"{PROGRAM} {words[0]} ..., with the same names"
        return f"{PROGRAM} {typed}"


def app_at(web: Web) -> App:
    """A deployment is woken by its own timers, and goes on without us."""
    return App(web.base)
