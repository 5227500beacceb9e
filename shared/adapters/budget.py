"""OUTSIDE: slots for requests, shared by all workers (port `RequestBudget`).

Threads meet here; what may be reserved is decided in `shared.domain.budget`, where
it is kept in `budget_rows`. All waiting goes through the clock.
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.domain.budget import HORIZON, Lane, Pace, Pool, Slots, reserve, throttle
from shared.errors import Conflict, Unavailable
from shared.ports import Clock, RequestKind

_POLL_SECONDS = 0.01
_TRIES = 20


class LaneRows(Protocol):
    """The lanes where all workers see them."""

    def read(self, kind: RequestKind) -> tuple[Lane, str] | None:
        """The lane and its ETag."""
        ...

    def write(
        self, kind: RequestKind, lane: Lane, etag: str | None
    ) -> tuple[str, float]:
        """Create it (no ETag) or replace it; its new ETag and the service's time.

        `Conflict` where it is not as the ETag says, or exists already.
        """
        ...


class SharedBudget:
    """Slots out of one row a kind of request."""

    def __init__(
        self, rows: LaneRows, budgets: Mapping[RequestKind, float], clock: Clock
    ) -> None:
        self._lines = {
            kind: _Line(rows, kind, Pace.of(budget), clock)
            for kind, budget in budgets.items()
        }

    def take(self, kind: RequestKind) -> None:
        """Wait for the next free slot and use it."""
        self._lines[kind].take()

    def throttled(self, kind: RequestKind, retry_after: float | None) -> bool:
        """The workspace answered 429: everybody slows down; whether that is news."""
        return self._lines[kind].throttled(retry_after)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What a change is decided on; `alone` if nobody else wrote since we did."""

    lane: Lane
    now: float
    alone: bool


class _Line:
    """One kind of request within this process.

    One thread at a time talks to the row (`_busy`); the others look again a little
    later. `_row` is kept from the last write, so that a worker alone needs one
    transaction a reservation. `_offset` is the service's time minus ours.
    """

    def __init__(
        self, rows: LaneRows, kind: RequestKind, pace: Pace, clock: Clock
    ) -> None:
        self._rows = rows
        self._kind = kind
        self._pace = pace
        self._clock = clock
        self._pool = Pool(pace)
        self._row: tuple[Lane, str] | None = None
        self._offset: float | None = None
        self._lock = threading.Lock()
        self._waiting = 0
        self._busy = False
        self._ask_again = 0.0

    def take(self) -> None:
        while True:
            slot = self._next_slot()
            self._clock.sleep(slot - self._now())
            if self._now() <= slot + self._pace.grace:
                return

    def throttled(self, retry_after: float | None) -> bool:
        """Write it down, unless the row says so already."""

        def slower(seen: _Seen) -> tuple[Lane, bool]:
            changed = throttle(seen.lane, seen.now, retry_after)
            return changed, changed != seen.lane

        while not self._begin():
            self._clock.sleep(_POLL_SECONDS)
        try:
            changed = self._change(slower)
            if changed:
                with self._lock:
                    self._pool.drop()
            return changed
        finally:
            self._busy = False

    def _now(self) -> float:
        return self._clock.monotonic() + (self._offset or 0.0)

    def _next_slot(self) -> float:
        with self._lock:
            self._waiting += 1
        try:
            while (slot := self._held_slot_or_turn()) is None:
                self._reserve()
            return slot
        finally:
            with self._lock:
                self._waiting -= 1

    def _held_slot_or_turn(self) -> float | None:
        """A slot, as soon as there is one; None when it is our turn to get some."""
        while True:
            with self._lock:
                now = self._now()
                slot = self._pool.take(now)
                early = self._ask_again - now
                if slot is None and early <= 0 and not self._busy:
                    self._busy = True
                    return None
            if slot is not None:
                return slot
            self._clock.sleep(max(early, _POLL_SECONDS))

    def _begin(self) -> bool:
        """Become the one who talks to the row, unless somebody is."""
        with self._lock:
            mine, self._busy = not self._busy, True
            return mine

    def _reserve(self) -> None:
        """Get slots for all who wait, or see when the next ones may be had."""
        waiting = self._waiting
        try:
            held = self._change(lambda seen: self._more(seen, waiting))
            if held:
                slots, alone = held
                with self._lock:
                    self._pool.fill(slots, waiting, self._now(), alone=alone)
            else:
                # By then others will have changed it.
                self._row = None
        finally:
            self._busy = False

    def _more(
        self, seen: _Seen, waiting: int
    ) -> tuple[Lane, tuple[Slots, bool] | None]:
        early = seen.lane.opens_at(seen.now, self._pace) - HORIZON - seen.now
        if early > 0:
            jitter = random.uniform(0, HORIZON / 2)  # noqa: S311 - spreads the workers
            self._ask_again = seen.now + early + jitter
            return seen.lane, None
        wanted = self._pool.wanted(waiting, seen.now, alone=seen.alone)
        lane, slots = reserve(seen.lane, self._pace, seen.now, wanted)
        return lane, (slots, seen.alone)

    def _change[T](self, decide: Callable[[_Seen], tuple[Lane, T]]) -> T:
        """Let `decide` change the row, on what it is when nobody else changes it.

        A conflict is another worker's success, so some get on however many they are,
        and nobody's work fails for having lost often; storage that stays away does.
        """
        lost = away = 0
        while True:
            try:
                return self._try(decide)
            except Conflict:
                lost += 1
            except Unavailable:
                away += 1
                if away == _TRIES:
                    raise
            # Of a write that was cut off only a fresh read tells the outcome.
            self._row = None
            longest = _POLL_SECONDS * min(lost + away, _TRIES)
            self._clock.sleep(random.uniform(0, longest))  # noqa: S311

    def _try[T](self, decide: Callable[[_Seen], tuple[Lane, T]]) -> T:
        alone = self._row is not None
        lane, etag = self._current()
        changed, outcome = decide(_Seen(lane, self._now(), alone))
        if changed != lane:
            self._write(changed, etag)
        return outcome

    def _current(self) -> tuple[Lane, str]:
        self._row = self._row or self._rows.read(self._kind)
        if self._row is None or self._offset is None:
            # Only the answer to a write tells the service's time.
            self._write(*(self._row or (Lane(), None)))
        assert self._row  # noqa: S101 - written or read just now
        return self._row

    def _write(self, lane: Lane, etag: str | None) -> None:
        sent = self._clock.monotonic()
        new_etag, service_time = self._rows.write(self._kind, lane, etag)
        answered = self._clock.monotonic()
        self._row = (lane, new_etag)
        earliest, latest = service_time - answered, service_time - sent
        known = self._offset
        # A quick answer tells the time well; a slow one only proves gross errors.
        offset = (earliest + latest) / 2 if known is None else known
        self._offset = min(max(offset, earliest), latest)
