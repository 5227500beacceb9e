"""USE CASE PARTS: S2 to S6 for a deleting shard: exactly what manifests name."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import batched

from shared.domain.folder_deletion import decide_deletion
from shared.domain.objects import parent
from shared.domain.plan import PlannedDeletion, ShardPlan
from shared.ports import Clock
from shared.services.settle import FolderState, Settler
from shared.services.shard_work import OutOfTimeError, ShardWork

FOLDERS_A_PUSH = 250


@dataclass(slots=True)
class DeleteFolders:
    """Deletes what the shard's plan names, in its order, from its position on."""

    plan: ShardPlan
    work: ShardWork
    settler: Settler
    clock: Clock
    stop_at: float

    def __call__(self, first_commit: str | None) -> None:
        """Work through the plan; safe to do again; `OutOfTimeError` if time is up."""
        todo = self.plan.delete[self.work.position :]
        for number, chunk in enumerate(batched(todo, FOLDERS_A_PUSH, strict=False)):
            if number and self.clock.monotonic() >= self.stop_at:
                raise OutOfTimeError
            self._delete(chunk, first_commit)
            first_commit = self.work.pusher.last or first_commit

    def _delete(self, deletions: Sequence[PlannedDeletion], commit: str | None) -> None:
        states = [
            FolderState(d.path, d.git_path, partial(decide_deletion, d), d.manifest)
            for d in deletions
        ]
        self.settler.read(states, commit)
        decisions = [state.decide(state.held) for state in states]
        foreseen = self.work.foresee(o for d in decisions for o in d.outcomes)
        settled = self.settler.settle(states)
        for state, decision in zip(states, settled.decisions, strict=True):
            self.settler.vouch(state, decision, settled)
        self.work.note(
            outcome
            for outcome in foreseen
            if parent(outcome.origin or outcome.path) not in settled.wrong
        )
        self.work.save(self.work.position + len(deletions))
