"""`workspace/import`, `mkdirs` and `delete`, asked by the real SDK and by hand."""

import io
import zipfile

import pytest
from databricks.sdk.core import DatabricksError
from databricks.sdk.errors import (
    BadRequest,
    NotFound,
    ResourceAlreadyExists,
)
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.local.databricks.conftest import START, Server, encoded

pytestmark = pytest.mark.conforms("reported: databricks/cli, integration tests")

HEADED = b"# Databricks notebook source\nprint(1)"


def types(server: Server, folder: str) -> dict[str, str]:
    listed = server.get("workspace/list", path=folder).get("objects", [])
    return {one["path"]: one["object_type"] for one in listed}


def zip_of(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


@pytest.mark.conforms("reported: databricks-sdk-py, integration tests")
def test_source_with_a_language_keeps_the_name_whatever_it_is(server: Server) -> None:
    server.sdk.workspace.upload(
        "/Shared/x.py",
        b"print(1)",
        format=ImportFormat.SOURCE,
        language=Language.PYTHON,
    )

    assert types(server, "/Shared") == {"/Shared/x.py": "NOTEBOOK"}
    assert server.sdk.workspace.download("/Shared/x.py").read() == HEADED


def test_auto_decides_by_extension_and_header(server: Server) -> None:
    for name, content in [
        ("headed.py", HEADED),
        ("plain.py", b"print(1)"),
        ("bare", HEADED),
        ("cells.ipynb", b'{"cells": []}'),
        ("canvas.designer.ipynb", b'{"cells": []}'),
        ("board.lvdash.json", b"{}"),
        ("windows.py", HEADED.replace(b"\n", b"\r\n")),
    ]:
        server.sdk.workspace.upload(
            f"/Shared/{name}", content, format=ImportFormat.AUTO
        )

    assert types(server, "/Shared") == {
        "/Shared/bare": "FILE",
        "/Shared/board.lvdash.json": "DASHBOARD",
        "/Shared/canvas.designer.ipynb": "FILE",
        "/Shared/cells": "NOTEBOOK",
        "/Shared/headed": "NOTEBOOK",
        "/Shared/plain.py": "FILE",
        "/Shared/windows.py": "FILE",
    }


@pytest.mark.conforms("reported: terraform-provider-databricks, workspace_file")
def test_raw_is_always_a_file(server: Server) -> None:
    server.sdk.workspace.upload("/Shared/x.py", HEADED, format=ImportFormat.RAW)

    assert types(server, "/Shared") == {"/Shared/x.py": "FILE"}
    assert server.sdk.workspace.download("/Shared/x.py").read() == HEADED


@pytest.mark.conforms("reported: databricks/cli, duplicatePathError")
def test_a_notebook_lives_beside_the_file_of_its_git_name(server: Server) -> None:
    server.notebook("/a/x", "print(1)")
    server.file("/a/x.py", b"print(2)")

    assert types(server, "/a") == {"/a/x": "NOTEBOOK", "/a/x.py": "FILE"}


@pytest.mark.conforms("reported: databricks/cli#1827")
def test_a_jupyter_notebook_keeps_the_language_it_names(server: Server) -> None:
    document = b'{"cells": [], "metadata": {"language_info": {"name": "scala"}}}'
    server.sdk.workspace.upload("/Shared/x", document, format=ImportFormat.JUPYTER)

    assert server.sdk.workspace.get_status("/Shared/x").language is Language.SCALA


@pytest.mark.conforms("reported: terraform-provider-databricks, ImportResponse")
def test_the_answer_carries_the_objects_id(server: Server) -> None:
    body = {"path": "/Shared/x", "content": encoded(b"1"), "language": "SQL"}
    answer = server.ask("POST", "/api/2.0/workspace/import", body).json()

    assert answer["object_id"] == server.sdk.workspace.get_status("/Shared/x").object_id


@pytest.mark.conforms("guess")
def test_overwriting_keeps_the_id_and_moves_the_time(server: Server) -> None:
    server.notebook("/a/x", "1")
    before = server.sdk.workspace.get_status("/a/x")
    server.notebook("/a/x", "2", "SQL")
    after = server.sdk.workspace.get_status("/a/x")

    assert after.object_id == before.object_id
    assert (before.modified_at, after.modified_at) == (START, START + 1)
    assert after.created_at == START
    assert after.language is Language.SQL


@pytest.mark.conforms("reported: databricks/cli, filer", "databrickslabs/migrate#15")
def test_what_exists_is_not_overwritten_unasked(server: Server) -> None:
    server.notebook("/a/notebook")
    server.file("/a/file")
    body = {"content": encoded(b"1"), "language": "PYTHON", "format": "SOURCE"}
    raw = {"content": encoded(b"1"), "format": "RAW"}

    notebook = server.refused(
        "POST", "workspace/import", {"path": "/a/notebook", **body}
    )
    file = server.refused("POST", "workspace/import", {"path": "/a/file", **raw})

    assert notebook == (
        *(400, "RESOURCE_ALREADY_EXISTS"),
        "Path (/a/notebook) already exists.",
    )
    assert file == (409, "RESOURCE_ALREADY_EXISTS", "Path (/a/file) already exists.")


@pytest.mark.conforms("reported: databricks/cli#2751, #3386")
def test_even_overwrite_does_not_change_a_type(server: Server) -> None:
    server.notebook("/a/x.py")

    with pytest.raises(
        ResourceAlreadyExists, match=r"Node named 'x\.py' already exists"
    ):
        server.file("/a/x.py")
    with pytest.raises(ResourceAlreadyExists):
        server.file("/a")


@pytest.mark.conforms("reported: databricks/cli, testserver")
def test_a_parent_must_exist(server: Server) -> None:
    with pytest.raises(NotFound, match=r"The parent folder \(/no\) does not exist\."):
        server.sdk.workspace.upload("/no/x", b"1", format=ImportFormat.RAW)


@pytest.mark.conforms("guess")
def test_a_file_is_no_parent(server: Server) -> None:
    server.file("/a/x")

    body = {"path": "/a/x/y", "content": "", "format": "RAW"}
    status, _, message = server.refused("POST", "workspace/import", body)

    assert (status, message) == (400, "Path (/a/x) is not a directory")


@pytest.mark.conforms("reported: databricks/cli#3691")
def test_more_than_ten_megabytes_is_refused(server: Server) -> None:
    with pytest.raises(DatabricksError) as refused:
        server.file("/a/x", b"x" * (10_485_760 + 1))

    assert refused.value.error_code == "MAX_NOTEBOOK_SIZE_EXCEEDED"
    assert types(server, "/a") == {}


@pytest.mark.conforms(
    "reported: databricks/cli, filer", "terraform-provider-databricks#4077"
)
def test_a_large_file_comes_in_by_the_other_door(server: Server) -> None:
    body = b"x" * (10_485_760 + 1)
    url = f"{server.url}/api/2.0/workspace-files/import-file/Shared%2Fx%20y"
    server.http.post(url, data=body, headers=server.headers, timeout=20)
    again = server.http.post(url, data=body, headers=server.headers, timeout=20)
    over = server.http.post(
        f"{url}?overwrite=true", data=b"1", headers=server.headers, timeout=20
    )

    assert (again.status_code, over.status_code) == (409, 200)
    assert server.sdk.workspace.download("/Shared/x y").read() == b"1"


@pytest.mark.conforms("reported: databricks/cli, bundle/deploy/lock, and users")
def test_ten_thousand_children_fill_a_folder(server: Server) -> None:
    wanted = {"notebooks": 9000, "folders": 1, "root": "/b", "mean_bytes": 9}
    server.local("POST", "generate", wanted)
    (folder,) = server.paths("/b")
    room = 10_000 - server.store.count_children(folder)
    for number in range(room):
        server.store.add(f"{folder}/last {number}", "FILE", content=b"")

    for body in (
        {"path": f"{folder}/x", "content": "", "format": "RAW"},
        {"path": f"{folder}/x", "content": "", "format": "RAW", "overwrite": True},
    ):
        status, code, message = server.refused("POST", "workspace/import", body)
        assert (status, code) == (403, "MAX_CHILD_NODE_SIZE_EXCEEDED")
        assert message.endswith("Current size: 10000 Limit: 10000")
    status, code, _ = server.refused(
        "POST", "workspace/mkdirs", {"path": f"{folder}/d"}
    )
    assert (status, code) == (403, "MAX_CHILD_NODE_SIZE_EXCEEDED")


@pytest.mark.conforms("reported: databricks/cli, integration tests")
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"print(1)", "The zip archive contains no items."),
        (b"PK\3\4broken", "The zip file may not be valid"),
    ],
)
def test_source_without_a_language_wants_a_zip(
    server: Server, content: bytes, words: str
) -> None:
    with pytest.raises(BadRequest, match=words):
        server.sdk.workspace.upload("/Shared/x", content)


