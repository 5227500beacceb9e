"""LOCAL: NCRONTAB schedules; knows dates and nothing that runs at them.

The grammar of the NCrontab library that the timer extension uses: six fields with
seconds first (five are read as starting with the minute), UTC, names for months and
weekdays, and day-of-month AND day-of-week must both fit.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from local.host.refusal import Refused

MONTHS = tuple("jan feb mar apr may jun jul aug sep oct nov dec".split())  # noqa: SIM905
WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
HORIZON = timedelta(days=366 * 9)  # finds every 29th of February
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Field:
    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


FIELDS = (
    _Field("second", 0, 59),
    _Field("minute", 0, 59),
    _Field("hour", 0, 23),
    _Field("day", 1, 31),
    _Field("month", 1, 12, ("", *MONTHS)),
    _Field("day of week", 0, 6, WEEKDAYS),
)


@dataclass(frozen=True)
class Schedule:
    """When a timer is due."""

    text: str
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def after(self, moment: datetime) -> datetime:
        """Return the first occurrence after `moment`, or `NEVER`."""
        start = moment.astimezone(UTC).replace(microsecond=0) + timedelta(seconds=1)
        day = start.date()
        last = day + HORIZON
        while day <= last:
            if self._fits_day(day.month, day.day, day.isoweekday() % 7):
                floor = start.time() if day == start.date() else None
                clock = (floor.hour, floor.minute, floor.second) if floor else (0, 0, 0)
                if found := self._first_at_or_after(*clock):
                    return datetime(day.year, day.month, day.day, *found, tzinfo=UTC)
            day += timedelta(days=1)
        return NEVER

    def shortest_interval(self, moment: datetime, occurrences: int = 5) -> timedelta:
        """Return the shortest distance among the next `occurrences`."""
        shortest, before = timedelta.max, self.after(moment)
        for _ in range(occurrences):
            if before == NEVER:
                break
            following = self.after(before)
            shortest, before = min(shortest, following - before), following
        return shortest

    def _fits_day(self, month: int, day: int, weekday: int) -> bool:
        return month in self.months and day in self.days and weekday in self.weekdays

    def _first_at_or_after(
        self, hour: int, minute: int, second: int
    ) -> tuple[int, int, int] | None:
        for h in (x for x in self.hours if x >= hour):
            for m in (x for x in self.minutes if h > hour or x >= minute):
                within = h > hour or m > minute
                for s in (x for x in self.seconds if within or x >= second):
                    return h, m, s
        return None


def parse_schedule(text: str) -> Schedule:
    """Parse NCRONTAB text; raises `Refused` that names the field."""
    parts = text.split()
    if re.fullmatch(r"[\d.]*\d+:\d+:\d+", text):
        raise Refused(
            f"schedule {text!r} is a TimeSpan, which only App Service plans run;"
            " write it as NCRONTAB, such as '0 0 2 * * *'"
        )
    if len(parts) == 5:
        parts = ["0", *parts]
    if len(parts) != 6:
        raise Refused(
            f"schedule {text!r} has {len(parts)} fields; NCRONTAB has six:"
            " {second} {minute} {hour} {day} {month} {day of week}"
        )
    values = [
        _values(part, field, text) for part, field in zip(parts, FIELDS, strict=True)
    ]
    return Schedule(text, *values)


def _values(part: str, field: _Field, text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for item in part.split(","):
        found.update(_range(item, field, text))
    return tuple(sorted(found))


def _range(item: str, field: _Field, text: str) -> range:
    span, slash, step_text = item.partition("/")
    step = _number(step_text, _Field("step", 1, 1 << 16), text) if slash else 1
    if span == "*":
        return range(field.low, field.high + 1, step)
    first, dash, last = span.partition("-")
    low = _number(first, field, text)
    if not dash:
        return range(low, field.high + 1, step) if step > 1 else range(low, low + 1)
    high = _number(last, field, text)
    if high < low:
        low, high = high, low
    return range(low, high + 1, step)


def _number(word: str, field: _Field, text: str) -> int:
    name = word.lower()[:3]
    if name and name in field.names:
        return field.names.index(name)
    if not (word.isascii() and word.isdigit()) or not (
        field.low <= int(word) <= field.high
    ):
        raise Refused(
            f"schedule {text!r}: {word!r} does not fit the {field.name}"
            f" ({field.low} to {field.high})"
        )
    return int(word)
