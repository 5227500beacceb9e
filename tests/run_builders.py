"""Builders of requests, runs and shards for tests."""

import itertools
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.domain.restore_ids import new_restore_id
from shared.domain.restores import (
    OnConflict,
    Restore,
    RestorePoint,
    RestoreRequest,
    RestoreStatus,
    RestoreTally,
    Stage,
)
from shared.domain.run_ids import new_run_id
from shared.domain.runs import Request, Run, Shard, ShardKind, ShardStatus, new_run
from shared.domain.scope import Scope

SOME_NIGHT = datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)

_minutes = itertools.count()


def a_request(**changes: Any) -> Request:
    """A request of its own run, a minute later than the one before."""
    opened_at = SOME_NIGHT + timedelta(minutes=next(_minutes))
    request = Request(
        run_id=new_run_id(opened_at, uuid.uuid4().hex[:6]),
        scope=Scope(("/",), ("__pycache__",)),
        full_scope=True,
        opened_at=opened_at,
    )
    return replace(request, **changes)


def a_run(request: Request | None = None, **changes: Any) -> Run:
    """A run as it begins."""
    run = new_run(request or a_request(), SOME_NIGHT + timedelta(hours=4))
    return replace(run, **changes)


def a_shard(run: Run, number: int = 1, **changes: Any) -> Shard:
    """A shard of the run, waiting for a place."""
    shard = Shard(
        run_id=run.id,
        number=number,
        kind=ShardKind.STORE,
        status=ShardStatus.WAITING,
        plan=f"runs/{run.id}/plans/{number:06d}",
        objects=3,
        folders=2,
    )
    return replace(shard, **changes)


POINT = RestorePoint("c" * 40, "20261122T020000Z-3f9a1c", "complete", SOME_NIGHT)


def a_restore(minutes: int = 0, noise: str = "3f9a1c") -> Restore:
    """A restore that writes already."""
    opened_at = SOME_NIGHT + timedelta(minutes=minutes)
    request = RestoreRequest(
        restore_id=new_restore_id(opened_at, noise),
        paths=("/a \N{PILE OF POO}", "/b'c"),
        point=POINT,
        at="2026-11-22T02:00:00Z",
        target_root="/R",
        on_conflict=OnConflict.FAIL,
        apply=True,
        requested_by="ada@example.com",
        opened_at=opened_at,
    )
    return Restore(
        request=request,
        status=RestoreStatus.PLANNING,
        deadline=opened_at + timedelta(hours=24),
        stage=Stage.WRITE,
        tally=RestoreTally(objects=7, bytes=2**40),
        calls={"databricks.import": 3},
    )
