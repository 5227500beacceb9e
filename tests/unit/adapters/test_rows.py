"""Runs, shards and requests as table rows and back."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.data.tables import EntityProperty
from azure.data.tables._deserialize import _convert_to_entity
from azure.data.tables._serialize import _add_entity_properties
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.rows import (
    request_columns,
    request_of,
    run_columns,
    run_of,
    shard_columns,
    shard_of,
    shard_row_key,
)
from shared.domain.runs import Request, Run, Shard, Tally
from shared.domain.scope import Scope
from shared.errors import TooLarge, UnknownVersion
from tests.run_builders import SOME_NIGHT, a_request, a_run, a_shard

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)
moments = st.timedeltas(timedelta(0), timedelta(days=40_000)).map(
    lambda age: datetime(1970, 1, 1, tzinfo=UTC) + age
)
counts = st.integers(0, 2**62)
tallies = st.builds(Tally, **{field.name: counts for field in fields(Tally)})
calls = st.dictionaries(texts, counts, max_size=5)
scopes = st.builds(Scope, st.tuples(texts), st.tuples(texts, texts))
requests = st.builds(
    Request,
    scope=scopes,
    opened_at=moments,
    **dict.fromkeys(("run_id", "message", "allow_deletions", "requested_by"), texts),
)
times = {"lease_until": st.none() | moments, "touched_at": st.none() | moments}
run_texts = (
    *("owner", "checkpoint", "base", "tip", "base_index", "identity"),
    *("commit", "confirms", "error"),
)
runs = st.builds(
    Run,
    request=requests,
    deadline=moments,
    finished_at=st.none() | moments,
    tally=tallies,
    calls=calls,
    **dict.fromkeys(("shards", "shards_open", "places"), counts),
    **dict.fromkeys(run_texts, texts),
    **times,
)
shards = st.builds(
    Shard,
    tally=tallies,
    calls=calls,
    pushed=st.lists(st.tuples(texts, texts)).map(tuple),
    outcomes=st.lists(texts).map(tuple),
    **dict.fromkeys(("number", "objects", "folders", "attempts", "position"), counts),
    **dict.fromkeys(("run_id", "plan", "owner", "error"), texts),
    **times,
)


def over_the_wire(columns: dict[str, Any]) -> dict[str, Any]:
    """What the SDK makes of the columns, there and back."""
    return dict(_convert_to_entity(_add_entity_properties(columns)))  # type: ignore[no-untyped-call]


@given(runs)
def test_every_run_comes_back(run: Run) -> None:
    assert run_of(over_the_wire(run_columns(run))) == run


@given(shards)
def test_every_shard_comes_back(shard: Shard) -> None:
    assert shard_of(over_the_wire(shard_columns(shard))) == shard


@given(requests)
def test_every_request_comes_back(request: Request) -> None:
    assert request_of(over_the_wire(request_columns(request))) == request


def test_the_microseconds_come_back_as_plain_datetimes() -> None:
    run = a_run(finished_at=SOME_NIGHT + timedelta(microseconds=1))

    found = run_of(over_the_wire(run_columns(run)))

    assert type(found.finished_at) is datetime
    assert found.finished_at == run.finished_at


def test_what_people_look_for_is_a_column() -> None:
    run = a_run(tally=Tally(exported=5, failed=1))

    columns = run_columns(run)

    assert columns["status"] == "planning"
    assert columns["mode"] == "incremental"
    assert (columns["exported"], columns["failed"]) == (5, 1)
    assert columns["opened_at"] == run.request.opened_at


def test_a_number_beyond_32_bits_is_marked_as_such() -> None:
    columns = shard_columns(a_shard(a_run(), objects=2**31))

    assert columns["objects"] == EntityProperty(2**31, "Edm.Int64")


def test_nothing_is_written_for_what_is_not_known() -> None:
    assert "lease_until" not in run_columns(a_run(lease_until=None))


def test_an_old_row_without_the_newer_columns_is_read_with_defaults() -> None:
    run = a_run()
    needed = {"version", "request", "status", "deadline"}
    old = {name: v for name, v in run_columns(run).items() if name in needed}

    assert run_of(old) == replace(run, touched_at=None)


def test_an_old_row_without_a_version_is_read() -> None:
    columns = shard_columns(a_shard(a_run()))
    del columns["version"]

    assert shard_of(columns).number == 1


def test_columns_and_fields_nobody_knows_are_ignored() -> None:
    run = a_run(tally=Tally(listed=1))
    columns = run_columns(run)
    columns["invented"] = "later"
    columns["tally"] = '{"listed":1,"invented":2}'
    columns["request"] = columns["request"].replace("{", '{"invented":3,', 1)

    assert run_of(columns) == run


@pytest.mark.parametrize("read", [run_of, shard_of, request_of])
def test_a_row_of_a_newer_version_is_refused(read: Any) -> None:
    with pytest.raises(UnknownVersion, match="row version 2"):
        read({"version": 2})


def test_a_long_list_goes_on_in_further_columns() -> None:
    shard = a_shard(a_run(), pushed=(("a" * 40, "b" * 40),) * 2_000)

    columns = shard_columns(shard)

    assert all(len(v) <= 32_000 for v in columns.values() if isinstance(v, str))
    assert shard_of(over_the_wire(columns)) == shard


def test_a_row_that_cannot_fit_is_refused() -> None:
    with pytest.raises(TooLarge):
        shard_columns(a_shard(a_run(), pushed=(("a" * 40, "b" * 40),) * 20_000))
    with pytest.raises(TooLarge):
        shard_columns(a_shard(a_run(), plan="x" * 40_000))


def test_a_long_error_is_cut() -> None:
    shard = shard_of(shard_columns(a_shard(a_run(), error="x" * 100_000)))

    assert len(shard.error) == 8_000
    assert shard.error.endswith("x…")


def test_half_a_character_does_not_break_a_row() -> None:
    request = a_request(message="\ud83d")
    shard = shard_of(over_the_wire(shard_columns(a_shard(a_run(), error="\ud83d"))))

    assert shard.error == "\\ud83d"
    assert request_of(over_the_wire(request_columns(request))) == request


def test_shards_sort_by_number() -> None:
    keys = [shard_row_key(number) for number in (1, 2, 10, 99_999, 100_000)]

    assert keys == sorted(keys)
