"""DECISIONS: the way a folder in Git becomes what it should be, and whether it did."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

from shared.domain.blob_ids import blob_id
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Held
from shared.domain.manifest import Manifest, manifest_path
from shared.domain.outcomes import Outcome


@dataclass(frozen=True)
class Decision:
    """What a folder becomes: its manifest (None: gone) and the way there.

    No slots: it is compared with Git again and again, and remembers its blob id.
    """

    path: str
    git_path: str
    manifest: Manifest | None
    changes: tuple[Change, ...]
    outcomes: tuple[Outcome, ...] = ()
    removed: tuple[str, ...] = ()

    @cached_property
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


def mending(decision: Decision, found: Held) -> tuple[Change, ...]:
    """What brings Git from what was read back to what was decided.

    As far as the decision holds the bytes: what it did not push, it cannot repeat.
    """
    pushed = {change.path: change.content for change in decision.changes}
    place = manifest_path(decision.git_path)
    if decision.manifest is not None:
        pushed[place] = decision.manifest.to_bytes()
    there = {inside(decision.git_path, name) for name in found.files}
    there |= {place} if found.manifest_blob else set()
    return tuple(
        _repeated(path, pushed[path], there)
        for path in differences(decision, found)
        if path in pushed
    )


def _repeated(path: str, content: bytes | None, there: Collection[str]) -> Change:
    if content is None:
        return Change(ChangeKind.DELETE, path)
    return Change(ChangeKind.EDIT if path in there else ChangeKind.ADD, path, content)


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
