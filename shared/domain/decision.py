"""DECISIONS: the way a folder in Git becomes what it should be, and whether it did."""

from dataclasses import dataclass

from shared.domain.blob_ids import blob_id
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Held
from shared.domain.manifest import Manifest, manifest_path
from shared.domain.outcomes import Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """What a folder becomes: its manifest (None: gone) and the way there."""

    path: str
    git_path: str
    manifest: Manifest | None
    changes: tuple[Change, ...]
    outcomes: tuple[Outcome, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def manifest_blob(self) -> str:
        """The manifest's blob id, empty where it is gone."""
        return blob_id(self.manifest.to_bytes()) if self.manifest else ""


def differences(decision: Decision, found: Held) -> tuple[str, ...]:
    """The Git paths at which what was read back is not what was decided."""
    wrong = [
        inside(decision.git_path, name)
        for name in decision.removed
        if name in found.files
    ]
    if decision.manifest_blob != found.manifest_blob:
        wrong.append(manifest_path(decision.git_path))
    entries = decision.manifest.entries if decision.manifest else ()
    wrong += [
        inside(decision.git_path, entry.file)
        for entry in entries
        if not found.holds(entry)
    ]
    return tuple(wrong)


def manifest_change(manifest: Manifest, held: Held) -> list[Change]:
    """Nothing where the manifest is what lies at its path already."""
    raw = manifest.to_bytes()
    if blob_id(raw) == held.manifest_blob:
        return []
    kind = ChangeKind.EDIT if held.manifest_blob else ChangeKind.ADD
    return [Change(kind, manifest_path(manifest.git_path), raw)]


def inside(git_path: str, name: str) -> str:
    """The Git path of a file of the folder."""
    return f"{git_path}/{name}" if git_path else name
