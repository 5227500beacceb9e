"""OUTSIDE: runs and shards as table rows and back; knows no SDK call.

What people look for in a storage explorer is a column of its own, also where it
repeats what lies in a nested value; the nested values are JSON. A row tells its
version: an older one is read with defaults, a newer one is refused.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, Field, asdict, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from azure.data.tables import EdmType, EntityProperty

from shared.adapters.tables import Columns
from shared.domain.runs import (
    Mode,
    Request,
    Run,
    Shard,
    Tally,
)
from shared.domain.scope import Scope
from shared.domain.slices import Slice
from shared.errors import TooLarge, UnknownVersion

ROW_VERSION = 1

_PIECE = 30_000
"""A string column holds 32,768 UTF-16 units; longer JSON goes on in a next one."""

_MAX_ROW = 450_000
"""A row holds 1 MiB, two bytes a character."""

_MAX_ERROR = 8_000
_INT32 = range(-(2**31), 2**31)


def shard_row_key(number: int) -> str:
    """The shard's row key; sorts as the number does."""
    return f"shard-{number:06d}"


def run_columns(run: Run) -> dict[str, Any]:
    """The run's row, without keys."""
    request, tally = run.request, run.tally
    told = {
        "mode": str(request.mode),
        "dry_run": request.dry_run,
        "full_scope": request.full_scope,
        "trigger": request.trigger,
        "opened_at": request.opened_at,
        "exported": tally.exported,
        "stored": tally.stored,
        "stored_bytes": tally.stored_bytes,
        "failed": tally.failed,
    }
    return columns_of({**told, **_facts(run)})


def run_of(columns: Columns) -> Run:
    """The run of a row that `run_columns` wrote; `UnknownVersion` for a newer one."""
    return Run(**values_of(Run, columns, _NESTED))


def shard_columns(shard: Shard) -> dict[str, Any]:
    """The shard's row, without keys."""
    tally = shard.tally
    told = {
        "exported": tally.exported,
        "stored": tally.stored,
        "stored_bytes": tally.stored_bytes,
        "failed": tally.failed,
        "pushes": tally.pushes,
    }
    return columns_of({**told, **_facts(shard)})


def shard_of(columns: Columns) -> Shard:
    """The shard of a row that `shard_columns` wrote; `UnknownVersion` for a newer."""
    return Shard(**values_of(Shard, columns, _NESTED))


def request_columns(request: Request) -> dict[str, Any]:
    """A row that holds a request, without keys."""
    told = {
        "run_id": request.run_id,
        "trigger": request.trigger,
        "opened_at": request.opened_at,
    }
    return columns_of({**told, "request": request})


def request_of(columns: Columns) -> Request:
    """The request of such a row; `UnknownVersion` for a newer one."""
    _check_version(columns)
    return _request(json_of(columns, "request"))


