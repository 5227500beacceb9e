"""Lines to copy: what a shell makes of them is what was meant."""

import shlex
from dataclasses import replace

import pytest

from client.commands.caller import Caller
from client.commands.lines import RestoreLines, RunLines
from client.deployment import Deployment
from tests.client.restores.builders import RUN, a_restore

URL = "https://backup.azurewebsites.net"


def a_caller(*options: str) -> Caller:
    return Caller(lambda: Deployment(URL, {"x-functions-key": "s3cret"}), options)


@pytest.mark.parametrize(
    "path",
    ["/a/with space", '/it\'s "quoted"', "/$HOME/$(id)", "/日本 🎉", "/-x --key"],
)
def test_a_plan_is_applied_as_it_was_planned(path: str) -> None:
    plan = replace(a_restore(), paths=(path, "/b"), to="/R", on_conflict="overwrite")

    line = RestoreLines(a_caller("--url", URL)).apply(plan)

    words = ["--at", RUN, "--to", "/R", "--on-conflict", "overwrite", "--apply"]
    command = ["python", "-m", "client", "--url", URL, "restore"]
    assert shlex.split(line) == [*command, path, "/b", *words]


def test_what_need_not_be_said_is_not() -> None:
    lines = RestoreLines(a_caller())

    assert lines.apply(a_restore()) == (
        f"python -m client restore /a --at {RUN} --apply"
    )
    assert lines.cancel(a_restore()) == f"python -m client cancel {a_restore().id}"


def test_a_run_is_gone_on_with() -> None:
    lines = RunLines(a_caller("--url", URL))

    assert lines.again == f"`python -m client --url {URL} run`"
    assert lines.watch(RUN) == f"`python -m client --url {URL} watch {RUN}`"
    assert lines.allow(RUN).endswith(f"run --allow-deletions {RUN}")


def test_what_no_line_can_hold_is_not_in_one() -> None:
    line = RestoreLines(a_caller()).apply(replace(a_restore(), paths=("/a\n\x1b[2J",)))

    assert line == "python -m client restore ..., with the same names"
