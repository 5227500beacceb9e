"""DECISIONS: how many requests may start when, for all workers together.

Knows no table and no thread. Time is in seconds since 1970 by the storage service's
clock. A slot is a moment from which one request may start, for `grace` seconds; then
it has lapsed. All slots of a kind lie on one line, so that over any ten seconds no
more than ten times the rate can start, whoever holds them.
"""

import math
from dataclasses import dataclass, replace

WINDOW = 10.0
"""The budget is kept over any this many seconds."""

LONGEST_RESERVATION = 3.0
"""Seconds' worth of slots that a worker takes at once, and takes along if it dies."""

HORIZON = 1.0
"""Seconds that a reservation may lie ahead; later ones see a lower rate sooner."""

LONGEST_PAUSE = 300.0
HALVING_INTERVAL = 5.0
LOWEST_FACTOR = 1 / 16
RECOVERY_PER_SECOND = 1 / 200

_SAME_PAUSE = 0.5
"""Requests in flight get their 429 one after the other; a row need not follow each."""

_GRACE = 0.15
_NETWORK = 0.1
"""Seconds by which requests may draw closer together on their way."""

_PLENTY = 2_000
"""Requests a second that no workspace answers: there a slot is worth nothing, and
fewer transactions are worth more."""

_PLENTY_GRACE = 2.5
_PLENTY_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Pace:
    """What follows from a budget alone: slots a second, and how long each is good."""

    rate: float
    grace: float
    least: int

    @staticmethod
    def of(budget: float) -> "Pace":
        """The fastest pace that keeps `budget` requests a second.

        What starts within ten seconds has its slot within those or as long before as
        a slot is good and the network can hold it up.
        """
        plenty = budget >= _PLENTY
        grace = _PLENTY_GRACE if plenty else _GRACE
        rate = WINDOW * budget / (WINDOW + grace + _NETWORK)
        return Pace(rate, grace, math.ceil(rate * _PLENTY_STEP) if plenty else 1)


@dataclass(frozen=True, slots=True)
class Lane:
    """The row of one kind of request, as all workers share it.

    `factor` is the part of the budget that was allowed at `throttled_at`; it grows
    back from then on. `next_slot` is the first moment nobody has reserved.
    """

    factor: float = 1.0
    next_slot: float = 0.0
    paused_until: float = 0.0
    throttled_at: float = 0.0

    def factor_at(self, now: float) -> float:
        """The part of the budget that is allowed now; it does not grow in a pause."""
        calm = max(now - max(self.throttled_at, self.paused_until), 0.0)
        return min(1.0, self.factor + calm * RECOVERY_PER_SECOND)

    def opens_at(self, now: float, pace: Pace) -> float:
        """The first moment that can be reserved; it may just have passed."""
        return max(self.next_slot, self.paused_until, now - pace.grace / 2)


@dataclass(frozen=True, slots=True)
class Slots:
    """Evenly spaced moments that one worker holds."""

    first: float
    spacing: float
    count: int

    @property
    def end(self) -> float:
        """The first moment after them."""
        return self.first + self.count * self.spacing


_NONE = Slots(0.0, 1.0, 0)

_PROOF = 100
"""Slots to be used without a loss before one more is taken in advance again."""


def reserve(lane: Lane, pace: Pace, now: float, wanted: int) -> tuple[Lane, Slots]:
    """The lane without the slots, and the slots; at most three seconds' worth."""
    rate = pace.rate * lane.factor_at(now)
    most = max(1, math.floor(rate * LONGEST_RESERVATION))
    count = min(max(wanted, pace.least), most)
    slots = Slots(lane.opens_at(now, pace), 1 / rate, count)
    return replace(lane, next_slot=slots.end), slots


def throttle(lane: Lane, now: float, retry_after: float | None) -> Lane:
    """The lane after a 429, unchanged where it takes that into account already.

    Half the rate, at most once in a few seconds; a pause as long as was asked for,
    within reason.
    """
    pause_end = now + min(max(retry_after or 0.0, 0.0), LONGEST_PAUSE)
    if pause_end > max(lane.paused_until, now) + _SAME_PAUSE:
        lane = replace(lane, paused_until=pause_end)
    if now - lane.throttled_at < HALVING_INTERVAL:
        return lane
    factor = max(LOWEST_FACTOR, lane.factor_at(now) / 2)
    return replace(lane, factor=factor, throttled_at=now)


class Pool:
    """The slots one worker holds, and how many it should ask for next.

    It asks for as many as threads wait, and for some in advance. A worker alone may
    waste slots to save transactions. With others about, a slot that lapses is lost to
    them: then as few in advance as the threads that come back are sure to use.
    """

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._slots = _NONE
        self._taken = 0
        self._lapsed = 0
        self._held_since = 0.0
        self._advance = 0
        self._to_prove = 0

    def take(self, now: float) -> float | None:
        """The next slot that has not lapsed, None where there is none."""
        slots = self._slots
        late = (now - self._pace.grace - slots.first) / slots.spacing
        usable = min(max(self._taken, math.ceil(late)), slots.count)
        # What had passed before it came here could not be used by anybody.
        held = math.ceil((self._held_since - slots.first) / slots.spacing)
        self._lapsed += max(0, usable - max(self._taken, held))
        self._taken = usable
        if usable == slots.count:
            return None
        self._taken += 1
        return slots.first + usable * slots.spacing

    def wanted(self, waiting: int, now: float, *, alone: bool) -> int:
        """How many slots to ask for, with so many threads waiting."""
        return waiting + self._next_advance(waiting, now, alone=alone)

    def fill(self, slots: Slots, waiting: int, now: float, *, alone: bool) -> None:
        """Hold these, which were asked for with so many threads waiting."""
        self._advance = self._next_advance(waiting, now, alone=alone)
        lost = 0 if alone else self._lapsed
        self._to_prove = _PROOF if lost else max(0, self._to_prove - self._taken)
        self._slots, self._taken, self._lapsed = slots, 0, 0
        self._held_since = now

    def drop(self) -> None:
        """Hold none any more: they were handed out at a rate that is too high."""
        self._slots = _NONE
        self._taken = self._lapsed = self._advance = 0

    def _next_advance(self, waiting: int, now: float, *, alone: bool) -> int:
        if alone:
            most = math.ceil(self._pace.rate * LONGEST_RESERVATION)
            return min(2 * self._advance + 1, most)
        if self._lapsed:
            return max(0, min(self._advance, waiting) - 2 * self._lapsed)
        steady = not self._to_prove and now <= self._slots.end + self._pace.grace
        return min(self._advance + steady, waiting)
