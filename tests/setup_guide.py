"""The tables of `docs/setup.md`, written from the steps themselves."""

from collections.abc import Iterator
from pathlib import Path

from shared.services.setup_steps import FIRST, LAST, ON_REQUEST, STEPS
from tests.diagnostics_guide import MARK, cell, table

GUIDE = Path(__file__).parents[1] / "docs" / "setup.md"


def guide() -> str:
    """The page with the tables that it should have."""
    head, mark, rest = GUIDE.read_text("utf-8").partition(MARK)
    line = rest.partition("\n")[0]
    return f"{head}{mark}{line}\n\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "| step | it sees to |"
    yield "| --- | --- |"
    ours = (*STEPS, *ON_REQUEST)
    for about in (*FIRST, *STEPS, *LAST, *ON_REQUEST):
        page = "" if about in ours else "diagnostics.md"
        link = f"[`{about.name}`]({page}#{about.name})"
        yield f"| {link} | {cell(about.looks_at)} |"
    for about in ours:
        yield ""
        yield f"## `{about.name}`"
        yield ""
        yield from table(about.cases)


def main() -> None:
    """Write the page."""
    GUIDE.write_text(guide(), "utf-8")


if __name__ == "__main__":
    main()
