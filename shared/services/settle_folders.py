"""USE CASE PARTS: S4 to S6 for a batch of folders to store, without what cannot go."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

from shared.domain.decision import Decision
from shared.domain.outcomes import OutcomeKind
from shared.domain.state_changes import audit_mismatch
from shared.errors import ContentRefused, PathBlocked, TooLarge
from shared.ports import Events
from shared.services.export_objects import ObjectExporter
from shared.services.folder_work import (
    FolderWork,
    blocked_folder,
    forget_contents,
    left_out,
    not_yet_held,
    refused,
    unaccounted_in,
)
from shared.services.settle import Settled, Settler
from shared.services.shard_work import ShardWork

_STORED = frozenset({OutcomeKind.ADDED, OutcomeKind.EDITED})


@dataclass(frozen=True, slots=True)
class SettleFolders:
    """Pushes a batch and accounts for each object of it.

    What Git does not take, an object or a folder, is named as a failure, and holds
    nothing else back. `full_at` is what a push may hold, in encoded bytes.
    """

    work: ShardWork
    settler: Settler
    exporter: ObjectExporter
    events: Events
    full_at: int

    def __call__(
        self, batch: Sequence[FolderWork], unfinished: FolderWork | None
    ) -> None:
        """`unfinished` is the batch's last folder, if more of it is to come."""
        self._tell_silent(batch)
        decided = self._pushed(batch)
        if self._export_unaccounted(batch, unfinished):
            decided |= self._pushed(batch)
        for work in batch:
            if work is not unfinished and not work.blocked:
                decision, settled = decided[work.place]
                self.settler.vouch(work.state, decision, settled)
                self._account(work, decision)
            forget_contents(work)

    def _tell_silent(self, batch: Sequence[FolderWork]) -> None:
        """Before anything is pushed: whoever comes after a crash finds them equal.

        Where there is no manifest there is nothing of which that could be said.
        """
        silent = [
            outcome.path
            for work in batch
            if work.state.held.manifest
            for outcome in work.state.decide(work.state.held).outcomes
            if outcome.silent
        ]
        if silent:
            run_id, shard = self.work.claim.shard.run_id, self.work.claim.shard.number
            self.events.emit(audit_mismatch(run_id, shard, silent))

    def _pushed(
        self, batch: Sequence[FolderWork]
    ) -> dict[int, tuple[Decision, Settled]]:
        """Settle the batch, without what Git refuses to take; decisions by place."""
        batch = [work for work in batch if not work.blocked]
        try:
            settled = self.settler.settle([work.state for work in batch])
        except (ContentRefused, TooLarge) as error:
            # Also as a whole: on its way there may be a lower limit than the remote's.
            return self._isolated(batch, error)
        except PathBlocked as error:
            return self._apart(batch, error)
        decided = {}
        for work, decision in zip(batch, settled.decisions, strict=True):
            stored = [o for o in decision.outcomes if o.kind in _STORED]
            work.stored += len(stored)
            self.work.note(stored)
            decided[work.place] = decision, settled
        return decided

    def _isolated(
        self, batch: Sequence[FolderWork], error: ContentRefused | TooLarge
    ) -> dict[int, tuple[Decision, Settled]]:
        """Halve what is new until what is refused stands alone, as a failure."""
        new = [(work, key) for work in batch for key in not_yet_held(work)]
        if not new:
            raise error
        if len(new) == 1:
            work, key = new[0]
            work.results[key] = refused(error)
            return self._pushed(batch)
        withheld = [(work, key, work.results.pop(key)) for work, key in new[1::2]]
        self._pushed(batch)
        for work, key, result in withheld:
            work.results[key] = result
        return self._pushed(batch)

    def _apart(
        self, batch: Sequence[FolderWork], error: PathBlocked
    ) -> dict[int, tuple[Decision, Settled]]:
        """Leave out the folders below a stranger's file; else halve until one is left.

        A blocked folder keeps what Git and the index say of it.
        """
        blockers = self.settler.blockers([work.state for work in batch])
        if len(batch) == 1:
            blockers.setdefault(batch[0].state.git_path, str(error))
        for work in batch:
            if why := blockers.get(work.state.git_path):
                work.blocked = True
                self.work.note([blocked_folder(work, why)])
        if blockers:
            return self._pushed(batch)
        half = len(batch) // 2
        return self._pushed(batch[:half]) | self._pushed(batch[half:])

    def _export_unaccounted(
        self, batch: Sequence[FolderWork], unfinished: FolderWork | None
    ) -> bool:
        """Export what a stranger's commit, made meanwhile, took from the tree.

        As much as a push can take; the rest is for the next run.
        """
        lacking = [
            (work, obj)
            for work in batch
            if work is not unfinished and not work.blocked
            for obj in unaccounted_in(work)
        ]
        room = self.full_at - sum(work.manifest_bytes() for work in batch)
        with closing(self.exporter(obj for _, obj in lacking)) as answers:
            for (work, _), (obj, result) in zip(lacking, answers, strict=True):
                self.work.count(exported=1)
                room -= work.added_bytes(obj, result)
                if room < 0:
                    break
                work.results[obj.object_id] = result
        return bool(lacking)

    def _account(self, work: FolderWork, decision: Decision) -> None:
        """Count what became of the folder's objects beside those that were stored."""
        self.work.note(work.foreign)
        rest = [o for o in decision.outcomes if o.kind not in _STORED]
        rest += [left_out(obj) for obj in unaccounted_in(work)]
        self.work.note(rest)
        named = {outcome.object_id for outcome in rest}
        own = [obj for obj in work.folder.objects if obj.storable]
        others = sum(obj.object_id in named for obj in own)
        self.work.count(equal=len(own) - work.stored - others)
