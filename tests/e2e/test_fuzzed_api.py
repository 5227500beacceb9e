"""The HTTP API under a fuzzer that knows no more of it than its own document says."""

import json
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.children import ROOT
from local.stack import Stack
from tests.e2e import fuzzed_formats
from tests.e2e.trial import OPEN, PATIENCE_SECONDS, Trial

CONFIG = Path(__file__).with_name("schemathesis.toml")
TOOL = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 1_000 if os.environ.get("SOAK") else 25
MOST_SAID = 20_000

# What the attack must have met at least, or it proves little.
MET = {
    ("POST", "/api/runs"): {202, 400, 401, 409},
    ("GET", "/api/runs"): {200, 400, 401},
    ("GET", "/api/runs/{run_id}"): {200, 400, 401, 404},
    ("DELETE", "/api/runs/{run_id}"): {202, 401, 404, 409},
    ("GET", "/api/history"): {200, 400, 401, 404},
    ("GET", "/api/content"): {200, 400, 401, 404},
    ("GET", "/api/diff"): {200, 400, 401, 404},
    ("POST", "/api/restores"): {200, 202, 400, 401, 404},
    ("GET", "/api/restores"): {200, 400, 401},
    ("GET", "/api/restores/{restore_id}"): {200, 400, 401, 404},
    ("DELETE", "/api/restores/{restore_id}"): {401, 404, 409},
    ("GET", "/api/drift"): {200, 400, 401},
    ("GET", "/api/health"): {200, 401},
    ("GET", "/api/forecast"): {200, 400, 401},
    ("GET", "/api/diagnostics"): {200, 401},
    ("POST", "/api/setup"): {200, 400, 401},
    ("GET", "/api/retention"): {200, 401},
    ("GET", "/api/openapi.json"): {200, 401},
}


@dataclass(frozen=True)
class Attack:
    """What the tool said, the statuses it met by operation, and the host's log."""

    trial: Trial
    done: subprocess.CompletedProcess[str]
    statuses: Mapping[tuple[str, str], set[int]]
    log: Path


@pytest.fixture(scope="module")
def attack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attack]:
    folder = tmp_path_factory.mktemp("attack")
    with Stack(folder / "stack") as endpoints:
        trial = Trial(endpoints)
        trial.workspace.notebook("/Shared/reports", "print(1)")
        assert trial.run()["status"] == "complete"
        document = folder / "openapi.json"
        document.write_bytes(trial.http("GET", "/api/openapi.json").content)
        done = fuzz(trial, document, folder)
        statuses = met(json.loads((folder / "met.har").read_bytes()))
        wait_until_quiet(trial)
        yield Attack(trial, done, statuses, folder / "stack" / "logs" / "host.log")


def fuzz(
    trial: Trial, document: Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *(TOOL, "--config-file", CONFIG, "run", document, "--no-color"),
            *("--url", trial.endpoints.functions, "--max-examples", str(EXAMPLES)),
            *("--report", "har", "--report-har-path", folder / "met.har"),
        ],
        cwd=folder,
        env=os.environ
        | {"FUNCTIONS_KEY": trial.endpoints.functions_key}
        | {"SCHEMATHESIS_HOOKS": fuzzed_formats.__name__, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
    )


def met(archive: Any) -> dict[tuple[str, str], set[int]]:
    """The statuses of all exchanges, by method and path."""
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for entry in archive["log"]["entries"]:
        path = re.sub(r"^\w+://[^/]+|\?.*", "", entry["request"]["url"])
        path = re.sub(r"^/api/runs/.+", "/api/runs/{run_id}", path)
        path = re.sub(r"^/api/restores/.+", "/api/restores/{restore_id}", path)
        found[entry["request"]["method"], path].add(entry["response"]["status"])
    return found


def all_runs(trial: Trial) -> list[dict[str, Any]]:
    runs: list[dict[str, Any]] = []
    page: dict[str, Any] = {"next": ""}
    while page["next"] is not None:
        query = {"limit": 100, "next": page["next"]}
        page = trial.http("GET", "/api/runs", params=query).json()
        runs += page["runs"]
    return runs


def wait_until_quiet(trial: Trial) -> None:
    give_up = time.monotonic() + PATIENCE_SECONDS
    while any(run["status"] in OPEN for run in all_runs(trial)):
        assert time.monotonic() < give_up, "a run that the attack started does not end"
        time.sleep(0.2)


def test_the_fuzzer_finds_nothing(attack: Attack) -> None:
    said = attack.done.stdout + attack.done.stderr

    assert attack.done.returncode == 0, said[-MOST_SAID:]


def test_the_attack_met_every_kind_of_answer(attack: Attack) -> None:
    missed = {
        operation: wanted - attack.statuses[operation]
        for operation, wanted in MET.items()
    }

    assert not any(missed.values()), missed


def test_the_attack_started_real_runs(attack: Attack) -> None:
    runs = all_runs(attack.trial)

    assert {run["dry_run"] for run in runs} == {True, False}
    assert {"complete", "cancelled"} <= {run["status"] for run in runs}


def test_a_method_that_is_not_declared_is_not_found(attack: Attack) -> None:
    others = {
        operation: statuses
        for operation, statuses in attack.statuses.items()
        if operation not in MET and operation[1] in {path for _, path in MET}
    }

    assert {method for method, _ in others} >= {"POST", "PUT", "PATCH", "DELETE"}
    assert set().union(*others.values()) == {404}


def test_no_function_was_surprised(attack: Attack) -> None:
    log = attack.log.read_text()
    ends = re.findall(r"Executed '\w+' \((\w+)\)", log)

    assert "unexpected" not in log
    assert len(ends) > EXAMPLES
    assert set(ends) == {"succeeded"}


def test_the_app_works_as_before(attack: Attack) -> None:
    attack.trial.workspace.notebook("/Shared/reports", "print(2)")

    run = attack.trial.run()

    assert (run["status"], run["counts"]["stored"]) == ("complete", 1)
    assert run["failures"]["items"] == []
