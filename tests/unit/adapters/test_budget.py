"""The shared budget, played through with real threads in simulated time."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.budget import SharedBudget
from shared.domain.budget import LONGEST_PAUSE, LONGEST_RESERVATION, Lane
from shared.errors import Conflict, Unavailable
from shared.ports import RequestKind
from tests.unit.adapters.simulated_time import SimulatedTime

SERVICE_EPOCH = 1_800_000_000.0


@dataclass
class SimulatedRows:
    """One row behind a network, with the service's own clock."""

    time: SimulatedTime
    chance: random.Random
    slowest: float = 0.02
    row: tuple[Lane, str] | None = None
    reads: int = 0
    writes: int = 0
    cut: int = 0

    def read(self, _kind: RequestKind) -> tuple[Lane, str] | None:
        self._travel()
        self.reads += 1
        found = self.row
        self._travel()
        return found

    def write(
        self, _kind: RequestKind, lane: Lane, etag: str | None
    ) -> tuple[str, float]:
        self._travel()
        if etag != (self.row[1] if self.row else None):
            self._travel()
            raise Conflict("somebody was faster")
        self.writes += 1
        mine, moment = str(self.writes), SERVICE_EPOCH + self.time.monotonic()
        self.row = (lane, mine)
        self._travel()
        if self.cut:
            self.cut -= 1
            raise Unavailable("the answer was lost")
        return mine, moment

    def _travel(self) -> None:
        self.time.sleep(self.chance.uniform(0.001, self.slowest / 2))


@dataclass
class OffClock:
    """A worker's own clock, wrong by a constant."""

    time: SimulatedTime
    offset: float
    oversleeps: Callable[[], float]

    def monotonic(self) -> float:
        return self.time.monotonic() + self.offset

    def now(self) -> datetime:
        return self.time.now()

    def sleep(self, seconds: float) -> None:
        self.time.sleep(seconds + self.oversleeps())


@dataclass
class Play:
    """Workers with threads that take slots and then work for a while."""

    budget: float = 30
    seed: int = 1
    starts: list[float] = field(default_factory=list)
    taken: list[int] = field(default_factory=list)
    oversleeps: Callable[[random.Random], float] = lambda _: 0.0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.time = SimulatedTime()
        self.rows = SimulatedRows(self.time, self.chance)
        self.parts: list[Callable[[], None]] = []

    def worker(self) -> SharedBudget:
        offset = self.chance.uniform(0, 1e6)
        clock = OffClock(self.time, offset, lambda: self.oversleeps(self.chance))
        return SharedBudget(self.rows, {"list": self.budget}, clock)

    def busy_worker(self, threads: int, work: tuple[float, float]) -> SharedBudget:
        budget, number = self.worker(), len(self.taken)
        self.taken.append(0)

        def part() -> None:
            while True:
                budget.take("list")
                self.taken[number] += 1
                self.starts.append(self.time.monotonic())
                self.time.sleep(self.chance.uniform(*work))

        self.parts += [part] * threads
        return budget

    def until(self, seconds: float) -> None:
        """Play; the parts end where they are, as if their process had been killed."""
        self.time.play(seconds, *self.parts)
        self.parts = []

    def used(self, since: float, until: float) -> float:
        """The part of the budget that was used between two moments."""
        started = sum(since <= start < until for start in self.starts)
        return started / (self.budget * (until - since))

    def most_in_ten_seconds(self) -> int:
        starts, most, first = sorted(self.starts), 0, 0
        for last, start in enumerate(starts):
            while starts[first] <= start - 10:
                first += 1
            most = max(most, last - first + 1)
        return most


@pytest.fixture(autouse=True)
def _repeatable() -> None:
    random.seed(7)


@settings(max_examples=25, deadline=None)
@given(
    workers=st.integers(1, 8),
    threads=st.integers(1, 10),
    budget=st.sampled_from([1, 2, 7, 15, 30, 100]),
    slowest_work=st.floats(0.01, 2),
    slowest_row=st.floats(0.003, 0.05),
    seed=st.integers(0, 1000),
)
def test_no_ten_seconds_hold_more_than_ten_times_the_budget(
    *,
    workers: int,
    threads: int,
    budget: int,
    slowest_work: float,
    slowest_row: float,
    seed: int,
) -> None:
    play = Play(budget, seed)
    play.rows.slowest = slowest_row
    for _ in range(workers):
        play.busy_worker(threads, (0.001, slowest_work))

    play.until(25)

    assert play.most_in_ten_seconds() <= budget * 10


@pytest.mark.parametrize("seed", range(5))
def test_a_worker_that_loses_the_row_to_others_again_and_again_goes_on(
    seed: int,
) -> None:
    """Eight workers on a slow row: some lose it more than twenty times in a row."""
    play = Play(100, seed)
    play.rows.slowest = 0.05
    for _ in range(8):
        play.busy_worker(3, (0.001, 0.25))

    play.until(60)

    assert min(play.taken) > 100


def test_a_slot_that_was_overslept_is_not_used() -> None:
    play = Play(oversleeps=lambda chance: chance.choice((0, 0, 0, 1.0, 2.0)))
    play.busy_worker(100, (0.001, 0.01))

    play.until(60)

    assert play.most_in_ten_seconds() <= 300


