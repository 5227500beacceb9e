"""OUTSIDE: restores as table rows and back; knows no SDK call."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from shared.adapters.rows import columns_of, json_of, values_of
from shared.adapters.tables import Columns
from shared.domain.restores import (
    OnConflict,
    Restore,
    RestorePoint,
    RestoreRequest,
    RestoreTally,
)


def restore_columns(restore: Restore) -> dict[str, Any]:
    """The restore's row, without keys."""
    request = restore.request
    told = {
        "restore_id": restore.id,
        "run_id": request.point.run_id,
        "apply": request.apply,
        "on_conflict": request.on_conflict,
        "requested_by": request.requested_by,
        "opened_at": request.opened_at,
        "objects": restore.tally.objects,
        "verified": restore.tally.verified,
        "failed": restore.tally.failed,
    }
    facts = {field.name: getattr(restore, field.name) for field in fields(restore)}
    nested = {
        "request": _plain_request(request),
        "tally": {k: n for k, n in asdict(restore.tally).items() if n},
    }
    return columns_of({**told, **facts, **nested})


def restore_of(columns: Columns) -> Restore:
    """The restore of such a row; `UnknownVersion` for a newer one."""
    return Restore(**values_of(Restore, columns, _NESTED))


def _plain_request(request: RestoreRequest) -> dict[str, Any]:
    point = {**asdict(request.point), "time": request.point.time.isoformat()}
    opened_at = request.opened_at.isoformat()
    return {**asdict(request), "point": point, "opened_at": opened_at}


def _request(facts: Mapping[str, Any]) -> RestoreRequest:
    known = {field.name for field in fields(RestoreRequest)}
    loose = {name: value for name, value in facts.items() if name in known}
    point = loose.pop("point")
    return RestoreRequest(
        paths=tuple(loose.pop("paths")),
        point=RestorePoint(
            point["commit"],
            point["run_id"],
            point["status"],
            datetime.fromisoformat(point["time"]),
        ),
        on_conflict=OnConflict(loose.pop("on_conflict")),
        opened_at=datetime.fromisoformat(loose.pop("opened_at")),
        **loose,
    )


def _tally(facts: Mapping[str, int]) -> RestoreTally:
    known = {field.name for field in fields(RestoreTally)}
    return RestoreTally(**{k: n for k, n in facts.items() if k in known})


_NESTED: Mapping[str, Callable[[Columns], Any]] = {
    "request": lambda columns: _request(json_of(columns, "request")),
    "tally": lambda columns: _tally(json_of(columns, "tally")),
    "calls": lambda columns: dict(json_of(columns, "calls")),
}
