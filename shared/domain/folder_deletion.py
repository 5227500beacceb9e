"""DECISIONS: a folder without what is to go from it; strangers' files stay."""

from dataclasses import replace

from shared.domain.decision import Decision, inside, manifest_change
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Held, key_of
from shared.domain.manifest import Entry, Manifest, manifest_path
from shared.domain.objects import join
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.plan import PlannedDeletion


def decide_deletion(deletion: PlannedDeletion, held: Held) -> Decision:
    """The folder without what is to go; strangers' files are never touched."""
    if held.manifest is None:
        return Decision(deletion.path, deletion.git_path, None, ())
    manifest = _without(deletion, held.manifest)
    gone = _missing(held.manifest, manifest)
    left = deletion.whole and not manifest.entries and not manifest.folders
    changes = [
        Change(ChangeKind.DELETE, inside(deletion.git_path, entry.file))
        for entry in gone
        if entry.file in held.files
    ]
    if left:
        path = manifest_path(deletion.git_path)
        changes += [Change(ChangeKind.DELETE, path)] if held.manifest_blob else []
    else:
        changes += manifest_change(manifest, held)
    return Decision(
        deletion.path,
        deletion.git_path,
        None if left else manifest,
        tuple(changes),
        tuple(
            _deleted_outcome(deletion, entry)
            for entry in gone
            # Of a manifest that is gone, too, nothing goes but what is still there.
            if held.manifest_blob or entry.file in held.files
        ),
        tuple(entry.file for entry in gone),
    )


def _without(deletion: PlannedDeletion, manifest: Manifest) -> Manifest:
    objects = set(deletion.objects)
    return replace(
        manifest,
        entries=tuple(e for e in manifest.entries if key_of(e) not in objects),
        folders=tuple(f for f in manifest.folders if f.name not in deletion.folders),
        exceptions=() if deletion.whole else manifest.exceptions,
    )


def _missing(before: Manifest, after: Manifest) -> list[Entry]:
    files = {entry.file for entry in after.entries}
    return [entry for entry in before.entries if entry.file not in files]


def _deleted_outcome(deletion: PlannedDeletion, entry: Entry) -> Outcome:
    target = deletion.moved_to.get(entry.object_id)
    origin = join(deletion.path, entry.name)
    if target is None:
        kind, path = OutcomeKind.DELETED, origin
    else:
        kind, path = OutcomeKind.MOVED, target
    return Outcome(
        kind=kind,
        path=path,
        type=entry.type,
        object_id=entry.object_id,
        origin=origin if target else "",
    )
