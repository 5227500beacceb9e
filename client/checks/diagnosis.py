"""CLIENT, checks: a diagnosis as the HTTP API tells it; decides nothing about it."""

from collections.abc import Mapping
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
    checks = tuple(
        Check(
            name=check["name"],
            status=check["status"],
            means=check["means"],
            do=check["do"],
            facts=tuple((name, str(fact)) for name, fact in check["facts"].items()),
        )
        for check in body["checks"]
    )
    return Diagnosis(body["status"], checks)
