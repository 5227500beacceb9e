"""CLIENT: where the commands speak to a person; knows nothing of what they say."""

from typing import IO

from rich.console import Console


def plain_console(file: IO[str] | None = None, *, stderr: bool = False) -> Console:
    """One that prints as it is whatever it is given: names hold `[b]` and `:x:`.

    Use it with `markup=False`.
    """
    return Console(
        file=file, stderr=stderr, highlight=False, soft_wrap=True, emoji=False
    )
