"""USE CASE PARTS: S2 to S6 for the folders of a storing shard: read, export, settle."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import islice

from shared.domain.decision import Decision
from shared.domain.folder import decide, wanted_exports
from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.held import Exported, Held, NotStored, Result
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder, ShardPlan
from shared.domain.room import ENVELOPE_BYTES, PushRoom
from shared.domain.runs import Mode
from shared.ports import Clock
from shared.services.compare_untimed import CompareUntimed
from shared.services.export_objects import ObjectExporter
from shared.services.folder_work import (
    FolderWork,
    foreign_outcomes,
    foretold,
    storable,
)
from shared.services.settle import FolderState, Settler
from shared.services.settle_folders import SettleFolders
from shared.services.shard_work import OutOfTimeError, ShardWork


def largest_object(push_bytes: int) -> int:
    """Larger content does not fit such a push beside a manifest, as base64."""
    return push_bytes * 2 // 3


@dataclass(slots=True)
class StoreFolders:
    """Stores the folders of a shard's plan, from the shard's position on."""

    plan: ShardPlan
    work: ShardWork
    settler: Settler
    settle: SettleFolders
    exporter: ObjectExporter
    clock: Clock
    mode: Mode
    dry_run: bool
    stop_at: float
    push_bytes: int = MAX_PUSH_BYTES
    _equal: list[FolderWork] = field(default_factory=list)
    _begun: bool = False

    def __call__(self, first_commit: str | None) -> None:
        """Work through the folders; `OutOfTimeError` at a safe place if time is up.

        Git is first read at `first_commit`. Any commit of the branch will do: every
        push names the tip that it replaces, and is read back.
        """
        works = self._without_equal(list(self._works()))
        if works:
            self.settler.read([work.state for work in works], first_commit)
        for work in works:
            work.foreign = foreign_outcomes(work)
            work.before = {e.name: e.object_id for e in work.state.held.entries}
        if self.dry_run:
            self._foretell(works)
        else:
            self._store(works)
        self._save(len(self.plan.store))

    def _works(self) -> Iterator[FolderWork]:
        for place, folder in enumerate(self.plan.store):
            if place >= self.work.position:
                results: dict[int, Result] = {}
                state = FolderState(
                    folder.path,
                    folder.git_path,
                    partial(_decide, folder, results, self.plan.notebook_format),
                    folder.manifest,
                )
                yield FolderWork(place, folder, state, results)

    def _without_equal(self, works: Sequence[FolderWork]) -> list[FolderWork]:
        """Leave out folders of which only untimed objects could differ, and do not."""
        if not self.dry_run:
            compare = CompareUntimed(
                self.work, self.exporter, PushRoom(self.push_bytes).full_at // 2
            )
            compare([work for work in works if work.folder.checked])
        self._equal = [work for work in works if work.equal]
        return [work for work in works if not work.equal]

    def _save(self, done: int, inside: int = 0) -> None:
        """Make it durable, and count equal folders once they are behind us."""
        behind = [work for work in self._equal if work.place < done]
        self._equal = [work for work in self._equal if work.place >= done]
        self.work.count(equal=sum(storable(work.folder) for work in behind))
        self.work.save(done, inside)

    def _store(self, works: Sequence[FolderWork]) -> None:
        stream = self.exporter(self._asked_for(works))
        with closing(stream):
            self._store_stream(works, stream)

    def _asked_for(self, works: Sequence[FolderWork]) -> Iterator[WorkspaceObject]:
        """What is to be exported, at least one object, until time is up."""
        for work in works:
            for obj in self._wanted(work):
                if self._begun and self.clock.monotonic() >= self.stop_at:
                    return
                self._begun = True
                yield obj

    def _store_stream(
        self,
        works: Sequence[FolderWork],
        stream: Generator[tuple[WorkspaceObject, Result]],
    ) -> None:
        batch: list[FolderWork] = []
        push = PushRoom(self.push_bytes)
        for work in works:
            wanted = self._wanted(work)
            if push.begins(work.manifest_bytes(wanted), work.there_bytes()):
                self._settle(batch)
                batch = []
            batch.append(work)
            left = len(wanted)
            room = self.push_bytes - ENVELOPE_BYTES - work.manifest_bytes()
            for obj, answer in islice(stream, left):
                left -= 1
                result = _fitting(work, obj, answer, room)
                added = work.added_bytes(obj, result)
                if push.takes(added, work.line_bytes(obj)):
                    self._settle(batch, unfinished=work)
                    batch = [work]
                work.results[obj.object_id] = result
                work.reach(obj)
                self.work.count(exported=1)
                self.work.renew()
            if left:
                self._leave(batch, work)
            if push.ends():
                self._settle(batch)
                batch = []
        self._settle(batch)

    def _wanted(self, work: FolderWork) -> tuple[WorkspaceObject, ...]:
        """What is to be exported, without what an earlier attempt saw to."""
        seen = self.work.inside if work.place == self.work.position else 0
        wanted = wanted_exports(
            work.folder,
            work.state.held,
            self.plan.notebook_format,
            all_from=seen if self.mode is Mode.FULL else None,
        )
        return tuple(obj for obj in wanted if obj.object_id not in work.results)

    def _leave(self, batch: Sequence[FolderWork], work: FolderWork) -> None:
        """Time is up in the midst of a folder."""
        self._settle(batch, unfinished=work)
        raise OutOfTimeError

    def _settle(
        self, batch: Sequence[FolderWork], unfinished: FolderWork | None = None
    ) -> None:
        """Settle the batch; `unfinished` is its last folder, if more is to come."""
        if not batch:
            return
        self.settle(batch, unfinished)
        if unfinished is None:
            self._save(batch[-1].place + 1)
            return
        # Whoever goes on will find equal what was stored of it now.
        self.work.count(equal=-unfinished.stored)
        unfinished.stored = 0
        self._save(unfinished.place, unfinished.reached)

    def _foretell(self, works: Sequence[FolderWork]) -> None:
        """What a run would export, and store as far as that can be told without.

        Whether an object without a time has changed, only exporting it can tell.
        """
        for work in works:
            held = {entry.object_id for entry in work.state.held.entries}
            held |= work.folder.untimed.keys()
            wanted = self._wanted(work)
            self.work.note(work.foreign)
            stored = [
                foretold(obj, known=obj.object_id in held)
                for obj in wanted
                if obj.modified_at is not None or obj.object_id not in held
            ]
            self.work.note(stored)
            self.work.count(
                to_export=len(wanted), equal=storable(work.folder) - len(stored)
            )


def _decide(
    folder: PlannedFolder,
    results: dict[int, Result],
    notebook_format: Format,
    held: Held,
) -> Decision:
    return decide(folder, held, results, notebook_format)


def _fitting(
    work: FolderWork, obj: WorkspaceObject, result: Result, room: int
) -> Result:
    """The result, or an exception if it does not fit a push beside its manifest."""
    if not isinstance(result, Exported) or work.added_bytes(obj, result) <= room:
        return result
    size = len(result.content)
    return NotStored(OutcomeKind.EXCEPTED, "too large for a push", size)
