"""LOCAL: Ctrl-C and SIGTERM, heard once; knows nothing of what they interrupt."""

import signal
from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def hear_once() -> None:
    """Have the first of them raise `KeyboardInterrupt`, and those after it do nothing.

    Who has begun to stop is not to be stopped: half a stack would be left behind.
    """
    for number in _SIGNALS:
        signal.signal(number, _heard)


def hear_no_more() -> None:
    """From here on they do nothing."""
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def _heard(*_: object) -> NoReturn:
    hear_no_more()
    raise KeyboardInterrupt
