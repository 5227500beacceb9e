"""USE CASE PARTS: from a time, a run or a commit to the restore point it stands for.

A restore point is the commit that brought a run's record and says so: the message
alone proves nothing, and neither does the file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice

from shared.domain.record_reading import RecordReading, read_record
from shared.domain.repository_texts import is_record_comment, recorded_run
from shared.domain.restore_at import AtCommit, AtRun, AtTime, parse_at
from shared.domain.restores import RestorePoint
from shared.domain.run_ids import opened_at, record_path
from shared.errors import NotFound
from shared.ports import GitHistory, GitReader, RunStore
from shared.services.record_files import RecordFiles

RECORD_CHANGES = 10
"""A record is brought once; who changes it oftener than that hides its commit."""


@dataclass(frozen=True, slots=True)
class RestorePoints:
    """Finds restore points on the backup branch, as its tip is now."""

    reader: GitReader
    history: GitHistory
    store: RunStore

    def __call__(self, at: str, field: str = "at") -> RestorePoint:
        """The restore point; `""` is the last one.

        A time is an RFC 3339 one; a run that changed nothing stands for the point that
        it confirmed. `InvalidRequest` of the field for a text that is nothing of all
        that; `NotFound`, which names the nearest restore point, where there is none.
        """
        wanted = parse_at(at, field)
        tip = self._tip()
        match wanted:
            case AtRun(run_id):
                return self._of_run(tip, run_id)
            case AtCommit(commit):
                return self._at_commit(tip, commit)
            case AtTime(moment):
                return self._at_time(tip, moment)

    def read_record(self, point: RestorePoint) -> RecordReading:
        """What the record of the point says, as far as it can be read."""
        blobs = self.history.blob_at(record_path(point.run_id), [point.commit])
        return self._read(blobs[point.commit]) if blobs else RecordReading()

    def _tip(self) -> str:
        tip = self.reader.tip()
        if tip is None:
            raise NotFound("nothing was backed up yet: the backup branch is not there")
        return tip

    def _at_time(self, tip: str, moment: datetime | None) -> RestorePoint:
        files = RecordFiles(self.reader, tip)
        point = self._last_of(tip, files.back_from(moment), moment)
        if point is not None:
            return point
        first = self._first(tip, None)
        if first is None:
            raise NotFound("nothing was backed up yet: no run has left a record")
        raise NotFound(f"there was no backup yet: the first one is {_named(first)}")

    def _of_run(self, tip: str, run_id: str) -> RestorePoint:
        stored = self.store.run(run_id)
        confirmed = stored.row.confirms if stored else ""
        point = self._proved(tip, confirmed or run_id)
        if point is not None:
            return point
        before = self._last_of(
            tip, RecordFiles(self.reader, tip).back_from(opened_at(run_id)), None
        )
        nearest = (
            f"the last one before is {_named(before)}" if before else "none before"
        )
        raise NotFound(f"run {run_id} has no restore point; {nearest}")

    def _at_commit(self, tip: str, commit: str) -> RestorePoint:
        try:
            (found,) = self.reader.log(commit, 1)
        except NotFound:
            raise NotFound(f"the repository knows no commit {commit}") from None
        point = self._proved(tip, recorded_run(found.comment))
        if point is not None and point.commit == commit:
            return point
        following = self._first(tip, found.committed_at)
        until = following.commit if following else tip
        if not self.reader.compare(commit, until).descends:
            raise NotFound(f"commit {commit} is none of the backup branch's")
        nearest = (
            f"the next one is {_named(following)}" if following else "none follows"
        )
        raise NotFound(f"commit {commit} is no restore point; {nearest}")

    def _last_of(
        self, tip: str, run_ids: Iterable[str], moment: datetime | None
    ) -> RestorePoint | None:
        for run_id in run_ids:
            point = self._proved(tip, run_id)
            if point is not None and (moment is None or point.time <= moment):
                return point
        return None

    def _first(self, tip: str, moment: datetime | None) -> RestorePoint | None:
        """The first one from the moment on.

        A run that closed then may have been opened before: one, for runs take turns.
        """
        files = RecordFiles(self.reader, tip)
        before = islice(files.back_from(moment), 1) if moment else ()
        for run_id in chain(before, files.on_from(moment)):
            point = self._proved(tip, run_id)
            if point is not None and (moment is None or point.time >= moment):
                return point
        return None

    def _proved(self, tip: str, run_id: str) -> RestorePoint | None:
        """The newest commit that brought the run's record, if it says so."""
        if opened_at(run_id) is None:
            return None
        path = record_path(run_id)
        saying = [
            commit
            for commit in self.history.changes(tip, path, RECORD_CHANGES)
            if is_record_comment(commit.comment, run_id)
        ]
        if not saying:
            return None
        blobs = self.history.blob_at(path, [commit.id for commit in saying])
        for commit in saying:
            if commit.id in blobs:
                status = self._read(blobs[commit.id]).status
                when = commit.committed_at.astimezone(UTC)
                return RestorePoint(commit.id, run_id, status, when)
        return None

    def _read(self, blob: str) -> RecordReading:
        return read_record(self.reader.blobs([blob])[blob])


def _named(point: RestorePoint) -> str:
    return f"run {point.run_id}, of {point.time.isoformat().replace('+00:00', 'Z')}"
