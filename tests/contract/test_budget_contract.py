"""What every `RequestBudget` does: the one that counts and the shared one."""

import threading
from typing import cast

import pytest

from shared.adapters.budget import LaneRows, SharedBudget
from shared.adapters.budget_rows import TableLaneRows, service_time
from shared.adapters.clock import SystemClock
from shared.adapters.tables import Columns, Table
from shared.domain.budget import Lane
from shared.errors import Conflict, UnknownVersion
from shared.ports import RequestBudget, RequestKind
from tests.fakes.storage import FakeBudget


@pytest.fixture(params=["fake", "table"])
def budget(request: pytest.FixtureRequest) -> RequestBudget:
    if request.param == "fake":
        return FakeBudget()
    return _shared(request.getfixturevalue("table"))


def _shared(table: Table) -> SharedBudget:
    budgets: dict[RequestKind, float] = {
        "list": 100_000,
        "export": 1_000,
        "import": 1_000,
    }
    return SharedBudget(TableLaneRows(table), budgets, SystemClock())


@pytest.fixture
def rows(table: Table) -> LaneRows:
    return TableLaneRows(table)


def test_a_slot_is_had_for_every_kind(budget: RequestBudget) -> None:
    budget.take("list")
    budget.take("export")
    budget.take("import")


def test_many_threads_take_many_slots(budget: RequestBudget) -> None:
    taken = []

    def part() -> None:
        for _ in range(50):
            budget.take("list")
            taken.append(1)

    threads = [threading.Thread(target=part) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(taken) == 400


def test_being_throttled_does_not_stop_work(budget: RequestBudget) -> None:
    budget.take("list")
    budget.throttled("list", None)
    budget.throttled("list", 0)

    budget.take("list")


def test_workers_see_each_other_in_the_row(table: Table, rows: LaneRows) -> None:
    one, two = _shared(table), _shared(table)
    one.take("export")
    two.take("export")
    one.throttled("export", 0)

    lane, _ = rows.read("export") or (Lane(), "")
    assert lane.factor == 0.5


def test_a_lane_comes_back_as_it_was_written(rows: LaneRows) -> None:
    assert rows.read("list") is None
    lane = Lane(0.25, 1_800_000_000.123456, 1_800_000_001.5, 1_800_000_000.0)

    etag, _ = rows.write("list", Lane(), None)
    etag, _ = rows.write("list", lane, etag)

    assert rows.read("list") == (lane, etag)


def test_a_lane_is_changed_by_one_at_a_time(rows: LaneRows) -> None:
    etag, _ = rows.write("list", Lane(), None)
    rows.write("list", Lane(0.5), etag)

    with pytest.raises(Conflict):
        rows.write("list", Lane(0.25), etag)
    with pytest.raises(Conflict):
        rows.write("list", Lane(0.25), None)


def test_the_service_tells_its_time_with_every_write(rows: LaneRows) -> None:
    etag, first = rows.write("list", Lane(), None)
    etag, second = rows.write("list", Lane(), etag)

    assert 0 < second - first < 60
    assert first % 1 != 0
    assert second == service_time(etag)


def test_a_row_of_a_newer_version_is_refused(table: Table, rows: LaneRows) -> None:
    key = {"PartitionKey": "budgets", "RowKey": "list"}
    table.put(cast("Columns", {**key, "version": 2}))

    with pytest.raises(UnknownVersion):
        rows.read("list")
