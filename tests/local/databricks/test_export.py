"""`workspace/export`, asked by the real SDK and by hand."""

import base64
import io
import json
import random
import zipfile

import pytest
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import BadRequest, InvalidParameterValue
from databricks.sdk.service.workspace import ExportFormat, ImportFormat

from tests.local.databricks.conftest import Server, encoded

pytestmark = pytest.mark.conforms("documented: Workspace API, export")

LIMIT = 10_485_760
CELLS: dict[str, list[dict[str, object]]] = {
    "cells": [
        {"cell_type": "markdown", "metadata": {}, "source": ["# Title\n", "text"]},
        {
            "cell_type": "code",
            "metadata": {},
            "source": "print(1)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1\n"]}],
        },
        {"cell_type": "code", "metadata": {}, "source": ["%sql\n", "select 1"]},
    ]
}


def content(server: Server, path: str, wanted: ExportFormat) -> bytes:
    exported = server.sdk.workspace.export(path, format=wanted)
    return base64.b64decode(str(exported.content))


@pytest.mark.conforms("reported: databricks-sdk-py, integration tests")
@pytest.mark.parametrize(
    ("language", "first_line", "file_type"),
    [
        ("PYTHON", "# Databricks notebook source", "py"),
        ("SQL", "-- Databricks notebook source", "sql"),
        ("SCALA", "// Databricks notebook source", "scala"),
        ("R", "# Databricks notebook source", "r"),
    ],
)
def test_source_gets_its_header_and_no_last_newline(
    server: Server, language: str, first_line: str, file_type: str
) -> None:
    server.notebook("/a/x", "print(1)", language)

    exported = server.sdk.workspace.export("/a/x")

    assert base64.b64decode(str(exported.content)) == f"{first_line}\nprint(1)".encode()
    assert exported.file_type == file_type


@pytest.mark.conforms("reported: databricks/cli, integration tests")
def test_an_empty_notebook_is_header_and_newline(server: Server) -> None:
    server.notebook("/a/x", "")

    assert server.sdk.workspace.download("/a/x").read() == (
        b"# Databricks notebook source\n"
    )


@pytest.mark.conforms("reported: databricks/cli, libs/notebook")
def test_carriage_returns_and_byte_order_marks_are_content(server: Server) -> None:
    server.notebook("/a/x", "\ufeff# Databricks notebook source\r\n1\r\n")

    assert server.sdk.workspace.download("/a/x").read() == (
        b"# Databricks notebook source\n"
        b"\xef\xbb\xbf# Databricks notebook source\r\n1\r\n"
    )


def test_a_files_bytes_are_exact(server: Server) -> None:
    every_byte = bytes(range(256)) * 3
    server.file("/a/x.bin", every_byte)

    downloaded = server.sdk.workspace.download("/a/x.bin", format=ExportFormat.AUTO)

    assert downloaded.read() == every_byte
    assert server.sdk.workspace.download("/a/x.bin").read() == every_byte
    assert content(server, "/a/x.bin", ExportFormat.AUTO) == every_byte
    assert server.ask("GET", "/api/2.0/workspace-files/a/x.bin").content == every_byte


@pytest.mark.conforms("guess")
def test_exports_of_equal_content_are_equal_bytes(server: Server) -> None:
    server.notebook(
        "/a/x", "print(1)\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC *"
    )

    for wanted in ExportFormat:
        if wanted is not ExportFormat.R_MARKDOWN:
            first = content(server, "/a/x", wanted)
            assert content(server, "/a/x", wanted) == first


@pytest.mark.conforms("documented: Export and import Databricks notebooks")
def test_a_jupyter_notebook_loses_its_outputs_as_source(server: Server) -> None:
    server.sdk.workspace.import_(
        "/Shared/x",
        content=encoded(json.dumps(CELLS).encode()),
        format=ImportFormat.JUPYTER,
    )

    source = content(server, "/Shared/x", ExportFormat.SOURCE)
    cells = json.loads(content(server, "/Shared/x", ExportFormat.AUTO))["cells"]

    assert source == (
        b"# Databricks notebook source\n"
        b"# MAGIC %md\n# MAGIC # Title\n# MAGIC text\n"
        b"\n# COMMAND ----------\n\nprint(1)\n"
        b"\n# COMMAND ----------\n\n# MAGIC %sql\n# MAGIC select 1"
    )
    assert cells[1]["outputs"] == CELLS["cells"][1]["outputs"]


