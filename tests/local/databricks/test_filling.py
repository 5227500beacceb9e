"""Filling a workspace, working in it, and asking what it truly holds."""

import hashlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
import requests
from databricks.sdk.service.workspace import ExportFormat

from tests.local.databricks.conftest import Server

pytestmark = pytest.mark.conforms("ours")


def test_exactly_as_many_notebooks_are_generated_as_asked(server: Server) -> None:
    made = server.local("POST", "generate", {"notebooks": 500, "seed": 7})

    types = Counter(one["object_type"] for one in server.tree().values())
    assert made["notebooks"] == types["NOTEBOOK"] == 500
    assert made["folders"] == types["DIRECTORY"] - 3
    assert made["files"] == types["FILE"] > 0
    assert made["dashboards"] == types["DASHBOARD"] > 0
    assert 4 < 500 / made["folders"] < 5.5
    assert 5000 < made["bytes"] / 500 < 12_000


def test_equal_seeds_make_equal_workspaces_and_others_do_not(server: Server) -> None:
    trees = []
    for seed in (1, 1, 2):
        server.local("DELETE", "tree")
        server.local("POST", "generate", {"notebooks": 60, "seed": seed, "root": "/g"})
        trees.append([one.get("sha1") for one in server.tree().values()])

    assert trees[0] == trees[1] != trees[2]


def test_a_workspace_can_be_generated_twice_over(server: Server) -> None:
    for seed in (1, 2):
        server.local("POST", "generate", {"notebooks": 100, "seed": seed})

    types = Counter(one["object_type"] for one in server.tree().values())
    assert types["NOTEBOOK"] == 200


def test_a_generated_workspace_is_as_varied_as_a_real_one(server: Server) -> None:
    server.local("POST", "generate", {"notebooks": 1500, "seed": 1, "mean_bytes": 900})

    tree = server.tree()
    names = {path.rsplit("/", 1)[1] for path in tree}
    languages = Counter(one["language"] for one in tree.values())
    assert set(languages) == {"PYTHON", "SQL", "SCALA", "R", None}
    assert any(":" in name for name in names)
    assert any(not name.isascii() for name in names)
    assert any(f"{path}.py" in tree for path in tree)
    assert any(item.form == "JUPYTER" for item in server.store.of_type("NOTEBOOK"))
    folders = {path.rsplit("/", 1)[0] for path in tree}
    assert any(
        one["object_type"] == "DIRECTORY" and path not in folders
        for path, one in tree.items()
    )


def test_the_tree_tells_the_sha_of_what_is_exported(server: Server) -> None:
    server.local("POST", "sample")

    for path, one in server.tree().items():
        if "sha1" in one:
            wanted = (
                ExportFormat.SOURCE
                if one["object_type"] == "NOTEBOOK"
                else ExportFormat.AUTO
            )
            content = server.sdk.workspace.download(path, format=wanted).read()
            blob = b"blob %d\0" % len(content) + content
            assert one["sha1"] == hashlib.sha1(content).hexdigest()
            assert one["blob_id"] == hashlib.sha1(blob).hexdigest()
            assert one["size"] == len(content)


def test_the_tree_of_a_folder_is_its_own(server: Server) -> None:
    server.notebook("/a/x")
    server.notebook("/ab/x")

    found = server.local("GET", "tree?under=/a")["objects"]

    assert [one["path"] for one in found] == ["/a/x"]


def test_the_sample_is_small_and_varied_and_only_for_an_empty_workspace(
    server: Server,
) -> None:
    made = server.local("POST", "sample")

    tree = server.tree()
    types = Counter(one["object_type"] for one in tree.values())
    assert 35 <= made["objects"] <= 50
    assert {"NOTEBOOK", "FILE", "DASHBOARD", "REPO", "LIBRARY"} <= set(types)
    assert "MLFLOW_EXPERIMENT" in types
    assert {"/Clients/Acme", "/Clients/acme"} <= set(tree)
    languages = {one["language"] for one in tree.values()}
    assert languages == {"PYTHON", "SQL", "SCALA", "R", None}
    assert any(item.form == "JUPYTER" for item in server.store.of_type("NOTEBOOK"))
    assert server.ask("POST", "/_local/sample").status_code == 400


def test_a_days_work_is_told_exactly(server: Server) -> None:
    server.local("POST", "generate", {"notebooks": 200, "seed": 3, "mean_bytes": 500})
    before = server.tree()

    day = server.local("POST", "edit", {"fraction": 0.2, "seed": 3})

    after = server.tree()
    ids = {one["object_id"]: path for path, one in after.items()}
    assert {kind: len(done) for kind, done in day.items()} == {
        "edited": 32,
        "created": 3,
        "deleted": 3,
        "moved": 2,
    }
    assert set(day["created"]) <= set(after) - set(before)
    assert set(day["deleted"]) <= set(before) - set(after)
    for one in day["moved"]:
        moved = before[one["from"]]
        assert ids[moved["object_id"]] == one["to"]
        assert after[one["to"]]["modified_at"] == moved["modified_at"]
    changed = {
        path
        for path, one in after.items()
        if path in before and one.get("sha1") != before[path].get("sha1")
    }
    assert changed == set(day["edited"])
    for path in changed:
        assert after[path]["modified_at"] > before[path]["modified_at"]


@pytest.mark.conforms("reported: terraform-provider-databricks, exporter")
def test_a_move_keeps_id_and_time_of_all_it_takes_along(server: Server) -> None:
    server.notebook("/a/b/x")
    before = server.tree()["/a/b/x"]
    server.clock.seconds += 60

    server.local("POST", "move", {"from": "/a", "to": "/Shared/a"})

    assert server.tree()["/Shared/a/b/x"] == {**before, "path": "/Shared/a/b/x"}
    assert "/a" not in server.paths("/")


@pytest.mark.parametrize(
    ("source", "target"),
    [("/a", "/Shared"), ("/a", "/no/a"), ("/a", "/a/b/c"), ("/no", "/Shared/no")],
)
def test_a_move_that_makes_no_sense_changes_nothing(
    server: Server, source: str, target: str
) -> None:
    server.notebook("/a/b/x")
    before = server.tree()

    answer = server.ask("POST", "/_local/move", {"from": source, "to": target})

    assert answer.status_code in (400, 404)
    assert server.tree() == before


def test_an_objects_time_can_be_set_and_its_content_kept(server: Server) -> None:
    server.notebook("/a/x", "print(1)")
    server.local(
        "POST", "objects", {"path": "/a/x", "content": "print(2)", "modified_at": 5}
    )

    assert server.sdk.workspace.get_status("/a/x").modified_at == 5
    assert server.sdk.workspace.download("/a/x").read().endswith(b"print(2)")


def test_the_command_serves_and_keeps_its_content(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local.databricks", "--port", "0", "--token", "t"]
    found = []
    for _ in range(2):
        with subprocess.Popen(
            [*command, "--data", str(tmp_path)], stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            requests.post(f"{url}/_local/sample", timeout=20)
            listed = requests.get(
                f"{url}/api/2.0/workspace/list?path=/",
                headers={"Authorization": "Bearer t"},
                timeout=20,
            )
            found.append([one["path"] for one in listed.json()["objects"]])
            process.terminate()
            assert process.wait(20) == 0

    assert found == [["/Clients", "/Repos", "/Shared", "/Users"]] * 2
