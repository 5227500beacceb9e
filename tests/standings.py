"""Builders of runs by how long ago they ended, and of how the app stands then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.health import Standing
from shared.domain.runs import Request, Run, RunStatus
from shared.domain.scope import Scope

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def a_run(
    status: RunStatus = RunStatus.COMPLETE,
    ended: timedelta = timedelta(hours=10),
    asked: Any = None,
    **facts: Any,
) -> Run:
    """A run over everything that ended so long ago and took six minutes of its hour."""
    opened = NOW - ended - timedelta(minutes=6)
    request = Request(
        run_id=f"run-{ended.total_seconds():.0f}",
        scope=Scope(("/",)),
        full_scope=True,
        opened_at=opened,
    )
    recorded = status in {RunStatus.COMPLETE, RunStatus.INCOMPLETE}
    run = Run(
        request=replace(request, **(asked or {})),
        status=status,
        deadline=opened + timedelta(hours=1),
        finished_at=NOW - ended,
        commit="c" * 40 if recorded else "",
    )
    return replace(run, **facts)


def nights(*statuses: RunStatus) -> list[Run]:
    """One run a night, the last night's first."""
    return [
        a_run(status, (number + 0.1) * DAY) for number, status in enumerate(statuses)
    ]


def a_standing(*runs: Run, **facts: Any) -> Standing:
    """Of an app that has been there for a month."""
    plain = Standing(
        runs=runs,
        now=NOW,
        alive_since=NOW - 30 * DAY,
        max_age=timedelta(hours=25),
    )
    return replace(plain, **facts)
