"""The hand-written part, read from `rows.toml`: what texts mean, and what to do."""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from shared.domain.remedies import Remedy
from tests.troubleshooting.texts import HOUSE

FILE = Path(__file__).with_name("rows.toml")
RUNBOOKS = HOUSE / "docs" / "operations.md"
ALERTS = HOUSE / "infra" / "alerts" / "alerts.json"
_PLACEHOLDER = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Row:
    """What a person sees, why, whether it heals by itself, and what to do."""

    says: tuple[str, ...]
    because: str
    heals: str
    do: str
    symptom: str = ""
    alert: str = ""

    def matches(self, message: str) -> bool:
        """Whether the message is one of the row's, or has one of them in it."""
        return any(_pattern(text).search(message) for text in self.says)


@dataclass(frozen=True, slots=True)
class Area:
    """Rows that belong together; `statuses` names the remote whose answers they are."""

    title: str
    rows: tuple[Row, ...]
    intro: str = ""
    statuses: str = ""


def areas() -> tuple[Area, ...]:
    """All of it, in the page's order."""
    return tuple(
        Area(
            area["title"],
            tuple(_row(**row) for row in area["row"]),
            area.get("intro", ""),
            area.get("statuses", ""),
        )
        for area in tomllib.loads(FILE.read_text("utf-8"))["area"]
    )


def rows() -> tuple[Row, ...]:
    """The rows of all areas."""
    return tuple(row for area in areas() for row in area.rows)


def alerts() -> dict[str, str]:
    """The alert rules that are deployed, and how their e-mails call them."""
    return {rule["name"]: rule["title"] for rule in json.loads(ALERTS.read_text())}


def _row(
    *,
    heals: str,
    says: list[str] | tuple[str, ...] = (),
    because: str = "",
    do: str = "",
    symptom: str = "",
    remedy: str = "",
    alert: str = "",
) -> Row:
    if alert:
        because, do = _runbook(alert), f"See [{alert}](operations.md#{alert})."
        says = (alert, alerts()[alert], *says)
    if remedy:
        do = " ".join(Remedy(one).advice for one in remedy.split(", "))
    return Row(tuple(says), because, heals, do, symptom, alert)


def _runbook(alert: str) -> str:
    """The first sentence of the alert's runbook."""
    _, _, rest = RUNBOOKS.read_text("utf-8").partition(f"\n### {alert}\n")
    paragraph = " ".join(rest.strip().partition("\n\n")[0].split())
    return re.split(r"(?<=\.) ", paragraph)[0]


def _pattern(text: str) -> re.Pattern[str]:
    words = _PLACEHOLDER.split(text)
    return re.compile(".+?".join(map(re.escape, words)), re.DOTALL)
