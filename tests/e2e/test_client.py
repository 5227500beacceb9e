"""The command line as a new user meets it: what `docs/client.md` shows is so."""

import re
from pathlib import Path

from client.commands.program import program
from tests.client_transcript import PAGE, Terminal, shape, typed_in, written
from tests.e2e.stacks import a_stack


def test_what_the_page_types_comes_out_as_it_shows(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")

    with a_stack(tmp_path / ".local"), Terminal(tmp_path) as terminal:
        again = written(page, terminal)

    for came, shown in zip(typed_in(again), typed_in(page), strict=True):
        assert shape(came) == shape(shown), came.shown


def test_every_command_is_typed_there() -> None:
    typed = "\n".join(each.command for each in typed_in(PAGE.read_text("utf-8")))

    assert set(re.findall(r"-m client ([a-z]+)", typed)) == set(program.commands)
