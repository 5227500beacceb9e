"""There and back: what was backed up, deleted and restored is what it was."""

import time
from typing import Any

import pytest

from tests.e2e.awkward import fill
from tests.e2e.stacks import wait_until
from tests.e2e.trial import Trial, calls_of

KEPT = {"NOTEBOOK", "FILE", "DASHBOARD", "DIRECTORY"}
WRITES = ("/workspace/import", "/workspace/mkdirs", "/workspace/delete")

type Facts = dict[str, tuple[str, str | None, str | None]]


def facts(trial: Trial) -> Facts:
    """Type, language and Git's id of the bytes of all that can be restored."""
    return {
        path: (row["object_type"], row.get("language"), row.get("blob_id"))
        for path, row in trial.workspace.objects().items()
        if row["object_type"] in KEPT
    }


def delete_everything(trial: Trial) -> None:
    """All but the homes of people, which no workspace gives away."""
    for path in list(trial.workspace.objects()):
        own = path in {"/", "/Users", "/Shared", "/Repos"} or (
            path.startswith("/Users/") and path.count("/") == 2
        )
        above = path.rsplit("/", 1)[0]
        at_top = above in {"", "/Shared", "/Repos"}
        in_a_home = above.startswith("/Users/") and above.count("/") == 2
        if not own and (at_top or in_a_home):
            trial.workspace.delete(path)


def an_awkward_workspace(trial: Trial) -> None:
    fill(trial)
    workspace = trial.workspace
    workspace.notebook("/Users/ada@example.com/plot", "plot(1)", "R")
    workspace.notebook("/Users/ada@example.com/deep/er/query", "select 1", "SQL")
    workspace.file("/Users/ada@example.com/data.csv", b"a,b\r\n1,2\r\n\x00\xff")
    workspace.place("/Shared/sales.lvdash.json", "DASHBOARD", content='{"pages": []}')


def test_everything_deleted_comes_back_as_it_was(trial: Trial) -> None:
    an_awkward_workspace(trial)
    first = trial.run()
    before = facts(trial)
    delete_everything(trial)
    assert len(facts(trial)) < 10

    restore = trial.restore("/", apply=True)
    after = facts(trial)
    second = trial.run()

    assert first["status"] == "complete"
    assert (restore["status"], restore["error"]) == ("complete", None)
    assert restore["counts"]["verified"] == first["counts"]["stored"]
    assert after == before
    assert second["status"] == "complete"
    assert changed_contents(second) == []


def changed_contents(run: dict[str, Any]) -> list[str]:
    """What a run stored anew."""
    return [item["path"] for item in run["changes"]["items"]]


def test_a_plan_writes_nothing(trial: Trial) -> None:
    an_awkward_workspace(trial)
    trial.run()
    delete_everything(trial)
    trial.forget_calls()

    for on_conflict in ("skip", "overwrite", "fail"):
        plan = trial.restore("/", on_conflict=on_conflict)
        assert plan["status"] == "planned"
        assert plan["counts"]["to_create"] == plan["counts"]["objects"] > 80

    assert calls_of(trial.workspace.calls(), *WRITES) == 0
    assert calls_of(trial.repository.calls(), "/pushes") == 0


HEADER = "# Databricks notebook source\n"
TABLE = {
    # what is at the target: what is done under skip, overwrite and fail
    "/T/same": ("same", "same", "same"),
    "/T/missing": ("create verified", "create verified", "create"),
    "/T/edited": ("skip", "replace verified", "blocked"),
    "/T/other language": ("skip", "replace verified", "blocked"),
    "/T/a file by now": ("skip", "replace verified", "blocked"),
    "/T/a dashboard.lvdash.json": ("skip", "replace verified", "blocked"),
    "/T/a folder by now": ("blocked", "blocked", "blocked"),
    "/T/file": ("skip", "replace verified", "blocked"),
    "/T/file, now a notebook": ("skip", "replace verified", "blocked"),
}


def conflicts(trial: Trial) -> None:
    """One object of each row, stored; then something else at its place."""
    workspace = trial.workspace
    for path in TABLE:
        if path.startswith("/T/file"):
            workspace.file(path, b"stored\x00")
        else:
            workspace.notebook(path, f"print('{path}')")
    assert trial.run()["status"] == "complete"
    workspace.notebook("/T/edited", "print('edited')")
    workspace.file("/T/file", b"edited")
    for path in set(TABLE) - {"/T/same", "/T/edited", "/T/file"}:
        workspace.delete(path)
    workspace.notebook("/T/other language", "select 1", "SQL")
    workspace.file("/T/a file by now", b"a file")
    workspace.place("/T/a dashboard.lvdash.json", "DASHBOARD", content="{}")
    workspace.notebook("/T/a folder by now/inside", "1")
    workspace.notebook("/T/file, now a notebook", "1")


