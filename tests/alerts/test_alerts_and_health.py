"""Alerts and health endpoint come to the same verdict over the same runs."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.health import RULES, Standing, reasons
from shared.domain.runs import Run, RunStatus, Stop, Tally
from shared.domain.slices import Slice
from tests.alerts.runs import told_of
from tests.standings import DAY, NOW, a_run, a_standing, nights

SHARED = {name for name, _, _ in RULES}
COMPLETE, INCOMPLETE = RunStatus.COMPLETE, RunStatus.INCOMPLETE
FAILED, CANCELLED = RunStatus.FAILED, RunStatus.CANCELLED


def verdicts(standing: Standing) -> tuple[set[str], set[str]]:
    """What health says, and what the alerts say of the same."""
    fired = told_of(standing).fired(standing.now)
    return {reason.name for reason in reasons(standing)}, SHARED & fired.keys()


HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
CASES: dict[str, tuple[Standing, set[str]]] = {
    "all is well": (a_standing(*nights(*[COMPLETE] * 6)), set()),
    "nothing changed": (a_standing(a_run(unchanged=True, commit="")), set()),
    "25 hours, nearly": (a_standing(a_run(ended=25 * HOUR - MINUTE)), set()),
    "25 hours": (a_standing(a_run(ended=25 * HOUR)), {"no-good-run"}),
    "25 hours, paused": (a_standing(a_run(ended=25 * HOUR), paused=True), set()),
    "no run ever": (a_standing(), {"no-good-run"}),
    "no run on the first day": (a_standing(alive_since=NOW - 24 * HOUR), set()),
    "no run after the first day": (
        a_standing(alive_since=NOW - 25 * HOUR - SECOND),
        {"no-good-run"},
    ),
    "only a dry run": (a_standing(a_run(asked={"dry_run": True})), {"no-good-run"}),
    "only a part": (a_standing(a_run(asked={"full_scope": False})), {"no-good-run"}),
    "a failed run after a good one": (
        a_standing(a_run(FAILED, 2 * HOUR), a_run()),
        {"last-run-failed"},
    ),
    "a failed audit": (
        a_standing(a_run(FAILED, 2 * HOUR, {"slice": Slice(1, 30)}), a_run()),
        {"last-run-failed"},
    ),
    "a cancelled run": (a_standing(a_run(CANCELLED, 2 * HOUR), a_run()), set()),
    "two of five failed": (
        a_standing(*nights(COMPLETE, FAILED, COMPLETE, COMPLETE, FAILED)),
        {"runs-failing", "success-rate"},
    ),
    "one of five failed": (
        a_standing(*nights(COMPLETE, FAILED, COMPLETE, COMPLETE, COMPLETE, FAILED)),
        set(),
    ),
    "new failures": (
        a_standing(a_run(INCOMPLETE, tally=Tally(failed=2, new_failures=2))),
        {"new-failures"},
    ),
    "known failures": (a_standing(a_run(INCOMPLETE, tally=Tally(failed=2))), set()),
    "deletions held": (
        a_standing(a_run(INCOMPLETE, tally=Tally(held=200))),
        {"deletions-held"},
    ),
    "an audit that found something": (
        a_standing(
            a_run(asked={"slice": Slice(1, 30)}, tally=Tally(mismatched=1)),
            a_run(ended=12 * HOUR),
        ),
        {"audit-mismatch"},
    ),
    "credentials refused": (
        a_standing(a_run(FAILED, HOUR, stop=Stop.CREDENTIALS), a_run()),
        {"last-run-failed", "credentials-refused"},
    ),
    "the deadline met": (
        a_standing(a_run(INCOMPLETE, HOUR, stop=Stop.DEADLINE), a_run()),
        {"slow-run"},
    ),
    "nearly the deadline": (
        a_standing(replace(a_run(), deadline=NOW - 10 * HOUR + 30 * SECOND)),
        {"slow-run"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_both_say_what_is_expected(name: str) -> None:
    standing, expected = CASES[name]

    assert verdicts(standing) == (expected, expected)


def test_every_rule_is_seen_to_fire_and_to_stay_silent() -> None:
    fired = set().union(*(expected for _, expected in CASES.values()))

    assert fired == SHARED


tallies = st.builds(
    Tally,
    failed=st.integers(0, 2),
    new_failures=st.sampled_from([0, 0, 1]),
    held=st.sampled_from([0, 0, 5]),
    mismatched=st.sampled_from([0, 0, 1]),
)
kinds = st.sampled_from(
    [{}, {}, {}, {"full_scope": False}, {"dry_run": True}, {"slice": Slice(2, 30)}]
)


@st.composite
def standings(draw: st.DrawFn) -> Standing:
    """Runs of the last two days: older ones are in no query's sight."""
    runs: list[Run] = []
    ended = timedelta(hours=draw(st.integers(1, 12)))
    while ended < 2 * DAY - HOUR and len(runs) < 6:
        status = draw(st.sampled_from([COMPLETE, INCOMPLETE, FAILED, CANCELLED]))
        stop = draw(st.sampled_from([Stop.NONE, Stop.NONE, Stop.DEADLINE]))
        run = a_run(status, ended, draw(kinds), stop=stop, tally=draw(tallies))
        if status in {COMPLETE, INCOMPLETE} and draw(st.booleans()):
            run = replace(run, commit="")
        runs.append(run)
        ended += timedelta(hours=draw(st.integers(1, 20)))
    alive = timedelta(hours=draw(st.integers(1, 60)))
    return a_standing(*runs, alive_since=NOW - alive, paused=draw(st.booleans()))


@settings(max_examples=20, deadline=None)
@given(standings())
def test_over_whatever_runs_both_say_the_same(standing: Standing) -> None:
    by_health, by_alerts = verdicts(standing)

    assert by_health == by_alerts
