"""What Git folders stand for: asked for where one is met, and never guessed."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.domain.objects import DIRECTORY, REPO, GitFolder
from shared.errors import AccessDenied, NotFound, RequestRefused, Unavailable
from shared.services.known_git_folders import KnownGitFolders
from tests.backup_app import BackupApp
from tests.fakes.remotes import FakeWorkspace
from tests.unit.services.scenes import an_app

URL = "https://example.com/x"


def clone_at(workspace: FakeWorkspace, path: str, head: str = "c" * 8) -> None:
    kind = REPO if path.startswith("/Repos/") else DIRECTORY
    workspace.add(path, kind, is_git_folder=kind == DIRECTORY)
    key = workspace.objects[path].object_id
    workspace.folders.append(GitFolder(path, key, URL, "main", head))


def asked(workspace: FakeWorkspace) -> list[str]:
    return [subject for call, subject in workspace.calls if call == "repos"]


def manifest(app: BackupApp, folder: str) -> str:
    text = app.git.files()[f".backup/folders/{folder}/folder.json"]
    return json.dumps(json.loads(text))


def test_each_folder_of_the_top_with_git_folders_is_asked_once() -> None:
    workspace = FakeWorkspace()
    for path in ("/Users/ada/x", "/Users/bob/x", "/Shared/x", "/Repos/ada/x"):
        clone_at(workspace, path)
    workspace.add("/Clients", DIRECTORY)
    known = KnownGitFolders(workspace)
    objects = list(workspace.objects.values())

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(known.learn, [objects] * 50))

    assert sorted(asked(workspace)) == ["/Repos", "/Shared", "/Users"]
    assert known.facts.keys() == {folder.path for folder in workspace.folders}


@pytest.mark.parametrize("path", ["/Users/ada/x", "/Clients/x"])
def test_a_git_folder_outside_repos_is_named_with_its_address_and_head(
    path: str,
) -> None:
    app = an_app()
    clone_at(app.workspace, path, "d" * 8)

    run = app.run()

    told = manifest(app, path.rsplit("/", 1)[0].strip("/"))
    assert run.status == "complete"
    assert URL in told
    assert "d" * 8 in told
    assert app.run().unchanged


def test_a_workspace_that_tells_nobody_of_git_folders_fails_their_folder_alone() -> (
    None
):
    app = an_app()
    clone_at(app.workspace, "/Users/ada/x")

    def refuse(call: str, subject: str) -> None:
        if (call, subject) == ("repos", "/Users"):
            raise AccessDenied("no")

    app.workspace.fault = refuse

    run = app.run()

    assert run.status == "incomplete"
    assert run.tally.new_failures == 1


def test_that_nobody_knows_of_git_folders_does_not_mean_their_folder_is_gone() -> None:
    workspace = FakeWorkspace()
    clone_at(workspace, "/Users/ada/x")
    known = KnownGitFolders(workspace)

    def refuse(call: str, _subject: str) -> None:
        if call == "repos":
            raise NotFound("no such endpoint")

    workspace.fault = refuse

    with pytest.raises(RequestRefused):
        known.learn(workspace.objects.values())


def test_what_could_not_be_asked_is_asked_again() -> None:
    workspace = FakeWorkspace()
    clone_at(workspace, "/Users/ada/x")
    known = KnownGitFolders(workspace)
    left = [Unavailable("later")]

    def fail_once(call: str, _subject: str) -> None:
        if call == "repos" and left:
            raise left.pop()

    workspace.fault = fail_once
    with pytest.raises(Unavailable):
        known.learn(workspace.objects.values())

    known.learn(workspace.objects.values())

    assert "/Users/ada/x" in known.facts
