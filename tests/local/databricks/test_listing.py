"""`workspace/list` and `workspace/get-status`, asked by the real SDK."""

import pytest
from databricks.sdk.errors import NotFound, PermissionDenied, ResourceDoesNotExist
from databricks.sdk.service.workspace import ObjectInfo, ObjectType

from tests.local.databricks.conftest import START, Server

pytestmark = pytest.mark.conforms("documented: Workspace API, list")

ODD_NAMES = [
    "New Notebook 2026-05-04 13:54:24",
    'a|b"c\\d*e<f>?%20+&=#;',
    " leading",
    "trailing ",
    "dot.",
    "...",
    "CON",
    ".git",
    "tab\tnew\nline",
    "Caf\u00e9",
    "Cafe\u0301",
    "📈" * 250,
    "Acme",
    "acme",
    "workspace",
]


@pytest.mark.conforms("reported: databricks-sdk-py, list", "databricks-cli")
def test_an_empty_folder_has_no_objects_at_all(server: Server) -> None:
    server.sdk.workspace.mkdirs("/Shared/empty")

    assert server.get("workspace/list", path="/Shared/empty") == {}
    assert server.paths("/Shared/empty") == []


@pytest.mark.conforms("reported: terraform-provider-databricks#1010")
def test_the_root_shows_the_workspaces_own_folders(server: Server) -> None:
    assert server.paths("/") == ["/Repos", "/Shared", "/Users"]


@pytest.mark.conforms("reported: recorded answers in databricks/cli and the SDKs")
def test_each_type_carries_the_fields_it_really_has(server: Server) -> None:
    server.notebook("/a/notebook", language="SQL")
    server.file("/a/file.txt")
    server.sdk.workspace.mkdirs("/a/folder")

    objects = server.get("workspace/list", path="/a")["objects"]

    times = {"created_at": START, "modified_at": START}
    found = {one["path"]: one for one in objects}
    ids = {path: one.pop("object_id") for path, one in found.items()}
    for path, one in found.items():
        assert one.pop("resource_id") == str(ids[path])
        assert one.pop("path") == path
    assert found == {
        "/a/file.txt": {"object_type": "FILE", **times},
        "/a/folder": {"object_type": "DIRECTORY"},
        "/a/notebook": {"object_type": "NOTEBOOK", "language": "SQL", **times},
    }


def test_an_object_that_is_no_folder_lists_itself(server: Server) -> None:
    server.file("/a/x")

    assert server.paths("/a/x") == ["/a/x"]


@pytest.mark.conforms("reported: databricks/cli, testserver")
def test_a_missing_folder_is_not_found(server: Server) -> None:
    with pytest.raises(ResourceDoesNotExist, match=r"Path \(/nope\) doesn't exist\."):
        list(server.sdk.workspace.list("/nope"))


@pytest.mark.conforms("reported: databricks/cli#5171, databricks-cli#366, #438, #517")
def test_any_name_is_listed_exactly(server: Server) -> None:
    for name in ODD_NAMES:
        server.notebook(f"/odd/{name}", source=f"print({name!r})")
        server.file(f"/odd files/{name}", name.encode())

    assert set(server.paths("/odd")) == {f"/odd/{name}" for name in ODD_NAMES}
    assert len(server.paths("/odd files")) == len(ODD_NAMES)
    for name in ODD_NAMES:
        file = server.sdk.workspace.download(f"/odd files/{name}").read()
        assert file == name.encode()
        assert server.sdk.workspace.get_status(f"/odd/{name}").path == f"/odd/{name}"


@pytest.mark.conforms(
    "documented: Release notes, January 2024", "short form: databricks/cli, testserver"
)
def test_the_alias_names_the_same_objects_by_their_short_paths(server: Server) -> None:
    server.notebook("/Workspace/Shared/x")

    assert server.paths("/Workspace/Shared") == ["/Shared/x"]
    assert "/Workspace" not in server.paths("/")


@pytest.mark.conforms("reported: databricks-sdk-py, list(recursive=True)")
def test_the_sdk_recurses_into_folders_but_not_into_clones(server: Server) -> None:
    server.notebook("/Shared/a/b/x")
    server.local(
        "POST",
        "objects",
        {"path": "/Repos/me/r", "object_type": "REPO", "url": "https://g/r"},
    )
    server.file("/Repos/me/r/inside")

    found = [one.path for one in server.sdk.workspace.list("/", recursive=True)]

    assert found == ["/Repos/me/r", "/Shared/a/b/x"]


@pytest.mark.conforms("reported: databricks-sdk-py#886", "how exactly is a guess")
def test_the_time_filter_shows_newer_notebooks_and_nothing_else(server: Server) -> None:
    server.notebook("/a/old")
    server.sdk.workspace.mkdirs("/a/folder")
    server.clock.seconds += 60
    server.notebook("/a/new")
    server.file("/a/file")

    found = server.sdk.workspace.list("/a", notebooks_modified_after=START + 1)

    assert [one.path for one in found] == ["/a/new"]


