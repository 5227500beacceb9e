"""The benchmark's command, over parts that measure nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from local.benchmark import command
from local.benchmark.kept import read_all
from local.benchmark.options import Options, Places, read_options
from local.benchmark.parts import Found, Ground
from tests.local.benchmark.figures import a_restore, a_run


@pytest.fixture
def options(tmp_path: Path) -> Options:
    docs = tmp_path / "docs"
    places = Places(
        parts=tmp_path / "parts",
        numbers=docs / "benchmarks.json",
        page=docs / "benchmarks.md",
        images=docs / "images",
    )
    return replace(read_options([]), places=places)


type Parts = dict[str, Callable[[Ground], Found]]


@dataclass
class Measuring:
    """In which order parts were measured; that of `cut_off` is broken off."""

    order: list[str] = field(default_factory=list)
    cut_off: str = ""

    def begin(self, name: str) -> None:
        if name == self.cut_off:
            raise KeyboardInterrupt
        self.order.append(name)


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> Measuring:
    """The parts are work and restore."""
    measuring = Measuring()

    def work(_: Ground) -> Found:
        measuring.begin("work")
        return Found(runs=(a_run(),))

    def restore(_: Ground) -> Found:
        measuring.begin("restore")
        return Found(restores=(a_restore(),))

    parts: Parts = {"work": work, "restore": restore}
    monkeypatch.setattr(command, "PARTS", parts)
    return measuring


def silent(_: str) -> None:
    """Nobody listens."""


def test_all_parts_are_measured_and_published(
    options: Options, measuring: Measuring
) -> None:
    command.measure(options, silent)
    command.draw(options, silent)

    parts = read_all(options.places.numbers).parts
    assert [part.name for part in parts] == measuring.order == ["work", "restore"]
    assert len({part.invocation for part in parts}) == 1
    assert "1,775" in options.places.page.read_text()
    assert not options.places.parts.exists()


def test_who_was_cut_off_goes_on_with_what_is_missing(
    options: Options, measuring: Measuring
) -> None:
    measuring.cut_off = "restore"
    with pytest.raises(KeyboardInterrupt):
        command.measure(options, silent)
    measuring.cut_off = ""
    assert not options.places.numbers.exists()

    command.measure(options, silent)
    command.draw(options, silent)

    assert measuring.order == ["work", "restore"]
    assert "measured by 2 commands" in options.places.page.read_text()


def test_a_part_that_is_named_is_measured_anew_and_the_others_stay(
    options: Options, measuring: Measuring
) -> None:
    command.measure(options, silent)
    command.measure(replace(options, named=("restore",)), silent)

    assert measuring.order == ["work", "restore", "restore"]
    parts = read_all(options.places.numbers).parts
    assert [part.name for part in parts] == ["work", "restore"]
    assert len({part.invocation for part in parts}) == 2


def test_the_next_time_begins_anew(options: Options, measuring: Measuring) -> None:
    command.measure(options, silent)
    command.measure(options, silent)

    assert measuring.order == ["work", "restore"] * 2


def test_without_numbers_nothing_is_drawn(options: Options) -> None:
    told: list[str] = []
    command.draw(options, told.append)

    assert "nothing is measured yet" in told[0]
    assert not options.places.page.exists()
