"""The page, written from the rows and from the adapters' tables."""

from collections.abc import Iterator

from tests.troubleshooting.answers import answers
from tests.troubleshooting.rows import Area, Row, areas
from tests.troubleshooting.texts import HOUSE

PAGE = HOUSE / "docs" / "troubleshooting.md"
INTRO = """\
# Troubleshooting

Everything that the app can say when something is wrong. Search this page for a few
words of the message: names, numbers and what others said stand as `<name>` here.
*Heals* says whether it becomes good without anybody doing anything.

Not sure where to begin? `make doctor`, or `GET /api/diagnostics`: it looks at all that
the app needs, and says what to do ([diagnostics.md](diagnostics.md)).

<!-- written by `.venv/bin/python -m tests.troubleshooting` from rows.toml beside it -->
"""


def page() -> str:
    """The page as it should be."""
    return INTRO + "".join(f"\n{line}\n" for line in _areas())


def _areas() -> Iterator[str]:
    for area in areas():
        yield f"## {area.title}"
        if area.intro:
            yield area.intro
        if area.statuses:
            yield "\n".join(_statuses(area.statuses))
        yield "\n".join(_table(area))


def _table(area: Area) -> Iterator[str]:
    yield "| it says | because | heals | what to do |"
    yield "| --- | --- | --- | --- |"
    for row in area.rows:
        cells = (_seen(row), row.because, row.heals, row.do)
        yield f"| {' | '.join(map(_cell, cells))} |"


def _statuses(remote: str) -> Iterator[str]:
    yield "| status, code or key | it means | heals | what to do |"
    yield "| --- | --- | --- | --- |"
    for said, means, heals, do in answers(remote):
        yield f"| {', '.join(f'`{one}`' for one in said)} | {means} | {heals} | {do} |"


def _seen(row: Row) -> str:
    return row.symptom or "<br>".join(map(_code, row.says))


def _code(text: str) -> str:
    mark = "``" if "`" in text else "`"
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{mark}{space}{' '.join(text.split())}{space}{mark}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