@pytest.mark.conforms(
    "documented: Workspace API, import", "what is no notebook is a guess"
)
def test_a_zip_of_sources_becomes_a_folder(server: Server) -> None:
    archive = zip_of(x_py=HEADED, deep__y_sql=b"-- Databricks notebook source\n1")

    server.sdk.workspace.upload("/Shared/z", archive, format=ImportFormat.SOURCE)

    assert types(server, "/Shared/z") == {
        "/Shared/z/deep": "DIRECTORY",
        "/Shared/z/x": "NOTEBOOK",
    }
    assert types(server, "/Shared/z/deep") == {"/Shared/z/deep/y": "NOTEBOOK"}


@pytest.mark.conforms("guess")
@pytest.mark.parametrize(
    "body",
    [
        {"path": "/Shared/x", "content": "no base64!", "language": "SQL"},
        {"path": "/Shared/x", "content": "", "format": "auto"},
        {"path": "/Shared/x", "content": "", "language": "COBOL"},
        {"path": "/Shared/x", "content": encoded(b"{}"), "format": "JUPYTER"},
        {"path": "/Shared/x", "content": encoded(b"<p>"), "format": "HTML"},
        {"path": "Shared/x", "content": "", "language": "SQL"},
        {"content": "", "language": "SQL"},
    ],
)
def test_what_cannot_be_meant_is_refused(server: Server, body: dict[str, str]) -> None:
    status, code, _ = server.refused("POST", "workspace/import", body)

    assert (status, code) == (400, "INVALID_PARAMETER_VALUE")
    assert types(server, "/Shared") == {}


