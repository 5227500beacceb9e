"""What a workspace promises: the fake, the adapter before the local server, and a
real workspace where TEST_DATABRICKS_* names one (in a folder below /Shared)."""

import base64
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
import requests

from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.serving import serve_in_thread
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.identity import StaticToken
from shared.adapters.workspace import DatabricksWorkspace
from shared.domain.objects import (
    DIRECTORY,
    FILE,
    NOTEBOOK,
    Format,
    WorkspaceObject,
    join,
)
from shared.errors import NotFound
from shared.ports import Workspace
from tests.fakes.remotes import FakeWorkspace

REAL = ["TEST_DATABRICKS_HOST", "TEST_DATABRICKS_TOKEN"]
SUBJECTS = ["fake", "local", *(["real"] if all(map(os.environ.get, REAL)) else [])]


class Author(Protocol):
    """Somebody who works in the workspace."""

    def add_notebook(self, path: str, text: str, language: str = "PYTHON") -> None: ...
    def add_file(self, path: str, content: bytes) -> None: ...
    def edit(self, path: str, content: bytes) -> None: ...
    def mkdir(self, path: str) -> None: ...
    def delete(self, path: str) -> None: ...


@dataclass(frozen=True)
class Api:
    """An author who uses the API as it is documented."""

    host: str
    token: str

    def add_notebook(self, path: str, text: str, language: str = "PYTHON") -> None:
        self.mkdir(path.rpartition("/")[0])
        self._import(path, text.encode(), format="SOURCE", language=language)

    def add_file(self, path: str, content: bytes) -> None:
        self.mkdir(path.rpartition("/")[0])
        self._import(path, content, format="RAW")

    def edit(self, path: str, content: bytes) -> None:
        self._import(path, content, format="RAW", overwrite=True)

    def mkdir(self, path: str) -> None:
        self._post("mkdirs", {"path": path})

    def delete(self, path: str) -> None:
        self._post("delete", {"path": path, "recursive": True})

    def _import(self, path: str, content: bytes, **more: object) -> None:
        encoded = base64.b64encode(content).decode()
        self._post("import", {"path": path, "content": encoded, **more})

    def _post(self, what: str, body: dict[str, Any]) -> None:
        answer = requests.post(
            f"{self.host}/api/2.0/workspace/{what}",
            json=body,
            headers={"Authorization": f"Bearer {self.token}"},
            timeout=30,
        )
        assert answer.ok, answer.text


@dataclass(frozen=True)
class Scene:
    """The port, somebody who changes things, and a folder for this test alone."""

    workspace: Workspace
    author: Author
    root: str

    def only(self, folder: str) -> WorkspaceObject:
        (found,) = self.workspace.list(folder)
        return found


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    store = Store()
    with serve_in_thread(create_app(store)) as url:
        yield url
    store.close()


@pytest.fixture(params=SUBJECTS)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    root = f"/Shared/contract-{uuid.uuid4().hex}"
    if request.param == "fake":
        fake = FakeWorkspace()
        fake.mkdir(root)
        yield Scene(fake, fake, root)
        return
    if request.param == "real":
        host, token = (os.environ[name] for name in REAL)
    else:
        host, token = request.getfixturevalue("server"), LOCAL_TOKEN
    author = Api(host, token)
    author.mkdir(root)
    client = DatabricksClient(host, StaticToken(token))
    yield Scene(DatabricksWorkspace(client), author, root)
    author.delete(root)


def test_empty_folder_lists_nothing(scene: Scene) -> None:
    assert scene.workspace.list(scene.root) == ()


def test_folder_lists_its_direct_children(scene: Scene) -> None:
    scene.author.add_notebook(f"{scene.root}/a", "1")
    scene.author.add_file(f"{scene.root}/b.txt", b"2")
    scene.author.add_notebook(f"{scene.root}/c/deep", "3")

    children = scene.workspace.list(scene.root)

    assert {child.path.removeprefix(scene.root): child.type for child in children} == {
        "/a": NOTEBOOK,
        "/b.txt": FILE,
        "/c": DIRECTORY,
    }
    assert len({child.object_id for child in children}) == 3


