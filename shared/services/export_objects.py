"""USE CASE PARTS: export objects side by side, answers in the order asked for."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from threading import Lock

from shared.domain.blob_ids import blob_id
from shared.domain.held import Exported, NotStored, Result, exported_format
from shared.domain.objects import NOTEBOOK, Format, WorkspaceObject, parent
from shared.domain.outcomes import OutcomeKind
from shared.domain.remedies import Remedy, remedy_of_read
from shared.errors import (
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    NotExportable,
    NotFound,
    Permanent,
    TooLarge,
    Transient,
)
from shared.ports import Workspace
from shared.services.side_by_side import side_by_side
from shared.services.steps import Step, step
from shared.services.trouble import Trouble

HELD_BYTES = 64 * 1024 * 1024
"""Of one shard's exports, asked for or there: several times as much is their memory."""

_FIRST = 8
"""So many are asked for before any size is known."""

_FORGETTING = 7 / 8


@dataclass(slots=True)
class ObjectExporter:
    """Exports objects; what fails for one object is that object's result.

    What concerns the whole workspace is raised: `CredentialsRefused`,
    `ExportDisabled`, and, while we are `patient`, the remote's `Transient` trouble.
    """

    workspace: Workspace
    concurrency: int
    notebook_format: Format
    max_bytes: int
    patient: bool = True
    _trouble: Trouble = field(init=False)
    _relisted: dict[str, frozenset[tuple[int, str]]] = field(default_factory=dict)
    _expected: float = field(init=False)
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        """The trouble of all its threads is counted together."""
        self._trouble = Trouble(self.workspace, self.patient)
        self._expected = HELD_BYTES / _FIRST

    def __call__(
        self, objects: Iterable[WorkspaceObject]
    ) -> Generator[tuple[WorkspaceObject, Result]]:
        """Each object with its result; at most twice `concurrency` are held ready.

        Listings rarely tell sizes: where exports turn out large, fewer are held.
        """
        return side_by_side(self.export, objects, self.concurrency, self._most_held)

    @step(Step.S3)
    def export(self, obj: WorkspaceObject) -> Result:
        """One object's result."""
        try:
            result = self._export(obj, exported_format(obj, self.notebook_format))
        except Transient as error:
            self._trouble.met(error)
            return _failed(error)
        self._trouble.over()
        return result

    def _most_held(self) -> int:
        return max(1, HELD_BYTES // max(1, int(self._expected)))

    def _export(self, obj: WorkspaceObject, wanted: Format) -> Result:
        try:
            return self._exported(self.workspace.export(obj.path, wanted), wanted)
        except TooLarge as error:
            if wanted is Format.JUPYTER:
                return self._export(obj, Format.SOURCE)
            return NotStored(OutcomeKind.EXCEPTED, "too large to export", error.size)
        except NotFound:
            return self._gone(obj)
        except (CredentialsRefused, ExportDisabled):
            raise
        except Permanent as error:
            # Every notebook has an export: one that says otherwise is no exception.
            odd = isinstance(error, NotExportable) and obj.type != NOTEBOOK
            excepted = NotStored(OutcomeKind.EXCEPTED, str(error))
            return excepted if odd else _failed(error)

    def _exported(self, content: bytes, format: Format) -> Result:  # noqa: A002
        with self._lock:
            self._expected = max(len(content), self._expected * _FORGETTING)
        if len(content) > self.max_bytes:
            return NotStored(OutcomeKind.EXCEPTED, "too large for a push", len(content))
        return Exported(content, blob_id(content), format)

    def _gone(self, obj: WorkspaceObject) -> Result:
        """Look once more: the next listing decides what is gone."""
        folder = parent(obj.path)
        with self._lock:
            if folder not in self._relisted:
                self._relisted[folder] = self._listed_now(folder)
            listed = self._relisted[folder]
        if (obj.object_id, obj.name) in listed:
            return NotStored(
                OutcomeKind.FAILED,
                "listed, but its export says that it does not exist: "
                "the identity may not read it",
                remedy=Remedy.GRANT_READ,
            )
        return NotStored(OutcomeKind.VANISHED, "gone between listing and export")

    def _listed_now(self, folder: str) -> frozenset[tuple[int, str]]:
        try:
            return frozenset(
                (obj.object_id, obj.name) for obj in self.workspace.list(folder)
            )
        except NotFound:
            return frozenset()


def _failed(error: BackupError) -> NotStored:
    return NotStored(OutcomeKind.FAILED, str(error), remedy=remedy_of_read(error))