@pytest.mark.parametrize("workers", [1, 4, 8])
@pytest.mark.parametrize("work", [(0.05, 0.15), (0.1, 0.3)])
def test_nearly_all_of_the_budget_is_used_while_work_waits(
    workers: int, work: tuple[float, float]
) -> None:
    play = Play()
    for _ in range(workers):
        play.busy_worker(10, work)

    play.until(40)

    assert play.used(5, 40) >= 0.95


def test_workers_too_slow_to_use_it_alone_use_the_budget_together() -> None:
    play = Play()
    for _ in range(4):
        play.busy_worker(10, (0.3, 1.5))

    play.until(60)

    assert play.used(10, 60) >= 0.95


def test_each_of_four_workers_gets_its_share() -> None:
    play = Play()
    for _ in range(4):
        play.busy_worker(10, (0.05, 0.15))

    play.until(60)

    assert min(play.taken) >= sum(play.taken) / 4 / 2


def test_a_worker_that_dies_takes_only_a_reservation_along() -> None:
    play = Play()
    play.busy_worker(10, (0.05, 0.15))
    play.until(12)
    play.busy_worker(10, (0.05, 0.15))

    play.until(30)

    assert min(start for start in play.starts if start > 12.1) < 12.5 + (
        LONGEST_RESERVATION
    )
    assert play.used(16, 30) >= 0.95


def test_a_worker_alone_needs_a_transaction_for_a_reservation_only() -> None:
    play = Play()
    play.busy_worker(10, (0.1, 0.2))

    play.until(60)

    assert play.rows.reads == 1
    assert play.rows.writes <= 60 / LONGEST_RESERVATION + 10


def test_a_very_high_budget_costs_no_waiting_and_few_transactions() -> None:
    play = Play(budget=100_000)
    for _ in range(4):
        play.busy_worker(10, (0.05, 0.05))

    play.until(20)

    assert len(play.starts) >= 0.95 * 40 * 20 / 0.05
    assert play.rows.reads + play.rows.writes <= 20 * 8


def test_who_asks_for_nothing_makes_no_transaction() -> None:
    play = Play()
    budget = play.worker()

    def part() -> None:
        budget.take("list")
        play.time.sleep(1000)

    play.parts = [part]
    play.until(500)

    assert play.rows.reads + play.rows.writes <= 3


def test_too_many_requests_halve_the_rate_for_every_worker() -> None:
    play = Play()
    play.busy_worker(10, (0.05, 0.15))
    told = play.busy_worker(10, (0.05, 0.15))
    play.parts.append(_throttled_at(play, told, 20, None))

    play.until(36)

    assert play.used(10, 20) >= 0.95
    assert 0.45 <= play.used(26, 36) <= 0.65


def test_the_rate_grows_back() -> None:
    play = Play()
    told = play.busy_worker(10, (0.05, 0.15))
    play.parts.append(_throttled_at(play, told, 10, None))

    play.until(140)

    assert play.used(125, 140) >= 0.95


def test_a_burst_of_refusals_halves_the_rate_once() -> None:
    play = Play()
    told = play.busy_worker(10, (0.05, 0.15))
    play.parts += [_throttled_at(play, told, 20 + n / 10, None) for n in range(20)]

    play.until(36)

    assert play.used(26, 36) >= 0.45


def test_everybody_waits_as_long_as_the_workspace_asks() -> None:
    play = Play()
    told = play.busy_worker(10, (0.05, 0.15))
    play.busy_worker(10, (0.05, 0.15))
    play.parts.append(_throttled_at(play, told, 20, 30))

    play.until(70)

    held = LONGEST_RESERVATION + 1
    assert play.used(20 + held, 49.9) == 0
    assert play.used(55, 70) >= 0.4


def test_nobody_can_make_us_wait_for_hours() -> None:
    play = Play()
    told = play.busy_worker(2, (0.05, 0.15))
    play.parts.append(_throttled_at(play, told, 20, 86_400))

    play.until(20 + LONGEST_PAUSE + 30)

    assert play.used(20 + LONGEST_PAUSE, 20 + LONGEST_PAUSE + 30) > 0


def test_a_lost_answer_costs_slots_but_breaks_nothing() -> None:
    play = Play()
    play.rows.cut = 2
    play.busy_worker(10, (0.05, 0.15))

    play.until(30)

    assert play.most_in_ten_seconds() <= 300
    assert play.used(15, 30) >= 0.95


def test_a_row_that_is_deleted_begins_anew() -> None:
    play = Play()
    play.busy_worker(10, (0.05, 0.15))

    def delete() -> None:
        play.time.sleep(15)
        play.rows.row = None

    play.parts.append(delete)
    play.until(40)

    assert play.used(25, 40) >= 0.95


def test_storage_that_stays_away_is_told() -> None:
    play = Play()
    play.rows.cut = 1000
    budget = play.worker()
    play.parts = [lambda: budget.take("list")]

    with pytest.raises(Unavailable):
        play.until(60)


def _throttled_at(
    play: Play, budget: SharedBudget, moment: float, retry_after: float | None
) -> Callable[[], None]:
    def part() -> None:
        play.time.sleep(moment)
        budget.throttled("list", retry_after)

    return part
