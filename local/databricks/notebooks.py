"""LOCAL, Databricks: what a notebook is as text; knows no store and no request."""

import re
from dataclasses import dataclass

COMMENTS = {"PYTHON": "#", "SQL": "--", "SCALA": "//", "R": "#"}
EXTENSIONS = {"PYTHON": "py", "SQL": "sql", "SCALA": "scala", "R": "r"}
LANGUAGES = {extension: language for language, extension in EXTENSIONS.items()}
SOURCE = "SOURCE"
JUPYTER = "JUPYTER"
_TITLE = re.compile(r"DBTITLE \d+,(.*)")


def header(language: str) -> bytes:
    """Return the first line of a notebook's source, without its end.

    Documented: "Export and import Databricks notebooks".
    """
    return f"{COMMENTS[language]} Databricks notebook source".encode()


def has_header(source: bytes, language: str) -> bool:
    """Whether the first line is exactly the header.

    Reported (databricks/cli libs/notebook): a byte order mark before it or a carriage
    return after it, and it is not a header.
    """
    return source.split(b"\n", 1)[0] == header(language)


def body_of(source: bytes, language: str) -> bytes:
    """Return what a notebook keeps of imported source: all but its header.

    The header is optional (reported: SDK integration tests). A guess: everything else
    is kept as it is, so that a byte order mark, carriage returns and whatever follows
    the last line come out again as they went in; what is not UTF-8 is replaced.
    """
    if has_header(source, language):
        source = source[len(header(language)) + 1 :]
    return source.decode("utf-8", "replace").encode()


def source_of(body: bytes, language: str) -> bytes:
    """Return the SOURCE export of a kept body.

    Reported (SDK and CLI integration tests): `print(1)` comes out under its header
    without a last newline, and an empty notebook as header and newline.
    """
    return header(language) + b"\n" + body


def recognise(name: str, content: bytes) -> tuple[str, str] | None:
    """Return a file's language and form if AUTO makes a notebook of it, else None.

    Reported (databricks/cli integration tests): it takes the extension and the header,
    or `.ipynb`; one without the other is a file. `.designer.ipynb` keeps its suffix
    (that it is a file is a guess).
    """
    stem, _, extension = name.rpartition(".")
    if not stem:
        return None
    if extension == "ipynb":
        return None if stem.endswith(".designer") else ("PYTHON", JUPYTER)
    language = LANGUAGES.get(extension.lower())
    if language and has_header(content, language):
        return language, SOURCE
    return None


@dataclass(frozen=True, slots=True)
class Cell:
    """One command: its text as a user sees it (`%md …`, `%sql …`) and its title."""

    text: str
    title: str = ""

    @property
    def magic(self) -> str:
        """The language it is switched to, or nothing."""
        found = re.match(r"%(\w+)", self.text)
        return found[1] if found else ""


def cells_of(body: bytes, language: str) -> list[Cell]:
    """Split kept source text into its commands."""
    mark = COMMENTS[language]
    separator = rf"(?:^|\n)\n?{mark} COMMAND -{{10}}\n\n?"
    parts = re.split(separator, body.decode())
    return [_cell(part, mark) for part in parts]


def body_from(cells: list[Cell], language: str) -> bytes:
    """Join commands into source text, as an export writes it."""
    mark = COMMENTS[language]
    return f"\n\n{mark} COMMAND ----------\n\n".join(
        _cell_source(cell, mark) for cell in cells
    ).encode()


def _cell(part: str, mark: str) -> Cell:
    lines = part.split("\n")
    title = ""
    if lines and (found := _TITLE.fullmatch(lines[0].removeprefix(f"{mark} "))):
        title = found[1]
        lines = lines[1:]
    prefix = f"{mark} MAGIC"
    while lines and not lines[-1] and lines[0].startswith(prefix):
        lines = lines[:-1]
    if lines and all(line.startswith(prefix) for line in lines):
        lines = [line.removeprefix(prefix).removeprefix(" ") for line in lines]
    return Cell("\n".join(lines), title)


def _cell_source(cell: Cell, mark: str) -> str:
    lines = cell.text.split("\n")
    if cell.text.startswith("%"):
        lines = [f"{mark} MAGIC {line}" for line in lines]
    if cell.title:
        lines = [f"{mark} DBTITLE 1,{cell.title}", *lines]
    return "\n".join(lines)
