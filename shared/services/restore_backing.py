"""USE CASE PARTS: what a restore point's record adds to its manifests."""

from dataclasses import dataclass, field

from shared.domain.decision import inside
from shared.domain.manifest import Entry, Manifest, manifest_path
from shared.domain.objects import join
from shared.domain.record_reading import RecordReading
from shared.domain.repository_texts import run_of
from shared.domain.restores import RestoreRequest
from shared.ports import GitHistory
from shared.services.restore_points import RestorePoints

MAX_LOOKUPS = 100
EARLIER = "an earlier run"


@dataclass(slots=True)
class Backing:
    """The chosen run's record; what it could not read is of an earlier run."""

    history: GitHistory
    commit: str
    record: RecordReading
    _runs: dict[str, str] = field(default_factory=dict)

    def covers(self, path: str) -> bool:
        """Whether the path was in the run's scope."""
        return self.record.covers(path)

    def older(self, manifest: Manifest, entry: Entry) -> str:
        """The run that the object's content is of, if not of the chosen one.

        That is the run that last changed it; who it is is looked up for so many, and
        no more.
        """
        if not self.record.could_read(manifest.path):
            return self._run_of(manifest_path(manifest.git_path))
        if not self.record.could_read(join(manifest.path, entry.name)):
            return self._run_of(inside(manifest.git_path, entry.file))
        return ""

    def _run_of(self, path: str) -> str:
        if path not in self._runs and len(self._runs) < MAX_LOOKUPS:
            commits = self.history.changes(self.commit, path, 1)
            self._runs[path] = run_of(commits[0].comment) if commits else ""
        return self._runs.get(path) or EARLIER


@dataclass(frozen=True, slots=True)
class RestoreBacking:
    """Reads the record that a restore is based on."""

    history: GitHistory
    points: RestorePoints

    def __call__(self, request: RestoreRequest) -> Backing:
        """By two requests."""
        record = self.points.read_record(request.point)
        return Backing(self.history, request.point.commit, record)
