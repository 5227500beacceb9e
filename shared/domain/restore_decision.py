"""DECISIONS: what a restore does with one stored object, of what is at its target."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shared.domain.manifest import Entry, Manifest
from shared.domain.objects import NOTEBOOK, WorkspaceObject, is_within, join
from shared.domain.restore_outcomes import Action, Found, RestoreOutcome
from shared.domain.restores import OnConflict, RestoreRequest

MAX_IMPORT_BYTES = 10_485_760
"""What the workspace takes as one import (reported: databricks/cli#3691)."""

_HOMES = "/Users"


@dataclass(frozen=True, slots=True)
class Place:
    """A folder of the workspace as it was looked at.

    `objects` are what it holds by name, None where it is not there. `obstacle` says
    why nothing can be written into it, empty where nothing is known to be in the way.
    `hidden`: it could not be listed, so that nothing is known of what it holds.
    """

    objects: Mapping[str, WorkspaceObject] | None = None
    obstacle: str = ""
    hidden: bool = False

    @property
    def there(self) -> bool:
        """Whether the folder exists and was listed."""
        return self.objects is not None

    def at(self, name: str) -> WorkspaceObject | None:
        """What bears the name in it."""
        return self.objects.get(name) if self.objects else None


def place_below(above: Place, path: str) -> Place | None:
    """The folder at `path`, as far as the one above it decides.

    None: only its own listing tells.
    """
    if above.hidden:
        return None
    if not above.there:
        return above
    found = above.at(path.rpartition("/")[2])
    if found is None:
        return Place(None, _never_made(path))
    if found.descended:
        return None
    what = "a Git folder" if _is_clone(found) else f"an object of type {found.type}"
    return Place(None, f"{what} is at {path}, where a folder has to be")


def _is_clone(found: WorkspaceObject) -> bool:
    return found.is_clone


def _never_made(path: str) -> str:
    """Of folders that nobody can make, why."""
    home = path.rpartition("/")[0] == _HOMES
    if not home:
        return ""
    return (
        f"{path} is a home, and the workspace has nobody of that name (any more):"
        " restore it below another folder"
    )


def stored_outcome(
    request: RestoreRequest, folder: str, entry: Entry
) -> RestoreOutcome:
    """The stored object, of which nothing is decided yet."""
    stored = join(folder, entry.name)
    return RestoreOutcome(
        path=request.target_of(stored),
        action=Action.BLOCKED,
        type=entry.type,
        stored=stored,
        language=entry.language,
        format=entry.format,
        blob=entry.blob,
        size=entry.size,
    )


def needs_comparing(
    entry: Entry, there: WorkspaceObject | None, *, exactly: bool
) -> bool:
    """Whether only its bytes can say if what is there is what is stored.

    Else its id and its time do, as they do for the nightly backup, unless it is asked
    for `exactly`.
    """
    if there is None or not same_kind(entry, there):
        return False
    unmoved = there.object_id == entry.object_id
    timed = there.modified_at is not None and there.modified_at == entry.modified_at
    return exactly or not (unmoved and timed)


def same_kind(entry: Entry | RestoreOutcome, there: WorkspaceObject) -> bool:
    """Whether one can be written over the other: same type, same language."""
    same_language = entry.type != NOTEBOOK or entry.language == there.language
    return entry.type == there.type and same_language


def compared(
    outcome: RestoreOutcome,
    entry: Entry,
    there: WorkspaceObject | None,
    seen: "Seen | None",
) -> RestoreOutcome:
    """The outcome with what was found at its target.

    `seen` is what the bytes there are, None where they were not asked for.
    """
    if there is None:
        return replace(outcome, found=Found.MISSING)
    outcome = replace(outcome, there=there.type)
    if not same_kind(entry, there):
        return replace(outcome, found=Found.DIFFERENT, detail=_clash(entry, there))
    if seen is None or seen.blob == entry.blob:
        return replace(outcome, found=Found.SAME)
    if seen.problem:
        problem = f"what is there cannot be read: {seen.problem}"
        return replace(outcome, found=Found.UNREADABLE, detail=problem)
    return replace(outcome, found=Found.DIFFERENT, detail="its content is another")


@dataclass(frozen=True, slots=True)
class Seen:
    """What is at a target, by its blob id, or why that cannot be said."""

    blob: str = ""
    problem: str = ""


def _clash(entry: Entry, there: WorkspaceObject) -> str:
    if entry.type != there.type:
        return f"an object of type {there.type} is there"
    return f"a notebook in {there.language or 'no language'} is there"


def decided(
    outcome: RestoreOutcome, there: WorkspaceObject | None, on_conflict: OnConflict
) -> RestoreOutcome:
    """The outcome with what is to be done, of what was found at its target."""
    if outcome.found is Found.SAME:
        return replace(outcome, action=Action.SAME)
    if outcome.size > MAX_IMPORT_BYTES:
        problem = f"it has {outcome.size:,} bytes; an import takes {MAX_IMPORT_BYTES:,}"
        return replace(outcome, action=Action.BLOCKED, detail=problem)
    if there is None:
        return replace(outcome, action=Action.CREATE)
    if not there.storable:
        problem = f"{outcome.detail}, which no restore removes"
        return replace(outcome, action=Action.BLOCKED, detail=problem)
    if on_conflict is not OnConflict.OVERWRITE:
        return replace(outcome, action=_KEEPING[on_conflict])
    removes = not same_kind(outcome, there)
    return replace(outcome, action=Action.REPLACE, removes=removes)


_KEEPING = {OnConflict.SKIP: Action.SKIP, OnConflict.FAIL: Action.BLOCKED}


def blocked(outcome: RestoreOutcome, why: str, found: Found) -> RestoreOutcome:
    """The outcome of what cannot be written whatever is there."""
    return replace(outcome, action=Action.BLOCKED, detail=why, found=found)


def outside(path: str, restore_roots: Sequence[str]) -> str:
    """Why nothing may be written at the path; empty where it may."""
    if any(is_within(path, root) for root in restore_roots):
        return ""
    return f"{path} lies outside of RESTORE_ROOTS"


def folder_outcome(
    request: RestoreRequest, folder: str, place: Place, roots: Sequence[str]
) -> RestoreOutcome:
    """What is to become of the folder itself."""
    target = request.target_of(folder)
    outcome = RestoreOutcome(path=target, action=Action.SAME, stored=folder)
    if place.there:
        return replace(outcome, found=Found.SAME)
    found = Found.UNREADABLE if place.hidden else Found.MISSING
    if why := place.obstacle or outside(target, roots):
        return blocked(outcome, why, found)
    return replace(outcome, action=Action.CREATE, found=found)


def extras(manifest: Manifest, place: Place) -> list[WorkspaceObject]:
    """What is in the workspace alone, and neither stored nor on purpose not stored."""
    known = {part.name for part in manifest.entries}
    known |= {part.name for part in manifest.folders}
    known |= {part.name for part in manifest.exceptions}
    return [obj for name, obj in (place.objects or {}).items() if name not in known]
