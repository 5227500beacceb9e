"""USE CASE PARTS: one folder on its way through a storing shard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from shared.domain import room
from shared.domain.held import (
    Exported,
    NotStored,
    Result,
    foreign_edits,
    key_of,
    unaccounted,
)
from shared.domain.objects import WorkspaceObject, join
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.plan import PlannedFolder
from shared.domain.remedies import Remedy
from shared.errors import ContentRefused, TooLarge
from shared.services.settle import FolderState


@dataclass(slots=True)
class FolderWork:
    """One folder of the plan, at `place` in it, and the results so far.

    Of its objects, the first `reached` have been exported, if they had to be.
    `before` are the ids, by name, of what Git held when the folder's turn came.
    """

    place: int
    folder: PlannedFolder
    state: FolderState
    results: dict[int, Result] = field(default_factory=dict)
    foreign: list[Outcome] = field(default_factory=list)
    before: Mapping[str, int] = field(default_factory=dict)
    stored: int = 0
    reached: int = 0
    equal: bool = False
    blocked: bool = False

    def manifest_bytes(self, coming: Iterable[WorkspaceObject] = ()) -> int:
        """An upper bound of what the manifest adds to a push, encoded.

        Without the objects that are still `coming`, but with what it held of them.
        """
        objects, held = self.folder.objects, self.state.held
        keys = {key_of(obj) for obj in objects} - {key_of(obj) for obj in coming}
        keys |= {key_of(entry) for entry in held.entries}
        keys |= {key_of(excepted) for excepted in held.exceptions}
        clones = {key_of(obj) for obj in objects if obj.is_clone}
        clones |= {key_of(part) for part in held.exceptions if part.git_folder}
        names = (name for _, name in keys)
        return room.manifest_bytes(self.folder.git_path, names, len(clones))

    def there_bytes(self) -> int:
        """An upper bound of what the results that are there add to a push, encoded."""
        results = self.results
        there = [obj for obj in self.folder.objects if obj.object_id in results]
        return sum(self.added_bytes(obj, results[obj.object_id]) for obj in there)

    def added_bytes(self, obj: WorkspaceObject, result: Result) -> int:
        """An upper bound of what an object and its result add to a push, encoded.

        With the removal of the file that it had; its line of the manifest is apart.
        """
        path, name = self.folder.git_path, obj.name
        added = room.object_bytes(0, path, name) if name in self.before else 0
        if isinstance(result, Exported):
            added += room.object_bytes(len(result.content), path, name)
        return added

    def line_bytes(self, obj: WorkspaceObject) -> int:
        """An upper bound of what the manifest grows by when the object joins it."""
        known = self.before.get(obj.name) == obj.object_id
        return 0 if known else room.line_bytes(obj.name)

    def reach(self, obj: WorkspaceObject) -> None:
        """Exports come in the listing's order; this one has come."""
        objects = self.folder.objects
        while objects[self.reached].object_id != obj.object_id:
            self.reached += 1
        self.reached += 1


def untimed(folder: PlannedFolder) -> list[WorkspaceObject]:
    """The folder's objects whose listing carries no time."""
    return [o for o in folder.objects if o.storable and o.modified_at is None]


def unaccounted_in(work: FolderWork) -> tuple[WorkspaceObject, ...]:
    """The listed objects that Git does not hold, except or have a result for."""
    return unaccounted(work.folder, work.state.held, work.results)


def storable(folder: PlannedFolder) -> int:
    """How many of the folder's objects have bytes to be stored."""
    return sum(obj.storable for obj in folder.objects)


def all_equal(work: FolderWork) -> bool:
    """Whether every untimed object is what the index says Git holds."""
    return all(
        isinstance(result := work.results.get(obj.object_id), Exported)
        and result.blob == work.folder.untimed.get(obj.object_id)
        for obj in untimed(work.folder)
    )


def not_yet_held(work: FolderWork) -> list[int]:
    """The ids of exported objects whose bytes Git did not hold when it was read."""
    files = set(work.state.held.files.values())
    return [
        key
        for key, result in work.results.items()
        if isinstance(result, Exported) and result.blob not in files
    ]


def refused(error: ContentRefused | TooLarge) -> NotStored:
    """An object that Git does not take, with its words."""
    return NotStored(
        OutcomeKind.FAILED,
        f"Azure DevOps does not take it: {error}",
        remedy=Remedy.CLEAN_CONTENT,
    )


def forget_contents(work: FolderWork) -> None:
    """Drop what was pushed: from now on the manifest in Git says it."""
    for key in [k for k, r in work.results.items() if isinstance(r, Exported)]:
        del work.results[key]


def foreign_outcomes(work: FolderWork) -> list[Outcome]:
    """What somebody else's hand changed in Git of what the manifest names."""
    return [
        Outcome(
            kind=OutcomeKind.FOREIGN,
            path=join(work.folder.path, entry.name),
            type=entry.type,
            object_id=entry.object_id,
            detail="was changed in Git by somebody else; put right",
        )
        for entry in foreign_edits(work.state.held)
    ]


def blocked_folder(work: FolderWork, why: str) -> Outcome:
    """A folder that has no place in Git, because of what others put there."""
    return Outcome(
        kind=OutcomeKind.FAILED,
        path=work.folder.path,
        detail=why,
        remedy=Remedy.MOVE_ASIDE,
    )


def left_out(obj: WorkspaceObject) -> Outcome:
    """An object whose stored bytes a stranger changed under our hands."""
    return Outcome(
        kind=OutcomeKind.FAILED,
        path=obj.path,
        type=obj.type,
        object_id=obj.object_id,
        detail="was changed in Git by somebody else while it was being stored",
        remedy=Remedy.WAIT,
    )


def foretold(obj: WorkspaceObject, *, known: bool) -> Outcome:
    """What a run would do with an object that has to be exported."""
    return Outcome(
        kind=OutcomeKind.EDITED if known else OutcomeKind.ADDED,
        path=obj.path,
        type=obj.type,
        object_id=obj.object_id,
        size=obj.size,
    )
