"""What every `RunIndex` does: the one in memory and the one in an Azure table."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import cast

import pytest

from shared.adapters.run_index import TableRunIndex
from shared.adapters.tables import Table
from shared.domain.retention import ListedRun
from shared.domain.runs import Mode, Request
from shared.domain.scope import Scope
from shared.errors import InvalidRequest
from shared.ports import RunIndex
from tests.fakes.storage import FakeRunIndex
from tests.run_builders import SOME_NIGHT, a_request


@pytest.fixture(params=["fake", "table"])
def index(request: pytest.FixtureRequest) -> RunIndex:
    if request.param == "fake":
        return FakeRunIndex()
    return TableRunIndex(cast("Table", request.getfixturevalue("table")))


def test_nothing_is_open_or_waiting_at_first(index: RunIndex) -> None:
    assert index.active() is None
    assert index.waiting() is None
    assert index.newest(10).run_ids == ()
    assert index.opened_before(SOME_NIGHT + timedelta(days=999), 10) == ()


def test_the_first_takes_the_place_and_the_second_learns_who_has_it(
    index: RunIndex,
) -> None:
    first = a_request(
        scope=Scope(("/Clients/A & B",), ()),
        full_scope=False,
        mode=Mode.FULL,
        message="a line of \N{PILE OF POO} 'quotes' and \ud800",
        requested_by="ops@example.com",
        attempt=2,
    )

    assert index.open(first) == first
    assert index.open(a_request()) == first
    assert index.active() == first


def test_who_opens_twice_still_has_the_place(index: RunIndex) -> None:
    request = a_request()

    index.open(request)

    assert index.open(request) == request


def test_only_the_holder_frees_the_place(index: RunIndex) -> None:
    holder = a_request()
    index.open(holder)

    index.close(a_request().run_id)
    assert index.active() == holder
    index.close(holder.run_id)
    index.close(holder.run_id)
    assert index.active() is None


def test_a_freed_place_can_be_taken_again(index: RunIndex) -> None:
    first, second = a_request(), a_request()
    index.open(first)
    index.close(first.run_id)

    assert index.open(second) == second


def test_of_many_at_once_one_takes_the_place(index: RunIndex) -> None:
    requests = [a_request() for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        holders = Counter(h.run_id for h in pool.map(index.open, requests))

    assert len(holders) == 1


def test_the_last_start_that_waits_is_the_one_that_waits(index: RunIndex) -> None:
    first, second = a_request(), a_request()
    index.wait(first)
    index.wait(second)

    assert index.waiting() == second
    assert index.waiting() == second


def test_a_start_waits_until_it_is_told_to_stop(index: RunIndex) -> None:
    first, second = a_request(), a_request()
    index.wait(first)
    index.wait(second)

    index.stop_waiting(first.run_id)
    assert index.waiting() == second
    index.stop_waiting(second.run_id)
    index.stop_waiting(second.run_id)
    assert index.waiting() is None


def test_a_start_that_waits_neither_takes_nor_frees_the_place(index: RunIndex) -> None:
    holder, waiting = a_request(), a_request()
    index.open(holder)
    index.wait(waiting)

    index.stop_waiting(holder.run_id)
    index.close(waiting.run_id)

    assert index.active() == holder
    assert index.waiting() == waiting


def test_runs_are_listed_newest_first_page_by_page(index: RunIndex) -> None:
    requests = [a_request() for _ in range(5)]
    for request in requests:
        index.enter(request)
    newest_first = tuple(request.run_id for request in reversed(requests))

    one = index.newest(2)
    two = index.newest(2, one.next)
    three = index.newest(2, two.next)

    assert one.run_ids + two.run_ids + three.run_ids == newest_first
    assert three.next is None


def test_a_full_last_page_has_no_next(index: RunIndex) -> None:
    for _ in range(4):
        index.enter(a_request())

    page = index.newest(2, index.newest(2).next)

    assert len(page.run_ids) == 2
    assert page.next is None


def test_entering_a_run_twice_lists_it_once(index: RunIndex) -> None:
    request = a_request()
    index.enter(request)
    index.enter(request)

    assert index.newest(10).run_ids == (request.run_id,)


def test_old_runs_are_found_by_when_they_were_opened(index: RunIndex) -> None:
    requests = [a_request() for _ in range(4)]
    for request in requests:
        index.enter(request)

    old = index.opened_before(requests[2].opened_at, 10)

    assert old == (requests[1], requests[0])
    assert len(index.opened_before(requests[3].opened_at, 2)) == 2


def listed(request: Request) -> ListedRun:
    """The run's entry, as it is found among the old ones."""
    return ListedRun(request.run_id, request.opened_at)


def test_entries_of_old_runs_tell_enough_to_take_them_off_the_list(
    index: RunIndex,
) -> None:
    requests = [a_request() for _ in range(4)]
    for request in requests:
        index.enter(request)

    old = [*index.listed_before(requests[2].opened_at)]
    for one in old:
        index.leave(one)

    assert [one.run_id for one in old] == [requests[1].run_id, requests[0].run_id]
    assert not any(one.newer for one in old)
    assert index.newest(9).run_ids == (requests[3].run_id, requests[2].run_id)


def test_an_entry_of_a_newer_version_says_so_and_no_more_of_it_is_read(
    table: Table,
) -> None:
    index, request = TableRunIndex(table), a_request()
    index.enter(request)
    (row,) = table.query("PartitionKey eq 'index'")
    table.put({**row.columns, "version": 9, "request": "what nobody can read"})
    (old,) = index.listed_before(request.opened_at + timedelta(days=1))

    assert (old.run_id, old.newer) == (request.run_id, True)
    index.leave(old)
    assert index.newest(10).run_ids == ()


def test_a_run_that_left_is_listed_no_more(index: RunIndex) -> None:
    one, two = a_request(), a_request()
    index.enter(one)
    index.enter(two)

    for _ in range(2):
        index.leave(listed(one))

    assert index.newest(10).run_ids == (two.run_id,)
    assert index.opened_before(two.opened_at, 10) == ()


def test_runs_of_the_same_moment_are_both_listed(index: RunIndex) -> None:
    one, two = a_request(opened_at=SOME_NIGHT), a_request(opened_at=SOME_NIGHT)
    later = a_request(opened_at=SOME_NIGHT + timedelta(milliseconds=1))
    for request in (one, two, later):
        index.enter(request)

    assert index.newest(10).run_ids[0] == later.run_id
    assert set(index.newest(10).run_ids) == {one.run_id, two.run_id, later.run_id}


def test_a_mark_from_outside_cannot_reach_other_rows(index: RunIndex) -> None:
    index.open(a_request())
    index.wait(a_request())
    index.enter(a_request())

    for mark in ("run-' or RowKey ge 'a", "run-", "open", "waiting", "x", "1' "):
        with pytest.raises(InvalidRequest):
            index.newest(10, mark)