@pytest.mark.conforms("documented: Workspace API, mkdirs")
def test_folders_are_made_with_those_above_and_only_once(server: Server) -> None:
    server.sdk.workspace.mkdirs("/a/b/c")
    before = server.sdk.workspace.get_status("/a/b").object_id
    server.sdk.workspace.mkdirs("/a/b/c/")

    assert server.sdk.workspace.get_status("/a/b").object_id == before
    assert server.paths("/a/b") == ["/a/b/c"]


@pytest.mark.conforms("documented: Workspace API, mkdirs")
def test_a_folder_is_not_made_through_an_object(server: Server) -> None:
    server.file("/a/x")

    with pytest.raises(ResourceAlreadyExists):
        server.sdk.workspace.mkdirs("/a/x/y")


@pytest.mark.conforms("reported: databrickslabs/migrate")
def test_a_home_is_for_people_the_workspace_knows_if_so_set(server: Server) -> None:
    server.local("POST", "users", {"people": ["ada@x.com"], "known_only": True})
    server.sdk.workspace.mkdirs("/Users/ada@x.com/etl")

    with pytest.raises(BadRequest, match="Folder Users is protected"):
        server.sdk.workspace.mkdirs("/Users/gone@x.com")


@pytest.mark.conforms("documented: Workspace API, delete", "the text is a guess")
def test_only_an_empty_folder_is_deleted_without_recursion(server: Server) -> None:
    server.notebook("/a/b/x")
    server.notebook("/ab")

    status, code, _ = server.refused("POST", "workspace/delete", {"path": "/a"})
    server.sdk.workspace.delete("/a", recursive=True)

    assert (status, code) == (400, "DIRECTORY_NOT_EMPTY")
    assert server.paths("/") == ["/Repos", "/Shared", "/Users", "/ab"]
    server.sdk.workspace.delete("/ab")
    with pytest.raises(NotFound):
        server.sdk.workspace.delete("/ab")


@pytest.mark.conforms("guess")
def test_the_workspaces_own_folders_stay(server: Server) -> None:
    for path in ("/", "/Users", "/Workspace/Shared"):
        with pytest.raises(BadRequest, match="is protected"):
            server.sdk.workspace.delete(path, recursive=True)
