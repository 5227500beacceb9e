"""The page of the benchmark: drawn from the numbers that are kept, and honest."""

import re
from pathlib import Path

from local.benchmark.kept import read_all, read_parts, write_all, write_part
from local.benchmark.measured import Measured
from local.benchmark.page import page
from local.benchmark.plots import draw_all
from tests.local.benchmark.figures import a_part, a_run, measured


def test_what_was_measured_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_all(tmp_path / "all.json", measured())

    assert read_all(tmp_path / "all.json") == measured()


def test_parts_are_kept_one_by_one_and_come_in_their_order(tmp_path: Path) -> None:
    first, second = a_part("work", runs=(a_run(),)), a_part("peers")
    write_part(tmp_path, second)
    write_part(tmp_path, first)

    kept = read_parts(tmp_path, ["work", "curve", "peers"])

    assert kept == Measured((first, second))


def test_a_target_that_is_missed_is_shown_as_missed() -> None:
    failed = {"runs": (a_run(status="incomplete"),)}

    shown = page(measured(work=failed), [], quick=False)

    assert shown.count("**not reached**") == 1
    assert "This is a small run" not in shown
    assert "All parts were measured by one command." in shown


def test_a_page_of_nothing_says_that_nothing_was_measured() -> None:
    shown = page(Measured(()), [], quick=True)

    assert "Not measured." in shown
    assert "| reached |" not in shown


def test_each_picture_is_drawn_and_shown(tmp_path: Path) -> None:
    images = draw_all(measured(), tmp_path)

    shown = page(measured(), images, quick=False)

    files = {file.name for file in tmp_path.iterdir()}
    assert set(re.findall(r"\]\(images/([\w-]+\.png)\)", shown)) == files
    assert len(files) == 5


def test_without_numbers_no_picture_is_drawn(tmp_path: Path) -> None:
    assert draw_all(Measured(()), tmp_path) == []
