"""USE CASE PARTS: S2 to S6 for the folders of a storing shard: read, export, settle."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial

from shared.domain.decision import Decision
from shared.domain.folder import decide, wanted_exports
from shared.domain.git import MAX_PUSH_BYTES, Change, ChangeKind
from shared.domain.held import Exported, Held, Result
from shared.domain.objects import Format, WorkspaceObject
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder, ShardPlan
from shared.domain.runs import Mode
from shared.ports import Clock
from shared.services.export_objects import ObjectExporter
from shared.services.folder_work import (
    FolderWork,
    all_equal,
    foreign_outcomes,
    foretold,
    forget_contents,
    left_out,
    storable,
    unaccounted_in,
    untimed,
)
from shared.services.settle import FolderState, Settler
from shared.services.shard_work import ShardWork

FULL_AT = MAX_PUSH_BYTES * 9 // 10
"""A push is full here; the rest is room for what is only estimated before."""

MAX_OBJECT_BYTES = 18_000_000
"""Larger content does not fit a push beside its manifest, encoded as base64."""

_STORED = frozenset({OutcomeKind.ADDED, OutcomeKind.EDITED})


class OutOfTimeError(Exception):
    """The function must end soon; everything done so far is saved."""


@dataclass(slots=True)
class StoreFolders:
    """Stores the folders of a shard's plan, from the shard's position on."""

    plan: ShardPlan
    work: ShardWork
    settler: Settler
    exporter: ObjectExporter
    clock: Clock
    mode: Mode
    dry_run: bool
    stop_at: float

    def __call__(self, first_commit: str | None) -> None:
        """Work through the folders; `OutOfTimeError` at a safe place if time is up.

        Git is first read at `first_commit`. Any commit of the branch will do: every
        push names the tip that it replaces, and is read back.
        """
        works = self._without_equal(list(self._works()))
        if works:
            self.settler.read([work.state for work in works], first_commit)
        for work in works:
            self.work.note(foreign_outcomes(work))
        if self.dry_run:
            self._foretell(works)
        else:
            self._store(works)
        self.work.save(len(self.plan.store))

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
        checked = [work for work in works if work.folder.checked]
        if self.dry_run:
            return list(works)
        timeless = [(work, obj) for work in checked for obj in untimed(work.folder)]
        answers = self.exporter(obj for _, obj in timeless)
        for (work, _), (obj, result) in zip(timeless, answers, strict=True):
            work.results[obj.object_id] = result
        self.work.count(exported=len(timeless))
        equal = [work for work in checked if all_equal(work)]
        for work in equal:
            self.work.count(equal=storable(work.folder))
        places = {work.place for work in equal}
        return [work for work in works if work.place not in places]

    def _store(self, works: Sequence[FolderWork]) -> None:
        stream = self.exporter(obj for work in works for obj in self._wanted(work))
        with closing(stream):
            self._store_stream(works, stream)

    def _store_stream(
        self,
        works: Sequence[FolderWork],
        stream: Generator[tuple[WorkspaceObject, Result]],
    ) -> None:
        batch: list[FolderWork] = []
        size = 0
        for work in works:
            wanted = len(self._wanted(work))
            batch.append(work)
            size += work.manifest_bytes
            for obj, result in _next(stream, wanted):
                added = _encoded_bytes(work.folder, result)
                if size + added > FULL_AT:
                    self._settle(batch, unfinished=work)
                    batch, size = [work], work.manifest_bytes
                work.results[obj.object_id] = result
                size += added
                self._tick(batch, work)
            if size > FULL_AT:
                self._settle(batch)
                batch, size = [], 0
        self._settle(batch)

    def _wanted(self, work: FolderWork) -> tuple[WorkspaceObject, ...]:
        wanted = wanted_exports(
            work.folder,
            work.state.held,
            self.plan.notebook_format,
            everything=self.mode is Mode.FULL,
        )
        return tuple(obj for obj in wanted if obj.object_id not in work.results)

    def _tick(self, batch: Sequence[FolderWork], work: FolderWork) -> None:
        self.work.count(exported=1)
        self.work.claim.renew(self.work.tally)
        if self.clock.monotonic() >= self.stop_at:
            self._settle(batch, unfinished=work)
            raise OutOfTimeError

    def _settle(
        self, batch: Sequence[FolderWork], unfinished: FolderWork | None = None
    ) -> None:
        """Settle the batch; `unfinished` is its last folder, if more is to come."""
        if not batch:
            return
        states = [work.state for work in batch]
        settled = self.settler.settle(states)
        if self._export_unaccounted(batch, unfinished):
            settled = self.settler.settle(states)
        self.settler.vouch(states, settled)
        for work, decision in zip(batch, settled.decisions, strict=True):
            self._account(work, decision, finished=work is not unfinished)
            forget_contents(work)
        done = batch[-1].place + (0 if batch[-1] is unfinished else 1)
        self.work.save(done)

    def _export_unaccounted(
        self, batch: Sequence[FolderWork], unfinished: FolderWork | None
    ) -> bool:
        """Export what a stranger's commit, made meanwhile, took from the tree."""
        lacking = [
            (work, obj)
            for work in batch
            if work is not unfinished
            for obj in unaccounted_in(work)
        ]
        answers = self.exporter(obj for _, obj in lacking)
        for (work, _), (obj, result) in zip(lacking, answers, strict=True):
            work.results[obj.object_id] = result
        self.work.count(exported=len(lacking))
        return bool(lacking)

    def _account(self, work: FolderWork, decision: Decision, *, finished: bool) -> None:
        stored = [o for o in decision.outcomes if o.kind in _STORED]
        rest = [o for o in decision.outcomes if o.kind not in _STORED]
        work.stored += len(stored)
        self.work.note(stored)
        if not finished:
            return
        rest += [left_out(obj) for obj in unaccounted_in(work)]
        self.work.note(rest)
        named = {outcome.object_id for outcome in rest}
        own = [obj for obj in work.folder.objects if obj.storable]
        others = sum(obj.object_id in named for obj in own)
        self.work.count(equal=len(own) - work.stored - others)

    def _foretell(self, works: Sequence[FolderWork]) -> None:
        """What a run would export, and store as far as that can be told without.

        Whether an object without a time has changed, only exporting it can tell.
        """
        for work in works:
            held = {entry.object_id for entry in work.state.held.entries}
            held |= work.folder.untimed.keys()
            wanted = self._wanted(work)
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


def _next(
    stream: Iterator[tuple[WorkspaceObject, Result]], count: int
) -> Iterator[tuple[WorkspaceObject, Result]]:
    for _ in range(count):
        yield next(stream)


def _encoded_bytes(folder: PlannedFolder, result: Result) -> int:
    if not isinstance(result, Exported):
        return 0
    path = f"{folder.git_path}/{'x' * 255}"
    return Change(ChangeKind.ADD, path, result.content).encoded_bytes
