"""Restores as rows and back: nothing is lost, nothing newer is misread."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.restore_rows import restore_columns, restore_of
from shared.adapters.rows import ROW_VERSION
from shared.domain.restores import (
    OnConflict,
    Restore,
    RestorePoint,
    RestoreRequest,
    RestoreStatus,
    RestoreStop,
    RestoreTally,
    Stage,
)
from shared.errors import UnknownVersion
from tests.run_builders import a_restore
from tests.unit.adapters.test_rows import over_the_wire

moments = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
counts = st.integers(0, 2**50)
long_lists = st.builds(
    lambda word, times: [f"/{n}/{word * 100}" for n in range(times)],
    words,
    st.integers(1, 12),
)
requests = st.builds(
    RestoreRequest,
    restore_id=st.just("restore-20261122T020000Z-3f9a1c"),
    paths=(st.lists(words, max_size=5) | long_lists).map(tuple),
    point=st.builds(RestorePoint, words, words, words, moments),
    at=words,
    target_root=words,
    on_conflict=st.sampled_from(OnConflict),
    apply=st.booleans(),
    requested_by=words,
    opened_at=moments,
)
restores = st.builds(
    Restore,
    request=requests,
    status=st.sampled_from(RestoreStatus),
    deadline=moments,
    stage=st.sampled_from(Stage),
    owner=words,
    lease_until=st.none() | moments,
    stuck=st.integers(0, 99),
    shards=counts,
    position=counts,
    inside=counts,
    tally=st.builds(
        RestoreTally, **{field.name: counts for field in fields(RestoreTally)}
    ),
    calls=st.dictionaries(words, counts, max_size=3),
    stop=st.sampled_from(RestoreStop),
    error=words,
    finished_at=st.none() | moments,
    touched_at=st.none() | moments,
)


@given(restores)
def test_a_row_comes_back_as_it_was(restore: Restore) -> None:
    assert restore_of(over_the_wire(restore_columns(restore))) == restore


def test_what_people_look_for_is_a_column() -> None:
    restore = a_restore()

    columns = restore_columns(restore)

    assert columns["restore_id"] == restore.id
    assert columns["run_id"] == restore.request.point.run_id
    assert (columns["status"], columns["stage"]) == ("planning", "write")
    assert (columns["apply"], columns["on_conflict"]) == (True, "fail")
    assert columns["requested_by"] == "ada@example.com"
    assert columns["opened_at"] == restore.request.opened_at
    assert (columns["objects"], columns["verified"], columns["failed"]) == (7, 0, 0)


def test_many_long_paths_fit_into_a_row() -> None:
    plain = a_restore()
    paths = tuple(f"/{n}/{'x' * 2_000}" for n in range(100))
    restore = replace(plain, request=replace(plain.request, paths=paths))

    assert restore_of(restore_columns(restore)) == restore


def test_a_row_of_a_newer_version_is_refused() -> None:
    columns = restore_columns(a_restore()) | {"version": ROW_VERSION + 1}

    with pytest.raises(UnknownVersion):
        restore_of(columns)


def test_what_an_older_row_lacks_is_left_to_the_default() -> None:
    restore = a_restore()
    columns = restore_columns(restore)
    for name in ("stuck", "inside", "stop", "error"):
        columns.pop(name, None)

    assert restore_of(columns) == restore


def test_what_a_newer_one_has_besides_is_passed_over() -> None:
    restore = a_restore()

    assert restore_of(restore_columns(restore) | {"invented": 5}) == restore
