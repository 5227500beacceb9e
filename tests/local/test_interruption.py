import signal

import pytest

from local.interruption import hear_no_more, hear_once

NUMBERS = (signal.SIGINT, signal.SIGTERM)
pytestmark = pytest.mark.usefixtures("usual_signals")


def interrupts(number: signal.Signals) -> bool:
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        return True
    return False


@pytest.mark.parametrize("first", NUMBERS)
def test_the_first_interrupts_and_those_after_it_do_not(first: signal.Signals) -> None:
    hear_once()

    assert interrupts(first)
    assert not any(interrupts(number) for number in NUMBERS)


def test_what_stops_by_itself_is_not_interrupted_either() -> None:
    hear_once()
    hear_no_more()

    assert not any(interrupts(number) for number in NUMBERS)
