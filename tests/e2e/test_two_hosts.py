"""Four shards at once on two hosts, copies of messages, and a person who commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import host_names
from tests.e2e.backstage import Backstage
from tests.e2e.mirror import Ids, mirrored, records_of, shown, tags_of
from tests.e2e.stacks import a_stack, events, wait_until
from tests.e2e.trial import OPEN, Clone, Trial

HOSTS = host_names(2)
AT_ONCE = 4
NOTEBOOKS = 240
OBJECTS_A_SHARD = 25
NOTES = [f"docs/{number}.md" for number in range(5)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def trial(data: Path) -> Iterator[Trial]:
    stack = a_stack(
        data,
        hosts=len(HOSTS),
        MAX_PARALLEL_SHARDS=str(AT_ONCE),
        SHARD_MAX_OBJECTS=str(OBJECTS_A_SHARD),
        EXPORT_CONCURRENCY="2",
    )
    with stack as endpoints:
        yield Trial(endpoints)


@contextmanager
def exports_taking(trial: Trial, seconds: float) -> Iterator[None]:
    """Nothing ends while exports take long: what is done meanwhile is in the midst."""
    trial.workspace.fault(path="workspace/export", effect="slow", seconds=seconds)
    yield
    faults = f"{trial.endpoints.databricks}/_local/faults"
    requests.delete(faults, timeout=30).raise_for_status()


def stored_notebooks(clone: Clone) -> list[str]:
    """The Git paths of what the run has stored so far."""
    clone.pull()
    names = clone.git("ls-tree", "-rz", "--name-only", "HEAD").split("\0")
    return [name for name in names if name.endswith(".py")]


def a_disturbed_run(
    trial: Trial, backstage: Backstage, clone: Clone
) -> tuple[dict[str, Any], dict[str, str]]:
    """The run, and what a person committed meanwhile."""
    run_id = trial.start()
    with exports_taking(trial, 1):
        wait_until(lambda: backstage.owned(run_id) == AT_ONCE)
        backstage.repeat_messages(run_id)
    with exports_taking(trial, 0.05):
        wait_until(lambda: bool(stored_notebooks(clone)))
    with exports_taking(trial, 1):
        edited = stored_notebooks(clone)[0]
        beside = f"{edited.rpartition('/')[0]}/mine.txt".removeprefix("/")
        commits = {beside: "mine\n", edited: "print('by a person')\n"}
        trial.repository.commit_paths(commits)
        backstage.repeat_messages(run_id)
        assert trial.details(run_id)["status"] in OPEN
    for name in NOTES:
        trial.repository.commit_paths({name: "by a person, while shards push\n"})
    run = trial.wait(run_id)
    backstage.repeat_messages(run_id)
    return run, {"edited": edited, "beside": beside}


def test_four_shards_on_two_hosts_are_never_complete_and_wrong(
    trial: Trial, backstage: Backstage, data: Path, tmp_path: Path
) -> None:
    trial.workspace.generate(NOTEBOOKS)
    trial.repository.commit_paths({"LICENSE": "there before\n"})
    clone = trial.repository.clone(tmp_path / "clone")
    first, by_person = a_disturbed_run(trial, backstage, clone)
    second = trial.run()
    truth = shown(trial.workspace)
    clone.pull()
    held, strays = mirrored(clone)
    shards = backstage.shards(first["id"])

    assert second["status"] == "complete"
    assert held == truth
    assert strays == {"LICENSE", *NOTES, by_person["beside"]}
    for run in (first, second):
        assert_true(clone, run, truth)
    assert by_person["edited"] in {i["path"] for i in first["foreign"]["items"]}
    assert_each_shard_was_closed_once_and_by_either_host(data, first, len(shards))


def assert_true(clone: Clone, run: dict[str, Any], truth: Ids) -> None:
    """A run that says complete is; it has one record, and a tag if it is complete."""
    complete = run["status"] == "complete"

    assert run["status"] in {"complete", "incomplete"}
    assert records_of(clone, run["id"]) == [run["commit"]]
    assert tags_of(clone, run["id"]) == ([run["commit"]] if complete else [])
    if complete:
        assert mirrored(clone, run["commit"])[0] == truth


def assert_each_shard_was_closed_once_and_by_either_host(
    data: Path, run: dict[str, Any], count: int
) -> None:
    logs = {host: (data / "logs" / f"{host}.log").read_text() for host in HOSTS}
    closed = [
        (host, facts["shard_id"])
        for host in HOSTS
        for facts in events(data, "shard.finished", host)
        if facts["run_id"] == run["id"]
    ]
    begun = sum(said.count("Executing 'back_up_shard'") for said in logs.values())

    assert count > AT_ONCE
    assert sorted(shard for _, shard in closed) == [*range(1, count + 1)]
    assert {host for host, _ in closed} == {*HOSTS}
    assert begun > count + AT_ONCE  # the copies came, too
    for said in logs.values():
        assert " DEBUG " in said
        assert not [line for line in said.splitlines() if "(failed)" in line]
        assert "Moving message to queue" not in said
