"""Credentials that are refused in the middle of a run: one clear end, and no storm."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from local.stack import key_for
from tests.e2e.mirror import mirrored, shown
from tests.e2e.stacks import a_stack, events, wait_until
from tests.e2e.trial import Trial, calls_of

NOTEBOOKS = 250
REFUSALS = {203, 401, 403}
FEW = 20


@dataclass(frozen=True)
class Remote:
    """A service that can take a credential back, and give it again."""

    url: str
    revoke: Callable[[], requests.Response]
    restore: Callable[[], requests.Response]
    causes: str

    def asked_after_refusing(self) -> list[dict[str, Any]]:
        """The requests that came after the first one that was refused."""
        answer = requests.get(f"{self.url}/_local/log", timeout=30)
        log: list[dict[str, Any]] = answer.json()
        refused = [entry["t"] for entry in log if entry["status"] in REFUSALS]
        assert refused
        return [entry for entry in log if entry["t"] > refused[0]]


def databricks(trial: Trial, _data: Path) -> Remote:
    url, token = trial.endpoints.databricks, trial.endpoints.databricks_token
    tokens = f"{url}/_local/tokens"
    return Remote(
        url,
        lambda: requests.delete(tokens, params={"token": token}, timeout=30),
        lambda: requests.post(tokens, json={"token": token}, timeout=30),
        "it may have expired, or belong to an identity that is not in this workspace",
    )


def azure_devops(trial: Trial, data: Path) -> Remote:
    url = trial.endpoints.azure_devops.rsplit("/", 1)[0]
    pat = {"token": key_for(data, "azure-devops"), "state": "expired"}
    credentials = f"{url}/_local/credentials"
    return Remote(
        url,
        lambda: requests.post(credentials, json=pat, timeout=30),
        lambda: requests.delete(credentials, timeout=30),
        "Likely causes: the token expired, was revoked or lacks the scope",
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def trial(data: Path) -> Iterator[Trial]:
    """As deployed: many threads that wait for the budget's slots."""
    paced = a_stack(
        data,
        DATABRICKS_EXPORT_RPS="60",
        DATABRICKS_LIST_RPS="60",
        EXPORT_CONCURRENCY="40",
    )
    with paced as endpoints:
        yield Trial(endpoints)


@pytest.mark.parametrize("refusing", [databricks, azure_devops])
def test_credentials_refused_in_the_middle_of_a_run_end_it_at_once_and_clearly(
    trial: Trial,
    data: Path,
    tmp_path: Path,
    refusing: Callable[[Trial, Path], Remote],
) -> None:
    remote = refusing(trial, data)
    trial.workspace.generate(NOTEBOOKS)
    run_id = trial.start()
    wait_until(lambda: calls_of(trial.repository.calls(), "/pushes") > 0)
    remote.revoke().raise_for_status()
    failed = trial.wait(run_id)
    asked = remote.asked_after_refusing()
    remote.restore().raise_for_status()
    healed = trial.run()
    held, strays = mirrored(trial.repository.clone(tmp_path / "clone"))
    said = (data / "logs" / "host.log").read_text()

    assert (failed["status"], failed["stop"]) == ("failed", "credentials")
    assert remote.causes in failed["error"]
    assert [facts["error"] for facts in events(data, "auth.failed")] == [
        failed["error"]
    ]
    assert len(asked) < FEW
    assert events(data, "shard.poisoned") == []
    assert "Moving message to queue" not in said
    assert "(failed)" not in said
    assert healed["status"] == "complete"
    assert held == shown(trial.workspace)
    assert strays == set()
