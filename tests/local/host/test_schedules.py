"""NCRONTAB: when schedules are due."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.host.cron import NEVER, parse_schedule

pytestmark = pytest.mark.conforms("documented: Timer trigger, NCRONTAB expressions")

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "after", "expected"),
    [
        ("0 0 2 * * *", "2026-11-22T01:59:59", "2026-11-22T02:00:00"),
        ("0 0 2 * * *", "2026-11-22T02:00:00", "2026-11-23T02:00:00"),
        ("0 */10 * * * *", "2026-11-22T23:51:00", "2026-11-23T00:00:00"),
        ("*/15 * * * * *", "2026-11-22T12:00:46", "2026-11-22T12:01:00"),
        ("0 30 9-17/4 * * 1-5", "2026-11-20T17:30:00", "2026-11-23T09:30:00"),
        ("0 0 0 29 2 *", "2026-11-22T00:00:00", "2028-02-29T00:00:00"),
        ("0 0 3 1 jan,JULY *", "2026-11-22T00:00:00", "2027-01-01T03:00:00"),
        ("0 0 3 * * Sun", "2026-11-22T03:00:00", "2026-11-29T03:00:00"),
        ("0 0 3 13 * fri", "2026-11-22T00:00:00", "2027-08-13T03:00:00"),
        ("5/20 0 0 * * *", "2026-11-22T00:00:26", "2026-11-22T00:00:45"),
        ("30 2 * * *", "2026-11-22T00:00:00", "2026-11-22T02:30:00"),
    ],
)
def test_the_next_occurrence(schedule: str, after: str, expected: str) -> None:
    assert parse_schedule(schedule).after(at(after)) == at(expected)


def test_a_day_that_never_comes_is_never_due() -> None:
    schedule = parse_schedule("0 0 0 31 2 *")

    assert schedule.after(at("2026-11-22T00:00:00")) == NEVER
    assert schedule.shortest_interval(at("2026-11-22T00:00:00")) == timedelta.max


def test_the_shortest_interval_is_found_among_uneven_ones() -> None:
    schedule = parse_schedule("0 0,1 2 * * *")

    shortest = schedule.shortest_interval(at("2026-11-22T00:00:00"))

    assert shortest == timedelta(minutes=1)


@given(
    st.sampled_from(
        ["*/7 * * * * *", "0 */10 * * * *", "0 0 2 * * *", "1,59 5 */3 * * 2"]
    ),
    st.integers(0, 20 * 366 * 86_400).map(lambda s: EPOCH + timedelta(seconds=s)),
)
def test_an_occurrence_lies_after_the_moment_and_none_between(
    text: str, moment: datetime
) -> None:
    schedule = parse_schedule(text)

    found = schedule.after(moment)

    assert found > moment
    assert schedule.after(found - timedelta(seconds=1)) == found
    assert schedule.after(moment + (found - moment) / 2) == found
