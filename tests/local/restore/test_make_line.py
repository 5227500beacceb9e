"""Lines to copy: what make and a shell make of them is what was meant."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from client.restores.api import Restore
from local.backup.options import Options
from local.restore.make_line import MakeLines
from local.restore.options import WantedRestore, read_restore
from tests.client.restores.builders import RUN, a_restore

ROOT = Path(__file__).parents[3]
TOKENS = {"DATABRICKS_TOKEN": "dapi-secret", "AZURE_DEVOPS_PAT": "pat-secret"}
SETTINGS = TOKENS | {
    "DATABRICKS_HOST": "https://adb-1.azuredatabricks.net",
    "AZURE_DEVOPS_ORG_URL": "https://dev.azure.com/contoso",
    "AZURE_DEVOPS_PROJECT": 'Data & "AI" $team',
    "AZURE_DEVOPS_REPOSITORY": "it's `the` workspace",
    "AZURE_DEVOPS_BRANCH": "backup/main",
}


def a_plan(*paths: str, to: str = "", on_conflict: str = "skip") -> Restore:
    return replace(a_restore(), paths=paths, to=to, on_conflict=on_conflict)


def run_by_make(line: str, folder: Path) -> WantedRestore:
    """The line as a shell and the real Makefile hand it on to the command."""
    fake, heard = folder / "python", folder / "heard"
    fake.write_text(
        f"#!{sys.executable}\nimport json, sys\n"
        f"json.dump(sys.argv[1:], open({str(heard)!r}, 'w'))\n"
    )
    fake.chmod(0o755)
    command, _, given = line.partition(" restore ")
    assert command == "make"
    subprocess.run(
        ["bash", "-c", f"make -s -o setup PY='{fake}' restore {given}"],
        cwd=ROOT,
        check=True,
    )
    dash_m, local, restore, *words = json.loads(heard.read_text())
    assert (dash_m, local, restore) == ("-m", "local", "restore")
    return read_restore(words, TOKENS)


@pytest.mark.parametrize(
    "path",
    [
        "/Shared/plain",
        "/Shared/with space",
        "/Shared/$HOME/$(shell id)/$$/$",
        '/Shared/it\'s "quoted"',
        "/Shared/`id` \\ !x #1 50% ~ a=b,c;d|e&f*?[g]",
        "/Users/zoë/日本 🎉:+1:",
        "/Shared/ends in \\",
    ],
)
def test_any_path_survives_make_and_the_shell(path: str, tmp_path: Path) -> None:
    plan = a_plan(path, "/b", to=f"/Archive{path}")

    done = run_by_make(MakeLines(Options()).apply(plan), tmp_path)

    assert done.restore.paths == (path, "/b")
    assert done.restore.to == f"/Archive{path}"
    assert (done.restore.at, done.restore.apply) == (RUN, True)


def test_what_was_named_is_named_again_and_no_token_is(tmp_path: Path) -> None:
    stack = Options(data=Path("/data/it's $mine"), settings=SETTINGS)

    line = MakeLines(stack).apply(a_plan("/a", on_conflict="overwrite"))
    done = run_by_make(line, tmp_path)

    assert (done.stack.data, done.stack.settings) == (stack.data, stack.settings)
    assert done.restore.on_conflict == "overwrite"
    assert "secret" not in line


def test_a_line_reads_as_a_person_writes_it() -> None:
    plan = a_plan("/a/with space", "/b", to="/R", on_conflict="overwrite")
    made = MakeLines(Options(data=Path("/there")))

    assert made.apply(plan) == (
        f"make restore FILES=\"'/a/with space' /b\" AT={RUN} TO=/R"
        " ON_CONFLICT=overwrite DATA=/there APPLY=1"
    )
    assert made.cancel(plan) == f"make restore CANCEL={plan.id} DATA=/there"


def test_a_name_that_no_line_can_hold_is_not_printed() -> None:
    line = MakeLines(Options()).apply(a_plan("/a\nb\x1b[2J"))

    assert line == f"the same command, with AT={RUN} and APPLY=1"
