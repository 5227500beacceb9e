"""USE CASE PARTS: F2, the record that closes a run, or the one it left before."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.outcomes import Outcome, OutcomeKind, from_lines
from shared.domain.record import MAX_NAMED, Named, last_record, write_record
from shared.domain.repository_texts import (
    GITATTRIBUTES,
    README,
    is_record_comment,
    record_comment,
)
from shared.domain.run_ids import record_path
from shared.domain.runs import Run, RunStatus
from shared.domain.walk import Walk
from shared.errors import StaleDecision, Throttled, Unavailable, UnknownVersion
from shared.ports import Blobs, Clock, GitReader, GitWriter
from shared.services.ending import Ending
from shared.services.history import find_commit
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

        `RefMoved` where `tip` is no longer the branch's.
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
        try:
            commit = self.writer.push(Push(tip, comment, tuple(changes)))
        except Throttled:
            raise
        except (StaleDecision, Unavailable):
            adopted = self._adopted(run.id, status)
            if adopted is None:
                raise
            return adopted
        return Recorded(commit, status)

    def _adopted(self, run_id: str, status: RunStatus) -> Recorded | None:
        """The record of an end that crashed, or whose answer got lost."""
        commit = find_commit(
            self.reader,
            self.reader.tip(),
            lambda commit: is_record_comment(commit.comment, run_id),
        )
        if commit is None:
            return None
        path = record_path(run_id)
        for item in self.reader.items(commit, [], [path]):
            raw = self.reader.blobs([item.object_id])[item.object_id]
            try:
                told = last_record(raw, commit)
                return Recorded(commit, RunStatus(told.status))
            except (UnknownVersion, ValueError):
                break
        return Recorded(commit, status)

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
