"""LOCAL, benchmark: what was measured as JSON, a file a part; knows no meaning."""

import dataclasses
import json
import types
import typing
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import Any

from local.benchmark.measured import Measured, Part


def write_part(folder: Path, part: Part) -> None:
    """Keep it, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / f"{part.name}.json", as_json(part))


def read_parts(folder: Path, names: Iterable[str]) -> Measured:
    """Those parts that are there, in this order."""
    files = (folder / f"{name}.json" for name in names)
    return Measured(tuple(read_part(file) for file in files if file.exists()))


def read_part(file: Path) -> Part:
    """One part."""
    part = read(Part, json.loads(file.read_bytes()))
    assert isinstance(part, Part)  # noqa: S101 - for the types' sake
    return part


def write_all(file: Path, measured: Measured) -> None:
    """Keep all parts in one file, as they are published."""
    file.parent.mkdir(parents=True, exist_ok=True)
    _write(file, as_json(measured))


def read_all(file: Path) -> Measured:
    """All parts of one file."""
    measured = read(Measured, json.loads(file.read_bytes()))
    assert isinstance(measured, Measured)  # noqa: S101 - for the types' sake
    return measured


def as_json(content: object) -> Any:
    """Records as objects by their fields."""
    if dataclasses.is_dataclass(content):
        fields = dataclasses.fields(content)
        return {f.name: as_json(getattr(content, f.name)) for f in fields}
    if isinstance(content, Mapping):
        return {str(name): as_json(each) for name, each in content.items()}
    if isinstance(content, tuple | list):
        return [as_json(each) for each in content]
    return content


def read(kind: Any, raw: Any) -> Any:
    """The other way round; TypeError for what is not of that kind."""
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is types.UnionType:
        return None if raw is None else read(inner[0], raw)
    if origin is tuple:
        return tuple(read(inner[0], each) for each in raw)
    if origin is Mapping:
        return {name: read(inner[1], each) for name, each in raw.items()}
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = {name: read(hints[name], each) for name, each in raw.items()}
        return typing.cast("type[Any]", kind)(**fields)
    return kind(raw) if issubclass(kind, Enum | float) else raw


def _write(file: Path, content: Any) -> None:
    partial = file.with_suffix(".partial")
    partial.write_text(json.dumps(content, indent=1) + "\n")
    partial.replace(file)
