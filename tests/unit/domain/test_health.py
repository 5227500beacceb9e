"""When a run, or the lack of one, is reason to worry, and how much."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.domain.health import (
    RECENT_RUNS,
    RULES,
    Level,
    Standing,
    reasons,
    succeeded,
    worst,
)
from shared.domain.runs import Run, RunStatus, Stop, Tally
from shared.domain.slices import Slice
from tests.standings import DAY, NOW, a_run, a_standing, nights

COMPLETE, INCOMPLETE = RunStatus.COMPLETE, RunStatus.INCOMPLETE
FAILED, CANCELLED = RunStatus.FAILED, RunStatus.CANCELLED


def names(*runs: Run, **facts: Any) -> list[str]:
    """The names of what is wrong."""
    return [reason.name for reason in reasons(a_standing(*runs, **facts))]


def test_after_a_complete_run_all_is_well() -> None:
    assert names(a_run()) == []
    assert names(a_run(unchanged=True, commit="")) == []


@pytest.mark.parametrize(
    ("ended", "wrong"),
    [
        (timedelta(hours=25) - timedelta(seconds=1), []),
        (timedelta(hours=25), ["no-good-run"]),
        (9 * DAY, ["no-good-run"]),
    ],
)
def test_a_record_of_25_hours_is_too_old(ended: timedelta, wrong: list[str]) -> None:
    assert names(a_run(ended=ended)) == wrong


@pytest.mark.parametrize(
    "facts",
    [
        {"paused": True},
        {"alive_since": NOW - timedelta(hours=25)},
        {"max_age": timedelta(hours=60)},
    ],
    ids=["paused", "the first day", "as configured"],
)
def test_no_run_is_awaited(facts: dict[str, Any]) -> None:
    assert names(a_run(ended=2 * DAY), **facts) == []


def test_where_there_never_was_a_run_one_is_missed() -> None:
    assert names() == ["no-good-run"]
    assert names(alive_since=NOW) == []


@pytest.mark.parametrize(
    "asked",
    [
        {"full_scope": False},
        {"dry_run": True},
        {"slice": Slice(1, 30)},
    ],
    ids=["a part", "a dry run", "a slice"],
)
def test_a_run_that_is_not_over_everything_is_no_backup_of_it(asked: Any) -> None:
    assert names(a_run(asked=asked), a_run(ended=2 * DAY)) == ["no-good-run"]


def test_a_run_without_a_record_is_none_either() -> None:
    assert "no-good-run" in names(a_run(INCOMPLETE, commit=""), a_run(ended=2 * DAY))


def test_the_last_run_failed() -> None:
    assert names(a_run(FAILED), a_run(ended=DAY)) == ["last-run-failed"]
    assert names(a_run(), a_run(FAILED, ended=DAY)) == []


def test_a_failed_audit_counts_as_well_and_a_cancelled_run_does_not() -> None:
    audit = a_run(FAILED, timedelta(hours=7), asked={"slice": Slice(1, 30)})

    assert names(audit, a_run()) == ["last-run-failed"]
    assert names(a_run(CANCELLED, timedelta(hours=1)), a_run()) == []


def test_two_of_the_last_five_failed() -> None:
    bad = nights(COMPLETE, FAILED, COMPLETE, COMPLETE, FAILED)

    assert names(*bad) == ["runs-failing", "success-rate"]
    assert names(*nights(COMPLETE, FAILED, COMPLETE, COMPLETE, COMPLETE, FAILED)) == []


def test_less_than_four_of_five_stored_all_they_could() -> None:
    bad = a_run(INCOMPLETE, DAY, tally=Tally(failed=3, new_failures=3))
    fine = nights(COMPLETE, CANCELLED, COMPLETE, COMPLETE, COMPLETE)
    worse = a_run(INCOMPLETE, 2 * DAY, tally=Tally(held=1))

    assert names(fine[0], bad, *fine[2:]) == []
    assert names(fine[0], bad, worse, *fine[3:]) == ["success-rate"]
    assert len(names(fine[0], bad, worse)) == 0  # of so few, no rate


def test_what_was_missing_before_is_no_news() -> None:
    known = Tally(failed=3)

    assert names(a_run(INCOMPLETE, tally=known)) == []
    assert names(a_run(INCOMPLETE, tally=replace(known, new_failures=1))) == [
        "new-failures"
    ]


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        ({"tally": Tally(held=101)}, "deletions-held"),
        ({"tally": Tally(mismatched=1)}, "audit-mismatch"),
        ({"stop": Stop.DEADLINE}, "slow-run"),
        ({"stop": Stop.CREDENTIALS}, "credentials-refused"),
        ({"finished_at": NOW + timedelta(minutes=39) - 10 * DAY / 24}, None),
        ({"finished_at": NOW + timedelta(minutes=50) - 10 * DAY / 24}, "slow-run"),
    ],
)
def test_of_the_last_run_it_is_told(facts: Any, wrong: str | None) -> None:
    fine = nights(*[COMPLETE] * 5)

    assert names(a_run(INCOMPLETE, **facts), *fine) == ([wrong] if wrong else [])
    assert names(fine[0], a_run(INCOMPLETE, DAY, **facts)) == []


def test_the_worst_comes_first_and_is_the_verdict() -> None:
    found = reasons(
        Standing(
            runs=[a_run(FAILED, tally=Tally(held=1)), *nights(*[FAILED] * 5)],
            now=NOW,
            alive_since=NOW - DAY / 2,
            max_age=DAY,
        )
    )

    assert worst(found) is Level.CRITICAL
    assert worst(()) is Level.HEALTHY
    assert found[0].level is Level.CRITICAL
    assert [one.level for one in found] == sorted(one.level for one in found)


def test_open_runs_and_strangers_are_left_out_of_the_five() -> None:
    runs = [a_run(RunStatus.RUNNING), *nights(*[COMPLETE] * 7)]
    standing = Standing(runs=runs, now=NOW, alive_since=NOW, max_age=DAY)

    assert len(standing.recent) == RECENT_RUNS
    assert all(map(succeeded, standing.recent))


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({name for name, _, _ in RULES}) == len(RULES)
