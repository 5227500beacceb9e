"""A restore of hundreds of notebooks: what it costs, within the budgets, in bulk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stacks import a_stack
from tests.e2e.test_budgets import assert_kept, log_of
from tests.e2e.test_restore import KEPT_FOLDERS, facts, restored_of
from tests.e2e.trial import Trial, calls_of

NOTEBOOKS = 500
IMPORTS_A_SECOND, EXPORTS_A_SECOND = 25, 60
WRITES = ("/workspace/import", "/workspace/mkdirs", "/workspace/delete")
DISCOVERY = ("/_apis", "/ResourceAreas")


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    stack = a_stack(
        tmp_path / "stack",
        DATABRICKS_IMPORT_RPS=str(IMPORTS_A_SECOND),
        DATABRICKS_EXPORT_RPS=str(EXPORTS_A_SECOND),
        DATABRICKS_LIST_RPS="1000",
    )
    with stack as endpoints:
        yield Trial(endpoints)


def test_each_object_is_written_once_and_git_is_read_in_bulk(trial: Trial) -> None:
    trial.workspace.generate(NOTEBOOKS)
    assert trial.run()["status"] == "complete"
    objects = restored_of(facts(trial))
    trial.forget_calls()

    restore = trial.restore("/", target_root="/Restored", apply=True)
    workspace, repository = trial.workspace.calls(), trial.repository.calls()
    written = [entry["t"] for entry in log_of(trial, WRITES)]
    asked = sum(repository.values()) - calls_of(repository, *DISCOVERY)

    assert restore["status"] == "complete"
    assert restore["counts"]["verified"] == objects > NOTEBOOKS
    assert calls_of(workspace, "/workspace/import") == objects
    assert calls_of(workspace, "/workspace/export") == objects
    assert calls_of(workspace, "/workspace/delete") == 0
    assert calls_of(workspace, "/workspace/mkdirs") == restore["counts"]["folders_made"]
    assert calls_of(workspace, "/workspace/list") <= restore["counts"]["folders"] + 5
    assert asked <= 25
    assert_kept(IMPORTS_A_SECOND, written)


def test_a_second_time_everything_is_there_already(trial: Trial) -> None:
    trial.workspace.generate(100)
    trial.run()
    objects = restored_of(facts(trial))
    for path in [p for p in facts(trial) if p.count("/") == 1]:
        if path not in KEPT_FOLDERS:
            trial.workspace.delete(path)
    trial.restore("/", apply=True)
    trial.forget_calls()

    again = trial.restore("/", apply=True)

    assert again["counts"]["same"] == objects
    assert calls_of(trial.workspace.calls(), *WRITES) == 0
