"""A forecast of the whole stack, beside what the servers count of the runs it is of."""

import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import Stack
from tests.e2e.stacks import a_stack
from tests.e2e.test_backup_command import BARE, ROOT
from tests.e2e.trial import Trial, calls_of

NOTEBOOKS = 2_000
LISTS, EXPORTS = "/workspace/list", "/workspace/export"
SAMPLE = 100
SLOTS = {"POST /$batch", "POST /Tables"}
"""How slots of the budgets are taken, and where those are kept is made."""


def stack(data: Path) -> Stack:
    return a_stack(data, storage_faults=True, SHARD_MAX_OBJECTS="60")


def forecast_of(trial: Trial, **query: object) -> dict[str, Any]:
    answer = trial.http("GET", "/api/forecast", params=query)
    assert answer.ok, answer.text
    body: dict[str, Any] = answer.json()
    return body


def storage_calls(trial: Trial) -> Mapping[str, int]:
    """Requests to the blobs and tables of the app, by route; then from nothing."""
    parts = dict(
        part.split("=", 1) for part in trial.endpoints.storage.split(";") if part
    )
    found: dict[str, int] = {}
    for name in ("BlobEndpoint", "TableEndpoint"):
        service = "/".join(parts[name].split("/")[:3])
        found |= requests.get(f"{service}/_local/stats", timeout=30).json()["routes"]
        requests.delete(f"{service}/_local/stats", timeout=30).raise_for_status()
    return found


def writes(calls: Mapping[str, int]) -> dict[str, int]:
    """What changes something of ours; hosts keep leases of their own."""
    reads = ("GET ", "HEAD ", "OPTIONS ")
    ours = {route: n for route, n in calls.items() if "webjobs" not in route}
    return {route: n for route, n in ours.items() if not route.startswith(reads)}


def rows(trial: Trial, of: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = trial.http("GET", f"/api/{of}").json()[of]
    return found


def edit_some(trial: Trial, percent: int) -> int:
    """Append a line to so many of all objects, all of them notebooks; how many."""
    objects = trial.workspace.objects()
    notebooks = sorted(p for p, o in objects.items() if o["object_type"] == "NOTEBOOK")
    stored = [o for o in objects.values() if o["object_type"] != "DIRECTORY"]
    chosen = random.Random(3).sample(notebooks, len(stored) * percent // 100)
    for path in chosen:
        source = trial.workspace.source(path)
        language = objects[path]["language"]
        trial.workspace.notebook(path, source.decode() + "\n# more\n", language)
    return len(chosen)


def assert_as_forecast(
    trial: Trial, predicted: Mapping[str, Any], run: Mapping[str, Any]
) -> None:
    """By what the servers counted, not by what the app says of itself."""
    workspace, repository = trial.workspace.calls(), trial.repository.calls()
    pushes = run["counts"]["pushes"] + 1

    assert run["status"] == "complete"
    assert predicted["calls"]["databricks.list"] == calls_of(workspace, LISTS)
    assert predicted["calls"]["databricks.export"] == calls_of(workspace, EXPORTS)
    assert predicted["pushes"] == pytest.approx(pushes, rel=0.1)
    shards = run["progress"]["shards"]["total"]
    assert predicted["shards"] == pytest.approx(shards, rel=0.15)
    # Shards that run side by side may meet, and then look again.
    items = calls_of(repository, "/itemsBatch")
    assert predicted["calls"]["azuredevops.items"] == pytest.approx(items, rel=0.25)


def test_runs_take_what_was_forecast_of_them_and_a_forecast_writes_nothing(
    tmp_path: Path,
) -> None:
    with stack(tmp_path / "data") as endpoints:
        trial = Trial(endpoints)
        trial.workspace.generate(NOTEBOOKS)
        trial.forget_calls()
        storage_calls(trial)

        first = forecast_of(trial, sample=SAMPLE)
        asked, read = trial.workspace.calls(), trial.repository.calls()
        stored = writes(storage_calls(trial))
        runs, restores = rows(trial, "runs"), rows(trial, "restores")
        trial.forget_calls()
        assert_as_forecast(trial, first["first"], trial.run())
        changed = edit_some(trial, 5)
        night = forecast_of(trial, sample=SAMPLE, change_percent=5)
        trial.forget_calls()
        assert_as_forecast(trial, night["nightly"], trial.run())
        told = forecast_of(trial, sample=0)

    assert first["sizes"]["sampled"] == calls_of(asked, EXPORTS) == SAMPLE
    assert writes(asked) == {}
    assert read == {}
    assert stored.keys() <= SLOTS
    assert (runs, restores) == ([], [])
    assert night["nightly"]["stored"] == changed
    assert_told_of_both(told, changed)


def assert_told_of_both(told: Mapping[str, Any], changed: int) -> None:
    night, first = told["compared"]
    assert (night["kind"], first["kind"]) == ("nightly", "first")
    assert told["sizes"]["source"] == "last_run"
    assert told["change"]["measured"]
    assert told["nightly"]["stored"] == pytest.approx(changed, abs=1)
    for run in (night, first):
        predicted, real = run["predicted"], run["real"]
        for call in ("databricks.list", "databricks.export"):
            assert predicted["calls"][call] == real["calls"][call]
        assert predicted["pushes"] == pytest.approx(real["pushes"], rel=0.1)


def command(data: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", "forecast", f"DATA={data}", *given],
        cwd=ROOT,
        env={**BARE, "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_the_command_tells_a_table_and_what_it_cannot_do_in_a_sentence(
    tmp_path: Path,
) -> None:
    with stack(tmp_path / "data") as endpoints:
        Trial(endpoints).workspace.generate(50)
        done = command(tmp_path / "data", "NOTEBOOKS=70000", "CHANGE=2")
        wrong = command(tmp_path / "data", "CHANGE=200")
    odd = command(tmp_path / "data", "FILES=/")

    assert done.returncode == 0, done.stdout
    assert "Changes: 2 % of all objects a night (assumed)" in done.stdout
    assert "restore of all" in done.stdout
    assert (wrong.returncode, odd.returncode) == (1, 2)
    assert "forecast: change_percent: is a number from 0 to 100" in wrong.stdout
    assert "is not NAME=VALUE with one of SAMPLE" in odd.stdout
