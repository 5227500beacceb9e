"""Many threads under one made-up clock: exactly one runs, the clock jumps to the next.

With it, real threads of several workers play through a minute in a moment, the same
way every time.
"""

import heapq
import itertools
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


class SimulatedTime:
    """A clock whose `sleep` hands over to whoever is to wake first."""

    def __init__(self) -> None:
        self._now = 0.0
        self._end = 0.0
        self._order = itertools.count()
        self._asleep: list[tuple[float, int, threading.Event]] = []
        self._failures: list[BaseException] = []
        self._running = 0
        self._done = threading.Event()

    def monotonic(self) -> float:
        return self._now

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(seconds=self._now)

    def sleep(self, seconds: float) -> None:
        self._wait(self._now + max(seconds, 0.0))
        if self._now > self._end:
            raise SystemExit

    def play(self, until: float, *parts: Callable[[], None]) -> None:
        """Run all parts, each in a thread, until they end or the time is up."""
        self._end = until
        threads = [
            threading.Thread(target=self._part, args=(part,), daemon=True)
            for part in parts
        ]
        self._running = len(threads)
        for thread in threads:
            thread.start()
        while len(self._asleep) < len(threads):
            threading.Event().wait(0.001)
        self._wake_next()
        self._done.wait()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _part(self, part: Callable[[], None]) -> None:
        turn = threading.Event()
        heapq.heappush(self._asleep, (0.0, next(self._order), turn))
        turn.wait()
        try:
            part()
        except SystemExit:
            pass
        except BaseException as error:  # noqa: BLE001 - told by `play`
            self._failures.append(error)
        self._running -= 1
        self._wake_next()

    def _wait(self, moment: float) -> None:
        turn = threading.Event()
        heapq.heappush(self._asleep, (moment, next(self._order), turn))
        self._wake_next()
        turn.wait()

    def _wake_next(self) -> None:
        if not self._asleep:
            self._done.set()
            return
        moment, _, turn = heapq.heappop(self._asleep)
        self._now = max(self._now, moment)
        turn.set()
