"""Alerts over what only telemetry knows, and how they name what they are about."""

from datetime import timedelta

import pytest

from shared.domain.runs import RunStatus, Tally
from shared.domain.state_changes import (
    heartbeat,
    history_changed,
    run_finished,
    shard_poisoned,
)
from tests.alerts.runs import told_of
from tests.alerts.telemetry import Telemetry, logged, query_of
from tests.standings import DAY, NOW, a_run, a_standing

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def calm() -> Telemetry:
    """Of an app that works."""
    return told_of(a_standing(a_run()))


def test_where_all_is_well_no_alert_is_raised(calm: Telemetry) -> None:
    assert calm.fired(NOW) == {}


def test_an_app_that_says_nothing_is_noticed(calm: Telemetry) -> None:
    assert "ingestion-silent" not in calm.fired(NOW + 55 * MINUTE)
    assert "ingestion-silent" in calm.fired(NOW + 57 * MINUTE)
    assert "ingestion-silent" in calm.fired(NOW + 9 * DAY)
    assert "ingestion-silent" in Telemetry().fired(NOW)


def test_a_rewritten_history_is_told_for_a_day(calm: Telemetry) -> None:
    calm.tell(NOW - HOUR, history_changed("r1"))

    assert calm.fired(NOW)["history-rewritten"] == [
        "run r1 found the branch's history rewritten"
    ]
    assert "history-rewritten" not in calm.fired(NOW + DAY)


def test_shards_that_were_given_up_are_counted_by_run(calm: Telemetry) -> None:
    calm.tell(NOW - HOUR, *(shard_poisoned("r1", n, "x") for n in (3, 4)))

    assert calm.fired(NOW)["shard-poisoned"] == ["run r1: 2 shards were given up"]


def test_only_a_new_kind_of_exception_is_told(calm: Telemetry) -> None:
    calm.exceptions += [
        (NOW - 20 * HOUR, "TimeoutError"),
        (NOW - 5 * MINUTE, "TimeoutError"),
        (NOW - 4 * MINUTE, "KeyError"),
        (NOW - 3 * MINUTE, "KeyError"),
    ]

    assert calm.fired(NOW)["new-exceptions"] == ["exceptions of type KeyError"]


def test_a_new_failure_is_named() -> None:
    run = a_run(RunStatus.INCOMPLETE, tally=Tally(failed=4, new_failures=4))
    paths = [f"/Users/ada/{number}" for number in range(4)]
    telemetry = told_of(a_standing())
    telemetry.tell(NOW - HOUR, run_finished(run, paths))

    [text] = telemetry.fired(NOW)["new-failures"]

    assert text.endswith("first /Users/ada/0; /Users/ada/1; /Users/ada/2")


def test_a_runs_end_that_is_told_twice_is_one(calm: Telemetry) -> None:
    failed = run_finished(a_run(RunStatus.FAILED, HOUR, error="no room"))
    calm.tell(NOW - HOUR, failed)
    calm.tell(NOW - HOUR + 12 * MINUTE, failed)

    assert len(calm.fired(NOW)["last-run-failed"]) == 1


def test_what_others_log_is_no_event(calm: Telemetry) -> None:
    for text in (
        f"worker: {logged(history_changed('r1'))}",
        '{"event":',
        "",
    ):
        calm.traces.append((NOW - MINUTE, text))

    assert calm.fired(NOW) == {}


def test_a_longer_age_waits_longer() -> None:
    old = told_of(a_standing(a_run(ended=30 * HOUR)))

    assert "no-good-run" in old.fired(NOW)
    assert "no-good-run" not in old.fired(NOW, max_age_hours=40)


def test_the_newest_heartbeat_counts() -> None:
    telemetry = told_of(a_standing(a_run(ended=30 * HOUR), paused=True))
    later = a_standing(a_run(ended=30 * HOUR))
    telemetry.tell(NOW - MINUTE, heartbeat(later))

    assert "no-good-run" in telemetry.fired(NOW)


def test_a_recorded_backup_is_told_for_an_hour() -> None:
    query = query_of("good-run")
    fresh = told_of(a_standing(a_run(ended=5 * MINUTE)))
    failed = told_of(a_standing(a_run(RunStatus.FAILED, 5 * MINUTE)))

    assert len(fresh.ask(query, NOW, HOUR)) == 1
    assert fresh.ask(query, NOW + HOUR, HOUR) == []
    assert failed.ask(query, NOW, HOUR) == []
