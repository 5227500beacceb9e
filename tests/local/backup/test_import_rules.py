import pytest

from local.backup.import_rules import (
    PLAIN,
    ClashError,
    Kind,
    folders,
    placed,
    recognised,
)

SQL = Kind("NOTEBOOK", "SOURCE", "SQL")
PYTHON = Kind("NOTEBOOK", "SOURCE", "PYTHON")
JUPYTER = Kind("NOTEBOOK", "JUPYTER")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.py", b"# Databricks notebook source\nprint(1)", PYTHON),
        ("x.py", b"# Databricks notebook source", PYTHON),
        ("X.PY", b"# Databricks notebook source\n", PYTHON),
        ("x.py", b"# Databricks notebook source\r\nprint(1)", PYTHON),
        ("x.r", b"# Databricks notebook source\n", Kind("NOTEBOOK", "SOURCE", "R")),
        ("x.R", b"# Databricks notebook source\n", Kind("NOTEBOOK", "SOURCE", "R")),
        (
            "x.sql",
            b"-- Databricks notebook source\n",
            Kind("NOTEBOOK", "SOURCE", "SQL"),
        ),
        (
            "x.scala",
            b"// Databricks notebook source\n",
            Kind("NOTEBOOK", "SOURCE", "SCALA"),
        ),
        ("x.py", b"print(1)", PLAIN),
        ("x.py", b"", PLAIN),
        ("x.py", b"\xef\xbb\xbf# Databricks notebook source\n", PLAIN),
        ("x.py", b"# Databricks notebook source \n", PLAIN),
        ("x.py", b"\n# Databricks notebook source\n", PLAIN),
        ("x.py", b"-- Databricks notebook source\n", PLAIN),
        ("x.txt", b"# Databricks notebook source\n", PLAIN),
        ("x", b"# Databricks notebook source\n", PLAIN),
        (".py", b"# Databricks notebook source\n", PLAIN),
        ("x.ipynb", b'{"nbformat": 4, "cells": []}', JUPYTER),
        ("x.ipynb", b'{"cells": []}', PLAIN),
        ("x.ipynb", b"[1]", PLAIN),
        ("x.ipynb", b"no json", PLAIN),
        ("x.ipynb", b"[" * 100_000, PLAIN),
        ("x.lvdash.json", b"{}", PLAIN),
    ],
)
def test_a_file_is_what_the_cli_takes_it_for(
    name: str, content: bytes, kind: Kind
) -> None:
    assert recognised(name, content) == kind


def paths(kinds: dict[str, Kind]) -> dict[str, str]:
    return {each.source: each.path for each in placed(kinds)}


def test_notebooks_lose_their_extension_and_files_keep_it() -> None:
    kinds = {"a/load.py": PYTHON, "a/lib.py": PLAIN, "b.ipynb": JUPYTER}

    assert paths(kinds) == {
        "a/lib.py": "/a/lib.py",
        "a/load.py": "/a/load",
        "b.ipynb": "/b",
    }


def test_only_the_last_extension_goes() -> None:
    assert paths({"v1.2.py": PYTHON}) == {"v1.2.py": "/v1.2"}


def test_the_second_notebook_of_a_name_keeps_its_extension() -> None:
    kinds = {"x.py": PYTHON, "x.ipynb": JUPYTER}

    assert paths(kinds) == {"x.ipynb": "/x", "x.py": "/x.py"}


@pytest.mark.parametrize("other", ["x", "x/y.txt"])
def test_a_notebook_gives_way_to_a_file_or_folder_of_its_name(other: str) -> None:
    assert paths({"x.py": PYTHON, other: PLAIN})["x.py"] == "/x.py"


def test_a_notebook_without_a_name_left_is_a_clash() -> None:
    # The folder x.py cannot lie beside the file x.py; a notebook x cannot either.
    kinds = {"x.py": PYTHON, "x": PLAIN, "x.py/y": PLAIN}

    with pytest.raises(ClashError, match=r"x\.py has no name left"):
        placed(kinds)


def test_folders_come_parents_first() -> None:
    assert folders(["a/b/c/f", "a/f", "z"]) == ["a", "a/b", "a/b/c"]
