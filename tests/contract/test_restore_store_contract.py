"""What every store of restores does: the one in memory and the one in a table."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import cast

import pytest

from shared.adapters.restore_store import TableRestorePlace, TableRestoreStore
from shared.adapters.tables import Table
from shared.errors import AlreadyExists, Conflict, InvalidRequest
from shared.ports import RestorePlace, RestoreStore, Write
from tests.fakes.restores import FakeRestorePlace, FakeRestoreStore
from tests.run_builders import SOME_NIGHT, a_restore


@pytest.fixture(params=["fake", "table"])
def store(request: pytest.FixtureRequest) -> RestoreStore:
    if request.param == "fake":
        return FakeRestoreStore()
    return TableRestoreStore(cast("Table", request.getfixturevalue("table")))


@pytest.fixture(params=["fake", "table"])
def place(request: pytest.FixtureRequest) -> RestorePlace:
    if request.param == "fake":
        return FakeRestorePlace()
    return TableRestorePlace(cast("Table", request.getfixturevalue("table")))


def test_what_was_written_is_read_back(store: RestoreStore) -> None:
    restore = a_restore()

    etag = store.write(Write(restore))
    found = store.get(restore.id)

    assert found is not None
    assert (found.row, found.etag) == (restore, etag)


def test_long_lists_of_long_paths_are_read_back(store: RestoreStore) -> None:
    plain = a_restore()
    paths = tuple(f"/{n}/{"日 '\n" * 100}" for n in range(100))
    restore = replace(plain, request=replace(plain.request, paths=paths))
    assert sum(map(len, paths)) * 2 > 64 * 1024

    store.write(Write(restore))
    found = store.get(restore.id)

    assert found is not None
    assert found.row == restore


def test_what_a_row_no_longer_has_is_gone(store: RestoreStore) -> None:
    restore = a_restore()
    calls = {f"databricks.{n:06d}": n for n in range(4_000)}
    held = replace(restore, calls=calls, owner="me", lease_until=SOME_NIGHT, error="no")
    etag = store.write(Write(held))

    store.write(Write(restore, etag))
    found = store.get(restore.id)

    assert found is not None
    assert found.row == restore


def test_restores_are_told_apart_that_differ_in_their_noise_alone(
    store: RestoreStore,
) -> None:
    one, other = a_restore(0, "00000a"), a_restore(0, "00000b")
    store.write(Write(one))
    store.write(Write(other))

    store.forget(one.id)

    assert store.get(one.id) is None
    assert store.get(other.id) is not None


def test_many_restores_are_paged_through_without_gap_or_repetition(
    store: RestoreStore,
) -> None:
    written = {a_restore(n // 2, f"{n:06x}").id for n in range(7)}
    for number in range(7):
        store.write(Write(a_restore(number // 2, f"{number:06x}")))

    found, mark = [], None
    for _ in written:
        page = store.newest(1, mark)
        found += [restore.id for restore in page.restores]
        mark = page.next

    assert mark is None
    assert {*found} == written
    assert len(found) == len(written)


def test_a_full_last_page_has_no_next_and_an_empty_mark_is_none(
    store: RestoreStore,
) -> None:
    restore = a_restore()
    store.write(Write(restore))

    for mark in (None, ""):
        page = store.newest(1, mark)

        assert (page.restores, page.next) == ((restore,), None)


def test_a_store_in_which_nothing_is_has_an_empty_page(store: RestoreStore) -> None:
    page = store.newest(5)

    assert (page.restores, page.next) == ((), None)
    assert store.opened_before(SOME_NIGHT, 5) == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "restore-x",
        "20261122T020000Z-3f9a1c",
        "restore-' or 1 eq 1",
        "restore-20261399T020000Z-3f9a1c",
        "restore-20261122T020000Z-3F9A1C",
        "restore-20261122T020000Z-3f9a1c\n",
        "restore-٢٠261122T020000Z-3f9a1c",
        "restore-20261122T020000Z-3f9a1c/../x",
        "../restores",
        "\x00",
    ],
)
def test_what_is_no_id_is_no_restore(store: RestoreStore, text: str) -> None:
    store.write(Write(a_restore()))

    assert store.get(text) is None


def test_a_row_is_created_once(store: RestoreStore) -> None:
    store.write(Write(a_restore()))

    with pytest.raises(AlreadyExists):
        store.write(Write(a_restore()))


def test_only_the_newest_etag_may_write(store: RestoreStore) -> None:
    restore = a_restore()
    first = store.write(Write(restore))
    second = store.write(Write(replace(restore, position=1), first))

    with pytest.raises(Conflict):
        store.write(Write(replace(restore, position=2), first))
    store.write(Write(replace(restore, position=3), second))

    found = store.get(restore.id)
    assert found is not None
    assert found.row.position == 3


def test_a_row_that_is_gone_cannot_be_written(store: RestoreStore) -> None:
    restore = a_restore()
    etag = store.write(Write(restore))
    store.forget(restore.id)

    with pytest.raises(Conflict):
        store.write(Write(restore, etag))
    store.forget(restore.id)

    assert store.get(restore.id) is None


def test_restores_are_listed_newest_first_page_by_page(store: RestoreStore) -> None:
    written = [a_restore(n, f"{n:06x}") for n in (3, 1, 5, 2, 4)]
    for restore in written:
        store.write(Write(restore))

    first = store.newest(2)
    second = store.newest(2, first.next)
    third = store.newest(2, second.next)

    found = [*first.restores, *second.restores, *third.restores]
    expected = sorted((r.id for r in written), reverse=True)
    assert [restore.id for restore in found] == expected
    assert third.next is None


@pytest.mark.parametrize(
    "mark",
    [
        "x",
        "' or 1 eq 1 or '",
        "999999999999-restore-",
        "run-000000000000000-a",
        "998232000000-restore-20261122T020000Z-3f9a1c\n",
        "998232000000-restore-20261122T020000Z-3f9a1c' or ''='",
        "998232000000-restore-x",
        "٩٩٨232000000-restore-20261122T020000Z-3f9a1c",
    ],
)
def test_a_mark_of_somebody_elses_is_refused(store: RestoreStore, mark: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        store.newest(5, mark)

    assert refused.value.field == "next"


def test_old_restores_are_found_by_when_they_were_opened(store: RestoreStore) -> None:
    old, older, new = a_restore(1, "00000a"), a_restore(0, "00000b"), a_restore(9)
    for restore in (old, new, older):
        store.write(Write(restore))

    found = store.opened_before(SOME_NIGHT + timedelta(minutes=5), 10)

    assert found == (old.id, older.id)
    assert store.opened_before(SOME_NIGHT + timedelta(minutes=5), 1) == (old.id,)


def test_restores_of_the_same_moment_are_all_listed(store: RestoreStore) -> None:
    written = [a_restore(0, f"{n:06x}") for n in range(3)]
    for restore in written:
        store.write(Write(restore))

    pages = [store.newest(2)]
    pages.append(store.newest(2, pages[0].next))

    found = [restore.id for page in pages for restore in page.restores]
    assert sorted(found) == sorted(restore.id for restore in written)


@pytest.mark.parametrize(("later", "found"), [(0.0, False), (0.5, True), (1.0, True)])
def test_old_is_what_was_opened_before_the_moment_to_the_second(
    store: RestoreStore,
    later: float,
    found: bool,  # noqa: FBT001
) -> None:
    restore = a_restore()
    store.write(Write(restore))
    opened_at = SOME_NIGHT.replace(microsecond=0)

    old = store.opened_before(opened_at + timedelta(seconds=later), 10)

    assert old == ((restore.id,) if found else ())


def test_what_was_never_written_can_be_forgotten(store: RestoreStore) -> None:
    one, other = a_restore(0), a_restore(1)
    store.write(Write(one))

    store.forget(other.id)

    assert store.get(one.id) is not None


def test_the_first_has_the_place_until_it_frees_it(place: RestorePlace) -> None:
    assert place.holder() is None
    assert place.take("a") == "a"
    assert place.take("a") == "a"
    assert place.take("b") == "a"
    place.free("b")
    assert place.holder() == "a"
    place.free("a")
    place.free("a")
    assert place.take("b") == "b"


def test_of_many_who_want_the_place_one_has_it(place: RestorePlace) -> None:
    wanted = [f"restore-{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        holders = set(pool.map(place.take, wanted))

    assert len(holders) == 1
    assert holders <= {*wanted}
