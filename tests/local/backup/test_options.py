from pathlib import Path

import pytest

from local.__main__ import main
from local.backup.options import UsageError, read_options

ORGANIZATION = "https://dev.azure.com/contoso"
REPOSITORY = (
    f"AZURE_DEVOPS_ORG_URL={ORGANIZATION}",
    "AZURE_DEVOPS_PROJECT=data",
    "AZURE_DEVOPS_REPOSITORY=workspace",
)


def test_nothing_said_means_the_embedded_workspace() -> None:
    options = read_options([], {})

    assert options.data == Path(".local")
    assert options.mode == "incremental"
    assert not options.dry_run
    assert options.settings == {}
    assert not options.sources_given


def test_flags_and_the_words_of_make_say_the_same(tmp_path: Path) -> None:
    flags = ["--workspace", str(tmp_path), "--notebooks", "5", "--mode", "full"]
    words = [f"WORKSPACE={tmp_path}", "NOTEBOOKS=5", "MODE=full", "DRY_RUN=1"]

    assert read_options([*flags, "--dry-run"], {}) == read_options(words, {})


@pytest.mark.parametrize(
    ("word", "dry"), [("1", True), ("yes", True), ("0", False), ("", False)]
)
def test_a_dry_run_can_be_said_and_unsaid(word: str, dry: bool) -> None:  # noqa: FBT001
    assert read_options([f"DRY_RUN={word}"], {}).dry_run is dry


def test_a_named_host_takes_its_token_from_the_environment() -> None:
    ambient = {"DATABRICKS_TOKEN": "dapi-1", "DATABRICKS_HOST": "adb-1.example.com/"}

    options = read_options(["DATABRICKS_HOST=adb-1.example.com/"], ambient)

    assert options.settings == {
        "DATABRICKS_HOST": "https://adb-1.example.com",
        "DATABRICKS_TOKEN": "dapi-1",
    }
    assert options.ignored == ()


def test_what_merely_lies_in_the_environment_is_ignored_by_name() -> None:
    ambient = {
        "DATABRICKS_HOST": "https://production.example.com",
        "DATABRICKS_TOKEN": "dapi-secret",
        "ARM_CLIENT_SECRET": "secret",
        "AZURE_DEVOPS_PAT": "secret",
        "PATH": "/bin",
    }

    options = read_options([], ambient)

    assert options.settings == {}
    assert options.ignored == (
        "ARM_CLIENT_SECRET",
        "AZURE_DEVOPS_PAT",
        "DATABRICKS_HOST",
        "DATABRICKS_TOKEN",
    )


def test_a_named_host_does_not_bring_its_neighbours_along() -> None:
    ambient = {"DATABRICKS_TOKEN": "dapi-1", "AZURE_DEVOPS_PAT": "p"}

    options = read_options(["--databricks-host", "https://adb-1"], ambient)

    assert "AZURE_DEVOPS_PAT" not in options.settings
    assert options.ignored == ("AZURE_DEVOPS_PAT",)


def test_a_named_repository_takes_its_pat_from_the_environment() -> None:
    options = read_options(REPOSITORY, {"AZURE_DEVOPS_PAT": "p"})

    assert options.settings["AZURE_DEVOPS_ORG_URL"] == ORGANIZATION
    assert options.settings["AZURE_DEVOPS_PAT"] == "p"
    assert options.real_repository
    assert not options.real_workspace


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["DATABRICKS_HOST=adb-1"], "DATABRICKS_TOKEN is not set"),
        (REPOSITORY, "AZURE_DEVOPS_PAT is not set"),
        (REPOSITORY[:1], "needs AZURE_DEVOPS_PROJECT and AZURE_DEVOPS_REPOSITORY"),
        (REPOSITORY[1:], "needs AZURE_DEVOPS_ORG_URL"),
        (["MODE=some"], "MODE=some is neither incremental nor full"),
        (["NOTEBOOKS=many"], "is not a number"),
        (["NOTEBOOKS=-1"], "is not a number"),
        (["DRY_RUN=perhaps"], "is neither 1 nor 0"),
        (["WORKSPACE=/does/not/exist"], "is not a folder"),
        (["WROKSPACE=x"], "'WROKSPACE=x' is not NAME=VALUE"),
        (["full"], "'full' is not NAME=VALUE"),
    ],
)
def test_what_cannot_be_followed_is_said_in_a_sentence(
    arguments: list[str], sentence: str
) -> None:
    with pytest.raises(UsageError, match=sentence):
        read_options(arguments, {})


@pytest.mark.parametrize("filling", ["NOTEBOOKS=5", "WORKSPACE=."])
def test_nothing_is_ever_loaded_into_a_real_workspace(filling: str) -> None:
    arguments = ["DATABRICKS_HOST=adb-1", filling]

    with pytest.raises(UsageError, match="nothing is ever written"):
        read_options(arguments, {"DATABRICKS_TOKEN": "t"})


def test_a_usage_error_ends_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["backup", "MODE=some"])

    assert code == 2
    assert "backup: MODE=some" in capsys.readouterr().out
