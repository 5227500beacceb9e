"""The machine's time."""

import time

import pytest

from shared.adapters.clock import SystemClock


def test_sleeping_for_no_time_does_not_give_the_interpreter_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)

    for seconds in (0.0, -1.0, 0.5):
        SystemClock().sleep(seconds)

    assert slept == [0.5]
