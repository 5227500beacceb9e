"""USE CASE PARTS: F1 to F5: examine, record, tag, index and close a run."""

from dataclasses import dataclass, replace

from shared.domain.index import Index
from shared.domain.known_failures import NO_FAILURES
from shared.domain.notices import Findings
from shared.domain.outcomes import OutcomeKind, to_lines
from shared.domain.record import Named
from shared.domain.runs import Run, RunStatus, Stop, Tally
from shared.domain.state_changes import history_changed
from shared.errors import Conflict, RefMoved
from shared.ports import (
    Blobs,
    Clock,
    Events,
    GitReader,
    GitWriter,
    RunStore,
)
from shared.services.blob_names import run_outcomes_name
from shared.services.catch_up import LATEST, index_name
from shared.services.end_run import EndRun
from shared.services.ending import Ending, dry_status, gather, is_unchanged, status_of
from shared.services.examine import Examined, examine, managed_folder
from shared.services.name_outcomes import name_outcomes
from shared.services.record_run import RecordRun
from shared.services.run_claim import RunClaim
from shared.services.steps import Step, step

MAX_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class FinishRun:
    """Ends a run of which no shard is open any more."""

    store: RunStore
    blobs: Blobs
    clock: Clock
    events: Events
    reader: GitReader
    writer: GitWriter
    end: EndRun

    @step(Step.F1)
    def __call__(self, claim: RunClaim) -> None:
        """Finish the run; safe to do again after a crash at any step."""
        run = claim.run
        if run.request.dry_run:
            self._close(claim, dry_status(run), Ending(run, [], Index()))
        elif run.stop in {Stop.CANCELLED, Stop.CREDENTIALS} or not run.checkpoint:
            # Without a checkpoint nothing was compared yet: there is nothing to say.
            cancelled = run.stop is Stop.CANCELLED
            status = RunStatus.CANCELLED if cancelled else RunStatus.FAILED
            self._close(claim, status, Ending(run, [], Index()))
        else:
            self._finish(claim)

    def _finish(self, claim: RunClaim) -> None:
        ending = gather(self.store, self.blobs, claim.run)
        status = status_of(ending)
        ending.unchanged = is_unchanged(status, ending) and self._stands(ending)
        if not ending.unchanged:
            status = self._examine_and_record(claim, ending)
        self._write_index(ending)
        self._close(claim, status, ending)

    def _stands(self, ending: Ending) -> bool:
        """Whether the last record still says what the branch holds of ours.

        Not where a push was made whose shard died before it could say so, in this
        run or in one that was never recorded.
        """
        run, record = ending.run, ending.index.record
        retried = any(shard.attempts > 1 for shard in ending.shards)
        if record is None or (retried and self.reader.tip() != run.base):
            return False
        if record.commit == run.base:
            return True
        if not record.commit:
            return False
        compared = self.reader.compare(record.commit, run.base)
        managed = {folder.git_path: folder for folder in ending.folders()}
        return compared.descends and not any(
            managed_folder(item.path, managed) is not None for item in compared.changed
        )

    def _examine_and_record(self, claim: RunClaim, ending: Ending) -> RunStatus:
        """F1 to F3, again from the start where the tip moves in between."""
        for _ in range(MAX_ATTEMPTS):
            examined = examine(self.reader, ending, self.reader.tip())
            self._note_foreign(claim, ending, examined)
            self._name(ending)
            write = RecordRun(self.blobs, self.clock, self.reader, self.writer)
            try:
                record = write(ending, status_of(ending), examined.tip)
            except RefMoved:
                continue
            ending.record, status = record, RunStatus(record.status)
            if status is RunStatus.COMPLETE and claim.run.request.full_scope:
                self._tag(claim.run, record.commit)
            return status
        raise Conflict("the backup branch moves faster than a record is written")

    def _note_foreign(
        self, claim: RunClaim, ending: Ending, examined: Examined
    ) -> None:
        run = claim.run
        ending.suspects |= examined.suspects
        if examined.rewritten:
            ending.rewritten = True
            self.events.emit(history_changed(run.id))
            ending.suspects |= {folder.git_path for folder in ending.folders()}
        if examined.foreign:
            part = run_outcomes_name(run.id, "4-foreign")
            self.blobs.put(part, to_lines(examined.foreign))

    def _name(self, ending: Ending) -> None:
        run, before = ending.run, ending.index.record
        known = before.known if before else NO_FAILURES
        named = name_outcomes(self.blobs, run, ending.shards, known)
        tally = replace(run.tally, new_failures=named.new_failures)
        ending.named, ending.run = named.by_kind, replace(run, tally=tally)
        ending.changed = named.changed

    @step(Step.F3)
    def _tag(self, run: Run, commit: str) -> None:
        self.writer.tag(f"backup/{run.id}", commit, f"Complete backup {run.id}")

    @step(Step.F4)
    def _write_index(self, ending: Ending) -> None:
        record = ending.record
        if record is None:
            return
        index = Index(record.commit, record, ending.suspects)
        for folder in ending.folders():
            index.put(folder)
        self.blobs.put(index_name(record.commit), index.to_bytes())
        self.blobs.put(LATEST, record.commit.encode("ascii"))

    @step(Step.F5)
    def _close(self, claim: RunClaim, status: RunStatus, ending: Ending) -> None:
        """The row first, then what follows from it."""
        confirmed = ending.index.record if ending.unchanged else None
        record = confirmed or ending.record
        late = Tally(
            failed=len(ending.undone), new_failures=ending.run.tally.new_failures
        )

        def closed(row: Run) -> Run:
            return replace(
                row,
                status=status,
                finished_at=self.clock.now(),
                owner="",
                lease_until=None,
                tally=row.tally + late,
                commit=record.commit if record else "",
                unchanged=ending.unchanged,
                rewritten=row.rewritten or ending.rewritten,
                confirms=confirmed.run_id if confirmed else "",
            )

        self.end(claim.change(closed), _findings(ending))


def _findings(ending: Ending) -> Findings:
    return Findings(ending.named.get(OutcomeKind.FAILED, Named()), ending.changed)
