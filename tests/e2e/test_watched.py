"""A stack as its operators see it: alerts over what its host logged, and health."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.alerts.telemetry import Telemetry
from tests.e2e.stacks import EVENT, a_stack, events, wait_until
from tests.e2e.trial import Trial


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def trial(data: Path) -> Iterator[Trial]:
    with a_stack(data, RUN_RETRIES="0") as endpoints:
        yield Trial(endpoints)


def fired(trial: Trial, data: Path) -> set[str]:
    """The alerts that are raised by now, over what the worker has logged."""
    trial.fire("sweep")
    wait_until(lambda: bool(events(data, "sweep.finished")))
    telemetry = Telemetry()
    for line in (data / "logs/host.log").read_text().splitlines():
        if EVENT in line:
            said, message = line.split(EVENT, 1)
            moment = datetime.fromisoformat(said[:23]).astimezone(UTC)
            telemetry.traces.append((moment, message))
    return {*telemetry.fired(datetime.now(UTC))}


def health(trial: Trial) -> tuple[int, list[str]]:
    answer = trial.http("GET", "/api/health")
    return answer.status_code, [one["name"] for one in answer.json()["reasons"]]


def test_good_runs_raise_nothing_and_a_failing_object_is_told(
    trial: Trial, data: Path
) -> None:
    trial.workspace.notebook("/Shared/reports", "print(1)")
    trial.workspace.notebook("/Shared/loads", "print(2)")
    first, unchanged = trial.run(), trial.run()
    calm = fired(trial, data), health(trial)
    trial.workspace.notebook("/Shared/reports", "print(3)")
    trial.workspace.fault(path="workspace/export", status=400, times=9)
    trial.run()
    missing = fired(trial, data), health(trial)

    assert (first["status"], unchanged["status"]) == ("complete", "complete")
    assert calm == (set(), (200, []))
    assert missing == ({"new-failures"}, (200, ["new-failures"]))


def test_credentials_that_are_refused_are_critical(trial: Trial, data: Path) -> None:
    trial.workspace.notebook("/Shared/reports", "print(1)")
    trial.workspace.fault(path="workspace/list", status=401, times=99)
    trial.run()

    critical = {"last-run-failed", "credentials-refused"}

    assert fired(trial, data) == critical
    assert health(trial) == (503, ["last-run-failed", "credentials-refused"])
