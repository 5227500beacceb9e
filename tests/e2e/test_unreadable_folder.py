"""A folder that can never be read: named each night, news once, in the end excluded."""

from pathlib import Path
from typing import Any

import requests

from tests.e2e.stacks import a_stack, events
from tests.e2e.trial import Trial

FOLDER = "/Clients/secret"
STORED = "Clients/secret/plan.py"


def test_a_folder_that_can_never_be_read(tmp_path: Path) -> None:
    data = tmp_path / "stack"
    with a_stack(data) as endpoints:
        trial = Trial(endpoints)
        trial.workspace.notebook("/Clients/open/load", "print('load')")
        trial.workspace.notebook(f"{FOLDER}/plan", "print('plan')")
        trial.run()
        forbid(trial)
        nights = [trial.run(), trial.run()]
        told = events(data, "run.finished")[-2:]
        clone = trial.repository.clone(tmp_path / "clone")
        kept = [clone.git("show", f"{night['commit']}:{STORED}") for night in nights]
    with a_stack(data, BACKUP_EXCLUDE=FOLDER) as endpoints:
        trial = Trial(endpoints)
        forbid(trial)
        settled = trial.run()

    assert [night["status"] for night in nights] == ["incomplete", "incomplete"]
    assert [failures(night) for night in nights] == [{FOLDER: False}, {FOLDER: True}]
    assert [night["counts"]["new_failures"] for night in nights] == [1, 0]
    assert [event["failures_new"] for event in told] == [1, 0]
    assert all("print('plan')" in content for content in kept)
    item = nights[0]["failures"]["items"][0]
    assert not item["heals"]
    assert "BACKUP_EXCLUDE" in item["remedy"]
    assert settled["status"] == "complete"
    assert settled["counts"]["deleted"] == 1


def forbid(trial: Trial) -> None:
    url = f"{trial.endpoints.databricks}/_local/permissions"
    answer = requests.post(url, json={FOLDER: 403}, timeout=30)
    assert answer.ok, answer.text


def failures(run: dict[str, Any]) -> dict[str, bool]:
    """Whether each failure is known, by path."""
    return {item["path"]: item["known"] for item in run["failures"]["items"]}
