"""Health over HTTP: the verdict as a status that a test of availability understands."""

from datetime import timedelta

import pytest

from shared.services.read_health import Heartbeat
from tests.unit.functions.api import Api, Bound
from tests.unit.services.scenes import a_backed_up_app


@pytest.fixture
def bound() -> Bound:
    """After one complete backup, with the app seen working before it."""
    app = a_backed_up_app()
    bound = Bound(
        store=app.store,
        index=app.index,
        blobs=app.blobs,
        clock=app.clock,
        events=app.events,
        git=app.git,
    )
    bound.read_health()
    return bound


def test_after_a_good_run_the_app_is_healthy(api: Api) -> None:
    answer = api.get("/api/health")

    assert (answer.status, answer.body["status"]) == (200, "healthy")
    assert answer.body["reasons"] == []
    assert answer.body["last_good"]["status"] == "complete"
    assert answer.body["last_good_age_seconds"] >= 0


def test_too_old_a_backup_is_critical(api: Api, bound: Bound) -> None:
    bound.clock.advance(timedelta(hours=26).total_seconds())

    answer = api.get("/api/health")

    assert (answer.status, answer.body["status"]) == (503, "critical")
    assert [reason["name"] for reason in answer.body["reasons"]] == ["no-good-run"]


def test_while_it_is_paused_nothing_is_missed(api: Api, bound: Bound) -> None:
    bound.paused = True
    bound.clock.advance(timedelta(hours=26).total_seconds())

    answer = api.get("/api/health")

    assert (answer.status, answer.body["paused"]) == (200, True)


def test_the_app_remembers_when_it_was_first_seen(api: Api, bound: Bound) -> None:
    first = api.get("/api/health").body["alive_since"]
    bound.clock.advance(3600)

    assert api.get("/api/health").body["alive_since"] == first


def test_a_heartbeat_says_how_the_last_runs_went(bound: Bound) -> None:
    bound.clock.advance(60)

    Heartbeat(read=bound.read_health, events=bound.events)()

    (facts,) = bound.events.facts("sweep.finished")
    assert facts == {
        "paused": False,
        "alive_seconds": 60.0,
        "runs_open": 0,
        "recent": 1,
        "recent_succeeded": 1,
        "recent_failed": 0,
    }