@pytest.mark.parametrize("column", [0, 1, 2], ids=["skip", "overwrite", "fail"])
def test_the_table_of_conflicts(trial: Trial, column: int) -> None:
    on_conflict = ("skip", "overwrite", "fail")[column]
    conflicts(trial)
    stored = trial.restore("/T", target_root="/As stored", apply=True)
    before = facts(trial)

    plan = trial.restore("/T", on_conflict=on_conflict)
    assert facts(trial) == before
    restore = trial.restore("/T", on_conflict=on_conflict, apply=True)
    after = facts(trial)

    assert stored["status"] == "complete"
    assert actions_of(plan) == {p: r[column].split()[0] for p, r in TABLE.items()}
    assert results_of(restore) == {p: r[column] for p, r in TABLE.items()}
    for path in TABLE:
        written = "verified" in results_of(restore)[path]
        same = after.get(path) == before.get(f"/As stored{path}")
        assert same or not written, path
        assert written or after.get(path) == before.get(path), path
    assert not [path for path in after if "restore-" in path]


def actions_of(restore: dict[str, Any]) -> dict[str, str]:
    """What is done with each object."""
    return {
        o["path"]: o["action"]
        for o in restore["outcomes"]
        if o["type"] != "DIRECTORY" and o["action"] != "none"
    }


def results_of(restore: dict[str, Any]) -> dict[str, str]:
    """What is done with each object, and what became of it."""
    return {
        o["path"]: f"{o['action']} {o.get('result', '')}".strip()
        for o in restore["outcomes"]
        if o["type"] != "DIRECTORY" and o["action"] != "none"
    }


def test_a_deleted_notebook_and_a_deleted_folder_are_found_and_brought_back(
    trial: Trial,
) -> None:
    workspace = trial.workspace
    workspace.notebook("/Team/etl/load", "print('first')")
    workspace.notebook("/Team/etl/report", "print('report')")
    workspace.notebook("/Team/gone/one", "print(1)")
    workspace.notebook("/Team/gone/deep/two", "print(2)")
    trial.run()
    workspace.notebook("/Team/etl/load", "print('second')")
    trial.run()
    before = facts(trial)
    workspace.delete("/Team/etl/load")
    workspace.delete("/Team/gone")
    trial.run()

    notebook = versions(trial, "/Team/etl/load")
    folder = versions(trial, "/Team/gone")
    one = trial.restore("/Team/etl/load", at=notebook[1]["at"], apply=True)
    all_of_it = trial.restore("/Team/gone", at=folder[1]["at"], apply=True)

    assert [v["deleted"] for v in notebook] == [True, False, False]
    assert folder[0]["deleted"]
    assert one["status"] == all_of_it["status"] == "complete"
    assert facts(trial) == before


def versions(trial: Trial, path: str) -> list[dict[str, Any]]:
    """The versions of what lies or lay at the path, newest first."""
    answer = trial.http("GET", "/api/history", params={"path": path})
    assert answer.ok, answer.text
    found: list[dict[str, Any]] = answer.json()["versions"]
    return found


def test_a_restore_and_a_backup_side_by_side_do_each_other_no_harm(
    trial: Trial,
) -> None:
    trial.workspace.generate(300)
    for number in range(30):
        trial.workspace.notebook(f"/Live/{number}", f"print({number})")
    trial.run()
    before = facts(trial)
    for path in [p for p in before if p.count("/") == 1 and p not in KEPT_FOLDERS]:
        trial.workspace.delete(path)
    trial.workspace.notebook("/Live/0", "print('edited')")

    restore_id = trial.http(
        "POST",
        "/api/restores",
        json={"paths": ["/"], "apply": True, "on_conflict": "overwrite"},
    ).json()["id"]
    run = trial.run()
    restore = trial.wait_for_restore(restore_id)
    after = facts(trial)
    last = trial.run(mode="full")

    assert restore["status"] == "complete", restore["error"]
    # What the backup did not see it may hold back to delete; it fails at nothing.
    assert run["failures"]["items"] == last["failures"]["items"] == []
    assert last["status"] == "complete"
    assert after == before
    plan = trial.restore("/")
    assert plan["counts"]["same"] == plan["counts"]["objects"] == restored_of(before)


KEPT_FOLDERS = {"/Users", "/Shared", "/Repos"}


def restored_of(held: Facts) -> int:
    """How many objects there are, without folders."""
    return sum(kind != "DIRECTORY" for kind, _, _ in held.values())


def test_a_restore_whose_worker_is_killed_goes_on(trial: Trial) -> None:
    trial.workspace.generate(400)
    trial.run()
    before = facts(trial)
    for path in [p for p in before if p.count("/") == 1 and p not in KEPT_FOLDERS]:
        trial.workspace.delete(path)

    body = {"paths": ["/"], "apply": True}
    restore_id = trial.http("POST", "/api/restores", json=body).json()["id"]
    wait_until(lambda: calls_of(trial.workspace.calls(), "/workspace/import") > 100)
    trial.kill_worker()
    restore = trial.wait_for_restore(restore_id, lambda: swept(trial))

    assert restore["status"] == "complete", restore["error"]
    assert facts(trial) == before
    counts = restore["counts"]
    assert counts["verified"] == counts["to_create"] > 100
    assert counts["verified"] + counts["same"] == restored_of(before)


def swept(trial: Trial) -> None:
    """What the platform does every ten minutes."""
    trial.fire("sweep_restores")
    time.sleep(3)
