"""Forecasts as arithmetic: of more, of nothing, and at tighter budgets."""

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain import forecast as module
from shared.domain.forecast import (
    EXPORTS,
    IMPORTS,
    LATENCY,
    LISTS,
    PUSHES,
    Capacity,
    Prediction,
    audit_run,
    first_run,
    full_restore,
    nightly_run,
    of_folders,
    of_notebooks,
)
from shared.domain.forecast_load import EVERYTHING, Load
from shared.domain.forecast_shape import TYPICAL, FolderShape, Sizes
from shared.domain.restore_estimate import Rates
from tests.forecasting import RATES

SIZES = Sizes()
CAPACITY = Capacity(rates=RATES)
PERCENT = EVERYTHING // 100
DRAWN = {"stored_bytes", "manifests_stored"}
"""Of more folders, other ones change: they may be smaller."""


@st.composite
def folders(draw: st.DrawFn) -> FolderShape:
    objects = draw(st.integers(0, 300))
    unsized = draw(st.integers(0, objects))
    return FolderShape(
        objects=objects,
        notebooks=draw(st.integers(0, objects)),
        untimed=draw(st.integers(0, objects)),
        unsized=unsized,
        sized_bytes=draw(st.integers(0, 1_000_000)) * (objects > unsized),
        change=draw(st.integers(200, 2_000)),
        manifest=600 * (objects + 4),
        manifest_stored=90 * (objects + 2),
    )


shapes = st.lists(folders(), min_size=1, max_size=8)
rates = st.integers(0, EVERYTHING)


def all_of(
    there: list[FolderShape], notebooks: int, rate: int
) -> tuple[Prediction, ...]:
    extent = of_notebooks(there, notebooks)
    return (
        first_run(extent, SIZES, CAPACITY),
        nightly_run(extent, SIZES, CAPACITY, rate),
        audit_run(extent, SIZES, CAPACITY),
        full_restore(extent, SIZES, CAPACITY),
    )


def assert_no_more(one: Prediction, other: Prediction) -> None:
    assert one.minutes <= other.minutes
    assert one.storage <= other.storage
    assert one.worker_seconds <= other.worker_seconds
    for name, calls in one.calls.items():
        assert calls <= other.calls[name], name
    for field in fields(Load):
        if field.name in DRAWN:
            continue
        assert getattr(one.load, field.name) <= getattr(other.load, field.name), field


@given(shapes, st.integers(0, 3_000), st.integers(0, 3_000), rates)
def test_more_notebooks_never_take_less(
    there: list[FolderShape], fewer: int, more: int, rate: int
) -> None:
    fewer, more = sorted((fewer, more))

    for one, other in zip(
        all_of(there, fewer, rate), all_of(there, more, rate), strict=True
    ):
        assert_no_more(one, other)


@given(shapes, rates, rates)
def test_no_night_exports_or_stores_less_because_more_has_changed(
    there: list[FolderShape], less: int, more: int
) -> None:
    less, more = sorted((less, more))
    timed = [replace(shape, untimed=0) for shape in there]
    extent = of_folders(timed, len(timed))

    one = nightly_run(extent, SIZES, CAPACITY, less).load
    other = nightly_run(extent, SIZES, CAPACITY, more).load

    assert (one.folders, one.objects) == (other.folders, other.objects)
    assert one.exported == one.stored <= other.stored == other.exported


def test_nothing_takes_the_start_of_a_run_and_no_more() -> None:
    for prediction in all_of([TYPICAL], 0, PERCENT):
        assert prediction.load == Load()
        assert prediction.pushes == 0
        assert prediction.minutes == round(module.START_SECONDS / 60, 1)
        asked = {name for name, calls in prediction.calls.items() if calls > 1}
        assert asked == set()


def test_a_night_in_which_nothing_changed_only_lists() -> None:
    night = nightly_run(of_notebooks([TYPICAL], 700), SIZES, CAPACITY, 0)

    assert night.calls == {
        "azuredevops.tip": 1,
        "databricks.identity": 1,
        "databricks.list": 100,
        "databricks.repos": 1,
    }


