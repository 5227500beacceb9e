"""CLIENT: watches something until it has ended; knows neither runs nor screens."""

from collections.abc import Callable
from typing import Protocol

from client.answers import RefusedError
from client.app import App
from client.passing import Time
from client.web import NoAnswerError

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 60.0
STILL_SECONDS = 30.0


class Seen(Protocol):
    """What is watched, as it is at one moment."""

    @property
    def id(self) -> str:
        """Its name."""
        ...

    @property
    def open(self) -> bool:
        """Whether work on it may still be done."""
        ...

    @property
    def work(self) -> tuple[object, ...]:
        """What of it changes only when somebody works on it."""
        ...


def until_ended[S: Seen](
    look: Callable[[], S], show: Callable[[S], None], app: App, passing: Time
) -> S:
    """Show it until it has ended; it as it was then.

    What does not answer is asked again for a minute: `NoAnswerError`. Where nothing
    moves the app is woken.
    """
    heard = moved = passing.clock()
    before: tuple[object, ...] = ()
    while True:
        app.check()
        seen = _seen(look)
        now = passing.clock()
        if seen is not None:
            heard = now
            moved = moved if seen.work == before else now
            before = seen.work
            show(seen)
            if not seen.open:
                return seen
        if now - heard > PATIENCE_SECONDS:
            raise NoAnswerError(f"nothing was heard from {app.url} for a minute")
        if seen is not None and now - moved > STILL_SECONDS:
            app.wake()
            moved = now
        passing.sleep(LOOK_SECONDS)


def _seen[S: Seen](look: Callable[[], S]) -> S | None:
    try:
        return look()
    except (NoAnswerError, RefusedError):
        return None