@pytest.mark.conforms("guess")
@pytest.mark.parametrize(
    ("exported_as", "imported_as"),
    [
        (ExportFormat.JUPYTER, ImportFormat.JUPYTER),
        (ExportFormat.HTML, ImportFormat.HTML),
    ],
)
def test_a_notebook_survives_the_way_through_another_format(
    server: Server, exported_as: ExportFormat, imported_as: ImportFormat
) -> None:
    source = "-- MAGIC %md\n-- MAGIC # Hi\n\n-- COMMAND ----------\n\nselect 1"
    server.notebook("/a/x", source, "SQL")
    page = server.sdk.workspace.export("/a/x", format=exported_as)

    server.sdk.workspace.import_("/a/y", content=page.content, format=imported_as)

    assert content(server, "/a/y", ExportFormat.SOURCE) == (
        b"-- Databricks notebook source\n" + source.encode()
    )


@pytest.mark.conforms("guess")
def test_r_markdown_is_for_r(server: Server) -> None:
    server.notebook(
        "/a/r", "x <- 1\n\n# COMMAND ----------\n\n# MAGIC %md\n# MAGIC Hi", "R"
    )
    server.notebook("/a/py", "1")

    text = content(server, "/a/r", ExportFormat.R_MARKDOWN)

    assert b"```{r}\nx <- 1\n```\n\nHi" in text
    with pytest.raises(BadRequest):
        content(server, "/a/py", ExportFormat.R_MARKDOWN)


def test_formats_are_case_sensitive(server: Server) -> None:
    server.notebook("/a/x")

    status, code, _ = server.refused(
        "GET", "workspace/export", path="/a/x", format="source"
    )

    assert (status, code) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.conforms(
    "documented: Workspace API, export (10 MB)", "where exactly is a guess"
)
def test_ten_megabytes_pass_and_one_byte_more_does_not(server: Server) -> None:
    server.store.add("/fits", "FILE", content=b"x" * LIMIT)
    server.store.add("/big", "FILE", content=b"x" * (LIMIT + 1))

    assert len(content(server, "/fits", ExportFormat.AUTO)) == LIMIT
    with pytest.raises(BadRequest) as refused:
        server.sdk.workspace.export("/big", format=ExportFormat.AUTO)
    assert refused.value.error_code == "BAD_REQUEST"
    assert str(refused.value) == (
        "File size imported is (10485761 bytes), exceeded max size (10485760 bytes)"
    )


@pytest.mark.conforms(
    "reported: databricks/cli#3691, databrickslabs/migrate#247, databricks/cli, filer"
)
@pytest.mark.parametrize(
    ("form", "code", "words"),
    [
        (None, "BAD_REQUEST", "Size exceeds 10485760 bytes"),
        ("file", "BAD_REQUEST", "exceeded max size (10485760 bytes)"),
        ("max_notebook_size", "MAX_NOTEBOOK_SIZE_EXCEEDED", "exceeded max size"),
        ("max_read_size", "MAX_READ_SIZE_EXCEEDED", "exceeded max size"),
    ],
)
def test_the_size_error_has_four_known_forms(
    server: Server, form: str | None, code: str, words: str
) -> None:
    server.store.add(
        "/big", "NOTEBOOK", content=b"x" * LIMIT, language="SQL", form="SOURCE"
    )
    server.local("POST", "settings", {"size_error": form})

    with pytest.raises(DatabricksError, match="10485760") as refused:
        server.sdk.workspace.export("/big")

    assert refused.value.error_code == code
    assert words in str(refused.value)


