"""LOCAL, backup: the stack a backup runs on: the one that runs, or one of its own."""

import re
import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from client.app import App
from client.web import NoAnswerError, Web
from local.backup.options import Options
from local.endpoints import SERVICES, Endpoints, is_alive, read_endpoints
from local.stack import ORGANIZATION, PROJECT, REPOSITORY, Stack

TARGETS = "targets"
ANSWER_SECONDS = 5.0


class OtherStackError(Exception):
    """A stack runs in the data folder, but not the one that is needed."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a backup stands on. `check` raises when a part of our own stack died."""

    endpoints: Endpoints
    data: Path
    own: bool
    clone: str
    check: Callable[[], None]


def app_of(found: Ground, web: Web, sweeper: str) -> App:
    """The app as its watchers know it; the timer `sweeper` runs at once to wake it."""

    def wake() -> None:
        web.call("POST", f"/admin/functions/{sweeper}", {"input": ""})

    url = found.endpoints.functions
    return App(url, goes_on=not found.own, check=found.check, wake=wake)


def data_folder(options: Options) -> Path:
    """Where everything is kept.

    A real service has a folder of its own, for what is known of one workspace and one
    repository must never be taken for another's.
    """
    named = [options.settings[n] for n in SERVICES if n in options.settings]
    if not named:
        return options.data
    words = "-".join(named)
    return options.data / TARGETS / re.sub(r"[^\w.]+", "-", words).strip("-")


@contextmanager
def ground(options: Options, say: Callable[[str], None]) -> Iterator[Ground]:
    """The running stack if it answers, else one that is stopped at the end.

    `OtherStackError`, and whatever `Stack` raises.
    """
    data = data_folder(options)
    running = read_endpoints(data)
    if running is not None and is_alive(running) and _answers(running):
        check_same(running, options.settings, data)
        say(f"using the stack that runs at {running.functions}")
        yield Ground(running, data, own=False, clone=_url(running), check=_nothing)
        return
    if data != options.data:
        say(f"a real service is named: what belongs to it is kept in {data}")
    say("starting the stack (storage, workspace, repository, functions host)")
    stack = Stack(data, settings=options.settings)
    with stack as endpoints:
        clone = _url(endpoints) if options.real_repository else _bare_clone(data)
        yield Ground(endpoints, data, own=True, clone=clone, check=stack.check)


def _answers(endpoints: Endpoints) -> bool:
    """Whether all of it does, in whatever words."""
    addresses = (endpoints.functions, endpoints.databricks, endpoints.azure_devops)
    return all(map(_answers_at, addresses))


def _answers_at(url: str) -> bool:
    with Web(url) as web:
        try:
            web.call("GET", "/", seconds=ANSWER_SECONDS)
        except NoAnswerError:
            return False
    return True


def check_same(running: Endpoints, settings: Mapping[str, str], data: Path) -> None:
    """Also of what was not named: nobody means a real service without naming it."""
    stop = f"stop it (python -m local down --data {shlex.quote(str(data))})"
    for setting in SERVICES:
        wanted = _bare_name(settings.get(setting, ""))
        there = _bare_name(running.named.get(setting, ""))
        if wanted and wanted != there:
            raise OtherStackError(
                f"a stack runs in {data} with another {setting} than the one named; "
                f"{stop} or name another DATA"
            )
        if there and not wanted:
            raise OtherStackError(
                f"the stack that runs in {data} was started with {setting}={there}, "
                f"which was not named here: name it, too, if it is meant; else {stop} "
                "or name another DATA"
            )


def _bare_name(text: str) -> str:
    return text.removeprefix("https://").rstrip("/")


def _url(endpoints: Endpoints) -> str:
    return f"git clone {endpoints.clone_url}"


def _bare_clone(data: Path) -> str:
    """The repository on disk: it can be cloned when no server runs."""
    path = data.resolve() / "azure-devops" / ORGANIZATION / PROJECT
    return f"git clone '{path / REPOSITORY}.git' workspace-backup"


def _nothing() -> None:
    return
