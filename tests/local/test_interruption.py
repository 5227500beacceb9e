import os
import signal
from collections.abc import Iterator

import pytest

from local.interruption import hear_no_more, hear_once

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in NUMBERS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("first", NUMBERS)
def test_the_first_interrupts_and_those_after_it_do_not(first: signal.Signals) -> None:
    hear_once()

    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), first)

    for number in NUMBERS:
        os.kill(os.getpid(), number)


def test_what_stops_by_itself_is_not_interrupted_either() -> None:
    hear_once()
    hear_no_more()

    for number in NUMBERS:
        os.kill(os.getpid(), number)

    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
