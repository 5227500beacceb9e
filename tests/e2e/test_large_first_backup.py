"""A first backup of 5,000 notebooks: what it costs, and what a crash costs it."""

import time

from shared.domain.git import MAX_PUSH_BYTES
from tests.e2e.backstage import Backstage
from tests.e2e.stacks import wait_until
from tests.e2e.trial import OPEN, Trial, calls_of

NOTEBOOKS = 5_000
AT_ONCE = 2
"""Shards on one host, as host.json has it."""

HELD = 30
"""Seconds of a push that is not answered."""

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


def hold_the_third_push(trial: Trial) -> None:
    """It takes effect, and is answered when the worker that made it is long dead."""
    held = {"effect": "slow", "seconds": HELD, "skip": 2, "times": 1}
    trial.repository.fault(method="POST", path=PUSH, **held)


def is_in_the_midst(trial: Trial, backstage: Backstage, run_id: str) -> bool:
    """Whether every shard at work waits for its first push to be made, or answered.

    Whoever dies at another moment may owe somebody a message, which only the sweep
    twelve minutes later would send.
    """
    if not trial.repository.fired() or not backstage.planned(run_id):
        return False
    at_work = [shard for shard in backstage.shards(run_id) if shard.owner]
    return len(at_work) == AT_ONCE and not any(shard.pushed for shard in at_work)


def test_a_backup_killed_in_the_middle_exports_only_what_was_not_stored(
    trial: Trial, backstage: Backstage
) -> None:
    made = trial.workspace.generate(NOTEBOOKS)
    hold_the_third_push(trial)
    objects = made["notebooks"] + made["files"] + made["dashboards"]
    run_id = trial.start()
    wait_until(lambda: is_in_the_midst(trial, backstage, run_id))
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
