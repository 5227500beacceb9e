"""LOCAL: how fast time passes for the host; knows nothing of what waits for it.

Two kinds of time, because tests need them apart: `Pace` shortens what the host itself
lets pass (locks, retry delays, polling); a `Clock` says when timers are due.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

LOCK = 600.0  # seconds a fetched message stays invisible; not configurable in Azure
POLL_FLOOR = 0.1  # the listener's first delay while a queue is empty
RENEWAL_FLOOR = 60.0  # between renewals after errors
SHORTEST_SLEEP = 0.005  # however fast time passes, the machine must breathe
LONGEST_NAP = 0.5


@dataclass(frozen=True)
class Pace:
    """Divides every duration the host waits for: scale 12,000 makes 10 minutes 50 ms.

    Storage counts visibility in whole seconds, so a lock shorter than one is kept for
    one second there, and the host itself gives an abandoned message back earlier.
    """

    scale: float = 1.0

    def seconds(self, nominal: float) -> float:
        """Return the real seconds that stand for `nominal` ones."""
        return nominal / self.scale

    def storage_seconds(self, nominal: float) -> int:
        """Return the same for storage: whole seconds, at least one."""
        real = nominal / self.scale
        return max(1, int(real) + (real > int(real)))

    async def sleep(self, nominal: float) -> None:
        """Sleep for `nominal` seconds of the host's time."""
        await asyncio.sleep(max(SHORTEST_SLEEP, self.seconds(nominal)))


class Clock(Protocol):
    """When timers are due."""

    def now(self) -> datetime:
        """Return the present, in UTC."""
        ...

    async def wait_until(self, moment: datetime) -> None:
        """Return when `moment` has come; at once if it has passed."""
        ...


class RunningClock:
    """Starts at the present and runs `scale` times as fast as the wall's."""

    def __init__(self, scale: float = 1.0) -> None:
        self._scale = scale
        self._origin = datetime.now(UTC)
        self._started = time.monotonic()

    def now(self) -> datetime:
        """Return the scaled present."""
        elapsed = (time.monotonic() - self._started) * self._scale
        return self._origin + timedelta(seconds=elapsed)

    async def wait_until(self, moment: datetime) -> None:
        """Sleep until `moment`, in naps: laptops sleep, and day-long timers drift."""
        while (left := (moment - self.now()).total_seconds()) > 0:
            nap = left / self._scale
            await asyncio.sleep(max(SHORTEST_SLEEP, min(nap, LONGEST_NAP)))


class ManualClock:
    """Stands still until somebody, in any thread, moves it."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._waiting: list[Callable[[], object]] = []
        self._guard = threading.Lock()

    def now(self) -> datetime:
        """Return the moment it was last moved to."""
        with self._guard:
            return self._now

    def advance(self, by: timedelta) -> None:
        """Move on; whoever waits for a moment that has come is woken."""
        with self._guard:
            self._now += by
            waiting, self._waiting = self._waiting, []
        for wake in waiting:
            wake()

    async def wait_until(self, moment: datetime) -> None:
        """Wait until `advance` has passed `moment`."""
        loop = asyncio.get_running_loop()
        while True:
            moved = asyncio.Event()
            with self._guard:
                if self._now >= moment:
                    return
                self._waiting.append(_waker(loop, moved))
            await moved.wait()


def _waker(
    loop: asyncio.AbstractEventLoop, moved: asyncio.Event
) -> Callable[[], object]:
    def wake() -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(moved.set)

    return wake
