"""USE CASE PARTS: what is known of a run at its end, and what that makes of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from shared.domain.index import Index, IndexedFolder, LastRecord
from shared.domain.outcomes import Outcome, OutcomeKind, to_lines
from shared.domain.plan import PlannedDeletion, PlannedFolder, ShardPlan
from shared.domain.record import Named, scope_key
from shared.domain.remedies import Remedy
from shared.domain.runs import Run, RunStatus, Shard, ShardStatus, Stop, Tally
from shared.domain.verified import Verified, read_verified
from shared.domain.walk import Walk
from shared.ports import Blobs, RunStore
from shared.services.blob_names import run_outcomes_name, verified_name
from shared.services.plan_run import load_index


@dataclass(slots=True)
class Ending:
    """What is known of a run at its end; `record` is the one it left, if it did.

    `changed` are the folders with the most changes, and how many these are.
    """

    run: Run
    shards: list[Shard]
    index: Index
    verified: dict[str, Verified] = field(default_factory=dict)
    suspects: set[str] = field(default_factory=set)
    undone: list[Outcome] = field(default_factory=list)
    named: dict[OutcomeKind, Named] = field(default_factory=dict)
    changed: tuple[tuple[str, int], ...] = ()
    rewritten: bool = False
    record: LastRecord | None = None
    unchanged: bool = False

    def folders(self) -> Iterator[IndexedFolder]:
        """The base index with what the run verified put over it."""
        by_path: dict[str, Verified] = {}
        for verified in self.verified.values():
            if verified.folder is not None or verified.path not in by_path:
                by_path[verified.path] = verified
        for folder in self.index.folders():
            if folder.path not in by_path:
                yield folder
        for verified in by_path.values():
            if verified.folder is not None:
                yield verified.folder


def gather(store: RunStore, blobs: Blobs, run: Run) -> Ending:
    """Everything that shards left about a run; safe to be done again."""
    shards = [stored.row for stored in store.shards(run.id)]
    ending = Ending(run, shards, load_index(blobs, run))
    for shard in shards:
        for name in shard.outcomes:
            raw = blobs.get(verified_name(name)) or b""
            for verified in read_verified(raw):
                ending.verified[verified.git_path] = verified
        if shard.status is not ShardStatus.DONE:
            _leave_out(blobs, shard, ending)
    _leave_unlisted(blobs, run, ending)
    _tell_undone(blobs, run, ending)
    return ending


def _leave_unlisted(blobs: Blobs, run: Run, ending: Ending) -> None:
    """What a walk that was cut off did not get to, or could not list."""
    raw = blobs.get(run.checkpoint) if not run.walk_complete else None
    walk = Walk.from_bytes(raw) if raw is not None else Walk([])
    if not walk.frontier:
        return
    missing = {folder.path: run.error for folder in walk.frontier} | walk.failed
    ending.undone += [
        Outcome(
            kind=OutcomeKind.FAILED,
            path=path,
            detail=f"not listed: {why}",
            remedy=Remedy(walk.remedies.get(path, Remedy.WAIT)),
        )
        for path, why in sorted(missing.items())
    ]


def _leave_out(blobs: Blobs, shard: Shard, ending: Ending) -> None:
    """The folders that a failed shard did not get to: what Git holds is unknown."""
    raw = blobs.get(shard.plan)
    if raw is None:
        return
    plan = ShardPlan.from_bytes(raw)
    rest = slice(shard.position, None)
    folders: list[PlannedFolder | PlannedDeletion] = [
        *plan.store[rest],
        *plan.delete[rest],
    ]
    for folder in folders:
        ending.suspects.add(folder.git_path)
        ending.undone.append(
            Outcome(
                kind=OutcomeKind.FAILED,
                path=folder.path,
                detail=f"not backed up: {shard.error}",
                remedy=shard.remedy,
            )
        )


def _tell_undone(blobs: Blobs, run: Run, ending: Ending) -> None:
    if not ending.undone:
        return
    part = run_outcomes_name(run.id, "3-undone")
    blobs.put(part, to_lines(ending.undone))
    tally = run.tally + Tally(failed=len(ending.undone))
    ending.run = replace(run, tally=tally)


def status_of(ending: Ending) -> RunStatus:
    """Complete only if the whole scope was walked and nothing is missing."""
    run = ending.run
    done = all(shard.status is ShardStatus.DONE for shard in ending.shards)
    tally: Tally = run.tally
    whole = run.walk_complete and done and not ending.suspects and not run.stop
    if whole and not tally.failed and not tally.held:
        return RunStatus.COMPLETE
    return RunStatus.INCOMPLETE


def is_unchanged(status: RunStatus, ending: Ending) -> bool:
    """Whether nothing was done, and the last record says just what this one would."""
    record = ending.index.record
    tally = ending.run.tally
    return (
        status is RunStatus.COMPLETE
        and record is not None
        and record.status == RunStatus.COMPLETE.value
        and record.scope == scope_key(ending.run.request.scope)
        and not any(shard.pushed for shard in ending.shards)
        and not (tally.stored or tally.deleted or tally.moved)
        and not (tally.vanished or tally.out_of_place)
    )


def dry_status(run: Run) -> RunStatus:
    """How a dry run ended; it has no shards to be verified."""
    if run.stop is Stop.CANCELLED:
        return RunStatus.CANCELLED
    if run.stop is Stop.CREDENTIALS:
        return RunStatus.FAILED
    whole = run.walk_complete and not run.tally.failed and not run.tally.held
    return RunStatus.COMPLETE if whole else RunStatus.INCOMPLETE