def test_top_folder_lists_its_children(scene: Scene) -> None:
    paths = {child.path: child for child in scene.workspace.list("/")}

    assert paths["/Shared"].type == DIRECTORY


@pytest.mark.parametrize("language", ["PYTHON", "SQL", "SCALA", "R"])
def test_notebook_has_a_language_and_a_time(scene: Scene, language: str) -> None:
    scene.author.add_notebook(f"{scene.root}/a", "1", language)

    notebook = scene.only(scene.root)

    assert notebook.language == language
    assert notebook.modified_at is not None
    assert notebook.modified_at > 1_600_000_000_000


@pytest.mark.parametrize(
    ("language", "header"),
    [("PYTHON", "#"), ("SQL", "--"), ("SCALA", "//"), ("R", "#")],
)
def test_notebook_is_exported_with_its_header(
    scene: Scene, language: str, header: str
) -> None:
    scene.author.add_notebook(f"{scene.root}/a", "select 1", language)

    source = scene.workspace.export(f"{scene.root}/a", Format.SOURCE)

    assert source == f"{header} Databricks notebook source\nselect 1".encode()


@pytest.mark.parametrize(
    "content",
    [b"", bytes(range(256)), b"\xef\xbb\xbfa\r\nb", b"# no notebook", b"x" * 200_000],
    ids=["empty", "every byte", "BOM and CRLF", "text", "long"],
)
def test_file_is_exported_to_the_byte(scene: Scene, content: bytes) -> None:
    scene.author.add_file(f"{scene.root}/a.bin", content)

    assert scene.workspace.export(f"{scene.root}/a.bin", Format.RAW) == content


@pytest.mark.parametrize("name", ["a.py", "a.ipynb.txt", "b.sql"])
def test_file_that_looks_like_a_notebook_is_a_file(scene: Scene, name: str) -> None:
    content = b"# Databricks notebook source\nprint(1)\n"
    scene.author.add_file(f"{scene.root}/{name}", content)

    assert scene.only(scene.root).type == FILE
    assert scene.workspace.export(f"{scene.root}/{name}", Format.RAW) == content


@pytest.mark.parametrize(
    "name",
    [
        "New Notebook 2026-05-04 13:54:24",
        "a|b",
        'quote\'s "double"',
        "back\\slash",
        "50% & more + a=b?c#d",
        "%41",
        "日本 — ü",
        "emoji 🎉",
        "e\u0301",
        " spaces ",
        "dot.",
    ],
)
def test_awkward_names_are_kept_to_the_letter(scene: Scene, name: str) -> None:
    folder = join(scene.root, f"in {name}")
    scene.author.add_notebook(join(folder, name), "1")

    assert scene.only(scene.root).path == folder
    assert scene.only(folder).path == join(folder, name)
    assert scene.workspace.export(join(folder, name), Format.SOURCE)


def test_edit_keeps_the_id_and_moves_the_time_on(scene: Scene) -> None:
    path = f"{scene.root}/a.txt"
    scene.author.add_file(path, b"1")
    before = scene.only(scene.root)

    scene.author.edit(path, b"2")

    after = scene.only(scene.root)
    assert after.object_id == before.object_id
    assert (after.modified_at or 0) >= (before.modified_at or 0)
    assert scene.workspace.export(path, Format.RAW) == b"2"


def test_what_is_not_there_is_not_found(scene: Scene) -> None:
    scene.author.add_file(f"{scene.root}/gone", b"1")
    scene.author.delete(f"{scene.root}/gone")

    with pytest.raises(NotFound):
        scene.workspace.list(f"{scene.root}/gone")
    with pytest.raises(NotFound):
        scene.workspace.export(f"{scene.root}/gone", Format.RAW)


def test_what_is_no_folder_is_not_found_as_one(scene: Scene) -> None:
    scene.author.add_file(f"{scene.root}/a", b"1")

    with pytest.raises(NotFound):
        scene.workspace.list(f"{scene.root}/a")


def test_identity_has_a_name(scene: Scene) -> None:
    assert scene.workspace.identity().name


def test_git_folders_are_listed(scene: Scene) -> None:
    assert isinstance(scene.workspace.git_folders("/Repos"), tuple)
