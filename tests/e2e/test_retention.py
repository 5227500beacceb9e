"""What the app says the next clean-up removes is what the next sweep removes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azurite import SERVICES, base_urls
from shared.adapters.blobs import StorageBlobs
from shared.adapters.clock import SystemClock
from shared.adapters.restore_store import TableRestoreStore
from shared.adapters.run_index import TableRunIndex
from shared.adapters.run_store import TableRunStore
from shared.adapters.storage_clients import StorageClients, connect
from shared.adapters.tables import Table
from shared.domain.restore_ids import new_restore_id
from shared.domain.restores import RestoreStatus
from shared.domain.run_ids import new_run_id
from shared.domain.runs import RunStatus
from shared.ports import Write
from shared.services.clean_up import LAST, LastCleanUp
from shared.services.read_health import ALIVE_SINCE
from tests.e2e.stacks import a_stack, events, wait_until
from tests.e2e.trial import Trial
from tests.run_builders import a_request, a_restore, a_run, a_shard

NOW = datetime.now(UTC)
BLOBS_OF_A_RUN = 3


@dataclass(frozen=True)
class Attic:
    """The app's state, by the real adapters: old things can be put there."""

    clients: StorageClients

    @property
    def blobs(self) -> StorageBlobs:
        return StorageBlobs(self.clients.blobs)

    @property
    def _runs(self) -> Table:
        return Table(self.clients.tables, "runs")

    def run(self, days: int, noise: str) -> str:
        """A run with shards that ended so long ago."""
        opened_at = NOW - timedelta(days=days)
        run_id = new_run_id(opened_at, noise)
        request = a_request(run_id=run_id, opened_at=opened_at)
        run = a_run(request, status=RunStatus.COMPLETE, finished_at=opened_at)
        TableRunIndex(self._runs).enter(request)
        shards = [Write(a_shard(run, number)) for number in (1, 2, 3)]
        TableRunStore(self._runs).write(Write(run), *shards)
        self.fill(f"runs/{run_id}/plans/")
        return run_id

    def restore(self, days: int, noise: str) -> str:
        opened_at = NOW - timedelta(days=days)
        restore_id = new_restore_id(opened_at, noise)
        blank = a_restore()
        request = replace(blank.request, restore_id=restore_id, opened_at=opened_at)
        done = replace(blank, request=request, status=RestoreStatus.COMPLETE)
        done = replace(done, finished_at=opened_at)
        store = TableRestoreStore(Table(self.clients.tables, "restores"))
        store.write(Write(done))
        self.fill(f"restores/{restore_id}/done/")
        return restore_id

    def fill(self, prefix: str) -> None:
        for number in range(BLOBS_OF_A_RUN):
            self.blobs.put(f"{prefix}{number:06d}", b"x" * 10)

    def of_a_newer_version(self, run_id: str) -> None:
        """The run's row, as a newer version leaves it."""
        (row,) = self._runs.query(f"PartitionKey eq '{run_id}' and RowKey eq 'run'")
        self._runs.put({**row.columns, "version": 9})

    def state(self) -> dict[str, int]:
        """Everything that is there: rows, and blobs with their bytes."""
        found = {blob.name: blob.size for blob in self.blobs.sized("")}
        for name in (LAST, ALIVE_SINCE):
            found.pop(name, None)
        for name in ("runs", "restores"):
            for row in self.clients.tables.get_table_client(name).list_entities():
                found[f"{name}: {row['PartitionKey']} {row['RowKey']}"] = 0
        return found


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "stack"


@pytest.fixture
def trial(data: Path) -> Iterator[Trial]:
    with a_stack(data, storage_faults=True) as endpoints:
        yield Trial(endpoints)


@pytest.fixture
def attic(trial: Trial) -> Iterator[Attic]:
    clients = connect(trial.endpoints.storage)
    yield Attic(clients)
    clients.close()


def told(trial: Trial) -> dict[str, Any]:
    answer = trial.http("GET", "/api/retention")
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def removes(body: dict[str, Any]) -> dict[str, Any]:
    return {row["kind"]: row for row in body["removes"]}


