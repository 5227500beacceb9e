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
        self._asleep.clear()
        threads = [
            threading.Thread(target=self._part, args=(part, self._asleep_at(self._now)))
            for part in parts
        ]
        for thread in threads:
            thread.start()
        self._wake_next()
        for thread in threads:
            thread.join()
        if self._failures:
            raise self._failures[0]

    def _part(self, part: Callable[[], None], turn: threading.Event) -> None:
        turn.wait()
        try:
            part()
        except SystemExit:
            pass
        except BaseException as error:  # noqa: BLE001 - told by `play`
            self._failures.append(error)
        self._wake_next()

    def _asleep_at(self, moment: float) -> threading.Event:
        turn = threading.Event()
        heapq.heappush(self._asleep, (moment, next(self._order), turn))
        return turn

    def _wait(self, moment: float) -> None:
        turn = self._asleep_at(moment)
        self._wake_next()
        turn.wait()

    def _wake_next(self) -> None:
        if self._asleep:
            moment, _, turn = heapq.heappop(self._asleep)
            self._now = max(self._now, moment)
            turn.set()
