"""The Git folder that a caller asks for, as it is read from a body."""

import pytest

from functions.git_folder_requests import wanted_git_folder
from shared.errors import InvalidRequest
from shared.services.make_git_folder import WantedGitFolder

PLACE = "/Repos/backup/workspace"


def test_a_path_is_enough() -> None:
    assert wanted_git_folder({"path": PLACE}) == WantedGitFolder(PLACE)


def test_paths_are_taken_as_the_workspace_knows_them() -> None:
    folders = ["/Workspace/Shared/", "/Clients/Acme", "/Shared"]

    wanted = wanted_git_folder({"path": f"/Workspace{PLACE}/", "folders": folders})

    assert wanted == WantedGitFolder(PLACE, ("/Shared", "/Clients/Acme"))


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "git_folder.path"),
        ({"path": 1}, "git_folder.path"),
        ({"path": ""}, "git_folder.path"),
        ({"path": "/"}, "git_folder.path"),
        ({"path": "/Shared"}, "git_folder.path"),
        ({"path": "/Repos/a"}, "git_folder.path"),
        ({"path": "/Shared/\ud800"}, "git_folder.path"),
        ({"path": PLACE, "folders": "/Shared"}, "git_folder.folders"),
        ({"path": PLACE, "folders": []}, "git_folder.folders"),
        ({"path": PLACE, "folders": ["/a"] * 101}, "git_folder.folders"),
        ({"path": PLACE, "folders": ["/"]}, "git_folder.folders"),
        ({"path": PLACE, "folders": ["/a", "b"]}, "git_folder.folders[1]"),
        ({"path": PLACE, "branch": "x"}, "git_folder.branch"),
    ],
)
def test_what_is_wrong_is_named(body: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        wanted_git_folder(body)

    assert refused.value.field == field


@pytest.mark.parametrize("value", [None, PLACE, [PLACE], True])
def test_it_is_an_object(value: object) -> None:
    with pytest.raises(ValueError, match="is an object"):
        wanted_git_folder(value)