@given(shapes, rates)
def test_a_first_run_lists_each_folder_and_exports_each_object_once(
    there: list[FolderShape], rate: int
) -> None:
    extent = of_folders(there, len(there))

    first = first_run(extent, SIZES, CAPACITY)
    night = nightly_run(extent, SIZES, CAPACITY, rate)

    objects = sum(shape.objects for shape in there)
    assert first.calls["databricks.list"] == len(there)
    assert first.calls.get("databricks.export", 0) == objects
    assert first.load.stored == objects
    assert first.pushes >= first.load.shards + 1
    assert night.load.stored == objects * rate // EVERYTHING
    assert night.load.exported <= objects


@given(shapes, st.integers(1, 5_000))
def test_twice_the_budget_never_takes_longer(
    there: list[FolderShape], notebooks: int
) -> None:
    twice = replace(CAPACITY, rates=Rates(lists=60, exports=60, imports=30))
    extent = of_notebooks(there, notebooks)

    for predict in (first_run, audit_run, full_restore):
        slow = predict(extent, SIZES, CAPACITY)
        fast = predict(extent, SIZES, twice)
        assert fast.minutes <= slow.minutes
        assert fast.calls.get("databricks.export") == slow.calls.get(
            "databricks.export"
        )


@given(shapes, st.integers(0, 4_000))
def test_a_workspace_has_the_notebooks_that_were_asked_about(
    there: list[FolderShape], notebooks: int
) -> None:
    only = [replace(s, notebooks=s.objects) for s in there]

    first = first_run(of_notebooks(only, notebooks), SIZES, CAPACITY)

    assert first.load.objects == notebooks


@given(shapes, st.integers(2_000, 4_000))
def test_what_is_too_much_to_go_through_is_multiplied(
    there: list[FolderShape], notebooks: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_FOLDERS", 50)
        some = all_of(there, notebooks, PERCENT)
    for one, other in zip(some, all_of(there, notebooks, PERCENT), strict=True):
        size = max(shape.objects for shape in there)
        assert abs(one.load.objects - other.load.objects) <= max(
            0.3 * other.load.objects, 2 * size
        )


def a_capacity(lists: int, exports: int, imports: int) -> Capacity:
    return Capacity(rates=Rates(lists=lists, exports=exports, imports=imports))


@pytest.mark.parametrize(
    ("capacity", "bound"),
    [
        (a_capacity(1, 30, 30), LISTS),
        (a_capacity(30, 30, 30), EXPORTS),
        (replace(a_capacity(10**6, 10**6, 10**6), exports_in_flight=1), LATENCY),
        (replace(a_capacity(10**6, 10**6, 1), exports_in_flight=1_000), PUSHES),
    ],
)
def test_the_slowest_bounds_a_run_and_is_named(capacity: Capacity, bound: str) -> None:
    capacity = replace(capacity, lists_in_flight=1_000)
    first = first_run(of_notebooks([TYPICAL], 7_000), SIZES, capacity)

    assert first.bound_by == bound


def test_a_restore_is_bounded_by_what_it_writes() -> None:
    restore = full_restore(of_notebooks([TYPICAL], 70_000), SIZES, CAPACITY)

    assert restore.bound_by == IMPORTS
    assert restore.calls["databricks.import"] == 70_000
    assert restore.calls["databricks.mkdirs"] == 10_000
    assert restore.calls["databricks.export"] == 70_000
    assert restore.minutes == pytest.approx(80_000 / 15 / 60, rel=0.01)


def test_seventy_thousand_notebooks_take_what_their_exports_take() -> None:
    first = first_run(of_notebooks([TYPICAL], 70_000), SIZES, CAPACITY)

    assert first.bound_by == EXPORTS
    assert first.minutes == pytest.approx(70_000 / 30 / 60, rel=0.01)
    # 100, 200, 400, 800, 1,600, then 2,000 each, and a record.
    assert first.pushes == pytest.approx(39 + 1, abs=2)