def sweep(trial: Trial, data: Path) -> None:
    """One more sweep, to its end."""
    before = len(events(data, "sweep.finished"))
    trial.fire("sweep")
    wait_until(lambda: len(events(data, "sweep.finished")) > before)


def storage_requests(trial: Trial) -> dict[str, int]:
    """What the storage services were asked since the last time, and forget it."""
    counts: dict[str, int] = {}
    for service, url in zip(SERVICES, base_urls(trial.endpoints.storage), strict=True):
        routes = requests.get(f"{url}/_local/stats", timeout=30).json()["routes"]
        for route, count in routes.items():
            counts[f"{service} {route}"] = count
        requests.delete(f"{url}/_local/stats", timeout=30).raise_for_status()
    return counts


def test_the_next_sweep_removes_what_was_told_and_then_nothing_is_left_to_tell(
    trial: Trial, attic: Attic, data: Path
) -> None:
    trial.workspace.notebook("/Shared/reports", "print(1)")
    kept, plan = trial.run(), trial.restore("/Shared")
    # So that no sweep of the timer's comes before the question.
    LastCleanUp(attic.blobs).write(SystemClock().now())
    old = [attic.run(days, "00000a") for days in (91, 92)]
    attic.run(89, "00000b")
    newer = attic.run(93, "00000c")
    attic.of_a_newer_version(newer)
    restore_id = attic.restore(91, "00000d")
    left = f"runs/{new_run_id(NOW - timedelta(days=94), '00000e')}/"
    attic.fill(left)
    attic.blobs.put("index/" + "0" * 40, b"an old one")
    before = attic.state()
    first = told(trial)
    asked = attic.state()
    attic.blobs.delete(LAST)
    sweep(trial, data)
    after = attic.state()
    second = told(trial)

    found = removes(first)
    assert asked == before
    assert found["runs"]["names"] == old
    assert found["restores"]["names"] == [restore_id]
    assert found["blobs"]["names"] == [left]
    # The newest runs cannot all be read: an index may be the newer version's.
    assert found["indexes"]["number"] == 0
    gone = before.keys() - after.keys()
    blobs = {name for name in gone if ": " not in name}
    assert after.keys() <= before.keys()
    assert len(blobs) == sum(row["blobs"] for row in found.values())
    assert sum(before[b] for b in blobs) == sum(r["bytes"] or 0 for r in found.values())
    things = [*found["runs"]["names"], *found["restores"]["names"], left]
    assert all(any(thing in name for thing in things) for name in gone)
    assert not any(thing in name for thing in things for name in after)
    assert {row["number"] for row in second["removes"]} == {0}
    assert second["last_clean_up"] is not None
    keeps = {row["rule"]: row["names"] for row in second["keeps"]}
    assert keeps["newer_version"] == [newer]
    (event,) = events(data, "cleanup.finished")[-1:]
    assert (event["runs"], event["restores"], event["blobs"]) == (2, 1, 1)
    assert trial.details(kept["id"])["commit"] == kept["commit"]
    assert trial.wait_for_restore(plan["id"])["status"] == "planned"
    assert trial.run()["unchanged"]


def test_a_sweep_between_two_clean_ups_lists_no_blob(
    trial: Trial, attic: Attic, data: Path
) -> None:
    trial.workspace.notebook("/Shared/reports", "print(1)")
    trial.run()
    attic.run(91, "00000a")
    attic.blobs.put("index/" + "0" * 40, b"an old one")
    sweep(trial, data)
    (event,) = events(data, "cleanup.finished")
    storage_requests(trial)

    sweep(trial, data)
    plain = storage_requests(trial)
    told(trial)
    looked = storage_requests(trial)

    assert not [route for route in plain if "comp=list" in route]
    assert (event["runs"], event["indexes"], event["more"]) == (1, 1, False)
    assert sum(n for route, n in looked.items() if "comp=list" in route) == 3
