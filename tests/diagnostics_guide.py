"""The table of `docs/diagnostics.md`, written from the checks themselves."""

from collections.abc import Iterator
from pathlib import Path

from shared.domain.diagnostics import OF_ANY, Case
from shared.services.checks import CATALOGUE

GUIDE = Path(__file__).parents[1] / "docs" / "diagnostics.md"
MARK = "<!-- what follows is written by"


class _InBrackets(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return f"<{key}>"


def guide() -> str:
    """The page with the table that it should have."""
    head, mark, rest = GUIDE.read_text("utf-8").partition(MARK)
    line = rest.partition("\n")[0]
    return f"{head}{mark}{line}\n\n" + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield "## Any check"
    yield ""
    yield from table(OF_ANY)
    for about in CATALOGUE:
        yield ""
        yield f"## `{about.name}`"
        yield ""
        yield f"Looks at {cell(about.looks_at)}."
        yield ""
        yield from table(about.cases)


def table(cases: tuple[Case, ...]) -> Iterator[str]:
    """How a check can end, a row each."""
    yield "| | it means | what to do |"
    yield "| --- | --- | --- |"
    for case in cases:
        means, do = cell(case.means), cell(case.do)
        yield f"| {case.verdict.value} | {means} | {do} |"


def cell(text: str) -> str:
    """The text as a cell of a table has it; what is filled in, in brackets."""
    parts = text.format_map(_InBrackets()).replace("|", "\\|").split("`")
    # Outside of code a bracket would begin a tag.
    parts[::2] = [part.replace("<", "&lt;") for part in parts[::2]]
    return "`".join(parts)


def main() -> None:
    """Write the page."""
    GUIDE.write_text(guide(), "utf-8")


if __name__ == "__main__":
    main()
