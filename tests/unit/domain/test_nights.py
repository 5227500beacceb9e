"""Night after night, whatever people do by day, Git holds what the workspace held."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from shared.domain.manifest import manifest_path
from shared.domain.names import collision_key
from shared.domain.objects import (
    DASHBOARD,
    DIRECTORY,
    FILE,
    NOTEBOOK,
    REPO,
    Format,
    is_within,
    parent,
)
from tests.builders import Tree, manifests_of
from tests.unit.domain.nights import HUGE, Night, Repository, Workspace

NAMES = [
    "a",
    "a",
    "a",
    "A",
    "b",
    "é",
    "e\u0301",
    "CON",
    "x.py",
    ".git",
    "folder.json",
    "a|b",
]
KINDS = [
    (NOTEBOOK, "PYTHON"),
    (NOTEBOOK, "SQL"),
    (FILE, None),
    (DASHBOARD, None),
    (DIRECTORY, None),
    (DIRECTORY, None),
    (REPO, None),
    ("LIBRARY", None),
]
CONTENTS = ["", "1", "2", HUGE]
STRANGERS = ["a.py", "A.sql", "a.ipynb", "notes.txt"]
DEEPEST = 3

picks = st.integers(0, 1_000)

type Addition = tuple[int, str, tuple[str, str | None], str]
additions = st.tuples(
    picks, st.sampled_from(NAMES), st.sampled_from(KINDS), st.sampled_from(CONTENTS)
)


class Nights(RuleBasedStateMachine):
    """Days of edits by people in the workspace and in Git, and nights of backups."""

    def __init__(self) -> None:
        super().__init__()
        self.workspace = Workspace()
        self.repository = Repository()
        self.strangers: Tree = {}
        self.paths: dict[tuple[int, str, str, str], str] = {}
        self.form = Format.SOURCE
        self.spoilt = False

    def picked(self, pick: int) -> str | None:
        paths = sorted(self.workspace.objects)
        return paths[pick % len(paths)] if paths else None

    def free(self, pick: int, name: str) -> str | None:
        folders = [f for f in self.workspace.folders() if f.count("/") < DEEPEST]
        folder = folders[pick % len(folders)]
        path = f"{folder.rstrip('/')}/{name}"
        return None if path in self.workspace.objects else path

    # --- by day, in the workspace

    @initialize(new=st.lists(additions, min_size=5, max_size=15))
    def there_is_something(self, new: list[Addition]) -> None:
        self.somebody_adds(new)

    @rule(new=st.lists(additions, min_size=1, max_size=4))
    def somebody_adds(self, new: list[Addition]) -> None:
        for pick, name, kind, content in new:
            path = self.free(pick, name)
            if path:
                self.workspace.add(path, *kind, content)

    @rule(pick=picks, content=st.sampled_from(CONTENTS))
    def somebody_edits(self, pick: int, content: str) -> None:
        path = self.picked(pick)
        if path and self.workspace.objects[path].storable:
            self.workspace.edit(path, content)

    @rule(pick=picks)
    def somebody_deletes(self, pick: int) -> None:
        path = self.picked(pick)
        if path:
            self.workspace.delete(path)

    @rule(pick=picks, folder=picks, name=st.sampled_from(NAMES))
    def somebody_moves(self, pick: int, folder: int, name: str) -> None:
        path, target = self.picked(pick), self.free(folder, name)
        if path and target and not is_within(target, path):
            self.workspace.move(path, target)

    @rule(pick=picks, kind=st.sampled_from(KINDS), content=st.sampled_from(CONTENTS))
    def somebody_replaces(
        self, pick: int, kind: tuple[str, str | None], content: str
    ) -> None:
        path = self.picked(pick)
        if path:
            self.workspace.delete(path)
            self.workspace.add(path, *kind, content)

    # --- by day, in Git

    @precondition(lambda self: bool(manifests_of(self.repository.tree)))
    @rule(pick=picks, name=st.sampled_from(STRANGERS))
    def a_stranger_adds_a_file(self, pick: int, name: str) -> None:
        folders = sorted(manifests_of(self.repository.tree))
        folder = folders[pick % len(folders)]
        path = f"{folder}/{name}" if folder else name
        if path not in self.repository.tree and path not in self.repository.managed():
            self.strangers[path] = b"a stranger's"
            self.repository.tree[path] = b"a stranger's"

    @precondition(lambda self: bool(self.repository.managed()))
    @rule(pick=picks, removes=st.booleans())
    def a_stranger_spoils_a_file(self, pick: int, *, removes: bool) -> None:
        managed = sorted(self.repository.managed().keys() & self.repository.tree.keys())
        if managed and removes:
            self.spoilt = True
            del self.repository.tree[managed[pick % len(managed)]]
        elif managed:
            self.spoilt = True
            self.repository.tree[managed[pick % len(managed)]] = b"spoilt"

    @precondition(lambda self: bool(manifests_of(self.repository.tree)))
    @rule(pick=picks, removes=st.booleans())
    def a_stranger_spoils_a_manifest(self, pick: int, *, removes: bool) -> None:
        folders = sorted(manifests_of(self.repository.tree))
        path = manifest_path(folders[pick % len(folders)])
        if removes:
            del self.repository.tree[path]
        else:
            self.repository.tree[path] = b"<<<<<<< HEAD\n"

    # --- nights

    @rule(
        listings=st.sets(picks, max_size=2),
        exports=st.sets(picks, max_size=3),
        pushes=st.integers(1, 3),
        allowed=st.booleans(),
    )
    def a_night_of_faults(
        self, listings: set[int], exports: set[int], pushes: int, *, allowed: bool
    ) -> None:
        folders, objects = self.workspace.folders(), sorted(self.workspace.objects)
        failing = {folders[pick % len(folders)] for pick in listings}
        unseen = {p for p in objects if any(is_within(p, f) for f in failing)}
        if objects:
            failing |= {objects[pick % len(objects)] for pick in exports}
        before, places = self.repository.stored(), self.places()

        night = self.night(failing, pushes, allowed=allowed)

        lost = self.not_replaced(places) - self.places().keys()
        assert not lost or night.blind, "an object is lost"
        self.folders_are_named_above()
        now = self.repository.stored()
        assert all(
            now.get(key) in {text, "spoilt", None}
            if text == "spoilt"
            else now.get(key) == text
            for key, text in before.items()
            if key[0] in unseen and parent(key[0]) in {*unseen, *failing}
        ), "a failed listing deletes"

    @rule(pushes=st.integers(1, 3), forgetful=st.booleans())
    def a_calm_night(self, pushes: int, *, forgetful: bool) -> None:
        if forgetful:
            self.repository.forget_index()

        night = self.night(set(), pushes)
        if night.wrong:
            # What is gone is not put right, but deleted: the night after is clean.
            assert self.spoilt
            night = self.night(set(), pushes)

        assert night.wrong == []
        assert self.repository.stored() == self.workspace.storable()
        assert self.repository.unmanaged() == self.strangers
        manifests = manifests_of(self.repository.tree).values()
        assert {m.path for m in manifests} == set(self.workspace.folders())
        notebooks = [e for m in manifests for e in m.entries if e.type == NOTEBOOK]
        assert all(entry.format is self.form for entry in notebooks)

        untimed = [
            o
            for o in self.workspace.objects.values()
            if o.storable and o.modified_at is None
        ]
        quiet = self.night(set(), 1)
        assert (quiet.exports, quiet.changes) == (len(untimed), 0)
        self.spoilt = False

    @rule()
    def somebody_sets_another_format(self) -> None:
        jupyter = self.form is Format.JUPYTER
        self.form = Format.SOURCE if jupyter else Format.JUPYTER

    def night(self, failing: set[str], pushes: int, *, allowed: bool = False) -> Night:
        night = Night(
            self.workspace,
            self.repository,
            failing,
            form=self.form,
            pushes=pushes,
            allowed=allowed,
        )
        night.run()
        self.names_stay()
        return night

    def places(self) -> dict[int, tuple[str, str]]:
        """Path and type of each stored object, by its id."""
        manifests = manifests_of(self.repository.tree).values()
        return {
            entry.object_id: (f"{m.path.rstrip('/')}/{entry.name}", entry.type)
            for m in manifests
            for entry in m.entries
        }

    def not_replaced(self, places: dict[int, tuple[str, str]]) -> set[int]:
        """What a backup should still hold, and whose place no other object took."""
        objects = self.workspace.objects
        wanted = self.workspace.storable()
        now = {objects[path].object_id for path, _ in wanted}
        taken = {(path, obj.type): obj.object_id for path, obj in objects.items()}
        return {
            object_id
            for object_id, place in places.items()
            if object_id in now and taken.get(place, object_id) == object_id
        }

    def folders_are_named_above(self) -> None:
        manifests = {m.path: m for m in manifests_of(self.repository.tree).values()}
        for path in manifests.keys() - {"/"}:
            above = manifests.get(parent(path))
            name = path.rpartition("/")[2]
            assert not above or name in {folder.name for folder in above.folders}

    def names_stay(self) -> None:
        where = {told: path for path, told in self.repository.managed().items()}
        now = {}
        for obj in self.workspace.objects.values():
            path = where.get((obj.path, obj.type))
            if path:
                extension = path.rpartition(".")[2]
                now[obj.object_id, obj.path, obj.type, extension] = path
        for key in now.keys() & self.paths.keys():
            assert now[key] == self.paths[key], "a name changes"
        self.paths = now

    @invariant()
    def strangers_files_stay(self) -> None:
        tree = self.repository.tree
        assert {path: tree.get(path) for path in self.strangers} == self.strangers

    @invariant()
    def no_two_paths_meet(self) -> None:
        managed = self.repository.managed()
        keys = {collision_key(path) for path in managed}
        assert len(keys) == len(managed)


TestNights = Nights.TestCase
TestNights.settings = settings(stateful_step_count=40)
