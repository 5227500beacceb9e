"""USE CASE PARTS: checks of what is remembered: against Git, and for past trouble."""

from dataclasses import dataclass

from shared.domain.diagnostics import About, Fact, Finding, failed, warning, well
from shared.domain.index import Index, LastRecord
from shared.domain.record import last_record
from shared.domain.run_ids import record_path
from shared.domain.runs import Run, RunStatus
from shared.errors import UnknownVersion
from shared.ports import Blobs, GitReader, RunIndex, RunStore
from shared.services.catch_up import LATEST, index_name
from shared.services.checks.remotes import Given

NOTHING_YET = well("No run has been recorded yet, so there is nothing to compare.")
AGREES = well(
    "What the app remembers is what the branch holds: the last recorded run's commit is"
    " in its history, and the index is of a record that lies there."
)
REBUILT_NEXT = well(
    "The index is missing or of an older commit; the next run brings it up to date by"
    " itself, and may take longer for it."
)
REWRITTEN = failed(
    "The last recorded run's commit is not in the branch's history any more: it was"
    " force-pushed, or another repository or branch is named.",
    "Check AZURE_DEVOPS_REPOSITORY and AZURE_DEVOPS_BRANCH. If the branch was"
    " rewritten: push the old commit back (`git push --force origin"
    " {commit}:{branch}`), or let the next run go on from what is there; it says"
    " `history.changed`.",
)
DISAGREES = failed(
    "The index tells of a record that the branch does not hold like that.",
    "Start a run (`POST /api/runs`). If it stays: delete the blob `index/latest` in the"
    " container `backup-state`; the next run rebuilds the index from the repository.",
)
NEWER = failed(
    "A newer version of the app wrote the index.",
    "Deploy the newer version again; or delete the blob `index/latest` in the container"
    " `backup-state`, and the next run rebuilds the index from the repository.",
)
ALL_WELL = well("The newest run that ended did what it should.")
NO_RUNS = well("No run has ended yet.")
LAST_INCOMPLETE = warning(
    "The newest run that ended could not store everything; what is missing is named.",
    "`GET /api/runs/{run}` names each failure and its remedy. It is tried again after"
    " half an hour, and by the next run.",
)
LAST_FAILED = failed(
    "The newest run that ended could not record anything.",
    "Its reason is in `facts`, and `GET /api/runs/{run}` has the rest. Do what the"
    " other checks say, then start a run (`POST /api/runs`).",
)

STATE = About(
    "state",
    "whether what the app remembers agrees with what the branch holds",
    (NOTHING_YET, AGREES, REBUILT_NEXT, REWRITTEN, DISAGREES, NEWER),
    after=("storage_tables", "storage_blobs", "azure_devops_branch"),
)
ERRORS = About(
    "last_errors",
    "how the newest run ended, and why the last few that did not go well did not",
    (ALL_WELL, NO_RUNS, LAST_INCOMPLETE, LAST_FAILED),
    after=("storage_tables",),
)

MOST_RUNS = 30
MOST_ERRORS = 5
_TROUBLE = {
    RunStatus.INCOMPLETE: LAST_INCOMPLETE,
    RunStatus.FAILED: LAST_FAILED,
}


@dataclass(frozen=True, slots=True)
class Runs:
    """The newest runs, as their rows tell them."""

    index: Given[RunIndex]
    store: Given[RunStore]

    def newest(self) -> tuple[Run, ...]:
        """Newest first; those without a row are left out."""
        store = self.store()
        page = self.index().newest(MOST_RUNS)
        rows = (store.run(run_id) for run_id in page.run_ids)
        return tuple(stored.row for stored in rows if stored)

    def recorded(self) -> Run | None:
        """The newest run that a commit closed, or confirmed."""
        return next((run for run in self.newest() if run.commit), None)


@dataclass(frozen=True, slots=True)
class StateAgrees:
    """What the app remembers against the branch."""

    runs: Runs
    blobs: Given[Blobs]
    reader: Given[GitReader]
    branch: Given[str]
    about: About = STATE

    def look(self) -> Finding:
        """The commit first: without it, the index is of no interest."""
        run = self.runs.recorded()
        if run is None:
            return Finding(NOTHING_YET)
        facts: dict[str, Fact] = {"run": run.id, "commit": run.commit}
        reader = self.reader()
        tip = reader.tip()
        descends = tip == run.commit or (
            tip is not None and reader.compare(run.commit, tip).descends
        )
        if not descends or tip is None:
            fill = {"commit": run.commit, "branch": self.branch()}
            return Finding(REWRITTEN, f"run {run.id}", fill, facts)
        return self._of_index(reader, tip, facts)

    def _of_index(self, reader: GitReader, tip: str, facts: dict[str, Fact]) -> Finding:
        blobs = self.blobs()
        pointer = blobs.get(LATEST)
        raw = blobs.get(index_name(pointer.decode("ascii"))) if pointer else None
        if raw is None:
            return Finding(REBUILT_NEXT, facts=facts)
        try:
            # The head is enough; the rest is a line a folder.
            index = Index.from_bytes(raw.partition(b"\n")[0])
        except UnknownVersion as error:
            return Finding(NEWER, str(error), facts=facts)
        if index.record is None:
            return Finding(REBUILT_NEXT, facts=facts)
        facts["indexed_run"] = index.record.run_id
        if not _holds(reader, tip, index.record):
            return Finding(DISAGREES, f"run {index.record.run_id}", facts=facts)
        return Finding(AGREES if index.commit == tip else REBUILT_NEXT, facts=facts)


def _holds(reader: GitReader, commit: str, record: LastRecord) -> bool:
    """Whether the record lies in the commit, and says the same."""
    items = reader.items(commit, [], [record_path(record.run_id)])
    if not items:
        return False
    blob = items[0].object_id
    try:
        told = last_record(reader.blobs([blob])[blob], record.commit)
    except ValueError:
        return False
    return (told.run_id, told.status, told.scope) == (
        record.run_id,
        record.status,
        record.scope,
    )


@dataclass(frozen=True, slots=True)
class LastErrors:
    """How the last runs ended."""

    runs: Runs
    about: About = ERRORS

    def look(self) -> Finding:
        """The newest that ended says how it stands; the others are facts."""
        ended = [run for run in self.runs.newest() if not run.status.open]
        if not ended:
            return Finding(NO_RUNS)
        newest = ended[0]
        bad = [run for run in ended if run.status in _TROUBLE][:MOST_ERRORS]
        facts: dict[str, Fact] = {run.id: _why(run) for run in bad}
        case = _TROUBLE.get(newest.status, ALL_WELL)
        found = f"{newest.id} is {newest.status.value}"
        return Finding(case, found, {"run": newest.id}, facts)


def _why(run: Run) -> str:
    failures = f"{run.tally.failed} failures" if run.tally.failed else ""
    why = run.error or failures or run.stop.value
    return f"{run.status.value}: {why}" if why else run.status.value
