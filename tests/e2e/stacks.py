"""Stacks as end-to-end tests want them, and what their hosts said."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from local.stack import Stack
from tests.e2e.trial import PATIENCE_SECONDS

EVENT = " backup.events: "


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


def events(data: Path, name: str, host: str = "host") -> list[dict[str, Any]]:
    """The facts of each event of a name that a host's worker logged."""
    lines = (data / "logs" / f"{host}.log").read_text().splitlines()
    said = [json.loads(line.split(EVENT, 1)[1]) for line in lines if EVENT in line]
    return [facts for facts in said if facts["event"] == name]


def wait_until(so: Callable[[], bool]) -> None:
    """Look again and again until it is so; who waits for ever hears about it."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not so():
        if time.monotonic() > give_up:
            raise TimeoutError("what was waited for does not come")
        time.sleep(0.05)
