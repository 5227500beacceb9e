"""The commands of the documentation: read from its fenced blocks, one after another."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HOUSE = Path(__file__).parents[1]
PAGES = (
    HOUSE / "README.md",
    *sorted((HOUSE / "docs").glob("*.md")),
    HOUSE / "infra" / "README.md",
    HOUSE / "local" / "README.md",
)
PROGRAMS = {
    *("make", "curl", "call", "git", "python", "databricks", "jq", "cd", "cp"),
    *("az", "azd", "infra/publish.sh", "export", "backup"),
}
_BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`((?:make|git|python -m) [^`]+)`(?!`)")
_ASSIGNED = re.compile(r"\w+=(?!\()")
_HEREDOC = re.compile(r"<<'?(\w+)'?")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str

    @property
    def begins(self) -> str:
        """Its first line that is no comment."""
        lines = self.text.splitlines()
        return next((line for line in lines if line and line[0] != "#"), "")

    @property
    def is_commands(self) -> bool:
        """Whether it is to be typed, as far as its first line says."""
        if self.language not in {"", "sh", "azurecli"}:
            return False
        words = self.begins.split()
        if not words or _defines(self.begins):
            return bool(words)
        program = next((w for w in words if not _ASSIGNED.match(w)), "")
        return program in PROGRAMS or bool(_ASSIGNED.match(words[0]))


@dataclass(frozen=True, slots=True)
class Command:
    """What a person types, with all of its lines."""

    page: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def blocks() -> Iterator[Block]:
    """Every fenced block of every page."""
    for path in PAGES:
        page, text = str(path.relative_to(HOUSE)), path.read_text("utf-8")
        for match in _BLOCK.finditer(text):
            indent, language, inside = match.groups()
            lines = [line.removeprefix(indent) for line in inside.splitlines()]
            line = text[: match.start()].count("\n") + 2
            yield Block(page, line, language, "\n".join(lines))


def commands_of(block: Block) -> Iterator[Command]:
    """The block's commands; a comment alone is none."""
    lines = iter(enumerate(block.text.splitlines(), block.line))
    for number, line in lines:
        text = line
        while not _is_whole(text):
            text += "\n" + next(lines)[1]
        if text.strip() and not text.startswith("#"):
            yield Command(block.page, number, text)


def inline_commands() -> Iterator[Command]:
    """Commands in running text, and in cells of tables."""
    for path in PAGES:
        page, text = str(path.relative_to(HOUSE)), path.read_text("utf-8")
        outside = _BLOCK.sub(lambda block: "\n" * block[0].count("\n"), text)
        for match in _INLINE.finditer(outside):
            line = outside[: match.start()].count("\n") + 1
            yield Command(page, line, match[1].replace("\\|", "|"))


def own_words(text: str) -> list[str] | None:
    """What our own Python is given by the line, by make or at once; None: nothing."""
    if text.startswith("python -m "):
        return shlex.split(text, comments=True)[1:]
    if not text.startswith("make "):
        return None
    # Says what it would do, and does nothing.
    said = subprocess.run(
        ["bash", "-ec", f'make() {{ command make -n -o setup "$@"; }}\n{text}'],
        cwd=HOUSE,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line.removeprefix("exec ") for line in said.splitlines()]
    ours = [line for line in lines if line.startswith(".venv/bin/python -m ")]
    return shlex.split(ours[0])[1:] if ours else []


def _defines(line: str) -> bool:
    return re.match(r"\w+\(\) \{", line) is not None


def _is_whole(text: str) -> bool:
    heredoc = _HEREDOC.search(text)
    if heredoc:
        return text.endswith(f"\n{heredoc[1]}")
    if text.endswith("\\"):
        return False
    try:
        shlex.split(text, comments=True)
    except ValueError:
        return False
    return True
