"""A workspace, a repository and the nights between them, by the domain's rules alone.

What the services do over requests, messages and crashes, this does in a loop: it shows
whether the decisions fit together.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from shared.domain.decision import Decision, differences, inside
from shared.domain.deletions import Deletions, Fuse, plan_deletions
from shared.domain.folder import decide, wanted_exports
from shared.domain.folder_deletion import decide_deletion
from shared.domain.held import Held, Result
from shared.domain.index import Index
from shared.domain.manifest import Manifest, folder_of_manifest
from shared.domain.objects import (
    NOTEBOOK,
    Format,
    WorkspaceObject,
    is_within,
    parent,
)
from shared.domain.plan import PlannedFolder
from shared.domain.roots import roots_to_list
from shared.domain.scope import Scope
from shared.domain.walk import Walk, take_in
from tests.builders import (
    FAILED,
    TOO_LARGE,
    Tree,
    after,
    exported,
    held_in,
    indexed,
    manifests_of,
)

HUGE = "too large for an export"
WHOLE = Scope(("/",))

type Stored = dict[tuple[str, str], str]
"""The bytes as text of each stored object, by path and type."""


@dataclass
class Workspace:
    """Objects and contents by path."""

    objects: dict[str, WorkspaceObject] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    time: int = 1_700_000_000_000
    last_id: int = 0

    def folders(self) -> list[str]:
        found = [obj.path for obj in self.objects.values() if obj.descended]
        return ["/", *sorted(found)]

    def add(self, path: str, kind: str, language: str | None, content: str) -> None:
        self.last_id += 1
        timed = kind in {NOTEBOOK, "FILE"}
        self.objects[path] = WorkspaceObject(
            path, kind, self.last_id, language, self._now() if timed else None
        )
        self.contents[path] = content

    def edit(self, path: str, content: str) -> None:
        self.contents[path] = content
        if self.objects[path].modified_at is not None:
            self.objects[path] = replace(self.objects[path], modified_at=self._now())

    def delete(self, path: str) -> None:
        for old in [old for old in self.objects if is_within(old, path)]:
            del self.objects[old], self.contents[old]

    def move(self, path: str, target: str) -> None:
        for old in [old for old in self.objects if is_within(old, path)]:
            new = target + old.removeprefix(path)
            self.objects[new] = replace(self.objects.pop(old), path=new)
            self.contents[new] = self.contents.pop(old)

    def listing(self, folder: str) -> tuple[WorkspaceObject, ...]:
        found = (o for o in self.objects.values() if parent(o.path) == folder)
        return tuple(sorted(found, key=lambda obj: obj.path))

    def storable(self) -> Stored:
        """What a backup should hold."""
        return {
            (obj.path, obj.type): self.contents[obj.path]
            for obj in self.objects.values()
            if obj.storable and self.contents[obj.path] != HUGE
        }

    def _now(self) -> int:
        self.time += 1
        return self.time


@dataclass
class Repository:
    """The branch's tree, every manifest there ever was, and the last index."""

    tree: Tree = field(default_factory=dict)
    manifests: dict[str, Manifest] = field(default_factory=dict)
    index: Index = field(default_factory=Index)

    def held(self, git_path: str, known: str) -> Held:
        return held_in(self.tree, git_path, self.manifests.get(known))

    def push(self, decision: Decision) -> None:
        self.tree = after(self.tree, decision.changes)
        if decision.manifest:
            self.manifests[decision.manifest_blob] = decision.manifest

    def catch_up(self) -> Index:
        """An index of the tree; of folders without a manifest what was known."""
        before, self.index = self.index, indexed(self.tree)
        for folder in before.folders():
            if folder.path not in self.index:
                self.index.put(replace(folder, vouched=False))
        return self.index

    def forget_index(self) -> None:
        """Tables and blobs are lost; of a manifest lost as well nobody would know."""
        if manifests_of(self.tree).keys() >= {f.git_path for f in self.index.folders()}:
            self.index = Index()

    def managed(self) -> dict[str, tuple[str, str]]:
        """The object's path and type by the Git path that its manifest names."""
        found = {}
        for git_path, manifest in manifests_of(self.tree).items():
            base = manifest.path.rstrip("/")
            for entry in manifest.entries:
                where = inside(git_path, entry.file)
                found[where] = (f"{base}/{entry.name}", entry.type)
        return found

    def stored(self) -> Stored:
        return {
            told: self.tree[path].decode()
            for path, told in self.managed().items()
            if path in self.tree
        }

    def unmanaged(self) -> Tree:
        managed = self.managed()
        return {
            path: raw
            for path, raw in self.tree.items()
            if path not in managed and folder_of_manifest(path) is None
        }


