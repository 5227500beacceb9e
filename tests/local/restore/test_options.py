"""What `make restore` and `make drift` understand."""

from pathlib import Path

import pytest

from local.backup.options import UsageError
from local.restore.options import read_drift, read_restore


def test_files_are_split_as_a_shell_does() -> None:
    wanted = read_restore(["FILES='/Shared/Weekly report' /Users/ada"], {})

    assert wanted.restore.paths == ("/Shared/Weekly report", "/Users/ada")
    assert not wanted.restore.apply
    assert wanted.restore.on_conflict == "skip"
    assert wanted.stack.data == Path(".local")


def test_all_of_it_can_be_said() -> None:
    words = ["FILES=/", "AT=2026-11-20T00:00:00Z", "TO=/Archive"]
    wanted = read_restore([*words, "ON_CONFLICT=overwrite", "APPLY=1", "DATA=x"], {})

    assert (wanted.restore.at, wanted.restore.to) == (
        "2026-11-20T00:00:00Z",
        "/Archive",
    )
    assert (wanted.restore.on_conflict, wanted.restore.apply) == ("overwrite", True)
    assert wanted.stack.data == Path("x")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "FILES names workspace paths"),
        (["FILES="], "FILES names workspace paths"),
        (["FILES='/a"], "a quote that does not end"),
        (["FILES=/", "ON_CONFLICT=merge"], "none of skip, overwrite, fail"),
        (["FILES=/", "APPLY=maybe"], "APPLY=maybe is neither 1 nor 0"),
        (["FILES=/", "CANCEL=restore-1"], "it goes without FILES"),
        (["CANCEL=../x"], "CANCEL=../x is not the id of a restore"),
        (["FILES=/", "WORKSPACE=x"], "is not NAME=VALUE with one of"),
        (["FILES=/", "DATABRICKS_HOST=adb-1.net"], "DATABRICKS_TOKEN is not set"),
    ],
)
def test_what_cannot_be_understood_is_told(words: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_restore(words, {})


def test_what_lies_in_the_environment_is_ignored_and_said() -> None:
    ambient = {"DATABRICKS_HOST": "https://production", "DATABRICKS_TOKEN": "dapi"}

    for stack in (read_restore(["FILES=/"], ambient).stack, read_drift([], ambient)):
        assert stack.settings == {}
        assert stack.ignored == ("DATABRICKS_HOST", "DATABRICKS_TOKEN")


def test_a_named_workspace_takes_its_token_from_the_environment() -> None:
    ambient = {"DATABRICKS_TOKEN": "dapi"}
    options = read_drift(["DATABRICKS_HOST=adb-1.azuredatabricks.net"], ambient)

    assert options.settings == {
        "DATABRICKS_HOST": "https://adb-1.azuredatabricks.net",
        "DATABRICKS_TOKEN": "dapi",
    }


def test_a_restore_is_cancelled_by_its_id_alone() -> None:
    wanted = read_restore(["CANCEL=restore-20261122T020000Z-3f9a1c", "DATA=x"], {})

    assert wanted.cancel == "restore-20261122T020000Z-3f9a1c"
    assert (wanted.restore.paths, wanted.stack.data) == ((), Path("x"))
