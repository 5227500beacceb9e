"""The table in local/README.md that says for each behaviour where it is known from.

A test names its source with `@pytest.mark.conforms(source, caveat...)`, or its module
does with `pytestmark`. The source begins with `documented: `, `reported: ` or
`likely: `, or is `guess`; what is no behaviour of the real service is `ours` and not
in the table. The behaviour is the test's name. Reads the tests' text, runs none:

    python -m tests.local.conformance    writes the table anew
"""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
README = TESTS.parents[1] / "local/README.md"
SERVERS = {
    "azure_devops": "Azure DevOps",
    "databricks": "Databricks",
    "host": "Functions host",
}
GRADES = ("documented", "reported", "likely", "guess", "ours")
_BEGIN, _END = "<!-- conformance: begin -->", "<!-- conformance: end -->"
_TABLE = re.compile(f"{_BEGIN}.*{_END}", re.DOTALL)


class UnmarkedError(Exception):
    """A test that does not say where its behaviour is known from."""


@dataclass(frozen=True)
class Row:
    """One behaviour of one server, the source it has and the test that shows it."""

    server: str
    behaviour: str
    source: str
    test: str

    @property
    def grade(self) -> str:
        """How well it is known: the source's first word."""
        return grade_of(self.source)


def grade_of(source: str) -> str:
    """Return a source's first word; raises `UnmarkedError` if that is no grade."""
    grade = re.split("[:;]", source)[0]
    if grade not in GRADES:
        raise UnmarkedError(source)
    return grade


def rows() -> list[Row]:
    """Return a row for each test of the servers; raises `UnmarkedError`."""
    return [
        row
        for folder, server in SERVERS.items()
        for path in sorted((TESTS / folder).glob("test_*.py"))
        for row in _rows_of(path, server)
    ]


def table(found: Sequence[Row]) -> str:
    """Return the table in Markdown, with the counts above it."""
    shown = [row for row in found if row.grade != "ours"]
    counts = ", ".join(
        f"{sum(row.grade == grade for row in shown)} {grade}" for grade in GRADES[:-1]
    )
    lines = [
        f"{len(shown)} behaviours: {counts}.",
        "",
        "| server | behaviour | source | test |",
        "|---|---|---|---|",
        *(
            f"| {row.server} | {row.behaviour} | {row.source} | `{row.test}` |"
            for row in shown
        ),
    ]
    return "\n".join(lines)


def with_table(readme: str, found: Sequence[Row]) -> str:
    """Return the README with the table in its place."""
    replacement = f"{_BEGIN}\n{table(found)}\n{_END}"
    return _TABLE.sub(lambda _: replacement, readme)


def _rows_of(path: Path, server: str) -> Iterator[Row]:
    module = ast.parse(path.read_text("utf-8"))
    default = None
    for statement in module.body:
        if isinstance(statement, ast.Assign) and _names(statement) == ["pytestmark"]:
            default = _source_in(statement.value)
    for statement in module.body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if not statement.name.startswith("test_"):
            continue
        marks = (_source_in(one) for one in statement.decorator_list)
        source = next((one for one in marks if one is not None), default)
        if source is None:
            raise UnmarkedError(f"{path.name}: {statement.name}")
        grade_of(source)
        behaviour = statement.name.removeprefix("test_").replace("_", " ")
        yield Row(server, behaviour, source, f"{path.parent.name}/{path.name}")


def _names(statement: ast.Assign) -> list[str]:
    return [one.id for one in statement.targets if isinstance(one, ast.Name)]


def _source_in(node: ast.AST) -> str | None:
    """Return what the mark says in this expression, if it is there."""
    for one in ast.walk(node):
        is_mark = isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
        if is_mark and isinstance(one, ast.Call) and _is_conforms(one.func):
            return "; ".join(str(ast.literal_eval(part)) for part in one.args)
    return None


def _is_conforms(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "conforms"


def main() -> None:
    """Write the table into the README."""
    README.write_text(with_table(README.read_text("utf-8"), rows()), "utf-8")


if __name__ == "__main__":
    main()
