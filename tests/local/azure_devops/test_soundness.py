"""The examination of all repositories at the end of the suite can fail."""

import subprocess
from pathlib import Path

import pytest

from tests.local.azure_devops.rest import a_server, add
from tests.repositories import bare_repositories, complaints

pytestmark = pytest.mark.conforms("ours")


def test_sound_repositories_are_found_and_pass(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as rest:
        rest.push(add("/a"))

    assert list(bare_repositories(tmp_path)) == [rest.bare]
    assert complaints(tmp_path) == []


def test_a_tree_that_strict_git_refuses_is_found(tmp_path: Path) -> None:
    with a_server(tmp_path / "elsewhere") as rest:
        rest.push(add("/a"))
    unsound = tmp_path / "unsound"
    git = ["git", "-C", str(rest.bare)]
    blob = subprocess.run(
        [*git, "rev-parse", "main:a"], check=True, capture_output=True
    )
    subprocess.run(
        [*git, "mktree"],
        input=b"100644 blob " + blob.stdout.strip() + b"\t.git\n",
        check=True,
        capture_output=True,
    )

    said = complaints(tmp_path)
    rest.bare.rename(unsound)

    assert len(said) == 1
    assert "hasDotgit" in said[0]
