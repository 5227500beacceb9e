"""FAKES: the state of restores in memory, and a fake workspace written."""

import itertools
import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.objects import DASHBOARD, DIRECTORY, NewObject, parent
from shared.domain.restore_ids import restore_opened_at
from shared.domain.restores import Restore
from shared.errors import (
    AccessDenied,
    AlreadyExists,
    Conflict,
    InvalidRequest,
    NotFound,
    RequestRefused,
)
from shared.ports import RestorePage, Stored, Write
from tests.fakes.remotes import Fault, WorkspaceScene, no_fault

_MARK = re.compile("[0-9]{12}-restore-[0-9TZ]{16}-[0-9a-f]{6}")


class FakeRestoreStore:
    """The port `RestoreStore`; a row's ETag changes with every write."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[Restore, str]] = {}
        self._etags = (f'W/"{number}"' for number in itertools.count(1))

    def get(self, restore_id: str) -> Stored[Restore] | None:
        found = self.rows.get(restore_id)
        return Stored(*found) if found else None

    def write(self, write: Write[Restore]) -> str:
        found = self.rows.get(write.row.id)
        if write.etag is None and found:
            raise AlreadyExists(write.row.id)
        if write.etag is not None and (found is None or found[1] != write.etag):
            raise Conflict(write.row.id)
        etag = next(self._etags)
        self.rows[write.row.id] = (write.row, etag)
        return etag

    def newest(self, limit: int, mark: str | None = None) -> RestorePage:
        if mark and not _MARK.fullmatch(mark):
            raise InvalidRequest("next", "is no mark")
        marks = sorted((_mark(key), key) for key in self.rows)
        follow = [pair for pair in marks if not mark or pair[0] > mark]
        rows = tuple(self.rows[key][0] for _, key in follow[:limit])
        more = len(follow) > limit
        return RestorePage(rows, follow[limit - 1][0] if more else None)

    def opened_before(self, moment: datetime, limit: int) -> tuple[str, ...]:
        old = [key for key in self.rows if restore_opened_at(key) < moment]
        return tuple(sorted(old, key=_mark)[:limit])

    def forget(self, restore_id: str) -> None:
        self.rows.pop(restore_id, None)


def _mark(restore_id: str) -> str:
    return (
        f"{10**12 - int(restore_opened_at(restore_id).timestamp()):012d}-{restore_id}"
    )


@dataclass
class FakeRestorePlace:
    """The port `RestorePlace`."""

    held: str | None = None

    def take(self, restore_id: str) -> str:
        self.held = self.held or restore_id
        return self.held

    def holder(self) -> str | None:
        return self.held

    def free(self, restore_id: str) -> None:
        self.held = None if self.held == restore_id else self.held


@dataclass
class FakeWorkspaceWriter:
    """The port `WorkspaceWriter` over a scene that others read.

    `locked` are folders in which nobody may write, `people` whose homes can be made
    (None: anybody's). `fault` may spoil a call, `after` once it took effect.
    """

    scene: WorkspaceScene
    locked: set[str] = field(default_factory=set)
    people: frozenset[str] | None = None
    calls: list[tuple[str, str]] = field(default_factory=list)
    fault: Fault = no_fault
    after: Fault = no_fault

    def make_folder(self, path: str) -> None:
        self._called("mkdirs", path)
        for folder in [*_above(path), path]:
            found = self.scene.objects.get(folder)
            if found is None:
                self._check_place(folder)
                self.scene.add(folder, DIRECTORY)
            elif found.type != DIRECTORY:
                raise AlreadyExists(folder)
        self.after("mkdirs", path)

    def put(self, new: NewObject, *, replace: bool) -> None:
        self._called("import", new.path)
        found = self.scene.objects.get(new.path)
        self._check_place(new.path)
        if found is None:
            self._create(new)
        elif not replace or found.type != new.type:
            raise AlreadyExists(new.path)
        else:
            self._write(new)
        self.after("import", new.path)

    def delete(self, path: str) -> None:
        self._called("delete", path)
        if any(parent(other) == path for other in self.scene.objects):
            raise RequestRefused(f"{path} holds something")
        if path in self.scene.objects:
            self._check_place(path)
        self.scene.delete(path)
        self.after("delete", path)

    def _create(self, new: NewObject) -> None:
        above = parent(new.path)
        found = self.scene.objects.get(above)
        if above != "/" and (found is None or found.type != DIRECTORY):
            raise NotFound(f"The parent folder ({above}) does not exist.")
        self.scene.add(new.path, new.type)
        self._write(new)

    def _write(self, new: NewObject) -> None:
        # The listing of a dashboard carries no time.
        timed = new.type != DASHBOARD
        (self.scene.edit if timed else self.scene.rewrite)(new.path, new.content)
        found = self.scene.objects[new.path]
        self.scene.objects[new.path] = replace(found, language=new.language)

    def _check_place(self, path: str) -> None:
        home = path.split("/")[2] if path.startswith("/Users/") else ""
        if home and self.people is not None and home not in self.people:
            raise AccessDenied("Folder Users is protected")
        if any(folder in self.locked for folder in [*_above(path), path]):
            raise AccessDenied(f"{path} is not yours to write")

    def _called(self, call: str, subject: str) -> None:
        self.calls.append((call, subject))
        self.fault(call, subject)


def _above(path: str) -> list[str]:
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[:n]) for n in range(1, len(parts) + 1)]
