"""USE CASE PART: P2, an index for the branch's tip; knows what Git says, no state."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import batched

from shared.domain.git import TreeItem
from shared.domain.held import Held, foreign_edits
from shared.domain.index import Index, LastRecord, index_folder
from shared.domain.manifest import folder_of_manifest
from shared.domain.record import is_record_path, last_record
from shared.errors import Permanent, UnknownVersion
from shared.ports import Blobs, GitReader
from shared.services.held import read_held, read_manifest, sort_items
from shared.services.history import find_record

LATEST = "index/latest"
FOLDERS_A_READ = 250
BLOBS_A_READ = 500
MAX_TOUCHED = 2_000


@dataclass(slots=True)
class CaughtUp:
    """The index at the tip, its blob's name, and what was found on the way.

    `foreign` are Git paths that a stranger's hand left different from what their
    manifest says; `rewritten`: the branch no longer holds what it held.
    """

    index: Index
    name: str
    foreign: list[str]
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Brings the index to the tip: as it is, by the difference, or from scratch."""

    reader: GitReader
    blobs: Blobs

    def __call__(self) -> CaughtUp:
        """One request where nothing happened since the last index."""
        tip = self.reader.tip()
        before = self._latest()
        if tip is None:
            return CaughtUp(Index(), "", [], rewritten=before is not None)
        name = index_name(tip)
        index = self._read(name)
        if index is not None and not index.suspects:
            return CaughtUp(index, name, [])
        caught_up = self._catch_up(index or before, tip)
        self.blobs.put(name, caught_up.index.to_bytes())
        self.blobs.put(LATEST, tip.encode("ascii"))
        return caught_up

    def _latest(self) -> Index | None:
        pointer = self.blobs.get(LATEST)
        return self._read(index_name(pointer.decode("ascii"))) if pointer else None

    def _read(self, name: str) -> Index | None:
        """The index of that name; one of a newer version is as good as none."""
        raw = self.blobs.get(name)
        try:
            return Index.from_bytes(raw) if raw is not None else None
        except UnknownVersion:
            return None

    def _catch_up(self, before: Index | None, tip: str) -> CaughtUp:
        if before is None or before.commit is None:
            return self._rebuild(tip, None)
        changed: tuple[TreeItem, ...] = ()
        if before.commit != tip:
            comparison = self.reader.compare(before.commit, tip)
            if not comparison.descends:
                caught_up = self._rebuild(tip, before)
                caught_up.rewritten = True
                return caught_up
            changed = comparison.changed
        touched = {_folder_of(item.path) for item in changed} | before.suspects
        if len(touched) > MAX_TOUCHED:
            return self._rebuild(tip, before)
        index = _copy(before, tip, self._record(changed, tip) or before.record)
        foreign = self._examine(index, sorted(touched), tip)
        return CaughtUp(index, index_name(tip), foreign)

    def _examine(self, index: Index, git_paths: Sequence[str], tip: str) -> list[str]:
        """Look at these folders anew; the Git paths that are not as they should be."""
        known = {folder.git_path: folder for folder in index.folders()}
        foreign: list[str] = []
        for chunk in batched(git_paths, FOLDERS_A_READ, strict=False):
            found = read_held(self.reader, tip, chunk)
            for git_path in chunk:
                held = found.held[git_path]
                before = known.get(git_path)
                foreign += _enter(index, git_path, held)
                if held.manifest is None and before is not None:
                    index.put(replace(before, vouched=False))
                    foreign += [] if held.manifest_blob else [git_path]
        return foreign

    def _rebuild(self, tip: str, before: Index | None) -> CaughtUp:
        items = self.reader.tree(tip)
        record = self._record(items, tip)
        index = Index(tip, record)
        manifests = {
            git_path: item.object_id
            for item in items
            if (git_path := folder_of_manifest(item.path)) is not None
        }
        trees = sort_items(items, manifests)
        foreign: list[str] = []
        for chunk in batched(sorted(manifests), BLOBS_A_READ, strict=False):
            blobs = self.reader.blobs(sorted({manifests[path] for path in chunk}))
            for git_path in chunk:
                tree = trees[git_path]
                manifest = read_manifest(blobs[manifests[git_path]])
                held = Held(manifest, tree.manifest_blob, tree.files, tree.folders)
                foreign += _enter(index, git_path, held)
        if before is not None:
            _remember_lost(index, before)
        return CaughtUp(index, index_name(tip), foreign)

    def _record(self, items: Iterable[TreeItem], tip: str) -> LastRecord | None:
        records = [
            item for item in items if item.object_id and is_record_path(item.path)
        ]
        if not records:
            return None
        newest = max(records, key=lambda item: item.path.rpartition("/")[2])
        raw = self.reader.blobs([newest.object_id])[newest.object_id]
        try:
            return last_record(raw, self._commit_of(newest.path, tip))
        except (Permanent, ValueError):
            return None

    def _commit_of(self, record: str, tip: str) -> str:
        """The commit that added the record: it closes a run, and says of which."""
        run_id = record.rpartition("/")[2].removesuffix(".json")
        return find_record(self.reader, tip, run_id) or ""


def index_name(commit: str) -> str:
    """The name of the blob that holds the index of a commit."""
    return f"index/{commit}"


def _folder_of(path: str) -> str:
    """The Git path of the folder whose state a change of `path` concerns."""
    managed = folder_of_manifest(path)
    return managed if managed is not None else path.rpartition("/")[0]


def _enter(index: Index, git_path: str, held: Held) -> list[str]:
    """Enter what was found; the Git path if it is not what its manifest says.

    A manifest that somebody put elsewhere helps only where its folder has no other.
    """
    if not held.manifest_blob:
        return []
    if held.manifest is None:
        return [git_path]
    in_place = held.manifest.git_path == git_path
    vouched = in_place and not foreign_edits(held)
    if in_place or held.manifest.path not in index:
        index.put(index_folder(held.manifest, held.manifest_blob, vouched=vouched))
    return [] if vouched else [git_path]


def _remember_lost(index: Index, before: Index) -> None:
    """Keep the names of folders whose manifest somebody removed."""
    for folder in before.folders():
        if folder.path not in index:
            index.put(replace(folder, vouched=False))


def _copy(before: Index, commit: str, record: LastRecord | None) -> Index:
    index = Index(commit, record)
    for folder in before.folders():
        index.put(folder)
    return index
