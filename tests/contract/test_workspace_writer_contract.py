"""What a workspace that is written promises: the fake, the adapter before the local
server, and a real workspace where TEST_DATABRICKS_* names one (below /Shared)."""

import itertools
import json
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import requests

from local.databricks.app import LOCAL_TOKEN, create_app
from local.databricks.store import Store
from local.serving import serve_in_thread
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.identity import StaticToken
from shared.adapters.workspace import DatabricksWorkspace
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.domain.objects import (
    DASHBOARD,
    DIRECTORY,
    FILE,
    NOTEBOOK,
    Format,
    NewObject,
    WorkspaceObject,
    join,
)
from shared.domain.restored import difference
from shared.errors import AccessDenied, AlreadyExists, NotFound, RequestRefused
from shared.ports import Workspace, WorkspaceWriter
from tests.contract.test_workspace_contract import Api
from tests.fakes.remotes import FakeWorkspace
from tests.fakes.restores import FakeWorkspaceWriter

REAL = ["TEST_DATABRICKS_HOST", "TEST_DATABRICKS_TOKEN"]
SUBJECTS = ["fake", "local", *(["real"] if all(map(os.environ.get, REAL)) else [])]
PYTHON = "# Databricks notebook source\n"


@dataclass(frozen=True)
class Scene:
    """Both ports of one workspace, and a folder for this test alone."""

    workspace: Workspace
    writer: WorkspaceWriter
    root: str

    def at(self, name: str) -> WorkspaceObject:
        (found,) = [o for o in self.workspace.list(self.root) if o.name == name]
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
        yield Scene(fake, FakeWorkspaceWriter(fake), root)
        return
    if request.param == "real":
        host, token = (os.environ[name] for name in REAL)
    else:
        host, token = request.getfixturevalue("server"), LOCAL_TOKEN
    client = DatabricksClient(host, StaticToken(token))
    writer = DatabricksWorkspaceWriter(client)
    writer.make_folder(root)
    yield Scene(DatabricksWorkspace(client), writer, root)
    Api(host, token).delete(root)


def a_notebook(
    path: str, text: str = "print(1)", language: str = "PYTHON", header: str = PYTHON
) -> NewObject:
    content = (header + text).encode()
    return NewObject(path, NOTEBOOK, Format.SOURCE, content, language)


def a_file(path: str, content: bytes = b"a,b\n") -> NewObject:
    return NewObject(path, FILE, Format.RAW, content)


def assert_there(scene: Scene, new: NewObject) -> None:
    """It is what was put, of its type and language, to the byte."""
    found = scene.at(new.path.rpartition("/")[2])
    exported = scene.workspace.export(new.path, new.format)
    assert (found.type, found.language) == (new.type, new.language)
    assert difference(new.content, exported, new.format) == ""


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "x.py",
        "a:b",
        "日本 — ü",
        "e\u0301",
        "50% & a=b?c#d",
        " spaces ",
        pytest.param("😀" * 62 + "ab", id="250 bytes of emoji"),
    ],
)
def test_a_notebook_is_put_under_exactly_its_name(scene: Scene, name: str) -> None:
    new = a_notebook(join(scene.root, name))

    scene.writer.put(new, replace=False)

    assert_there(scene, new)


@pytest.mark.parametrize(
    ("language", "header"),
    [("PYTHON", "#"), ("SQL", "--"), ("SCALA", "//"), ("R", "#")],
)
def test_a_notebook_keeps_its_language(
    scene: Scene, language: str, header: str
) -> None:
    new = a_notebook(
        f"{scene.root}/n",
        "select 1",
        language,
        f"{header} Databricks notebook source\n",
    )

    scene.writer.put(new, replace=False)

    assert_there(scene, new)


@pytest.mark.parametrize(
    "text",
    ["print(1)", "print(1)\n", "", "print('ü')\r\nprint(2)\r\n", "a\n\n# COMMAND -\n"],
    ids=["no newline", "newline", "empty", "CRLF", "cells"],
)
def test_a_notebook_comes_back_to_the_byte(scene: Scene, text: str) -> None:
    new = a_notebook(f"{scene.root}/n", text)

    scene.writer.put(new, replace=False)

    assert_there(scene, new)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty", b""),
        ("every byte", bytes(range(256))),
        ("looks like a notebook.py", b"# Databricks notebook source\nprint(1)\n"),
        ("looks like one.ipynb", b'{"cells": []}'),
        ("looks like a dashboard.lvdash.json", b"{}"),
    ],
)
def test_a_file_stays_a_file_whatever_it_looks_like(
    scene: Scene, name: str, content: bytes
) -> None:
    new = a_file(f"{scene.root}/{name}", content)

    scene.writer.put(new, replace=False)

    assert_there(scene, new)


