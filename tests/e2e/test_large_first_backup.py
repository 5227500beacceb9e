"""A first backup of 5,000 notebooks: what it costs, and what a crash costs it."""

import time

from shared.domain.git import MAX_PUSH_BYTES
from tests.e2e.trial import OPEN, Trial, calls_of

NOTEBOOKS = 5_000
EXPORT = "/workspace/export"
LIST = "/workspace/list"
PUSH = "/pushes"
DISCOVERY = ("/_apis", "/ResourceAreas")


def test_a_first_backup_costs_a_listing_a_folder_and_an_export_an_object(
    trial: Trial,
) -> None:
    made = trial.workspace.generate(NOTEBOOKS)
    trial.forget_calls()
    run = trial.run()
    workspace, repository = trial.workspace.calls(), trial.repository.calls()
    objects = made["notebooks"] + made["files"] + made["dashboards"]
    pushes = calls_of(repository, PUSH)
    discovery = calls_of(repository, *DISCOVERY)

    assert run["status"] == "complete"
    assert made["notebooks"] == NOTEBOOKS
    assert run["counts"]["stored"] == objects
    assert calls_of(workspace, EXPORT) == objects
    assert calls_of(workspace, LIST) == run["counts"]["folders"]
    assert sum(repository.values()) - discovery <= 5 * pushes
    assert trial.repository.largest_body() <= MAX_PUSH_BYTES


def test_a_backup_killed_in_the_middle_exports_only_what_was_not_stored(
    trial: Trial,
) -> None:
    made = trial.workspace.generate(NOTEBOOKS)
    objects = made["notebooks"] + made["files"] + made["dashboards"]
    run_id = trial.start()
    while calls_of(trial.repository.calls(), PUSH) < 2:
        time.sleep(0.1)
    trial.kill_worker()
    stored = trial.details(run_id)["counts"]["stored"]
    trial.forget_calls()
    while trial.details(run_id)["status"] in OPEN:
        trial.fire("sweep")
        time.sleep(3)
    run = trial.details(run_id)
    exports = calls_of(trial.workspace.calls(), EXPORT)

    assert run["status"] == "complete"
    # What a lost worker pushed and could not count any more is found equal.
    assert run["counts"]["stored"] + run["counts"]["equal"] == objects
    assert 0 < stored < objects
    assert exports <= objects - stored
