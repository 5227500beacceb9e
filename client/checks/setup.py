"""CLIENT, checks: a setup as the HTTP API tells it; decides nothing about it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from client.checks.diagnosis import Check, checks_of
from client.checks.table import rows
from client.web import Web
from client.words import count, printable

SECONDS = 235.0
"""The app answers within 230."""


@dataclass(frozen=True, slots=True)
class Setup:
    """All steps, the worst of them, and which of them change something."""

    applied: bool
    status: str
    changes: tuple[str, ...]
    steps: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to ask for: a plan, or the doing of it.

    `git_folder` is the path of a Git folder for reading, empty for none; `folders` are
    what it is to show, none for as much as fits.
    """

    apply: bool = False
    git_folder: str = ""
    folders: tuple[str, ...] = ()


def asked(web: Web, wanted: Wanted) -> Mapping[str, Any]:
    """Ask the app once; `read_setup` reads it. `NoAnswerError`, `RefusedError`."""
    body: dict[str, object] = {"apply": wanted.apply}
    if wanted.git_folder:
        folders = {"folders": list(wanted.folders)} if wanted.folders else {}
        body["git_folder"] = {"path": wanted.git_folder, **folders}
    return web.call("POST", "/api/setup", body, seconds=SECONDS).accepted()


def read_setup(body: Mapping[str, Any]) -> Setup:
    """A setup as the API gives it."""
    return Setup(
        applied=body["applied"],
        status=body["status"],
        changes=tuple(body["changes"]),
        steps=checks_of(body["steps"]),
    )


def setup_table(setup: Setup, line: str) -> Iterator[str]:
    """The steps, and how it stands; `line` is the command that applies a plan."""
    yield from rows(setup.steps)
    yield ""
    yield f"{_trouble(setup)}{_changes(setup)}"
    if setup.changes and not setup.applied:
        yield f"to do it: {line}"


def _trouble(setup: Setup) -> str:
    failed, warnings = (
        sum(step.status == status for step in setup.steps)
        for status in ("failed", "warning")
    )
    told = [f"{failed} failed"] if failed else []
    if warnings:
        told.append(count(warnings, "warning"))
    return f"{', '.join(told)} of {count(len(setup.steps), 'step')}. " if told else ""


def _changes(setup: Setup) -> str:
    if not setup.changes:
        return "Nothing was left to do." if setup.applied else "Nothing is left to do."
    named = ", ".join(printable(name) for name in setup.changes)
    return f"{'Done' if setup.applied else 'To do'}: {named}."
