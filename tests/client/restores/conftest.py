"""A watch on a restore, with an app behind it that goes step by step."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from client.app import App
from client.console import plain_console
from client.passing import Time
from client.restores.api import RestoresApi
from client.restores.watch import Watch
from client.web import Web
from tests.client.functions import Functions


@pytest.fixture
def app(functions: Functions) -> App:
    """One that ends with the command, and can be woken."""
    return App(functions.url, goes_on=False, wake=functions.wake)


@dataclass
class Teller:
    """A watch, what it said, and the time that it thinks has passed."""

    watch: Watch
    screen: io.StringIO
    slept: list[float]

    @property
    def text(self) -> str:
        return self.screen.getvalue()


def a_teller(app: App) -> Teller:
    """Its clock moves only while it sleeps."""
    screen, slept = io.StringIO(), list[float]()
    passing = Time(sleep=slept.append, clock=lambda: sum(slept))
    watch = Watch(plain_console(screen), app, passing)
    return Teller(watch, screen, slept)


@pytest.fixture
def api(functions: Functions) -> Iterator[RestoresApi]:
    with Web(functions.url) as web_of_it:
        yield RestoresApi(web_of_it)
