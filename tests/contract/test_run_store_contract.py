"""What every `RunStore` does: the one in memory and the one in an Azure table."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from shared.adapters.run_store import TableRunStore
from shared.adapters.tables import Table
from shared.domain.runs import RunStatus, ShardStatus, Tally
from shared.errors import AlreadyExists, Conflict
from shared.ports import RunStore, Write
from tests.fakes.storage import FakeRunStore
from tests.run_builders import SOME_NIGHT, a_run, a_shard


@pytest.fixture(params=["fake", "table"])
def store(request: pytest.FixtureRequest) -> RunStore:
    if request.param == "fake":
        return FakeRunStore()
    return TableRunStore(cast("Table", request.getfixturevalue("table")))


def test_what_was_never_written_is_not_there(store: RunStore) -> None:
    assert store.run("20261122T020000Z-000000") is None
    assert store.shard("20261122T020000Z-000000", 1) is None
    assert list(store.shards("20261122T020000Z-000000")) == []


def test_a_run_comes_back_as_it_was_written(store: RunStore) -> None:
    run = a_run(
        owner="worker-1",
        lease_until=SOME_NIGHT + timedelta(microseconds=654321),
        tally=Tally(listed=70_000, stored_bytes=5 * 2**31),
        calls={"databricks.list": 14_600},
        error="Ünïcödé 'quoted' \N{PILE OF POO}",
    )

    (etag,) = store.write(Write(run))

    found = store.run(run.id)
    assert found is not None
    assert found.row == run
    assert found.etag == etag


def test_a_shard_comes_back_as_it_was_written(store: RunStore) -> None:
    run = a_run()
    shard = a_shard(
        run, 7, objects=3 * 2**31, pushed=(("", "a" * 40),) * 900, outcomes=("x", "y")
    )

    (etag,) = store.write(Write(shard))

    found = store.shard(run.id, 7)
    assert found is not None
    assert found.row == shard
    assert found.etag == etag


def test_creating_twice_is_told(store: RunStore) -> None:
    run = a_run()
    store.write(Write(run))

    with pytest.raises(AlreadyExists):
        store.write(Write(replace(run, owner="another")))
    found = store.run(run.id)
    assert found is not None
    assert found.row.owner == ""


def test_a_write_needs_the_etag_of_the_last_one(store: RunStore) -> None:
    run = a_run()
    (old,) = store.write(Write(run))
    (new,) = store.write(Write(replace(run, owner="one"), old))

    with pytest.raises(Conflict):
        store.write(Write(replace(run, owner="two"), old))
    (newest,) = store.write(Write(replace(run, owner="three"), new))
    assert len({old, new, newest}) == 3


def test_changing_what_is_not_there_is_a_conflict(store: RunStore) -> None:
    run = a_run()
    (etag,) = store.write(Write(run))

    with pytest.raises(Conflict):
        store.write(Write(a_shard(run), etag))


def test_a_value_taken_back_is_gone(store: RunStore) -> None:
    run = a_run(owner="worker-1", lease_until=SOME_NIGHT, error="something")
    (etag,) = store.write(Write(run))

    released = replace(run, owner="", lease_until=None, error="")
    store.write(Write(released, etag))

    found = store.run(run.id)
    assert found is not None
    assert found.row == released


def test_a_transaction_writes_all_rows_and_tells_each_etag(store: RunStore) -> None:
    run = a_run()
    (etag,) = store.write(Write(run))
    shards = [a_shard(run, number) for number in range(1, 100)]

    etags = store.write(
        Write(replace(run, shards=99), etag), *(Write(shard) for shard in shards)
    )

    found = {row.row.number: row.etag for row in store.shards(run.id)}
    assert etags[1:] == tuple(found[number] for number in range(1, 100))
    stored = store.run(run.id)
    assert stored is not None
    assert (stored.row.shards, stored.etag) == (99, etags[0])


@pytest.mark.parametrize("stale", ["run", "shard"])
def test_a_transaction_with_one_stale_row_writes_nothing(
    store: RunStore, stale: str
) -> None:
    run = a_run()
    shard = a_shard(run)
    run_etag, shard_etag = store.write(Write(run), Write(shard))
    if stale == "run":
        store.write(Write(replace(run, owner="faster"), run_etag))
    else:
        store.write(Write(replace(shard, owner="faster"), shard_etag))

    with pytest.raises(Conflict):
        store.write(
            Write(replace(run, status=RunStatus.RUNNING), run_etag),
            Write(replace(shard, status=ShardStatus.DONE), shard_etag),
            Write(a_shard(run, 2)),
        )
    kept_run, kept_shard = store.run(run.id), store.shard(run.id, 1)
    assert kept_run is not None
    assert kept_run.row.status == RunStatus.PLANNING
    assert kept_shard is not None
    assert kept_shard.row.status == ShardStatus.WAITING
    assert store.shard(run.id, 2) is None


def test_a_transaction_that_creates_what_exists_writes_nothing(
    store: RunStore,
) -> None:
    run = a_run()
    (etag,) = store.write(Write(run))
    store.write(Write(a_shard(run, 2)))

    with pytest.raises(AlreadyExists):
        store.write(
            Write(replace(run, owner="me"), etag),
            Write(a_shard(run, 1)),
            Write(a_shard(run, 2)),
        )
    assert store.shard(run.id, 1) is None


def test_shards_come_by_rising_number_and_only_of_their_run(store: RunStore) -> None:
    run, other = a_run(), a_run()
    for number in (10, 9, 1, 1000, 2):
        store.write(Write(a_shard(run, number)))
    store.write(Write(run))
    store.write(Write(a_shard(other, 3)))

    assert [shard.row.number for shard in store.shards(run.id)] == [1, 2, 9, 10, 1000]


def test_shards_can_be_asked_for_by_status_and_number(store: RunStore) -> None:
    run = a_run()
    statuses = [ShardStatus.DONE, ShardStatus.WAITING, ShardStatus.QUEUED] * 2
    store.write(
        *(
            Write(a_shard(run, number, status=status))
            for number, status in enumerate(statuses, start=1)
        )
    )

    waiting = list(store.shards(run.id, ShardStatus.WAITING))
    first = list(store.shards(run.id, ShardStatus.WAITING, limit=1))
    any_two = list(store.shards(run.id, limit=2))

    assert [shard.row.number for shard in waiting] == [2, 5]
    assert [shard.row.number for shard in first] == [2]
    assert [shard.row.number for shard in any_two] == [1, 2]


def test_one_transaction_is_one_run_and_at_most_a_hundred_rows(
    store: RunStore,
) -> None:
    run = a_run()
    many = [Write(a_shard(run, number)) for number in range(1, 102)]

    with pytest.raises(ValueError, match="transaction"):
        store.write(*many)
    with pytest.raises(ValueError, match=r"transaction|Partition"):
        store.write(Write(run), Write(a_run()))


def test_more_rows_than_fit_a_page_are_all_listed(store: RunStore) -> None:
    run = a_run()
    for first in range(1, 1_101, 100):
        store.write(*(Write(a_shard(run, n)) for n in range(first, first + 100)))

    assert sum(1 for _ in store.shards(run.id)) == 1_100


def test_a_forgotten_run_is_gone_with_its_shards_and_no_other(store: RunStore) -> None:
    run, other = a_run(), a_run()
    for each in (run, other):
        store.write(Write(each), *(Write(a_shard(each, n)) for n in range(1, 90)))
    store.write(*(Write(a_shard(run, number)) for number in range(90, 150)))

    store.forget(run.id)
    store.forget(run.id)

    assert store.run(run.id) is None
    assert list(store.shards(run.id)) == []
    assert store.run(other.id) is not None
    assert sum(1 for _ in store.shards(other.id)) == 89


def test_a_run_that_several_forget_at_once_is_gone(store: RunStore) -> None:
    run = a_run()
    store.write(Write(run), *(Write(a_shard(run, n)) for n in range(1, 60)))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: store.forget(run.id), range(4)))

    assert store.run(run.id) is None
    assert list(store.shards(run.id)) == []
