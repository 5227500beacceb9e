"""USE CASE PARTS: objects whose listing carries no time, compared with the index."""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.domain.held import Exported
from shared.services.export_objects import ObjectExporter
from shared.services.folder_work import FolderWork, all_equal, forget_contents, untimed
from shared.services.shard_work import ShardWork
from shared.services.steps import Step, step


@dataclass(frozen=True, slots=True)
class CompareUntimed:
    """Exports the untimed objects of folders in which nothing else can differ.

    What differs is kept for its push, but no more than `keep_bytes` of it, which must
    fit one beside a manifest: the rest is exported again when its turn comes.
    """

    work: ShardWork
    exporter: ObjectExporter
    keep_bytes: int

    @step(Step.S3)
    def __call__(self, works: Sequence[FolderWork]) -> None:
        """Mark the folders that are `equal`."""
        todo = [(work, obj) for work in works for obj in untimed(work.folder)]
        missing = {work.place: len(untimed(work.folder)) for work in works}
        kept = 0
        answers = self.exporter(obj for _, obj in todo)
        for (work, _), (obj, result) in zip(todo, answers, strict=True):
            self.work.count(exported=1)
            self.work.renew()
            work.results[obj.object_id] = result
            missing[work.place] -= 1
            if not missing[work.place]:
                work.equal = all_equal(work)
                kept += _bytes_of(work)
                if work.equal or kept > self.keep_bytes:
                    kept -= _bytes_of(work)
                    forget_contents(work)


def _bytes_of(work: FolderWork) -> int:
    results = work.results.values()
    return sum(len(r.content) for r in results if isinstance(r, Exported))
