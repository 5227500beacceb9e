"""What a notebook is as text."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.databricks import jupyter, notebooks
from local.databricks.notebooks import Cell

pytestmark = pytest.mark.conforms("documented: Export and import Databricks notebooks")

LANGUAGES = sorted(notebooks.COMMENTS)
SEPARATED = """print(1)

# COMMAND ----------

# DBTITLE 1,Totals
x = 2


# COMMAND ----------

# MAGIC %sql
# MAGIC select 1
# MAGIC
# MAGIC from t"""


@pytest.mark.parametrize(
    ("language", "first_line"),
    [
        ("PYTHON", b"# Databricks notebook source"),
        ("R", b"# Databricks notebook source"),
        ("SQL", b"-- Databricks notebook source"),
        ("SCALA", b"// Databricks notebook source"),
    ],
)
def test_each_language_has_its_header(language: str, first_line: bytes) -> None:
    assert notebooks.source_of(b"1", language) == first_line + b"\n1"


@pytest.mark.conforms("reported: databricks-sdk-py, integration tests")
@given(st.binary(max_size=60), st.sampled_from(LANGUAGES))
def test_what_was_exported_comes_back_the_same(content: bytes, language: str) -> None:
    exported = notebooks.source_of(notebooks.body_of(content, language), language)

    again = notebooks.source_of(notebooks.body_of(exported, language), language)

    assert again == exported


@pytest.mark.conforms("reported: databricks/cli, libs/notebook")
@pytest.mark.parametrize(
    ("source", "body"),
    [
        (b"# Databricks notebook source\nprint(1)", b"print(1)"),
        (b"print(1)", b"print(1)"),
        (b"# Databricks notebook source", b""),
        (b"# Databricks notebook source\n", b""),
        (b"# Databricks notebook source\r\n1", b"# Databricks notebook source\r\n1"),
        (
            b"\xef\xbb\xbf# Databricks notebook source\n1",
            b"\xef\xbb\xbf# Databricks notebook source\n1",
        ),
        (b"-- Databricks notebook source\n1", b"-- Databricks notebook source\n1"),
    ],
)
def test_only_the_exact_header_is_taken_off(source: bytes, body: bytes) -> None:
    assert notebooks.body_of(source, "PYTHON") == body


def test_commands_are_split_at_separators_and_magic_is_undone() -> None:
    assert notebooks.cells_of(SEPARATED.encode(), "PYTHON") == [
        Cell("print(1)"),
        Cell("x = 2\n", "Totals"),
        Cell("%sql\nselect 1\n\nfrom t"),
    ]


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r\n#-/%"), max_size=9)
cells = st.builds(
    lambda rows, magic: Cell(magic + "\n".join(rows)),
    st.lists(lines.filter(str.strip), min_size=1, max_size=3),
    st.sampled_from(["", "%md\n", "%sql\n"]),
)


@given(st.lists(cells, min_size=1, max_size=4), st.sampled_from(LANGUAGES))
def test_joined_commands_are_split_into_the_same(
    found: list[Cell], language: str
) -> None:
    assert notebooks.cells_of(notebooks.body_from(found, language), language) == found


@given(st.lists(cells, min_size=1, max_size=4), st.sampled_from(LANGUAGES))
def test_commands_survive_a_jupyter_document(found: list[Cell], language: str) -> None:
    document = jupyter.read(jupyter.document_from(found, language, "x", "seed"))

    assert jupyter.cells_of(document) == found
    assert jupyter.language_of(document) == language


@pytest.mark.conforms(
    "reported: databricks/cli, filer test", "that it then rests is a guess"
)
def test_a_kept_document_changes_once_and_then_never_again() -> None:
    plain = {"cells": [{"cell_type": "code", "source": "1"}]}

    once = jupyter.normalised(json.loads(json.dumps(plain)), "x", "seed")
    twice = jupyter.normalised(jupyter.read(once), "x", "another seed")

    assert twice == once


@pytest.mark.conforms("reported: databricks/cli, integration tests")
@pytest.mark.parametrize(
    ("name", "content", "recognised"),
    [
        ("a.py", b"# Databricks notebook source\n1", ("PYTHON", "SOURCE")),
        ("a.SQL", b"-- Databricks notebook source\n1", ("SQL", "SOURCE")),
        ("a.r", b"# Databricks notebook source", ("R", "SOURCE")),
        ("a.scala", b"// Databricks notebook source\n1", ("SCALA", "SOURCE")),
        ("a.ipynb", b"{}", ("PYTHON", "JUPYTER")),
        ("a.designer.ipynb", b"{}", None),
        ("a.py", b"print(1)", None),
        ("a.sql", b"# Databricks notebook source\n1", None),
        ("a", b"# Databricks notebook source\n1", None),
        ("a.py", b"\xef\xbb\xbf# Databricks notebook source\n1", None),
        ("a.py", b"# Databricks notebook source\r\n1", None),
        (".py", b"# Databricks notebook source\n1", None),
    ],
)
def test_auto_makes_a_notebook_of_extension_and_header_together(
    name: str, content: bytes, recognised: tuple[str, str] | None
) -> None:
    assert notebooks.recognise(name, content) == recognised
