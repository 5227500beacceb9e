"""Every line of the documentation that begins with make or python is understood."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

import local.__main__ as stack_commands
from local.backup.options import read_options
from local.benchmark.options import read_options as read_bench
from local.doctor.options import read_doctor
from local.forecast.options import read_forecast
from local.host.__main__ import parse as read_host
from local.restore.options import read_drift, read_restore
from local.setup_repo.options import read_setup
from tests.commands import (
    HOUSE,
    Block,
    Command,
    blocks,
    commands_of,
    inline_commands,
    own_words,
)

TOKENS = {"DATABRICKS_TOKEN": "a-token", "AZURE_DEVOPS_PAT": "a-pat"}
READERS: Mapping[str, Callable[[Sequence[str]], Any]] = {
    "backup": lambda words: read_options(words, TOKENS),
    "restore": lambda words: read_restore(words, TOKENS),
    "drift": lambda words: read_drift(words, TOKENS),
    "forecast": lambda words: read_forecast(words, TOKENS),
    "doctor": lambda words: read_doctor(words, TOKENS),
    "bench": read_bench,
    "setup-repo": lambda words: read_setup(words, TOKENS),
}
BARE = re.compile(r"make [a-z-]+")


def lines() -> dict[str, str]:
    """What to type, by where it stands; a bare name of a command is none."""
    typed = [c for block in blocks() if block.is_commands for c in commands_of(block)]
    every = [*typed, *(c for c in inline_commands() if not BARE.fullmatch(c.text))]
    begin = ("make ", "python -m ")
    return {
        f"{c.page}:{c.line}": c.text.removesuffix(" &")
        for c in every
        if c.text.startswith(begin)
    }


LINES = lines()


@pytest.mark.parametrize("where", LINES)
def test_a_line_is_understood(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    example = LINES[where].replace("<its id>", "restore-20261126T100920Z-7f1007")
    example = re.sub(r"\bDIR\b", "docs", example)
    words = own_words(example)

    assert words is not None
    if words:
        read(words, monkeypatch)


def read(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise, or leave, where the command's own reader does not take the words."""
    dash, module, *rest = words
    assert dash == "-m"
    path = HOUSE / module.replace(".", "/")
    assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()
    if module == "local.host":
        monkeypatch.setenv("AzureWebJobsStorage", "UseDevelopmentStorage=true")
        read_host(rest)
    elif module == "local" and rest[0] in READERS:
        READERS[rest[0]](rest[1:])
    elif module == "local":
        # Whatever is not known here would be run.
        assert rest[0] in stack_commands._COMMANDS
        monkeypatch.setitem(stack_commands._COMMANDS, rest[0], lambda _: 0)
        assert stack_commands.main(rest) == 0


def test_every_target_that_is_named_exists() -> None:
    makefile = (HOUSE / "Makefile").read_text()
    named = {c.text.split()[1] for c in inline_commands() if c.text.startswith("make ")}

    assert {"backup", "doctor", "up"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_a_command_has_all_its_lines() -> None:
    text = """# a comment
curl "$URL" \\
  -d '{"a": 1,
    "b": 2}'   # why

python - <<'PY'
print("it's")
PY
RG=group; az group list"""

    assert list(commands_of(Block("a.md", 10, "", text))) == [
        Command("a.md", 11, 'curl "$URL" \\\n  -d \'{"a": 1,\n    "b": 2}\'   # why'),
        Command("a.md", 15, "python - <<'PY'\nprint(\"it's\")\nPY"),
        Command("a.md", 18, "RG=group; az group list"),
    ]
    assert Block("a.md", 10, "", text).is_commands
    assert not Block("a.md", 10, "", "Complete: all").is_commands
    assert not Block("a.md", 10, "json", "make up").is_commands
