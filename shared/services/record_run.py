"""USE CASE PARTS: F2, the record that closes a run, or the one it left before."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.index import LastRecord
from shared.domain.outcomes import Outcome, OutcomeKind, from_lines
from shared.domain.record import MAX_NAMED, Named, last_record, write_record
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
from shared.services.plan_run import run_outcomes_name
from shared.services.steps import Step, step


@dataclass(frozen=True, slots=True)
class Recorded:
    """The commit that closes the run, and the status its record tells."""

    commit: str
    status: RunStatus


@dataclass(frozen=True, slots=True)
class RecordRun:
    """Writes the record; a run has one, however often its end is tried."""

    blobs: Blobs
    clock: Clock
    reader: GitReader
    writer: GitWriter

    @step(Step.F2)
    def __call__(self, ending: Ending, status: RunStatus, tip: str | None) -> Recorded:
        """The record as it was pushed, or as it is there already: then that counts.

        What else lies at its path is replaced. `RefMoved` where `tip` is no longer the
        branch's, `PushRefused` where something is in the way.
        """
        run = ending.run
        now = self.clock.now()
        raw = write_record(
            run, status, now.isoformat(), self._named(run, ending), self._excluded(run)
        )
        changes = [Change(ChangeKind.ADD, record_path(run.id), raw)]
        if tip is None:
            changes.append(Change(ChangeKind.ADD, ".gitattributes", GITATTRIBUTES))
            changes.append(Change(ChangeKind.ADD, "README.md", README))
        seconds = (now - run.request.opened_at).total_seconds()
        comment = record_comment(run, status, seconds)
        push = Push(tip, comment, tuple(changes))
        try:
            return Recorded(self.writer.push(push), status)
        except Throttled:
            raise
        except (StaleDecision, Unavailable):
            adopted = self._adopted(ending, status)
            if adopted is not None:
                return adopted
            if not self._is_taken(tip, record_path(run.id)):
                raise
        record = replace(changes[0], kind=ChangeKind.EDIT)
        return Recorded(self.writer.push(replace(push, changes=(record,))), status)

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

    def _adopted(self, ending: Ending, status: RunStatus) -> Recorded | None:
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
            return Recorded(commit, self._as_told(ending, told))
        return Recorded(commit, status)

    def _as_told(self, ending: Ending, told: LastRecord) -> RunStatus:
        """Complete if the record says so, and the commits up to it bear it out."""
        examined = examine(self.reader, ending, told.commit)
        then = status_of(replace(ending, suspects=examined.suspects))
        whole = told.status == then == RunStatus.COMPLETE and not examined.rewritten
        return RunStatus.COMPLETE if whole else RunStatus.INCOMPLETE

    def _named(self, run: Run, ending: Ending) -> dict[OutcomeKind, Named]:
        lists: dict[OutcomeKind, list[Outcome]] = {kind: [] for kind in OutcomeKind}
        totals = dict.fromkeys(OutcomeKind, 0)
        for outcome in self._outcomes(run, ending):
            totals[outcome.kind] += 1
            if len(lists[outcome.kind]) < MAX_NAMED:
                lists[outcome.kind].append(outcome)
        return {kind: Named(tuple(lists[kind]), totals[kind]) for kind in OutcomeKind}

    def _outcomes(self, run: Run, ending: Ending) -> Iterator[Outcome]:
        names = [name for shard in ending.shards for name in shard.outcomes]
        for name in (*self.blobs.names(run_outcomes_name(run.id, "")), *names):
            yield from from_lines(self.blobs.get(name) or b"")

    def _excluded(self, run: Run) -> list[str]:
        raw = self.blobs.get(run.checkpoint)
        return Walk.from_bytes(raw).excluded if raw else []
