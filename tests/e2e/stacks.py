"""Stacks as end-to-end tests want them: the app logs all that it ever would."""

from pathlib import Path

from local.stack import Stack


def a_stack(
    data: Path, *, hosts: int = 1, storage_faults: bool = False, **settings: str
) -> Stack:
    """A stack at the most talkative log level; `settings` are further app settings.

    What its logs show is examined when all tests have run (`tests.logs`).
    """
    return Stack(
        data,
        hosts=hosts,
        storage_faults=storage_faults,
        settings={"LOG_LEVEL": "DEBUG", **settings},
    )
