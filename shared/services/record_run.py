"""USE CASE PARTS: F2, the record that closes a run, or the one it left before."""

from dataclasses import dataclass, replace

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.index import LastRecord
from shared.domain.record import last_record, write_record
from shared.domain.repository_texts import (
    GITATTRIBUTES,
    README,
    record_comment,
)
from shared.domain.run_ids import record_path
from shared.domain.runs import Run, RunStatus
from shared.domain.walk import Walk
from shared.errors import (
    PushRefused,
    StaleDecision,
    Throttled,
    Unavailable,
    UnknownVersion,
)
from shared.ports import Blobs, Clock, GitReader, GitWriter
from shared.services.ending import Ending, status_of
from shared.services.examine import examine
from shared.services.history import find_record
from shared.services.steps import Step, step


@dataclass(frozen=True, slots=True)
class RecordRun:
    """Writes the record; a run has one, however often its end is tried."""

    blobs: Blobs
    clock: Clock
    reader: GitReader
    writer: GitWriter

    @step(Step.F2)
    def __call__(
        self, ending: Ending, status: RunStatus, tip: str | None
    ) -> LastRecord:
        """The record as it was pushed, or as it is there already: then that counts.

        What else lies at its path is replaced. `RefMoved` where `tip` is no longer the
        branch's, `PushRefused` where something is in the way.
        """
        run = ending.run
        now = self.clock.now()
        raw = write_record(
            run,
            status,
            now.isoformat(),
            ending.named,
            self._excluded(run),
            ending.index.record,
        )
        changes = [Change(ChangeKind.ADD, record_path(run.id), raw)]
        if tip is None:
            changes.append(Change(ChangeKind.ADD, ".gitattributes", GITATTRIBUTES))
            changes.append(Change(ChangeKind.ADD, "README.md", README))
        seconds = (now - run.request.opened_at).total_seconds()
        comment = record_comment(run, status, seconds)
        push = Push(tip, comment, tuple(changes))
        try:
            return last_record(raw, self.writer.push(push))
        except Throttled:
            raise
        except (StaleDecision, Unavailable):
            adopted = self._adopted(ending, raw)
            if adopted is not None:
                return adopted
            if not self._is_taken(tip, record_path(run.id)):
                raise
        record = replace(changes[0], kind=ChangeKind.EDIT)
        return last_record(raw, self.writer.push(replace(push, changes=(record,))))

    def _is_taken(self, tip: str | None, path: str) -> bool:
        """Whether a file of somebody else's has the place of the record.

        `PushRefused` where it cannot just be replaced.
        """
        if tip is None:
            return False
        above = [path[:at] for at, letter in enumerate(path) if letter == "/"]
        found = {item.path for item in self.reader.items(tip, [path], [path, *above])}
        if found - {path}:
            raise PushRefused(
                f"what is in the way of {path} must be moved or removed: {min(found)}"
            )
        return path in found

    def _adopted(self, ending: Ending, ours: bytes) -> LastRecord | None:
        """The record of an end that crashed, or whose answer got lost."""
        run_id = ending.run.id
        commit = find_record(self.reader, self.reader.tip(), run_id)
        if commit is None:
            return None
        path = record_path(run_id)
        for item in self.reader.items(commit, [], [path]):
            raw = self.reader.blobs([item.object_id])[item.object_id]
            try:
                told = last_record(raw, commit)
            except UnknownVersion:
                break
            except ValueError:
                return None
            return replace(told, status=self._as_told(ending, told).value)
        return last_record(ours, commit)

    def _as_told(self, ending: Ending, told: LastRecord) -> RunStatus:
        """Complete if the record says so, and the commits before it bear it out."""
        before = self._before(told.commit)
        examined = examine(self.reader, ending, before)
        then = status_of(replace(ending, suspects=examined.suspects))
        whole = told.status == then == RunStatus.COMPLETE and not examined.rewritten
        alone = self._is_alone(before, told.commit, record_path(ending.run.id))
        return RunStatus.COMPLETE if whole and alone else RunStatus.INCOMPLETE

    def _before(self, commit: str) -> str | None:
        (found,) = self.reader.log(commit, 1)
        return found.parents[0] if found.parents else None

    def _is_alone(self, before: str | None, commit: str, record: str) -> bool:
        """Whether nothing but the record came with its commit."""
        if before is None:
            return True
        changed = self.reader.compare(before, commit).changed
        return {item.path for item in changed} == {record}

    def _excluded(self, run: Run) -> list[str]:
        raw = self.blobs.get(run.checkpoint)
        return Walk.from_bytes(raw).excluded if raw else []
