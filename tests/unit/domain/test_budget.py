"""What the budget decides, moment by moment."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.budget import (
    HALVING_INTERVAL,
    LONGEST_PAUSE,
    LONGEST_RESERVATION,
    LOWEST_FACTOR,
    WINDOW,
    Lane,
    Pace,
    Pool,
    Slots,
    reserve,
    throttle,
)

NOW = 1_800_000_000.0

requests = st.tuples(
    st.floats(0, 5), st.integers(1, 500), st.none() | st.floats(0, 400)
)


@given(st.integers(1, 150), st.lists(requests, max_size=40))
def test_slots_keep_the_budget_however_late_they_are_used(
    budget: int, history: list[tuple[float, int, float | None]]
) -> None:
    pace, lane, now = Pace.of(budget), Lane(), NOW
    moments: list[float] = []
    for passed, wanted, retry_after in history:
        now += passed
        if retry_after is not None:
            lane = throttle(lane, now, retry_after)
        lane, slots = reserve(lane, pace, now, wanted)
        moments += [slots.first + n * slots.spacing for n in range(slots.count)]

    width = WINDOW + pace.grace
    for first, start in enumerate(moments):
        within = itertools.takewhile(
            lambda moment, end=start + width: moment < end,  # type: ignore[misc]
            itertools.islice(moments, first, None),
        )
        assert sum(1 for _ in within) <= WINDOW * budget


@given(st.integers(1, 1_999))
def test_the_pace_leaves_little_of_a_budget_unused(budget: int) -> None:
    assert Pace.of(budget).rate >= 0.97 * budget


@given(st.integers(1, 1_000_000), st.integers(1, 10**9))
def test_a_reservation_is_three_seconds_worth_at_most(budget: int, wanted: int) -> None:
    pace = Pace.of(budget)

    _, slots = reserve(Lane(), pace, NOW, wanted)

    seconds = slots.count * slots.spacing
    assert slots.count == 1 or seconds <= LONGEST_RESERVATION + 1e-9


def test_slots_that_nobody_reserved_lapse() -> None:
    pace = Pace.of(30)
    lane, _ = reserve(Lane(), pace, NOW, 5)

    _, later = reserve(lane, pace, NOW + 60, 5)

    assert later.first > NOW + 59


def test_a_reservation_follows_the_one_before() -> None:
    lane, first = reserve(Lane(), Pace.of(30), NOW, 5)
    _, second = reserve(lane, Pace.of(30), NOW, 5)

    assert second.first == first.end


def test_a_refusal_halves_the_rate_once_in_a_few_seconds() -> None:
    once = throttle(Lane(), NOW, None)
    again = throttle(once, NOW + HALVING_INTERVAL / 2, None)
    later = throttle(once, NOW + HALVING_INTERVAL, None)

    assert once.factor == 0.5
    assert again == once
    assert later.factor == pytest.approx(0.25, abs=0.02)


def test_the_rate_does_not_fall_without_end() -> None:
    lane = Lane()
    for n in range(20):
        lane = throttle(lane, NOW + n * HALVING_INTERVAL, None)

    assert lane.factor == LOWEST_FACTOR


def test_the_rate_grows_back_slowly_and_no_further() -> None:
    lane = throttle(Lane(), NOW, None)

    assert lane.factor_at(NOW + 20) == pytest.approx(0.6)
    assert lane.factor_at(NOW + 100) == pytest.approx(1)
    assert lane.factor_at(NOW + 10_000) == 1


def test_the_rate_does_not_grow_in_a_pause() -> None:
    lane = throttle(Lane(), NOW, 60)

    assert lane.factor_at(NOW + 60) == 0.5


@pytest.mark.parametrize(
    ("asked", "seconds"), [(None, 0), (0, 0), (-5, 0), (17, 17), (1e9, LONGEST_PAUSE)]
)
def test_a_pause_is_as_long_as_asked_for_within_reason(
    asked: float | None, seconds: float
) -> None:
    lane = throttle(Lane(), NOW, asked)

    assert max(lane.paused_until, NOW) == NOW + seconds


def test_a_pause_is_not_written_anew_for_every_refusal() -> None:
    lane = throttle(Lane(), NOW, 10)

    assert throttle(lane, NOW + 0.2, 10) == lane
    assert throttle(lane, NOW + 1, 10).paused_until == NOW + 11


def test_a_pool_gives_each_slot_once_and_then_none() -> None:
    pool = Pool(Pace.of(30))
    pool.fill(Slots(NOW, 0.1, 3), 3, NOW, alone=True)

    assert [pool.take(NOW) for _ in range(4)] == [NOW, NOW + 0.1, NOW + 0.2, None]


def test_a_pool_skips_what_has_lapsed() -> None:
    pool = Pool(Pace.of(30))
    pool.fill(Slots(NOW, 0.1, 10), 3, NOW, alone=True)

    slot = pool.take(NOW + 0.5)

    assert slot is not None
    assert slot >= NOW + 0.5 - Pace.of(30).grace


def test_a_worker_alone_asks_for_ever_more_in_advance() -> None:
    pool, asked = Pool(Pace.of(30)), []
    for _ in range(10):
        asked.append(pool.wanted(1, NOW, alone=True))
        pool.fill(Slots(NOW, 0.01, 1), 1, NOW, alone=True)

    assert asked[:4] == [2, 4, 8, 16]
    assert asked[-1] == 1 + 88


def test_a_worker_among_others_asks_for_less_where_slots_lapsed() -> None:
    pool = Pool(Pace.of(30))
    for _ in range(8):
        pool.fill(Slots(NOW, 0.01, 1), 5, NOW, alone=True)
    pool.fill(Slots(NOW, 0.01, 5), 5, NOW, alone=True)
    while pool.take(NOW + 1):
        pass

    assert pool.wanted(5, NOW + 1, alone=False) == 5
