"""The legacy `databricks` command, unchanged: what it lists, exports and imports.

It drops the port from its host setting, so the server is named to it as a proxy:
whoever sends the whole address in its request line is answered all the same.
"""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from local.databricks.app import LOCAL_TOKEN
from tests.local.databricks.conftest import Server

pytestmark = pytest.mark.conforms("reported: databricks-cli 0.18.0 (PyPI)")

PROGRAM = Path(sys.executable).with_name("databricks")


@pytest.fixture
def databricks(server: Server, tmp_path: Path) -> "Command":
    return Command(server, tmp_path)


class Command:
    def __init__(self, server: Server, home: Path) -> None:
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "LC_ALL": "C.UTF-8",
            "PYTHONWARNINGS": "ignore",
            "HTTP_PROXY": server.url,
            "http_proxy": server.url,
            "DATABRICKS_HOST": "http://workspace.example",
            "DATABRICKS_TOKEN": LOCAL_TOKEN,
        }

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(PROGRAM), "workspace", *arguments],
            env=self.environment,
            check=False,
            capture_output=True,
            text=True,
            timeout=60,
        )

    def __call__(self, *arguments: str) -> str:
        done = self.run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def test_folders_are_listed(server: Server, databricks: Command) -> None:
    server.notebook("/Shared/load", "1", "SQL")
    server.sdk.workspace.mkdirs("/Shared/deep")
    server.sdk.workspace.mkdirs("/Empty")

    names = databricks("ls", "/Shared").split()
    rows = [line.split() for line in databricks("ls", "-l", "/Shared").splitlines()]
    empty = databricks("ls", "/Empty")

    assert names == ["deep", "load"]
    assert rows == [["DIRECTORY", "deep"], ["NOTEBOOK", "load", "SQL"]]
    assert empty.strip() == ""


def test_a_directory_is_exported_with_names_by_language(
    server: Server, databricks: Command, tmp_path: Path
) -> None:
    server.notebook("/etl/load", "print(1)")
    server.notebook("/etl/deep/names: été | 1", "select 1", "SQL")
    server.file("/etl/notes.txt", b"kept in the workspace")

    said = databricks("export_dir", "/etl", str(tmp_path / "out"))

    found = {
        str(path.relative_to(tmp_path / "out")): path.read_text()
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    }
    assert found == {
        "load.py": "# Databricks notebook source\nprint(1)",
        "deep/names: été | 1.sql": "-- Databricks notebook source\nselect 1",
    }
    assert "/etl/notes.txt is neither a dir or a notebook. Skip." in said


def test_a_directory_is_imported_without_extensions(
    server: Server, databricks: Command, tmp_path: Path
) -> None:
    source = tmp_path / "src"
    (source / "deep").mkdir(parents=True)
    (source / "load.py").write_text("print(1)")
    (source / "deep/view.sql").write_text("-- Databricks notebook source\nselect 1")
    document = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 0}
    (source / "kept.ipynb").write_text(json.dumps(document))

    databricks("import_dir", str(source), "/imported")

    kinds = {
        path: one.get("language")
        for path, one in server.tree().items()
        if path.startswith("/imported/") and one["object_type"] == "NOTEBOOK"
    }
    assert kinds == {
        "/imported/load": "PYTHON",
        "/imported/deep/view": "SQL",
        "/imported/kept": "PYTHON",
    }


def test_what_is_exported_can_be_imported_again(
    server: Server, databricks: Command, tmp_path: Path
) -> None:
    server.notebook("/a/x", "print(1)\n\n# COMMAND ----------\n\nprint(2)")
    server.notebook("/a/b/y", "1 + 1", "SCALA")
    server.notebook("/a/b/z", "plot(1)", "R")

    databricks("export_dir", "/a", str(tmp_path / "out"))
    databricks("import_dir", str(tmp_path / "out"), "/again")

    for name in ("x", "b/y", "b/z"):
        before = server.ask(
            "GET",
            "/api/2.0/workspace/export",
            path=f"/a/{name}",
            direct_download="true",
        )
        after = server.ask(
            "GET",
            "/api/2.0/workspace/export",
            path=f"/again/{name}",
            direct_download="true",
        )
        assert after.content == before.content != b""


def test_one_notebook_goes_in_and_out_in_each_format(
    databricks: Command, tmp_path: Path
) -> None:
    (tmp_path / "x.py").write_text("print(1)")
    databricks("mkdirs", "/one")
    databricks(
        "import", "-l", "PYTHON", "-f", "SOURCE", str(tmp_path / "x.py"), "/one/x"
    )

    for form in ("SOURCE", "HTML", "JUPYTER", "DBC"):
        databricks("export", "-f", form, "/one/x", str(tmp_path / form))

    assert (tmp_path / "SOURCE").read_text().endswith("print(1)")
    assert (tmp_path / "HTML").read_bytes().lstrip()[:9].lower() == b"<!doctype"
    assert json.loads((tmp_path / "JUPYTER").read_text())["nbformat"] == 4
    assert (tmp_path / "DBC").read_bytes()[:2] == b"PK"
    again = ("import", "-l", "PYTHON", str(tmp_path / "x.py"), "/one/x")
    assert "RESOURCE_ALREADY_EXISTS" in databricks.run(*again).stdout
    databricks(*again, "-o")


def test_deletion_and_refusals_are_shown_with_their_code(
    server: Server, databricks: Command
) -> None:
    server.notebook("/a/x")

    missing = databricks.run("ls", "/none")
    full = databricks.run("rm", "/a")
    databricks("rm", "-r", "/a")

    assert missing.returncode != 0
    assert "RESOURCE_DOES_NOT_EXIST" in missing.stdout + missing.stderr
    assert "DIRECTORY_NOT_EMPTY" in full.stdout + full.stderr
    assert "/a" not in server.tree()
