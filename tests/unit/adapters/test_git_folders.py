"""Which requests a Git folder takes, and which addresses are of one repository."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from local.databricks.app import LOCAL_TOKEN as TOKEN
from local.databricks.app import create_app
from local.databricks.store import Store
from local.serving import serve_in_thread
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.git_folders import (
    DatabricksGitFolders,
    repository_url,
    same_repository,
)
from shared.adapters.identity import StaticToken
from shared.errors import Unavailable

URL = "https://dev.azure.com/acme/My%20Project/_git/workspace"


@pytest.mark.parametrize(
    "other",
    [
        URL,
        f"{URL}/",
        "https://acme@dev.azure.com/acme/My%20Project/_git/workspace",
        "https://dev.azure.com/ACME/my%20project/_git/Workspace",
        "https://dev.azure.com/acme/My Project/_git/workspace",
        "https://acme.visualstudio.com/My%20Project/_git/workspace",
        "https://acme.visualstudio.com/DefaultCollection/My%20Project/_git/workspace",
    ],
)
def test_a_repository_has_several_addresses(other: str) -> None:
    assert same_repository(other, URL)
    assert same_repository(URL, other)


@pytest.mark.parametrize(
    "other",
    [
        "https://dev.azure.com/acme/My%20Project/_git/workspace2",
        "https://dev.azure.com/acme/other/_git/workspace",
        "https://dev.azure.com/other/My%20Project/_git/workspace",
        "https://github.com/acme/My%20Project/_git/workspace",
        "https://github.com/acme/workspace.git",
        "",
    ],
)
def test_another_address_is_another_repository(other: str) -> None:
    assert not same_repository(other, URL)


def test_a_repository_named_like_its_project_has_a_short_address() -> None:
    short = "https://dev.azure.com/acme/_git/backup"

    assert same_repository(short, "https://dev.azure.com/acme/backup/_git/backup")
    assert not same_repository(short, "https://dev.azure.com/acme/x/_git/backup")


def test_the_address_is_made_of_the_settings() -> None:
    made = repository_url("https://dev.azure.com/acme/", "My Project", "workspace")

    assert made == URL


@dataclass
class Workspace:
    """A workspace server, and the port before it."""

    url: str
    git_folders: DatabricksGitFolders

    def goes_wrong(self, **fault: Any) -> None:
        url, headers = f"{self.url}/_local/faults", {"Authorization": f"Bearer {TOKEN}"}
        answer = requests.post(url, json=[fault], headers=headers, timeout=10)
        assert answer.ok, answer.text

    def requests(self) -> dict[str, int]:
        routes: dict[str, int]
        routes = requests.get(f"{self.url}/_local/stats", timeout=10).json()["routes"]
        return routes


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    store = Store()
    with serve_in_thread(create_app(store)) as url:
        client = DatabricksClient(url, StaticToken(TOKEN), timeout=5)
        yield Workspace(url, DatabricksGitFolders(client, URL))
    store.close()


def test_making_one_at_the_default_branch_takes_one_request(
    workspace: Workspace,
) -> None:
    workspace.git_folders.make("/Shared/backup", ["a"], "main")

    assert workspace.requests() == {"POST /api/2.0/repos": 1}


def test_at_another_branch_it_takes_two(workspace: Workspace) -> None:
    workspace.git_folders.make("/Shared/backup", ["a"], "backup")

    assert workspace.requests() == {
        "POST /api/2.0/repos": 1,
        "PATCH /api/2.0/repos/{id}": 1,
    }


def test_a_clone_that_only_its_owner_may_see_is_a_clone_all_the_same(
    workspace: Workspace,
) -> None:
    workspace.git_folders.make("/Shared/backup", ["a"], "main")
    workspace.goes_wrong(path=r"/repos/\d+$", status=403)

    found = workspace.git_folders.look("/Shared/backup")

    assert found is not None
    assert found.clone is not None
    assert (found.clone.url, found.ours) == (None, False)


def test_who_signs_in_is_no_part_of_the_address_that_is_told(
    workspace: Workspace,
) -> None:
    url = "https://ada:secret@dev.azure.com/acme/My%20Project/_git/workspace"
    answer = {"id": 1, "url": url, "branch": "main"}
    workspace.git_folders.make("/Shared/backup", ["a"], "main")
    workspace.goes_wrong(path=r"/repos/\d+$", status=200, body=answer)

    found = workspace.git_folders.look("/Shared/backup")

    assert found is not None
    assert found.clone is not None
    assert (found.clone.url, found.ours) == (URL, True)


def test_an_answer_that_is_none_is_no_git_folder(workspace: Workspace) -> None:
    workspace.goes_wrong(path="/repos$", status=200, method="POST", body={})

    with pytest.raises(Unavailable, match="has no id"):
        workspace.git_folders.make("/Shared/backup", ["a"], "main")
