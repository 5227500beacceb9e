"""USE CASE PARTS: P5, turn planned folders into shards that survive a crash."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from shared.domain.objects import Format
from shared.domain.plan import (
    PlannedDeletion,
    PlannedFolder,
    ShardPlan,
    planned_objects,
)
from shared.domain.runs import Run, Shard, ShardKind, ShardStatus
from shared.ports import Blobs, Queue
from shared.services.claim import window_of
from shared.services.run_claim import RunClaim
from shared.services.steps import Step, step


@dataclass(slots=True)
class ShardSender:
    """Creates shards: plan blob, checkpoint and row before the message."""

    claim: RunClaim
    blobs: Blobs
    queue: Queue
    notebook_format: Format
    window: int
    noise: Callable[[], str]

    def store(self, folders: Sequence[PlannedFolder], checkpoint: bytes) -> None:
        """A storing shard; `checkpoint` is the walk without these folders."""
        plan = self._plan(ShardKind.STORE, store=tuple(folders))
        self._send(plan, planned_objects(folders), len(folders), checkpoint)

    def delete(self, deletions: Sequence[PlannedDeletion]) -> None:
        """A deleting shard."""
        plan = self._plan(ShardKind.DELETE, delete=tuple(deletions))
        objects = sum(len(deletion.objects) for deletion in deletions)
        self._send(plan, objects, len(deletions), None)

    @step(Step.P5)
    def checkpoint(self, checkpoint: bytes) -> None:
        """Make the walk durable without a shard."""
        name = self._put_checkpoint(checkpoint)
        self.claim.change(lambda row: replace(row, checkpoint=name))

    def _plan(
        self,
        kind: ShardKind,
        store: tuple[PlannedFolder, ...] = (),
        delete: tuple[PlannedDeletion, ...] = (),
    ) -> ShardPlan:
        run = self.claim.run
        return ShardPlan(
            run.id, run.shards + 1, kind, self.notebook_format, store, delete
        )

    @step(Step.P5)
    def _send(
        self, plan: ShardPlan, objects: int, folders: int, checkpoint: bytes | None
    ) -> None:
        name = f"runs/{plan.run_id}/plans/{plan.number:06d}-{self.noise()}"
        self.blobs.create(name, plan.to_bytes())
        kept = self._put_checkpoint(checkpoint) if checkpoint is not None else ""
        window = window_of(plan.kind, self.window)

        has_place = False

        def counted(row: Run) -> Run:
            nonlocal has_place
            has_place = row.places < window
            return replace(
                row,
                shards=plan.number,
                shards_open=row.shards_open + 1,
                places=row.places + has_place,
                checkpoint=kept or row.checkpoint,
            )

        def created(row: Run) -> tuple[Shard]:
            queued = row.places < window
            return (
                Shard(
                    run_id=plan.run_id,
                    number=plan.number,
                    kind=plan.kind,
                    status=ShardStatus.QUEUED if queued else ShardStatus.WAITING,
                    plan=name,
                    objects=objects,
                    folders=folders,
                    touched_at=row.touched_at,
                ),
            )

        self.claim.change(counted, created)
        if has_place:
            self.queue.shard(plan.run_id, plan.number)

    def _put_checkpoint(self, checkpoint: bytes) -> str:
        name = f"runs/{self.claim.run.id}/checkpoints/{self.noise()}"
        self.blobs.create(name, checkpoint)
        return name