@pytest.mark.conforms(
    "reported: databricks-sdk-py, integration tests", "from which size is a guess"
)
def test_large_answers_are_compressed_and_small_ones_are_not(server: Server) -> None:
    server.file("/a/large", b"x" * 100_000)
    server.file("/a/small", b"x" * 100)

    encodings = [
        server.ask(
            "GET", "/api/2.0/workspace/export", path=path, format="AUTO"
        ).headers.get("Content-Encoding")
        for path in ("/a/large", "/a/small")
    ]

    assert encodings == ["gzip", None]
    large = server.sdk.workspace.download("/a/large", format=ExportFormat.AUTO)
    assert large.read() == b"x" * 100_000


@pytest.mark.conforms("reported: databricks/cli#4081", "statuses are guesses")
@pytest.mark.parametrize(
    ("object_type", "status", "words"),
    [
        ("MLFLOW_EXPERIMENT", 403, "No access to read file at /Shared/x"),
        ("LIBRARY", 400, "not supported"),
        ("SOMETHING_NEW", 403, "No access to read file"),
    ],
)
def test_some_types_cannot_be_exported(
    server: Server, object_type: str, status: int, words: str
) -> None:
    server.local("POST", "objects", {"path": "/Shared/x", "object_type": object_type})

    answer = server.refused("GET", "workspace/export", path="/Shared/x", format="AUTO")

    assert answer[0] == status
    assert words in answer[2]


def folder_of_three(server: Server) -> None:
    server.notebook("/a/top/deep/x", "print(1)")
    server.notebook("/a/top/y", "select 1", "SQL")
    server.file("/a/top/data.csv", b"1,2\n")
    server.local("POST", "objects", {"path": "/a/top/e", "object_type": "LIBRARY"})


@pytest.mark.conforms("reported: AUTO, by notebooks in public", "SOURCE is a guess")
@pytest.mark.parametrize(
    ("wanted", "files"),
    [
        (ExportFormat.AUTO, {"top/data.csv", "top/deep/x.py", "top/y.sql"}),
        (ExportFormat.SOURCE, {"top/deep/x.py", "top/y.sql"}),
    ],
)
def test_a_folder_comes_as_a_zip_that_begins_with_its_name(
    server: Server, wanted: ExportFormat, files: set[str]
) -> None:
    folder_of_three(server)

    with zipfile.ZipFile(io.BytesIO(content(server, "/a/top", wanted))) as archive:
        names = set(archive.namelist())
        dates = {member.date_time for member in archive.infolist()}
        text = archive.read("top/deep/x.py")

    assert names == files | {"top/", "top/deep/"}
    assert dates == {(1980, 1, 1, 0, 0, 0)}
    assert text == b"# Databricks notebook source\nprint(1)"


@pytest.mark.conforms("reported: databricks-cli#369", "of which bytes is a guess")
def test_a_folder_over_ten_megabytes_is_refused(server: Server) -> None:
    server.sdk.workspace.mkdirs("/a/top")
    noise = bytes((n * n * 31 + n // 7) % 251 for n in range(200_000))
    for number in range(3):
        body = noise * 20 + bytes([number])
        server.store.add(f"/a/top/{number}", "FILE", content=body)
    server.local("POST", "settings", {"size_error": "max_notebook_size"})

    assert content(server, "/a/top", ExportFormat.SOURCE)[:2] == b"PK"
    server.store.add("/a/top/4", "FILE", content=incompressible(LIMIT))
    with pytest.raises(DatabricksError) as refused:
        content(server, "/a/top", ExportFormat.AUTO)
    assert refused.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"


def incompressible(size: int) -> bytes:
    return random.Random(1).randbytes(size)


@pytest.mark.conforms("documented: Workspace API, import (DBC)")
def test_an_archive_of_a_folder_can_be_imported_elsewhere(server: Server) -> None:
    folder_of_three(server)
    archive = content(server, "/a/top", ExportFormat.DBC)

    server.sdk.workspace.import_(
        "/b", content=encoded(archive), format=ImportFormat.DBC
    )

    assert server.paths("/b/top") == ["/b/top/deep", "/b/top/y"]
    assert content(server, "/b/top/deep/x", ExportFormat.SOURCE) == (
        b"# Databricks notebook source\nprint(1)"
    )


def test_other_formats_are_not_for_folders(server: Server) -> None:
    with pytest.raises(InvalidParameterValue):
        content(server, "/Shared", ExportFormat.JUPYTER)
