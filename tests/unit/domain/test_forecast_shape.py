"""Folders as forecasts see them, and workspaces made of many like them."""

from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast_shape import FolderShape, shape_of, tiled
from shared.domain.objects import DASHBOARD, FILE, NOTEBOOK, Format, WorkspaceObject
from shared.domain.plan import PlannedFolder


def a_listing() -> tuple[WorkspaceObject, ...]:
    return (
        WorkspaceObject("/a/load", NOTEBOOK, 1, "PYTHON", 1_700_000_000_000),
        WorkspaceObject("/a/wheel", FILE, 2, None, 1_700_000_000_000, 4_000),
        WorkspaceObject("/a/sales", DASHBOARD, 3),
        WorkspaceObject("/a/below", "DIRECTORY", 4),
        WorkspaceObject("/a/lib", "LIBRARY", 5),
    )


def a_folder(*objects: WorkspaceObject) -> PlannedFolder:
    return PlannedFolder("/a", "a", 9, objects, {"below": "below"})


def test_objects_are_counted_by_what_their_listing_tells() -> None:
    shape = shape_of(a_folder(*a_listing()), Format.SOURCE)

    assert (shape.objects, shape.notebooks, shape.untimed) == (3, 1, 1)
    assert (shape.unsized, shape.sized_bytes) == (2, 4_000)
    assert shape.content(1_000) == 2_000


def test_a_folder_without_objects_has_a_manifest_all_the_same() -> None:
    shape = shape_of(a_folder(), Format.SOURCE)

    assert shape.content(1_000) == 0
    assert shape.manifest > 0
    assert (
        50
        < shape.manifest_stored
        < shape_of(a_folder(*a_listing()), Format.SOURCE).manifest_stored
    )


sizes = st.lists(st.integers(0, 9), min_size=1, max_size=6).filter(any)


def of_size(number: int) -> FolderShape:
    return FolderShape(objects=number, notebooks=number, unsized=number)


@given(sizes, st.integers(0, 60), st.integers(0, 60))
def test_more_is_a_continuation_of_less(there: list[int], one: int, two: int) -> None:
    fewer, more = sorted((one, two))
    shapes = [of_size(number) for number in there]

    less = [s.objects for s in tiled(shapes, fewer, lambda s: s.objects)]
    rest = [s.objects for s in tiled(shapes, more, lambda s: s.objects)]

    assert (sum(less), sum(rest)) == (fewer, more)
    # Only the last folder of any size may be a part.
    assert less[: _last(less)] == rest[: _last(less)]


def _last(numbers: list[int]) -> int:
    return max((place for place, n in enumerate(numbers) if n), default=0)


@given(sizes)
def test_as_much_as_there_is_is_what_there_is(there: list[int]) -> None:
    shapes = [of_size(number) for number in there]

    again = list(tiled(shapes, sum(there), lambda s: s.objects))

    # Those of no size at the beginning come once more before those that have one.
    assert again[: len(shapes)] == shapes
    assert not any(shape.objects for shape in islice(again, len(shapes), None))