def test_a_notebook_and_a_file_of_almost_its_name_live_side_by_side(
    scene: Scene,
) -> None:
    notebook, file = a_notebook(f"{scene.root}/x"), a_file(f"{scene.root}/x.py")

    scene.writer.put(notebook, replace=False)
    scene.writer.put(file, replace=False)

    assert_there(scene, notebook)
    assert_there(scene, file)


def test_a_dashboard_becomes_a_dashboard(scene: Scene) -> None:
    path = f"{scene.root}/sales.lvdash.json"
    new = NewObject(path, DASHBOARD, Format.RAW, b'{"pages": []}')

    scene.writer.put(new, replace=False)
    scene.writer.put(replace(new, content=b'{"pages": [1]}'), replace=True)

    found = scene.at("sales.lvdash.json")
    assert (found.type, found.modified_at) == (DASHBOARD, None)
    assert scene.workspace.export(path, Format.RAW) == b'{"pages": [1]}'


def test_a_jupyter_notebook_keeps_its_cells_and_its_name(scene: Scene) -> None:
    new = a_jupyter_notebook(f"{scene.root}/from jupyter", "1 + 1")

    scene.writer.put(new, replace=False)

    assert_there(scene, new)


@pytest.mark.parametrize("build", [a_notebook, a_file])
def test_what_is_there_is_written_over_only_if_wanted(scene: Scene, build) -> None:  # type: ignore[no-untyped-def]
    new = build(f"{scene.root}/n")
    other = replace(new, content=new.content + b"\n# more")
    scene.writer.put(new, replace=False)
    before = scene.at("n")

    with pytest.raises(AlreadyExists):
        scene.writer.put(other, replace=False)
    assert_there(scene, new)
    scene.writer.put(other, replace=True)

    after = scene.at("n")
    assert_there(scene, other)
    assert after.object_id == before.object_id
    assert (after.modified_at or 0) > (before.modified_at or 0)


def test_a_notebook_is_written_over_in_another_language(scene: Scene) -> None:
    sql = "-- Databricks notebook source\n"
    new = a_notebook(f"{scene.root}/n", "select 1", "SQL", sql)
    scene.writer.put(a_notebook(new.path), replace=False)

    scene.writer.put(new, replace=True)

    assert_there(scene, new)


def test_what_comes_in_the_place_of_what_was_removed_is_another(scene: Scene) -> None:
    new = a_file(f"{scene.root}/a")
    scene.writer.put(new, replace=False)
    before = scene.at("a")
    scene.writer.delete(new.path)

    scene.writer.put(new, replace=False)

    assert_there(scene, new)
    assert scene.at("a").object_id != before.object_id


