"""LOCAL: the frame of every command: one stack, one work, and errors in a sentence."""

from collections.abc import Callable

from rich.console import Console

from client.answers import RefusedError
from client.web import NoAnswerError
from local.backup.options import Options
from local.backup.places import OtherStackError
from local.children import ChildError
from local.interruption import hear_once
from local.occupancy import OccupiedError

INTERRUPTED = 130

_TOLD = (
    ChildError,
    NoAnswerError,
    OccupiedError,
    OtherStackError,
    RefusedError,
    TimeoutError,
)


def saying(console: Console) -> Callable[[str], None]:
    """Prints a line as it is."""

    def say(line: str) -> None:
        console.print(line, markup=False)

    return say


def say_ignored(options: Options, say: Callable[[str], None]) -> None:
    """What the environment names, and the command does not take from there."""
    if options.ignored:
        say(f"ignored from the environment: {', '.join(options.ignored)}")


def told(
    name: str,
    work: Callable[[], int],
    say: Callable[[str], None],
    farewell: Callable[[], str],
    besides: tuple[type[Exception], ...] = (),
) -> int:
    """Do the work; its exit code, 130 after Ctrl-C, or 1 for an error that is told.

    `besides` are errors that are told like those of stacks and of the app.
    """
    expected: tuple[type[Exception], ...] = (*_TOLD, *besides)
    hear_once()
    try:
        return work()
    except KeyboardInterrupt:
        say(farewell())
        return INTERRUPTED
    except expected as error:
        say(f"{name}: {error}")
        return 1
