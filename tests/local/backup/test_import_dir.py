import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.web import Web
from local.backup.import_dir import FolderLoader, Loaded, Memory
from local.backup.workspace import Held, Workspace
from local.databricks.app import LOCAL_TOKEN

NOTEBOOK = b"# Databricks notebook source\nprint(1)"
JUPYTER = json.dumps({"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {}})


class Desk:
    """A folder on disk and a workspace to load it into."""

    def __init__(self, web: Web, folder: Path) -> None:
        self.web = web
        self.folder = folder / "source"
        self.folder.mkdir()
        self.memory = folder / "memory.json"
        self.workspace = Workspace(web)

    def write(self, name: str, content: bytes = b"x") -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def load(self) -> Loaded:
        return FolderLoader(self.folder, self.workspace, Memory(self.memory))()

    def held(self, folder: str) -> dict[str, Held]:
        return {each.path: each for each in self.workspace.children(folder) or ()}

    def imports(self) -> int:
        counts = self.web.call("GET", "/_local/stats").body["routes"]
        return int(counts.get("POST /api/2.0/workspace/import", 0))


@pytest.fixture
def desk(workspace_url: str, tmp_path: Path) -> Iterator[Desk]:
    token = {"Authorization": f"Bearer {LOCAL_TOKEN}"}
    with Web(workspace_url, token) as web:
        yield Desk(web, tmp_path)


def test_a_folder_is_loaded_by_the_rules_of_the_cli(desk: Desk) -> None:
    desk.write("etl/load.py", NOTEBOOK)
    desk.write("etl/lib.py", b"def f(): ...\r\n\xff")
    desk.write("etl/deep/er/look.ipynb", JUPYTER.encode())

    loaded = desk.load()

    assert loaded == Loaded(imported=3, same=0)
    assert desk.held("/etl")["/etl/load"].type == "NOTEBOOK"
    assert desk.held("/etl")["/etl/load"].language == "PYTHON"
    assert desk.held("/etl")["/etl/lib.py"].type == "FILE"
    assert desk.held("/etl/deep/er")["/etl/deep/er/look"].type == "NOTEBOOK"
    query = {"path": "/etl/lib.py", "direct_download": "true"}
    raw = desk.web._pool.request(
        "GET", f"{desk.web.base}/api/2.0/workspace/export", fields=query
    )
    assert raw.data == b"def f(): ...\r\n\xff"


def test_a_second_load_touches_nothing(desk: Desk) -> None:
    desk.write("a/load.py", NOTEBOOK)
    desk.write("b.txt")
    desk.load()
    before, imports = desk.held("/a"), desk.imports()

    loaded = desk.load()

    assert loaded == Loaded(imported=0, same=2)
    assert desk.held("/a") == before
    assert desk.imports() == imports == 2


def test_only_what_differs_is_imported_again(desk: Desk) -> None:
    desk.write("a.txt", b"1")
    desk.write("b.txt", b"1")
    desk.load()
    before = desk.held("/")
    desk.write("b.txt", b"2")

    loaded = desk.load()

    assert loaded == Loaded(imported=1, same=1)
    assert desk.held("/")["/a.txt"] == before["/a.txt"]
    assert desk.held("/")["/b.txt"].object_id == before["/b.txt"].object_id


def test_what_somebody_deleted_in_the_workspace_comes_back(desk: Desk) -> None:
    desk.write("a.txt")
    desk.load()
    desk.workspace.delete("/a.txt")

    assert desk.load() == Loaded(imported=1, same=0)
    assert "/a.txt" in desk.held("/")


def test_a_new_workspace_is_not_taken_for_the_old_one(desk: Desk) -> None:
    desk.write("a.txt")
    desk.load()
    facts = json.loads(desk.memory.read_text())
    facts["files"]["/a.txt"][1] += 1
    desk.memory.write_text(json.dumps(facts))

    assert desk.load() == Loaded(imported=1, same=0)


def test_a_file_that_became_a_notebook_replaces_it(desk: Desk) -> None:
    desk.write("x.py", NOTEBOOK)
    desk.write("x.txt", b"")
    desk.load()
    desk.write("x.py", b"-- nothing")
    desk.write("x.sql", b"-- Databricks notebook source\nselect 1")

    loaded = desk.load()

    assert loaded.refused == ()
    assert desk.held("/")["/x"].language == "SQL"
    assert desk.held("/")["/x.py"].type == "FILE"


def test_what_cannot_be_loaded_is_named_and_the_rest_is(
    desk: Desk, tmp_path: Path
) -> None:
    desk.write("good.txt")
    (tmp_path / "elsewhere").mkdir()
    (desk.folder / "link").symlink_to(tmp_path / "elsewhere")
    (desk.folder / "nowhere").symlink_to(tmp_path / "not there")
    desk.write("large.bin", b"\0" * (10 * 1024 * 1024 + 1))

    loaded = desk.load()

    assert loaded.imported == 1
    assert [refusal.partition(":")[0] for refusal in loaded.refused] == [
        "link",
        "nowhere",
        "large.bin",
    ]
    assert "/good.txt" in desk.held("/")


def test_what_was_refused_is_tried_again(desk: Desk) -> None:
    desk.write("a.bin", b"1")
    desk.load()
    desk.write("a.bin", b"\0" * (10 * 1024 * 1024 + 1))
    first = desk.load()

    second = desk.load()

    assert len(first.refused) == len(second.refused) == 1


def test_a_notebook_that_keeps_its_extension_is_told(desk: Desk) -> None:
    desk.write("x.py", NOTEBOOK)
    desk.write("x.ipynb", JUPYTER.encode())

    loaded = desk.load()

    assert [each.path for each in loaded.renamed] == ["/x.py"]
    assert {"/x", "/x.py"} <= desk.held("/").keys()


@pytest.mark.parametrize("raw", ["", "[]", '{"files": 5}', '{"files": {}}'])
def test_a_memory_that_cannot_be_read_is_forgotten(tmp_path: Path, raw: str) -> None:
    file = tmp_path / "memory.json"
    file.write_text(raw)

    assert Memory(file).generated == 0
