import io
from dataclasses import replace

import pytest
from rich.console import Console

from client.runs.api import Run
from client.runs.progress import LiveScreen, PlainScreen, percent, state


def a_run(**facts: object) -> Run:
    run = Run(id="r", status="running", counts={}, calls={}, lists={})
    return replace(run, **facts)  # type: ignore[arg-type]


PLANNING = a_run(planning=True, calls={"databricks.list": 1234})


@pytest.mark.parametrize(
    ("run", "text"),
    [
        (PLANNING, "listing the workspace: 1,234 folders"),
        (
            replace(PLANNING, shards=2),
            "listing the workspace: 1,234 folders, 2 shards sent",
        ),
        (a_run(), "comparing"),
        (
            a_run(shards=8, shards_done=3, done=2100, total=5000, rate=120.4),
            "2,100 of 5,000 objects, 3 of 8 shards, 120 exports/s",
        ),
        (
            a_run(shards=1, done=0, total=1, rate=0.2),
            "0 of 1 object, 0 of 1 shard",
        ),
        (a_run(shards=2, shards_done=2, done=9, total=9), "recording"),
    ],
)
def test_a_state_is_told_in_a_few_words(run: Run, text: str) -> None:
    assert state(run) == text


def test_no_share_is_told_while_the_whole_is_not_known() -> None:
    assert percent(replace(PLANNING, shards=1, done=5, total=5)) == 0
    assert percent(a_run(done=1, total=3)) == 33


class Lines:
    """A plain screen, its lines and its time."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[str] = []
        self.screen = PlainScreen(self.said.append, lambda: self.now)

    def show(self, done: int, after: float = 0.1) -> None:
        self.now += after
        self.screen.show(a_run(shards=2, done=done, total=1000))


def test_a_line_comes_at_every_tenth() -> None:
    lines = Lines()

    for done in range(0, 1001, 10):
        lines.show(done)

    assert len(lines.said) == 11


def test_a_line_comes_after_some_quiet() -> None:
    lines = Lines()

    lines.show(1)
    lines.show(2, after=1)
    lines.show(3, after=4.5)

    shown = [line.split()[0] for line in lines.said]
    assert shown == ["1", "3"]


def test_what_did_not_change_is_not_said_again() -> None:
    lines = Lines()

    lines.show(500)
    lines.show(500, after=60)

    assert lines.said == [" 50 %  500 of 1,000 objects, 0 of 2 shards"]


def test_a_live_screen_shows_a_bar_and_takes_it_away() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, width=100)

    with LiveScreen(console) as screen:
        screen.show(PLANNING)
        screen.show(a_run(shards=2, done=500, total=1000))
        screen._progress.refresh()

    assert "500 of 1,000 objects" in file.getvalue()
    assert "50%" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")
