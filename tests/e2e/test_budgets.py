"""The budgets of requests, as the workspace sees them, with the app on two hosts."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import host_names
from shared.domain.budget import HORIZON, LONGEST_RESERVATION, WINDOW
from tests.e2e.stacks import a_stack, events, wait_until
from tests.e2e.trial import Trial, calls_of

HOSTS = host_names(2)
EXPORTS_A_SECOND, LISTS_A_SECOND = 20, 6
NOTEBOOKS = 365
EXPORT = ("/workspace/export",)
LIST = ("/workspace/list", "/repos", "/Me")
REFUSALS = 10

LATE = 0.5
"""Seconds. Slots leave a quarter of one for what happens on the way; where two cores
do the work of a dozen processes, a request may once be held up for longer."""

AFTER_REFUSALS = 0.6
"""Half, and what grows back within the quarter of a minute that is looked at (1/200 a
second), make 0.55; the rest is for requests that were held up, as above."""

type Moments = Sequence[float]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def trial(data: Path) -> Iterator[Trial]:
    stack = a_stack(
        data,
        hosts=len(HOSTS),
        DATABRICKS_EXPORT_RPS=str(EXPORTS_A_SECOND),
        DATABRICKS_LIST_RPS=str(LISTS_A_SECOND),
        SHARD_MAX_OBJECTS="30",
        EXPORT_CONCURRENCY="4",
    )
    with stack as endpoints:
        yield Trial(endpoints)


def throttle_in_the_middle(trial: Trial) -> None:
    """Once the budget has been used up for ten seconds, and much is left to do."""
    enough = EXPORTS_A_SECOND * WINDOW
    wait_until(lambda: calls_of(trial.workspace.calls(), *EXPORT) > enough)
    trial.workspace.fault(
        path="workspace/export",
        status=429,
        headers={"Retry-After": "1"},
        times=REFUSALS,
    )


def log_of(trial: Trial, routes: tuple[str, ...]) -> list[dict[str, Any]]:
    answer = requests.get(f"{trial.endpoints.databricks}/_local/log", timeout=60)
    return [entry for entry in answer.json() if entry["route"].endswith(routes)]


def within_ten_seconds(moments: Moments) -> list[int]:
    """The requests in the ten seconds that begin with each of them."""
    return [
        bisect_left(moments, moment + WINDOW) - number
        for number, moment in enumerate(moments)
    ]


def assert_kept(budget: int, moments: Moments) -> None:
    """No ten seconds saw more than ten times the budget.

    Where something was held up, a few that begin with it may: by as much, no more.
    """
    counts = within_ten_seconds(moments)
    over = [count for count in counts if count > budget * WINDOW]

    assert len(moments) > budget * WINDOW  # or nothing could be over
    assert max(counts) <= budget * (WINDOW + LATE)
    assert len(over) <= len(counts) / 20


def assert_slower_after(refusals: Moments, moments: Moments) -> None:
    """From when the last slots are used up that were given out at the full rate."""
    begin = bisect_left(moments, refusals[-1] + LONGEST_RESERVATION + HORIZON)
    most = AFTER_REFUSALS * EXPORTS_A_SECOND * WINDOW

    assert len(moments) - begin > most  # there was more to do than may be done
    assert within_ten_seconds(moments)[begin] <= most


def test_two_hosts_together_keep_to_the_budgets_and_slow_down_when_told(
    trial: Trial, data: Path
) -> None:
    made = trial.workspace.generate(NOTEBOOKS)
    run_id = trial.start()
    throttle_in_the_middle(trial)
    run = trial.wait(run_id)
    exports, lists = log_of(trial, EXPORT), log_of(trial, LIST)
    exported_at = [entry["t"] for entry in exports]
    refused_at = [entry["t"] for entry in exports if entry["status"] == 429]

    assert run["status"] == "complete"
    assert all(events(data, "shard.finished", host) for host in HOSTS)
    objects = made["notebooks"] + made["files"] + made["dashboards"]
    assert len(exports) == objects + len(refused_at) == objects + REFUSALS
    assert_kept(EXPORTS_A_SECOND, exported_at)
    assert_kept(LISTS_A_SECOND, [entry["t"] for entry in lists])
    assert_slower_after(refused_at, exported_at)
