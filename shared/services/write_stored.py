"""USE CASE PARTS: T5 to T7 for a shard: folders, then objects, each proved."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from shared.domain.objects import WorkspaceObject, depth, parent
from shared.domain.restore_outcomes import (
    RestoreOutcome,
    Result,
    batches,
    outcome_lines,
    outcomes_from,
    written_tally,
)
from shared.domain.restore_plan import Bounds
from shared.domain.restored import kind_difference
from shared.errors import (
    AlreadyExists,
    CredentialsRefused,
    NotFound,
    Permanent,
    Transient,
)
from shared.ports import Blobs, GitReader, Workspace, WorkspaceWriter
from shared.services.blob_names import restore_done_name, restore_plan_name
from shared.services.put_stored import PutStored, failed
from shared.services.restore_claim import RestoreClaim
from shared.services.side_by_side import side_by_side
from shared.services.steps import RestoreStep, step


@dataclass(frozen=True, slots=True)
class WriteStored:
    """Writes what the plan of a shard says, batch by batch.

    What became of a batch is a blob that is made once: who comes again after a crash
    takes it as it is, or does the whole batch again.
    """

    claim: RestoreClaim
    blobs: Blobs
    reader: GitReader
    workspace: Workspace
    writer: WorkspaceWriter
    put: PutStored
    concurrency: int
    bounds: Bounds

    def __call__(self, number: int) -> Iterator[None]:
        """Write what is left of the shard; comes back before each batch."""
        plan = planned(self.blobs, self.claim.restore.id, number)
        while batch := _next(plan, self.claim.restore.inside, self.bounds):
            yield
            self._do(number, batch)

    def _do(self, number: int, batch: Sequence[RestoreOutcome]) -> None:
        first = self.claim.restore.inside
        name = restore_done_name(self.claim.restore.id, number, first)
        work = self._made if batch[0].is_folder else self._written
        done = self._once(name, lambda: work(batch))
        tally = written_tally(done)
        # Not of the batch: who did it first may have had a smaller or a larger one.
        self.claim.save(
            lambda row: replace(row, inside=first + len(done), tally=row.tally + tally)
        )

    @step(RestoreStep.T7)
    def _once(
        self, name: str, work: Callable[[], Iterable[RestoreOutcome]]
    ) -> list[RestoreOutcome]:
        raw = self.blobs.get(name)
        if raw is None:
            raw = outcome_lines(work())
            try:
                self.blobs.create(name, raw)
            except AlreadyExists:
                raw = self.blobs.get(name) or raw
        return list(outcomes_from(raw))

    def _made(self, folders: Sequence[RestoreOutcome]) -> Iterator[RestoreOutcome]:
        """One after another, for side by side some come twice (reported: Terraform)."""
        for folder in folders:
            self.claim.renew()
            yield self._make(folder)

    @step(RestoreStep.T5)
    def _make(self, folder: RestoreOutcome) -> RestoreOutcome:
        try:
            self.writer.make_folder(folder.path)
        except CredentialsRefused:
            raise
        except (AlreadyExists, Permanent) as error:
            return failed(folder, str(error))
        except Transient as error:
            self.put.trouble.met(error)
            return failed(folder, str(error))
        self.put.trouble.over()
        return replace(folder, result=Result.VERIFIED)

    def _written(self, objects: Sequence[RestoreOutcome]) -> list[RestoreOutcome]:
        contents = self._contents(objects)
        done = []
        todo = side_by_side(
            lambda outcome: self.put(outcome, contents[outcome.blob]),
            objects,
            self.concurrency,
        )
        for _, outcome in todo:
            self.claim.renew()
            done.append(outcome)
        return self._of_their_kinds(done)

    @step(RestoreStep.T6)
    def _contents(self, objects: Iterable[RestoreOutcome]) -> dict[str, bytes]:
        return dict(self.reader.blobs(sorted({o.blob for o in objects})))

    @step(RestoreStep.T7)
    def _of_their_kinds(self, done: Sequence[RestoreOutcome]) -> list[RestoreOutcome]:
        """Proved by the folders' listings, too: bytes do not say what they are of."""
        proved = [o for o in done if o.result is Result.VERIFIED]
        folders = sorted({parent(o.path) for o in proved})
        listed: dict[str, WorkspaceObject] = {}
        hidden: dict[str, str] = {}
        for folder, answer in side_by_side(self._listed, folders, self.concurrency):
            self.claim.renew()
            if isinstance(answer, str):
                hidden[folder] = answer
            else:
                listed |= {obj.path: obj for obj in answer}
        return [
            _of_its_kind(o, listed.get(o.path), hidden.get(parent(o.path), ""))
            for o in done
        ]

    @step(RestoreStep.T7)
    def _listed(self, folder: str) -> tuple[WorkspaceObject, ...] | str:
        """What it holds, or why that cannot be said."""
        try:
            return self.workspace.list(folder)
        except NotFound:
            return ()
        except CredentialsRefused:
            raise
        except Permanent as error:
            return str(error)


def planned(blobs: Blobs, restore_id: str, number: int) -> list[RestoreOutcome]:
    """What the plan says of a shard; nothing where there is no plan of it yet."""
    raw = blobs.get(restore_plan_name(restore_id, number))
    return list(outcomes_from(raw)) if raw else []


def _next(
    plan: Iterable[RestoreOutcome], done: int, bounds: Bounds
) -> Sequence[RestoreOutcome]:
    """What is to be done next, in its order: folders from the top down, objects."""
    wanted = [o for o in plan if o.to_write]
    folders = sorted(
        (o for o in wanted if o.is_folder), key=lambda o: (depth(o.path), o.path)
    )
    if folders[done:]:
        return folders[done:]
    objects = [o for o in wanted if not o.is_folder]
    left = objects[max(0, done - len(folders)) :]
    return next(batches(left, bounds.batch_objects, bounds.batch_bytes), [])


def _of_its_kind(
    outcome: RestoreOutcome, there: WorkspaceObject | None, hidden: str
) -> RestoreOutcome:
    if outcome.result is not Result.VERIFIED:
        return outcome
    if hidden:
        return failed(outcome, f"it was written, but cannot be proved: {hidden}")
    how = kind_difference(outcome, there)
    return replace(outcome, result=Result.DIFFERS, detail=how) if how else outcome