def _facts(row: Run | Shard) -> dict[str, Any]:
    return {field.name: getattr(row, field.name) for field in fields(row)}


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row of such values, without keys; `TooLarge` where it is none."""
    columns: dict[str, Any] = {"version": ROW_VERSION}
    for name, value in values.items():
        columns.update(_column(name, value))
    if sum(len(v) for v in columns.values() if isinstance(v, str)) > _MAX_ROW:
        raise TooLarge("a row would not fit into the table")
    return columns


def _column(name: str, value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {}
        case StrEnum():
            return {name: str(value)}
        case bool() | datetime():
            return {name: value}
        case int():
            return {name: _int(value)}
        case str():
            return {name: _text(name, value)}
        case _:
            return _pieces(name, json.dumps(_plain(value), separators=(",", ":")))


def _int(value: int) -> int | EntityProperty:
    return value if value in _INT32 else EntityProperty(value, EdmType.INT64)


def _text(name: str, value: str) -> str:
    """What a column takes of a text: no half characters; of an error, its beginning."""
    whole = value.encode("utf-8", "backslashreplace").decode("utf-8")
    if name == "error" and len(whole) > _MAX_ERROR:
        return whole[: _MAX_ERROR - 1] + "…"
    if len(whole) > _PIECE:
        raise TooLarge(f"{name} has {len(whole)} characters", len(whole))
    return whole


def _plain(value: Any) -> Any:
    """What JSON knows; a request is the only nested value with types of its own."""
    if isinstance(value, Request):
        return {**asdict(value), "opened_at": value.opened_at.isoformat()}
    if isinstance(value, Tally):
        return {name: count for name, count in asdict(value).items() if count}
    return dict(value) if isinstance(value, Mapping) else value


def _pieces(name: str, text: str) -> dict[str, str]:
    cuts = range(0, len(text), _PIECE)
    return {
        _piece_name(name, number): text[cut : cut + _PIECE]
        for number, cut in enumerate(cuts, start=1)
    }


def _piece_name(name: str, number: int) -> str:
    return name if number == 1 else f"{name}_{number}"


def json_of(columns: Columns, name: str) -> Any:
    """The nested value of that name, over as many columns as it took."""
    text, number = "", 1
    while isinstance(piece := columns.get(_piece_name(name, number)), str):
        text += piece
        number += 1
    return json.loads(text)


def is_newer(columns: Columns) -> bool:
    """Whether a newer version of this code wrote the row."""
    return _version(columns) > ROW_VERSION


def _check_version(columns: Columns) -> None:
    if is_newer(columns):
        version = _version(columns)
        raise UnknownVersion(f"row version {version}; this code knows {ROW_VERSION}")


def _version(columns: Columns) -> int:
    return int(_plain_int(columns.get("version", 1)))


def values_of(
    kind: type[Any],
    columns: Columns,
    nested: Mapping[str, Callable[[Columns], Any]],
) -> dict[str, Any]:
    """The fields of a dataclass, of a row; what it lacks is left to the default.

    `nested` reads what is JSON. `UnknownVersion` for a row of a newer version.
    """
    _check_version(columns)
    return {
        field.name: _value(field, columns, nested)
        for field in fields(kind)
        if field.name in columns or not _has_default(field)
    }


def _has_default(field: "Field[Any]") -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _value(
    field: "Field[Any]",
    columns: Columns,
    nested: Mapping[str, Callable[[Columns], Any]],
) -> Any:
    if read := nested.get(field.name):
        return read(columns)
    value = columns[field.name]
    if isinstance(value, datetime):
        return _datetime(value)
    if isinstance(field.type, type) and issubclass(field.type, StrEnum):
        return field.type(value)
    return _plain_int(value)


def _plain_int(value: Any) -> Any:
    return value.value if isinstance(value, EntityProperty) else value


def _datetime(value: datetime) -> datetime:
    """A plain one, for the SDK's own class remembers how the service wrote it."""
    return datetime.fromisoformat(value.isoformat()).astimezone(UTC)


def _request(facts: Mapping[str, Any]) -> Request:
    known = {field.name for field in fields(Request)}
    loose = {name: value for name, value in facts.items() if name in known}
    scope, part = loose.pop("scope"), loose.pop("slice", None)
    return Request(
        scope=Scope(tuple(scope["roots"]), tuple(scope["excludes"])),
        mode=Mode(loose.pop("mode")),
        slice=Slice(**part) if part else None,
        opened_at=datetime.fromisoformat(loose.pop("opened_at")),
        **loose,
    )


def _tally(facts: Mapping[str, int]) -> Tally:
    known = {field.name for field in fields(Tally)}
    return Tally(**{name: count for name, count in facts.items() if name in known})


def _pairs(facts: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((old, new) for old, new in cast("Sequence[tuple[str, str]]", facts))


_NESTED: Mapping[str, Callable[[Columns], Any]] = {
    "request": lambda columns: _request(json_of(columns, "request")),
    "tally": lambda columns: _tally(json_of(columns, "tally")),
    "calls": lambda columns: dict(json_of(columns, "calls")),
    "pushed": lambda columns: _pairs(json_of(columns, "pushed")),
    "outcomes": lambda columns: tuple(json_of(columns, "outcomes")),
}
