"""CLIENT: the app that is asked, as far as watching it needs to know it."""

from collections.abc import Callable
from dataclasses import dataclass


def _nothing() -> None:
    return


@dataclass(frozen=True, slots=True)
class App:
    """Where it runs, and what only those know who started it.

    `check` raises where a part of it has died. `wake` has it look for work that a crash
    left behind, which it does by itself every ten minutes. `goes_on` says whether it
    outlives the command that asks.
    """

    url: str
    goes_on: bool = True
    check: Callable[[], None] = _nothing
    wake: Callable[[], None] = _nothing
