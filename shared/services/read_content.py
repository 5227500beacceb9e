"""USE CASES: an object's bytes as they were stored, and how two states of it differ."""

from dataclasses import dataclass

from shared.domain.manifest import Entry
from shared.domain.objects import NOTEBOOK, Format, parent
from shared.domain.restores import RestorePoint
from shared.domain.text_diff import Side, unified_diff
from shared.errors import InvalidRequest, NotFound
from shared.ports import GitReader, Workspace
from shared.services.locate import Locate
from shared.services.restore_points import RestorePoints

LIVE = "live"
"""What callers say for the workspace as it is now."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What the backup holds of an object at a restore point."""

    point: RestorePoint
    entry: Entry
    content: bytes


@dataclass(frozen=True, slots=True)
class ReadContent:
    """Objects as the backup holds them."""

    points: RestorePoints
    reader: GitReader

    def __call__(self, path: str, at: str) -> Stored:
        """The object's bytes at the restore point; see `RestorePoints` for `at`.

        Where two objects have the name, the first one's by their ids. `NotFound` as
        the point or the object is not there; a folder is an `InvalidRequest`.
        """
        return self.at_point(path, self.points(at))

    def at_point(self, path: str, point: RestorePoint) -> Stored:
        """The same, where the point is known."""
        located = Locate(self.reader)(point.commit, [path])[path]
        if not located.entries:
            raise InvalidRequest("path", "is a folder: only what is in it has bytes")
        entry = located.entries[0]
        content = self.reader.blobs([entry.blob])[entry.blob]
        return Stored(point, entry, content)


@dataclass(frozen=True, slots=True)
class ReadDiff:
    """How an object differs between two restore points, or from the workspace.

    `notebook_format` is that of notebooks in the workspace that the backup has not.
    """

    contents: ReadContent
    workspace: Workspace
    notebook_format: Format

    def __call__(self, path: str, before: str, after: str) -> str:
        """The unified diff; `before` and `after` are restore points or `live`.

        A side that has no such object is empty; `NotFound` where neither has. What the
        workspace holds is exported in the other side's format. `InvalidRequest` for a
        folder and for bytes that are no text, `TooLarge` for more than can be compared.
        """
        sides = {"from": before, "to": after}
        found = {
            field: self._stored(path, field, at)
            for field, at in sides.items()
            if at != LIVE
        }
        entries = [stored.entry for stored in found.values() if stored]
        told = [_side(found.get(field)) for field in sides]
        if LIVE in sides.values():
            live = self._live(path, entries[0] if entries else None)
            told = [
                live if at == LIVE else side
                for at, side in zip(sides.values(), told, strict=True)
            ]
        if told == [None, None]:
            raise NotFound(f"there is no {path} on either side")
        return unified_diff(path, *told)

    def _stored(self, path: str, field: str, at: str) -> Stored | None:
        point = self.contents.points(at, field)
        try:
            return self.contents.at_point(path, point)
        except NotFound:
            return None

    def _live(self, path: str, entry: Entry | None) -> Side | None:
        try:
            wanted = entry.format if entry else self._format(path)
            return Side(LIVE, self.workspace.export(path, wanted))
        except NotFound:
            return None

    def _format(self, path: str) -> Format:
        for found in self.workspace.list(parent(path)):
            if found.path == path and found.storable:
                return self.notebook_format if found.type == NOTEBOOK else Format.RAW
        raise NotFound(f"there is no {path} in the workspace")


def _side(stored: Stored | None) -> Side | None:
    return Side(stored.point.run_id, stored.content) if stored else None
