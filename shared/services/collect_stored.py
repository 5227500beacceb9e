"""USE CASE PARTS: T3, the folders to restore, found at the restore point."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import batched

from shared.domain.manifest import folder_of_manifest, manifest_path
from shared.domain.restore_plan import (
    Bounds,
    Sized,
    StoredFolder,
    WantedTree,
    packed,
    shard_bytes,
    wanted_from,
)
from shared.domain.restores import Restore, RestoreTally, Stage
from shared.errors import Permanent
from shared.ports import Blobs, GitReader
from shared.services.blob_names import restore_shard_name, restore_wanted_name
from shared.services.compare_stored import manifest_of, wanted_entries
from shared.services.restore_claim import RestoreClaim
from shared.services.steps import RestoreStep, step

FOLDERS_A_READ = 500


@dataclass(frozen=True, slots=True)
class CollectStored:
    """Cuts what is wanted into shards; the same ones each time it is done."""

    claim: RestoreClaim
    blobs: Blobs
    reader: GitReader
    bounds: Bounds

    @step(RestoreStep.T3)
    def __call__(self, in_time: Callable[[], None]) -> None:
        """Go on where the last attempt stopped; `in_time` raises when it is over."""
        restore = self.claim.restore
        raw = self.blobs.get(restore_wanted_name(restore.id))
        if raw is None:
            raise Permanent("what was asked for is lost")
        folders = self._folders(restore, wanted_from(raw))
        for chunk in batched(folders[restore.position :], FOLDERS_A_READ, strict=False):
            in_time()
            self._cut(chunk)
        self.claim.save(lambda row: replace(row, stage=Stage.COMPARE, position=0))

    def _folders(
        self, restore: Restore, wanted: Sequence[WantedTree]
    ) -> list[StoredFolder]:
        commit = restore.request.point.commit
        found: dict[str, StoredFolder] = {}
        for tree in wanted:
            folder = tree.folder
            parts = (
                [folder] if folder.names is not None else self._below(commit, folder)
            )
            found |= {part.git_path: part for part in parts}
        return sorted(found.values(), key=lambda f: f.git_path)

    def _below(self, commit: str, folder: StoredFolder) -> Iterator[StoredFolder]:
        """The folder and all below it that have a manifest, by one request."""
        place = manifest_path(folder.git_path).rpartition("/")[0]
        for item in self.reader.tree(commit, place):
            git_path = folder_of_manifest(item.path)
            if git_path is not None:
                yield StoredFolder(git_path, item.object_id)

    def _cut(self, folders: Sequence[StoredFolder]) -> None:
        restore = self.claim.restore
        manifests = self.reader.blobs(sorted({f.manifest for f in folders}))
        sized = [_sized(folder, manifests) for folder in folders]
        shards = restore.shards
        for shard in packed((s for s, _ in sized), self.bounds):
            name = restore_shard_name(restore.id, shards)
            self.blobs.put(name, shard_bytes(shard))
            shards += 1
        tally = RestoreTally(
            folders=len(sized),
            objects=sum(s.objects for s, _ in sized),
            bytes=sum(size for _, size in sized),
        )
        self.claim.save(
            lambda row: replace(
                row,
                shards=shards,
                position=restore.position + len(folders),
                tally=row.tally + tally,
            )
        )


def _sized(folder: StoredFolder, manifests: Mapping[str, bytes]) -> tuple[Sized, int]:
    """The folder with how many objects are wanted of it, and their bytes."""
    manifest = manifest_of(folder, manifests[folder.manifest])
    if manifest is None:
        return Sized(folder, 0), 0
    entries = wanted_entries(folder, manifest)
    return Sized(folder, len(entries)), sum(entry.size for entry in entries)
