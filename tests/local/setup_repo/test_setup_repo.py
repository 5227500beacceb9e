"""What `make setup-repo` was told."""

import pytest

from client.checks.setup import Wanted
from local.__main__ import main
from local.backup.options import UsageError
from local.setup_repo.options import read_setup


def test_a_plan_is_the_default() -> None:
    wanted = read_setup(["DATA=/d"], {})

    assert wanted.setup == Wanted(apply=False)
    assert str(wanted.stack.data) == "/d"


@pytest.mark.parametrize(("text", "apply"), [("1", True), ("0", False), ("", False)])
def test_only_who_says_so_has_it_done(text: str, apply: bool) -> None:  # noqa: FBT001
    assert read_setup([f"APPLY={text}"], {}).setup == Wanted(apply)


def test_a_git_folder_is_asked_for_with_what_it_shows() -> None:
    words = ["GIT_FOLDER=/Repos/a/b", "FOLDERS=/Shared '/Clients/Big Co'"]

    setup = read_setup(words, {}).setup

    shown = ("/Shared", "/Clients/Big Co")
    assert setup == Wanted(git_folder="/Repos/a/b", folders=shown)
    with pytest.raises(UsageError, match="GIT_FOLDER"):
        read_setup(words[1:], {})
    with pytest.raises(UsageError, match="FOLDERS='/a has a quote"):
        read_setup(["GIT_FOLDER=/Repos/a/b", "FOLDERS='/a"], {})


def test_real_services_count_where_they_are_named_with_their_tokens() -> None:
    named = ["AZURE_DEVOPS_ORG_URL=https://dev.azure.com/contoso"]
    with pytest.raises(UsageError, match="AZURE_DEVOPS_PROJECT"):
        read_setup(named, {"AZURE_DEVOPS_PAT": "secret"})

    named += ["AZURE_DEVOPS_PROJECT=Data", "AZURE_DEVOPS_REPOSITORY=backup"]
    settings = read_setup(named, {"AZURE_DEVOPS_PAT": "secret"}).stack.settings

    assert settings["AZURE_DEVOPS_PAT"] == "secret"


def test_a_word_that_means_nothing_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["setup-repo", "WHAT=ever"]) == 2
    assert "setup-repo: 'WHAT=ever' is not NAME=VALUE" in capsys.readouterr().out
    assert main(["setup-repo", "APPLY=maybe"]) == 2