@dataclass
class Night:
    """One run: exports and listings of `failing` paths fail.

    `allowed`: somebody allowed its deletions, whatever could not be listed.
    """

    workspace: Workspace
    repository: Repository
    failing: Collection[str] = ()
    form: Format = Format.SOURCE
    pushes: int = 1
    allowed: bool = False
    exports: int = 0
    changes: int = 0
    blind: bool = False
    wrong: list[str] = field(default_factory=list)

    def run(self) -> None:
        index = self.repository.catch_up()
        walk = Walk(roots_to_list(WHOLE.roots, index))
        for folder in self._walk(walk, index):
            self._store(folder)
        self._delete(walk, index)
        self.repository.catch_up()
        self.blind = self.allowed and bool(walk.failed)

    def _walk(self, walk: Walk, index: Index) -> Iterator[PlannedFolder]:
        while walk.frontier:
            folder = walk.frontier.pop()
            if folder.path in self.failing:
                walk.failed[folder.path] = "500"
                continue
            listing = self.workspace.listing(folder.path)
            listed = take_in(
                walk, folder, listing, index, WHOLE, self.form, {}, everything=False
            )
            walk.frontier += listed.next
            if listed.store:
                yield listed.store

    def _store(self, folder: PlannedFolder) -> None:
        held = self.repository.held(folder.git_path, folder.manifest)
        wanted = wanted_exports(folder, held, self.form)
        results: dict[int, Result] = {}
        for push in range(self.pushes):
            part = wanted[push :: self.pushes]
            results |= {obj.object_id: self._export(obj) for obj in part}
            self._settle(folder, results)

    def _settle(self, folder: PlannedFolder, results: dict[int, Result]) -> None:
        held = self.repository.held(folder.git_path, folder.manifest)
        decision = decide(folder, held, results, self.form)
        self._push(decision)
        found = self.repository.held(folder.git_path, folder.manifest)
        again = decide(folder, found, results, self.form)
        assert again.changes == (), "deciding again changes something"
        assert again.manifest_blob == decision.manifest_blob

    def _export(self, obj: WorkspaceObject) -> Result:
        self.exports += 1
        if obj.path in self.failing:
            return FAILED
        content = self.workspace.contents[obj.path]
        form = self.form if obj.type == NOTEBOOK else Format.RAW
        return TOO_LARGE if content == HUGE else exported(content, form)

    def _delete(self, walk: Walk, index: Index) -> None:
        hold = "not all was listed" if walk.failed else ""
        named = self._deletions(walk, index, "to be named").held
        allowed = [(o.path, o.object_id) for o in named] if self.allowed else []
        deletions = self._deletions(walk, index, hold, allowed)
        for plan in deletions.plans:
            held = self.repository.held(plan.git_path, plan.manifest)
            decision = decide_deletion(plan, held)
            self._push(decision)
            if decision.manifest is None:
                index.remove(plan.path)

    def _deletions(
        self,
        walk: Walk,
        index: Index,
        hold: str,
        allowed: Collection[tuple[str, int | None]] = (),
    ) -> Deletions:
        fuse = Fuse(percent=100, minimum=1)
        return plan_deletions(
            walk, index, WHOLE, fuse, self._arrived, hold=hold, allowed=allowed
        )

    def _arrived(self, object_id: int, path: str) -> bool:
        known = indexed(self.repository.tree).get(parent(path))
        name = path.rpartition("/")[2]
        return known is not None and (object_id, name) in known.accounted

    def _push(self, decision: Decision) -> None:
        self.changes += len(decision.changes)
        self.repository.push(decision)
        found = held_in(self.repository.tree, decision.git_path)
        self.wrong += differences(decision, found)
