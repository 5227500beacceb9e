"""A Git folder of the backup, asked for over HTTP: made once, read, and left alone."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.trial import Trial

PLACE = "/Repos/backup/workspace"


def git_folder(
    trial: Trial, path: str = PLACE, *folders: str, apply: bool = True
) -> dict[str, Any]:
    """The step of a setup; it comes last."""
    wanted = {"path": path, **({"folders": folders} if folders else {})}
    body = {"apply": apply, "git_folder": wanted}
    answer = trial.http("POST", "/api/setup", json=body)
    assert answer.status_code == 200, answer.text
    step: dict[str, Any] = answer.json()["steps"][-1]
    assert step["name"] == "git_folder"
    return step


def a_backup(trial: Trial) -> None:
    trial.workspace.notebook("/Clients/Acme/load", "print(1)")
    trial.workspace.notebook("/Clients/Bolt/load", "print(2)")
    trial.workspace.file("/Shared/rates.csv", b"a,b\n")
    assert trial.run()["status"] == "complete"


def test_before_the_first_backup_nothing_is_made(trial: Trial) -> None:
    step = git_folder(trial)

    assert (step["status"], "POST /api/runs" in step["do"]) == ("warning", True)
    assert PLACE not in trial.workspace.objects()


def test_it_is_planned_made_and_then_left_as_it_is(trial: Trial) -> None:
    a_backup(trial)

    planned = git_folder(trial, PLACE, "/Clients/Acme", "/Shared", apply=False)
    assert planned["status"] == "to_do"
    assert planned["facts"]["folders"] == ["Clients/Acme", "Shared"]
    assert planned["facts"]["files"] == 4  # with README.md and .gitattributes
    assert PLACE not in trial.workspace.objects()

    made = git_folder(trial, PLACE, "/Clients/Acme", "/Shared")
    before = trial.workspace.objects()
    again = git_folder(trial, PLACE)

    assert (made["status"], again["status"]) == ("done", "ok")
    endpoints = trial.endpoints
    assert again["facts"]["url"] == (
        f"{endpoints.azure_devops}/{endpoints.project}/_git/{endpoints.repository}"
    )
    assert again["facts"]["branch"] == "main"
    assert again["facts"]["folders"] == ["Clients/Acme", "Shared"]
    assert again["facts"]["objects"] == 1
    assert trial.workspace.objects() == before


@pytest.mark.parametrize("place", [PLACE, "/Shared/browse"])
def test_no_run_and_no_restore_touches_it(
    trial: Trial, tmp_path: Path, place: str
) -> None:
    a_backup(trial)
    assert git_folder(trial, place, "/Clients")["status"] == "done"
    trial.workspace.place(f"{place}/Clients", "DIRECTORY")
    trial.workspace.place(f"{place}/Clients/x", "NOTEBOOK", content="a copy")

    run = trial.run()
    inside = {k: v for k, v in trial.workspace.objects().items() if k.startswith(place)}
    restore = trial.restore("/Clients", target_root=place, apply=True)

    exceptions = [e["path"] for e in run["exceptions"]["items"]]
    assert (run["status"], exceptions) == ("complete", [place])
    stored = trial.repository.clone(tmp_path / "clone").files()
    assert not [path for path in stored if path.startswith(f"{place[1:]}/")]
    objects = [o["action"] for o in restore["outcomes"] if o["type"] == "NOTEBOOK"]
    assert objects == ["blocked", "blocked"]
    after = {k: v for k, v in trial.workspace.objects().items() if k.startswith(place)}
    assert after == inside


def test_what_is_in_the_way_or_missing_is_told(trial: Trial) -> None:
    a_backup(trial)

    taken = git_folder(trial, "/Shared/rates.csv")
    folder = git_folder(trial, "/Shared/other/deep", "/nowhere")
    trial.workspace.git_credential(there=False)
    refused = git_folder(trial)

    assert {taken["status"], folder["status"], refused["status"]} == {"failed"}
    assert "(FILE)" in taken["means"]
    assert "no folder /nowhere" in folder["means"]
    assert "Add Git credential" in refused["do"]
    objects = trial.workspace.objects()
    assert "/Shared/other" not in objects
    assert PLACE not in objects