def a_jupyter_notebook(path: str, *cells: str) -> NewObject:
    plain = {"cell_type": "code", "metadata": {}, "outputs": []}
    document = {
        "cells": [
            plain | {"source": [text], "execution_count": None} for text in cells
        ],
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    content = json.dumps(document).encode()
    return NewObject(path, NOTEBOOK, Format.JUPYTER, content, "PYTHON")


def test_a_notebook_is_written_over_by_one_in_another_format(scene: Scene) -> None:
    new = a_jupyter_notebook(f"{scene.root}/n", "1 + 1", "2 + 2")
    scene.writer.put(a_notebook(new.path), replace=False)
    before = scene.at("n")

    scene.writer.put(new, replace=True)

    assert_there(scene, new)
    assert scene.at("n").object_id == before.object_id


def test_a_dashboard_that_is_there_is_kept_unless_wanted(scene: Scene) -> None:
    path = f"{scene.root}/sales.lvdash.json"
    old = NewObject(path, DASHBOARD, Format.RAW, b'{"pages": []}')
    scene.writer.put(old, replace=False)
    before = scene.at("sales.lvdash.json")

    with pytest.raises(AlreadyExists):
        scene.writer.put(replace(old, content=b'{"pages": [1]}'), replace=False)
    kept = scene.workspace.export(path, Format.RAW)
    scene.writer.put(replace(old, content=b'{"pages": [2]}'), replace=True)

    assert kept == old.content
    assert scene.at("sales.lvdash.json").object_id == before.object_id


def test_to_write_over_nothing_is_to_create(scene: Scene) -> None:
    new = a_notebook(f"{scene.root}/n")

    scene.writer.put(new, replace=True)

    assert_there(scene, new)


def objects_of_all_types(path: str) -> list[NewObject]:
    return [
        a_notebook(path),
        a_file(path),
        NewObject(path, DASHBOARD, Format.RAW, b'{"pages": []}'),
    ]


@pytest.mark.parametrize("over", [True, False])
@pytest.mark.parametrize(("old", "new"), [*itertools.permutations(range(3), 2)])
def test_another_type_is_never_written_over(
    scene: Scene,
    old: int,
    new: int,
    over: bool,  # noqa: FBT001
) -> None:
    kinds = objects_of_all_types(f"{scene.root}/n.lvdash.json")
    scene.writer.put(kinds[old], replace=False)

    with pytest.raises(AlreadyExists):
        scene.writer.put(kinds[new], replace=over)

    assert_there(scene, kinds[old])


def test_a_folder_is_never_written_over(scene: Scene) -> None:
    scene.writer.make_folder(f"{scene.root}/n")

    with pytest.raises(AlreadyExists):
        scene.writer.put(a_notebook(f"{scene.root}/n"), replace=True)

    assert scene.at("n").type == DIRECTORY


def test_without_a_folder_to_hold_it_nothing_is_put(scene: Scene) -> None:
    with pytest.raises(NotFound):
        scene.writer.put(a_notebook(f"{scene.root}/none/n"), replace=False)


def test_what_is_no_folder_holds_nothing(scene: Scene) -> None:
    scene.writer.put(a_file(f"{scene.root}/a"), replace=False)

    with pytest.raises(NotFound):
        scene.writer.put(a_notebook(f"{scene.root}/a/n"), replace=False)


def test_a_folder_comes_with_those_above_it_and_twice_is_as_once(scene: Scene) -> None:
    for _ in range(2):
        scene.writer.make_folder(f"{scene.root}/a/b/c")

    assert [o.name for o in scene.workspace.list(f"{scene.root}/a/b")] == ["c"]


def test_an_object_is_in_the_way_of_a_folder(scene: Scene) -> None:
    scene.writer.put(a_file(f"{scene.root}/a"), replace=False)

    with pytest.raises(AlreadyExists):
        scene.writer.make_folder(f"{scene.root}/a")
    with pytest.raises(AlreadyExists):
        scene.writer.make_folder(f"{scene.root}/a/b")


def test_an_empty_folder_is_removed(scene: Scene) -> None:
    scene.writer.make_folder(f"{scene.root}/a")

    scene.writer.delete(f"{scene.root}/a")

    assert scene.workspace.list(scene.root) == ()


def test_nothing_is_removed_where_no_folder_is(scene: Scene) -> None:
    scene.writer.delete(f"{scene.root}/none/a")

    assert scene.workspace.list(scene.root) == ()


def test_an_object_is_removed_and_twice_is_as_once(scene: Scene) -> None:
    scene.writer.put(a_file(f"{scene.root}/a"), replace=False)

    for _ in range(2):
        scene.writer.delete(f"{scene.root}/a")

    assert scene.workspace.list(scene.root) == ()


def test_a_folder_that_holds_something_is_not_removed(scene: Scene) -> None:
    scene.writer.make_folder(f"{scene.root}/a/b")

    with pytest.raises(RequestRefused):
        scene.writer.delete(f"{scene.root}/a")

    assert [o.name for o in scene.workspace.list(scene.root)] == ["a"]


def a_workspace_of_known_people(subject: str, server: str) -> WorkspaceWriter:
    """One in which only Ada has a home."""
    if subject == "fake":
        return FakeWorkspaceWriter(FakeWorkspace(), people=frozenset({"ada"}))
    users: dict[str, Any] = {"people": ["ada"], "known_only": True}
    requests.post(f"{server}/_local/users", json=users, timeout=9).raise_for_status()
    return DatabricksWorkspaceWriter(DatabricksClient(server, StaticToken(LOCAL_TOKEN)))


@pytest.mark.parametrize("subject", ["fake", "local"])
def test_nobody_has_no_home(subject: str, server: str) -> None:
    writer = a_workspace_of_known_people(subject, server)

    writer.make_folder("/Users/ada/reports")
    writer.put(a_file("/Users/ada/reports/a"), replace=False)

    with pytest.raises(AccessDenied):
        writer.make_folder("/Users/nobody/reports")
    with pytest.raises(AccessDenied):
        writer.put(a_file("/Users/nobody"), replace=False)
    with pytest.raises(AccessDenied):
        writer.make_folder("/Users/nobody")
    writer.delete("/Users/nobody/reports/a")


def test_the_top_is_there_and_so_are_folders_that_were_made(scene: Scene) -> None:
    for path in ("/", "/Shared", scene.root):
        scene.writer.make_folder(path)

    assert scene.workspace.list(scene.root) == ()
