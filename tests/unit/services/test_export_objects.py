"""How many exports are asked for, or held ready, at once."""

from collections.abc import Iterator, Sequence

import pytest

from shared.domain.objects import Format, WorkspaceObject
from shared.services import export_objects
from shared.services.export_objects import ObjectExporter
from tests.fakes.remotes import FakeWorkspace

CONCURRENCY = 4
BYTES = 300


@pytest.fixture(autouse=True)
def few_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_objects, "HELD_BYTES", BYTES)


def held_at_each(sizes: Sequence[int]) -> list[int]:
    """How many were asked for and not yet taken, each time one is taken."""
    workspace = FakeWorkspace()
    for number, size in enumerate(sizes):
        workspace.add_file(f"/{number:03}", bytes(size))
    asked: list[WorkspaceObject] = []

    def one_by_one() -> Iterator[WorkspaceObject]:
        for obj in workspace.list("/"):
            asked.append(obj)
            yield obj

    exporter = ObjectExporter(workspace, CONCURRENCY, Format.SOURCE, max_bytes=1_000)
    return [len(asked) - taken for taken, _ in enumerate(exporter(one_by_one()))]


def test_small_objects_are_held_by_their_number() -> None:
    held = held_at_each(40 * [BYTES // 100])

    assert max(held) == 2 * CONCURRENCY


def test_fewer_are_held_where_they_turn_out_large() -> None:
    held = held_at_each([*40 * [BYTES // 3], *100 * [1]])

    assert max(held[2 * CONCURRENCY : 40]) == 3
    assert max(held[-20:-10]) == 2 * CONCURRENCY


@pytest.mark.parametrize("size", [3 * BYTES, 30 * BYTES])
def test_one_at_a_time_is_exported_however_large(size: int) -> None:
    held = held_at_each(20 * [size])

    assert {*held[2 * CONCURRENCY :]} == {1}
