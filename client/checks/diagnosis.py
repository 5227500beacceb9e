"""CLIENT, checks: a diagnosis as the HTTP API tells it; decides nothing about it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from client.web import Web

SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class Check:
    """One check as it was told."""

    name: str
    status: str
    means: str
    do: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """All checks, and the worst of them."""

    status: str
    checks: tuple[Check, ...]


def asked(web: Web) -> Mapping[str, Any]:
    """Ask the app; `read_diagnosis` reads it. `NoAnswerError`, `RefusedError`."""
    return web.get("/api/diagnostics", seconds=SECONDS).accepted()


def read_diagnosis(body: Mapping[str, Any]) -> Diagnosis:
    """A diagnosis as the API gives it."""
    return Diagnosis(body["status"], checks_of(body["checks"]))


def checks_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Check, ...]:
    """The checks of an answer, or the steps of a setup, which are told alike."""
    return tuple(
        Check(
            name=row["name"],
            status=row["status"],
            means=row["means"],
            do=row["do"],
            facts=tuple((name, _told(fact)) for name, fact in row["facts"].items()),
        )
        for row in rows
    )


def _told(fact: object) -> str:
    return ", ".join(map(str, fact)) if isinstance(fact, list) else str(fact)
