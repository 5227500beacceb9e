"""What Git folders promise: the fake, and the adapter before the local server.

No real workspace: it would clone a repository of Azure DevOps, and needs a credential
for it.
"""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.serving import serve_in_thread
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.git_folders import DatabricksGitFolders
from shared.adapters.identity import StaticToken
from shared.adapters.workspace import DatabricksWorkspace
from shared.domain.objects import DIRECTORY, NOTEBOOK, Occupant
from shared.errors import AlreadyExists, GitCredentialMissing, NotFound
from shared.ports import GitFolders, Workspace
from tests.contract.test_workspace_contract import Api
from tests.fakes.git_folders import OURS, FakeGitFolders
from tests.fakes.remotes import FakeWorkspace

OTHER = "https://dev.azure.com/acme/retail/_git/etl"


@dataclass(frozen=True)
class Scene:
    """The port, the workspace, somebody who changes it, and a folder of the test's."""

    git_folders: GitFolders
    workspace: Workspace
    author: FakeWorkspace | Api
    clone: Callable[[str, str, str], None]
    without_credential: Callable[[], None]
    root: str
    _names: Iterator[int] = field(default_factory=itertools.count)

    def place(self) -> str:
        return f"{self.root}/{next(self._names)}"

    def there(self, path: str) -> Occupant:
        found = self.git_folders.look(path)
        assert found is not None
        return found


@pytest.fixture(params=["fake", "local"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    if request.param == "fake":
        yield fake_scene()
        return
    store = Store()
    with serve_in_thread(create_app(store)) as url:
        yield local_scene(url)
    store.close()


def fake_scene() -> Scene:
    fake = FakeWorkspace()
    fake.mkdir("/Shared/contract")
    git_folders = FakeGitFolders(fake)

    def refuse(call: str, subject: str) -> None:
        if call == "make":
            raise GitCredentialMissing(subject)

    def without_credential() -> None:
        git_folders.fault = refuse

    clone = git_folders.add
    return Scene(git_folders, fake, fake, clone, without_credential, "/Shared/contract")


def local_scene(url: str) -> Scene:
    author = Api(url, LOCAL_TOKEN)
    author.mkdir("/Shared/contract")
    client = DatabricksClient(url, StaticToken(LOCAL_TOKEN))

    def post(what: str, **body: Any) -> None:
        headers = {"Authorization": f"Bearer {LOCAL_TOKEN}"}
        answer = requests.post(
            f"{url}/_local/{what}", json=body, headers=headers, timeout=10
        )
        assert answer.ok, answer.text

    def clone(path: str, url: str, branch: str) -> None:
        fields = {"object_type": "REPO", "url": url, "branch": branch}
        post("objects", path=path, **fields)

    def without_credential() -> None:
        post("me", git_credential=False)

    return Scene(
        DatabricksGitFolders(client, OURS),
        DatabricksWorkspace(client),
        author,
        clone,
        without_credential,
        "/Shared/contract",
    )


def test_where_nothing_is_nothing_is_seen(scene: Scene) -> None:
    assert scene.git_folders.look(scene.place()) is None


def test_a_folder_and_a_notebook_are_what_they_are(scene: Scene) -> None:
    folder, notebook = scene.place(), scene.place()
    scene.author.mkdir(folder)
    scene.author.add_notebook(notebook, "1")

    assert scene.there(folder) == Occupant(DIRECTORY)
    assert scene.there(notebook) == Occupant(NOTEBOOK)


@pytest.mark.parametrize("branch", ["main", "backup"])
def test_what_was_made_is_seen_at_its_branch_with_its_folders(
    scene: Scene, branch: str
) -> None:
    path = scene.place()

    scene.git_folders.make(path, ["Shared/etl", "Users"], branch)

    found = scene.there(path)
    assert (found.ours, found.folders) == (True, ("Shared/etl", "Users"))
    assert found.clone is not None
    assert (found.clone.path, found.clone.url) == (path, OURS)
    assert (found.clone.branch, len(found.clone.head_commit or "")) == (branch, 40)


def test_a_clone_of_another_repository_is_told_from_ours(scene: Scene) -> None:
    path = scene.place()
    scene.clone(path, OTHER, "dev")

    found = scene.there(path)

    assert (found.ours, found.folders) == (False, None)
    assert found.clone is not None
    assert (found.clone.url, found.clone.branch) == (OTHER, "dev")


@pytest.mark.parametrize("there", ["folder", "notebook", "ours", "another"])
def test_nothing_is_made_where_something_is(scene: Scene, there: str) -> None:
    path = scene.place()
    if there == "folder":
        scene.author.mkdir(path)
    elif there == "notebook":
        scene.author.add_notebook(path, "1")
    else:
        scene.clone(path, OURS if there == "ours" else OTHER, "main")
    before = scene.there(path)

    with pytest.raises(AlreadyExists):
        scene.git_folders.make(path, ["a"], "main")

    assert scene.there(path) == before


def test_nothing_is_made_in_a_folder_that_is_not_there(scene: Scene) -> None:
    path = f"{scene.place()}/workspace"

    with pytest.raises(NotFound):
        scene.git_folders.make(path, ["a"], "main")

    assert scene.git_folders.look(path) is None


def test_who_cannot_sign_in_to_azure_devops_is_told_so(scene: Scene) -> None:
    path = scene.place()
    scene.without_credential()

    with pytest.raises(GitCredentialMissing):
        scene.git_folders.make(path, ["a"], "main")

    assert scene.git_folders.look(path) is None


def test_what_is_inside_is_listed_and_no_part_of_the_walk(scene: Scene) -> None:
    path = scene.place()
    scene.git_folders.make(path, ["a"], "main")
    scene.author.add_notebook(f"{path}/a/x", "1")

    (folder,) = scene.workspace.list(scene.root)
    inside = {found.path for found in scene.workspace.list(path)}

    assert not folder.descended
    assert f"{path}/a" in inside
    assert [o.path for o in scene.workspace.list(f"{path}/a")] == [f"{path}/a/x"]
