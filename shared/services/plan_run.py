"""USE CASE PARTS: P1 to P6 of one invocation; what comes next is the run's row."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from shared.domain.deletions import in_shards
from shared.domain.index import Index
from shared.domain.objects import Format
from shared.domain.outcomes import Outcome, OutcomeKind, to_lines
from shared.domain.remedies import Remedy
from shared.domain.roots import roots_to_list, slice_to_list
from shared.domain.runs import Phase, Request, Run, RunStatus, Tally
from shared.domain.state_changes import history_changed, run_planned
from shared.domain.walk import FolderToList, Walk
from shared.errors import Permanent
from shared.ports import Blobs, Clock, Events, GitReader, Queue, RunStore, Workspace
from shared.services.blob_names import known_failures_name, run_outcomes_name
from shared.services.catch_up import CatchUp
from shared.services.known_git_folders import KnownGitFolders
from shared.services.plan_deletions import PlanDeletions
from shared.services.plan_shards import ShardSender
from shared.services.run_claim import RunClaim
from shared.services.steps import Step, step
from shared.services.walk_workspace import WalkWorkspace


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRun:
    """Plans a run as far as time allows."""

    store: RunStore
    blobs: Blobs
    queue: Queue
    clock: Clock
    events: Events
    workspace: Workspace
    reader: GitReader
    noise: Callable[[], str]
    notebook_format: Format
    window: int
    list_concurrency: int
    largest_shard: int
    deletions: PlanDeletions
    deletions_a_shard: int = 20_000

    @step(Step.P5)
    def walk(self, claim: RunClaim, stop_at: float) -> None:
        """P2 to P5; then the phase is WALKED, or a checkpoint says where we are."""
        if not claim.run.checkpoint:
            self._base(claim)
        walk = self._walk(claim.run)
        finished = WalkWorkspace(
            workspace=self.workspace,
            claim=claim,
            sender=self._sender(claim),
            index=load_index(self.blobs, claim.run),
            walk=walk,
            git_folders=KnownGitFolders(self.workspace),
            notebook_format=self.notebook_format,
            clock=self.clock,
            concurrency=self.list_concurrency,
            largest_shard=self.largest_shard,
            stop_at=stop_at,
        )()
        if finished:
            self._walked(claim, walk)

    @step(Step.P6)
    def delete(self, claim: RunClaim) -> None:
        """P6, when every storing shard is closed; afterwards the phase is PLANNED."""
        run = claim.run
        walk, index = self._walk(run), load_index(self.blobs, run)
        deletions = self.deletions(run, walk, index)
        if not run.request.dry_run and not run.stop:
            sender = self._sender(claim)
            for plans in in_shards(deletions.plans, self.deletions_a_shard):
                sender.delete(plans)
        tally = Tally(held=len(deletions.held))
        if run.request.dry_run:
            tally += Tally(deleted=deletions.objects, moved=deletions.moved)

        def planned(row: Run) -> Run:
            return replace(
                row,
                phase=Phase.PLANNED,
                tally=row.tally + tally,
            )

        claim.change(planned)

    @step(Step.P2)
    def _base(self, claim: RunClaim) -> None:
        """P2, and who we are: what the walk is compared with."""
        identity = self.workspace.identity()
        caught_up = CatchUp(self.reader, self.blobs)()
        run = claim.run
        if caught_up.rewritten:
            self.events.emit(history_changed(run.id))
        foreign = [
            Outcome(
                kind=OutcomeKind.FOREIGN,
                path=git_path or "/",
                detail="in Git, this folder is not what its manifest says",
            )
            for git_path in caught_up.foreign
        ]
        if foreign:
            self.blobs.put(run_outcomes_name(run.id, "0-found"), to_lines(foreign))
        record = caught_up.index.record
        if record and record.known.total:
            self.blobs.put(known_failures_name(run.id), record.known.to_bytes())
        walk = Walk(_to_list(run.request, caught_up.index))
        name = f"runs/{run.id}/checkpoints/{self.noise()}"
        self.blobs.create(name, walk.to_bytes())
        tip = caught_up.index.commit or ""

        def based(row: Run) -> Run:
            return replace(
                row,
                base=tip,
                tip=tip,
                base_index=caught_up.name,
                checkpoint=name,
                identity=identity.name,
                admin=identity.admin,
                rewritten=caught_up.rewritten,
                tally=row.tally + Tally(out_of_place=len(foreign)),
            )

        claim.change(based)

    def _walk(self, run: Run) -> Walk:
        raw = self.blobs.get(run.checkpoint)
        if raw is None:
            raise Permanent(f"the checkpoint of run {run.id} is lost")
        return Walk.from_bytes(raw)

    def _walked(self, claim: RunClaim, walk: Walk) -> None:
        name = f"runs/{claim.run.id}/checkpoints/{self.noise()}"
        self.blobs.create(name, walk.to_bytes())
        named = _not_walked(walk)
        if named:
            part = run_outcomes_name(claim.run.id, "1-walk")
            self.blobs.put(part, to_lines(named))
        tally = Tally(
            listed=walk.listed,
            folders=walk.folders,
            equal=walk.equal,
            failed=len(walk.failed),
            vanished=len(walk.vanished),
        )

        def walked(row: Run) -> Run:
            return replace(
                row,
                phase=Phase.WALKED,
                status=RunStatus.RUNNING,
                checkpoint=name,
                walk_complete=not walk.failed,
                tally=row.tally + tally,
            )

        run = claim.change(walked)
        self.events.emit(run_planned(run, folders_failed=len(walk.failed)))

    def _sender(self, claim: RunClaim) -> ShardSender:
        return ShardSender(
            claim, self.blobs, self.queue, self.notebook_format, self.window, self.noise
        )


def _to_list(request: Request, index: Index) -> list[FolderToList]:
    if request.slice is not None:
        return slice_to_list(request.slice, request.scope, index)
    return roots_to_list(request.scope.roots, index)


def _not_walked(walk: Walk) -> list[Outcome]:
    failed = [
        Outcome(
            kind=OutcomeKind.FAILED,
            path=path,
            detail=f"not listed: {why}",
            remedy=Remedy(walk.remedies.get(path, Remedy.WAIT)),
        )
        for path, why in walk.failed.items()
    ]
    detail = "gone between its parent's listing and its own"
    return failed + [
        Outcome(kind=OutcomeKind.VANISHED, path=path, detail=detail)
        for path in walk.vanished
    ]


def load_index(blobs: Blobs, run: Run) -> Index:
    """The index the run was based on; an empty one where there was no branch."""
    if not run.base_index:
        return Index()
    raw = blobs.get(run.base_index)
    if raw is None:
        raise Permanent(f"the index that run {run.id} is based on is lost")
    return Index.from_bytes(raw)
