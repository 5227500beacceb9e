"""DECISIONS: what Git holds for a folder, and what exporting its objects gave."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.domain.manifest import Entry, Excepted, Manifest
from shared.domain.objects import NOTEBOOK, Format, WorkspaceObject
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder
from shared.domain.remedies import Remedy

type Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Held:
    """What Git holds for one folder at one commit.

    `manifest` is the last one that can be read, `manifest_blob` the id of what
    lies at its path now (empty: nothing). `files` are blob ids by file name,
    `folders` the names of the trees beside them.
    """

    manifest: Manifest | None = None
    manifest_blob: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    folders: frozenset[str] = frozenset()

    def holds(self, entry: Entry) -> bool:
        """Whether the tree holds exactly what the entry says."""
        return self.files.get(entry.file) == entry.blob

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The manifest's entries, none where there is no manifest."""
        return self.manifest.entries if self.manifest else ()

    @property
    def exceptions(self) -> tuple[Excepted, ...]:
        """The manifest's exceptions, none where there is no manifest."""
        return self.manifest.exceptions if self.manifest else ()


@dataclass(frozen=True, slots=True)
class Exported:
    """An object's bytes, as the workspace gave them."""

    content: bytes
    blob: str
    format: Format


@dataclass(frozen=True, slots=True)
class NotStored:
    """Why an object's bytes are not there: `kind` FAILED, EXCEPTED or VANISHED."""

    kind: OutcomeKind
    detail: str
    size: int | None = None
    remedy: Remedy | None = None


type Result = Exported | NotStored


def key_of(obj: WorkspaceObject | Entry | Excepted) -> Key:
    """What tells an object of a folder from every other, over its versions."""
    return obj.object_id, obj.name


def exported_format(obj: WorkspaceObject, notebook_format: Format) -> Format:
    """The format an object is exported in."""
    return notebook_format if obj.type == NOTEBOOK else Format.RAW


def foreign_edits(held: Held) -> tuple[Entry, ...]:
    """The entries of the manifest that somebody else's hand changed in the tree."""
    return tuple(entry for entry in held.entries if not held.holds(entry))


def unaccounted(
    folder: PlannedFolder, held: Held, results: Mapping[int, Result]
) -> tuple[WorkspaceObject, ...]:
    """The listed objects that Git does not hold, except or have a result for."""
    known = {key_of(entry) for entry in held.entries if held.holds(entry)}
    known |= {key_of(excepted) for excepted in held.exceptions}
    return tuple(
        obj
        for obj in folder.objects
        if obj.storable and key_of(obj) not in known and obj.object_id not in results
    )
