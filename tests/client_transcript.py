"""The terminal of `docs/client.md`: typed again, and written into the page.

`python -m tests.client_transcript` types every command of the page on a stack of its
own and puts down what came of it. Ids that a command names are those that came before.
"""

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from local.stack import Stack

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "client.md"
FENCE = re.compile(r"^```(console|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ID = re.compile(r"(?:restore-)?\d{8}T\d{6}Z-[0-9a-f]{6}")
PROMPT = "$ "
_END = "what was typed has ended:"
_SHAPES = (
    (re.compile(r"http://127\.0\.0\.1:\d+"), "<address>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?"), "<time>"),
    (ID, "<id>"),
    (re.compile(r"\b[0-9a-f]{40}\b"), "<commit>"),
    (re.compile(r"\b(?=[a-f]*\d)[0-9a-f]{10}\b"), "<commit>"),
    (re.compile(r"\d[\d,]*\.\d+"), "<number>"),
    (re.compile(r"\+\d seconds"), "<number>"),
    (re.compile(r"^  (took|bound by|storage transactions) .*"), r"  \1 <as it was>"),
    (re.compile(r"[ \t]+"), " "),
)
_GOES_ON = re.compile(r"\n {20,}(?=\S)")
_PROGRESS = re.compile(
    r"^(?:\s{7}\S.*|\s*\d+ %  .*|(?:finding|comparing|writing)\b.*)$"
)
"""How far something was when somebody looked: no two looks are alike."""


@dataclass(frozen=True)
class Typed:
    """A command of the page, and what stands below it."""

    command: str
    shown: str


def typed_in(page: str) -> list[Typed]:
    """All that is typed in a page, each with its output."""
    consoles = [text for kind, text in FENCE.findall(page) if kind == "console"]
    return [typed for console in consoles for typed in commands(console)]


def commands(console: str) -> list[Typed]:
    """What is typed in a block, each with its output."""
    parts = re.split(r"^\$ ", console, flags=re.MULTILINE)[1:]
    split = (part.partition("\n") for part in parts)
    return [Typed(command, shown) for command, _, shown in split]


def shape(typed: Typed) -> list[str]:
    """What is the same each time: no ids, times, decimals and looks in between.

    In the order of the alphabet: the workspace is walked in no order.
    """
    lines = []
    shown = _GOES_ON.sub(" ", typed.shown)
    for line in [typed.command, *shown.splitlines()]:
        if not _PROGRESS.match(line):
            for pattern, name in _SHAPES:
                line = pattern.sub(name, line)  # noqa: PLW2901 - one after the other
            lines.append(line.rstrip())
    return sorted(lines)


@dataclass
class Terminal:
    """A shell in a folder with a stack, for as long as a page is typed."""

    folder: Path
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tools = Path(sys.executable).parent
        self._shell = subprocess.Popen(
            ["bash", "--norc", "-o", "pipefail"],
            cwd=self.folder,
            env={
                "PATH": f"{tools}:{os.environ['PATH']}",
                "PYTHONPATH": str(ROOT),
                "HOME": str(self.folder),
                "LANG": "C.UTF-8",
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._shell.communicate("exit\n")

    def type(self, text: str) -> tuple[str, int]:
        """What came of it, and the exit code."""
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.write(f"{text}\nprintf '\\n%s %s\\n' '{_END}' $?\n")
        self._shell.stdin.flush()
        lines: list[str] = []
        for line in self._shell.stdout:
            if line.startswith(_END):
                return "".join(lines).removesuffix("\n"), int(line.split()[-1])
            lines.append(line)
        raise AssertionError(f"the shell has ended: {''.join(lines)}")

    def follow(self, typed: Typed) -> Typed:
        """The command with the ids of this time, and what came of it."""
        command = ID.sub(lambda found: self.ids.get(found[0], found[0]), typed.command)
        shown, _ = self.type(command)
        shown = f"{shown}\n" if shown and not shown.endswith("\n") else shown
        known = ID.findall(typed.shown), ID.findall(shown)
        self.ids |= dict(zip(*known, strict=False))
        return Typed(command, shown)


def scripts(text: str) -> Iterator[str]:
    """The lines of a script as they are typed; what goes on is one of them."""
    yield from re.split(r"(?<!\\)\n", text.strip())


def written(page: str, terminal: Terminal) -> str:
    """The page with what comes of its commands this time."""

    def block(found: re.Match[str]) -> str:
        kind, text = found[1], found[2]
        if kind == "console":
            done = [terminal.follow(typed) for typed in commands(text)]
            text = "".join(f"{PROMPT}{each.command}\n{each.shown}" for each in done)
        else:
            for line in scripts(text):
                shown, code = terminal.type(line)
                assert code == 0, f"{line}: {shown}"
        return f"```{kind}\n{text}```"

    return FENCE.sub(block, page)


def main() -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Stack(folder / ".local", ports="default"), Terminal(folder) as terminal:
            page = written(PAGE.read_text("utf-8"), terminal)
    PAGE.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