@pytest.mark.conforms("reported: databricks/cli, filer (undocumented)")
def test_export_info_tells_how_a_notebook_is_kept(server: Server) -> None:
    server.notebook("/a/plain")
    server.local(
        "POST",
        "objects",
        {
            "path": "/a/cells",
            "object_type": "NOTEBOOK",
            "form": "JUPYTER",
            "content": '{"cells": []}',
        },
    )

    kept = {
        path: server.get("workspace/get-status", path=path, return_export_info="true")
        for path in ("/a/plain", "/a/cells", "/a")
    }

    assert kept["/a/plain"]["repos_export_format"] == "SOURCE"
    assert kept["/a/cells"]["repos_export_format"] == "JUPYTER"
    assert "repos_export_format" not in kept["/a"]


@pytest.mark.conforms("reported: databricks/cli, and terraform (undocumented)")
def test_git_info_is_there_anywhere_inside_a_clone(server: Server) -> None:
    git = {"url": "https://g/r", "branch": "dev", "head_commit_id": "a" * 40}
    server.local(
        "POST", "objects", {"path": "/Shared/r", "object_type": "DIRECTORY", **git}
    )
    server.file("/Shared/r/deep/er/x")

    info = server.get(
        "workspace/get-status", path="/Shared/r/deep/er/x", return_git_info="true"
    )["git_info"]
    plain = server.get("workspace/get-status", path="/Shared", return_git_info="true")

    assert info["path"] == "/Shared/r"
    assert {name: info[name] for name in git} == git
    assert "git_info" not in plain


@pytest.mark.conforms("reported: databricks/cli, types absent from the SDKs")
def test_unknown_types_and_missing_times_reach_the_sdk(server: Server) -> None:
    for name, object_type, fields in [
        ("e", "MLFLOW_EXPERIMENT", {}),
        ("d", "DESIGNER_FILE", {"modified_at": None, "created_at": None}),
        ("n", "NOTEBOOK", {"modified_at": None, "size": 17}),
    ]:
        server.local(
            "POST",
            "objects",
            {"path": f"/a/{name}", "object_type": object_type, "fields": fields},
        )

    designer, experiment, notebook = server.sdk.workspace.list("/a")

    assert (designer.object_type, designer.modified_at) == (None, None)
    assert (experiment.object_type, experiment.modified_at) == (None, None)
    assert (notebook.modified_at, notebook.size) == (None, 17)
    types = [
        one["object_type"] for one in server.get("workspace/list", path="/a")["objects"]
    ]
    assert types == ["DESIGNER_FILE", "MLFLOW_EXPERIMENT", "NOTEBOOK"]


@pytest.mark.conforms("documented: Manage dashboards with Workspace APIs")
def test_a_dashboard_has_a_long_id_and_no_times(server: Server) -> None:
    server.local(
        "POST",
        "objects",
        {"path": "/a/d.lvdash.json", "object_type": "DASHBOARD", "content": "{}"},
    )

    (found,) = server.sdk.workspace.list("/a")

    assert found.object_type is ObjectType.DASHBOARD
    assert len(str(found.resource_id)) == 32
    assert (found.created_at, found.modified_at) == (None, None)


@pytest.mark.conforms("reported: databricks/cli, filer", "databrickslabs/ucx#230")
@pytest.mark.parametrize(
    ("refusal", "error"), [(403, PermissionDenied), (404, NotFound)]
)
def test_a_refused_folder_is_listed_by_its_parent_only(
    server: Server, refusal: int, error: type[Exception]
) -> None:
    server.notebook("/a/secret/deep/x")
    server.notebook("/a/secretly")
    server.local("POST", "permissions", {"/a/secret": refusal})

    assert server.paths("/a") == ["/a/secret", "/a/secretly"]
    for path in ("/a/secret", "/a/secret/deep"):
        with pytest.raises(error):
            list(server.sdk.workspace.list(path))
    with pytest.raises(error):
        server.sdk.workspace.export("/a/secret/deep/x")
    with pytest.raises(error):
        server.notebook("/a/secret/new")


@pytest.mark.conforms("documented: Access control, folders")
def test_a_hidden_folder_is_not_even_listed_and_can_come_back(server: Server) -> None:
    server.notebook("/a/x/y")
    server.local("POST", "permissions", {"/a/x": "hidden"})
    hidden = server.paths("/a")
    server.local("POST", "permissions", {"/a/x": None})

    assert hidden == []
    assert server.paths("/a") == ["/a/x"]


def test_a_full_folder_lists_all_its_children_at_once(server: Server) -> None:
    server.local(
        "POST",
        "generate",
        {"notebooks": 3000, "folders": 1, "root": "/b", "mean_bytes": 9},
    )

    (folder,) = server.paths("/b")
    found: list[ObjectInfo] = list(server.sdk.workspace.list(folder))

    assert sum(one.object_type is ObjectType.NOTEBOOK for one in found) == 3000
