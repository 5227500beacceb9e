"""A moment in the life of an app, as bytes that outlive the code which wrote them.

Rows are kept as the table gave them, blobs and messages as they were stored, the
repository as the pushes that made it.
"""

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from azure.data.tables import EdmType, EntityProperty

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.messages import decode, encode
from shared.domain.objects import WorkspaceObject
from tests.backup_app import BackupApp
from tests.fakes.remotes import FakeGit
from tests.real_state import RealState

FOLDER = Path(__file__).parent


class RememberingGit(FakeGit):
    """Keeps the pushes that made it."""

    def __init__(self) -> None:
        super().__init__()
        self.pushes: list[Push] = []

    def commit(self, push: Push) -> str:
        self.pushes.append(push)
        return super().commit(push)


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Everything outside the code; all JSON. The first knew nothing of restores."""

    passed: float
    objects: Sequence[Mapping[str, Any]]
    contents: Mapping[str, str]
    pushes: Sequence[Mapping[str, Any]]
    head: str
    tags: Mapping[str, str]
    rows: Sequence[Mapping[str, Any]]
    blobs: Mapping[str, str]
    messages: Sequence[tuple[str, float]]
    restores: Sequence[Mapping[str, Any]] = ()

    @staticmethod
    def path(version: int, name: str) -> Path:
        """Where a version of the code leaves a moment."""
        return FOLDER / str(version) / f"{name}.json.gz"

    @staticmethod
    def load(version: int, name: str) -> "Moment":
        """A moment that a version of the code left."""
        raw = Moment.path(version, name).read_bytes()
        return Moment(**json.loads(gzip.decompress(raw)))

    def save(self, version: int, name: str) -> None:
        """Write it where `load` finds it."""
        raw = json.dumps(asdict(self), indent=1, sort_keys=True).encode("ascii")
        path = Moment.path(version, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(raw, mtime=0))


def moment_of(app: BackupApp, state: RealState) -> Moment:
    """What there is now; its repository has to be a `RememberingGit`."""
    git, now = app.git, app.clock.monotonic()
    assert isinstance(git, RememberingGit)
    app.receive()
    return Moment(
        passed=now,
        objects=[asdict(found) for found in app.workspace.objects.values()],
        contents={p: _text(raw) for p, raw in app.workspace.contents.items()},
        pushes=[_push_facts(push) for push in git.pushes],
        head=git.head or "",
        tags=git.tags,
        rows=[_columns(row) for row in state.rows()],
        restores=[_columns(row) for row in state.restores()],
        blobs={n: _text(app.blobs.get(n) or b"") for n in app.blobs.names("")},
        messages=[(encode(m), max(at - now, 0)) for at, _, m in app.pending],
    )


def restore(moment: Moment, app: BackupApp, state: RealState) -> None:
    """Bring an empty app to the moment."""
    app.clock.advance(moment.passed)
    for facts in moment.objects:
        app.workspace.objects[facts["path"]] = WorkspaceObject(**facts)
    for path, text in moment.contents.items():
        app.workspace.contents[path] = _bytes(text)
    for facts in moment.pushes:
        app.git.commit(_push(facts))
    assert app.git.head == moment.head
    app.git.tags.update(moment.tags)
    for row in moment.rows:
        state.put_row({name: _value(told) for name, told in row.items()})
    for row in moment.restores:
        state.put_restore({name: _value(told) for name, told in row.items()})
    for name, text in moment.blobs.items():
        app.blobs.put(name, _bytes(text))
    for text, delay in moment.messages:
        app._give_out(decode(text), delay)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _push_facts(push: Push) -> dict[str, Any]:
    changes = [
        (c.kind.value, c.path, None if c.content is None else _text(c.content))
        for c in push.changes
    ]
    return {"old": push.old, "comment": push.comment, "changes": changes}


def _push(facts: Mapping[str, Any]) -> Push:
    changes = tuple(
        Change(ChangeKind(kind), path, None if text is None else _bytes(text))
        for kind, path, text in facts["changes"]
    )
    return Push(facts["old"], facts["comment"], changes)


def _columns(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _told(value) for name, value in row.items()}


def _told(value: Any) -> Any:
    """A column's value, with the type that JSON does not have."""
    match value:
        case datetime():
            return {"time": value.isoformat()}
        case EntityProperty(value=int(number)):
            return {"int64": number}
        case _:
            return value


def _value(told: Any) -> Any:
    match told:
        case {"time": text}:
            return datetime.fromisoformat(text)
        case {"int64": number}:
            return EntityProperty(number, EdmType.INT64)
        case _:
            return told
