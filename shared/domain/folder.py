"""DECISIONS: what a folder should be in Git, of its listing and what Git holds."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from shared.domain.decision import Decision, inside, manifest_change
from shared.domain.digest import RULES
from shared.domain.folder_outcomes import folder_outcomes
from shared.domain.git import Change, ChangeKind
from shared.domain.held import Exported, Held, Key, Result, key_of
from shared.domain.manifest import Entry, Excepted, Manifest, SubFolder
from shared.domain.names import NamedBefore, assign_names, extension_of
from shared.domain.objects import DIRECTORY, NOTEBOOK, Format, WorkspaceObject
from shared.domain.outcomes import OutcomeKind
from shared.domain.plan import PlannedFolder

type Part = Entry | Excepted


def wanted_exports(
    folder: PlannedFolder,
    held: Held,
    notebook_format: Format,
    *,
    all_from: int | None = None,
) -> tuple[WorkspaceObject, ...]:
    """The objects whose bytes are needed to decide: new, changed, lost or untimed.

    And of those from the place `all_from` on in the listing, all.
    """
    known = settled(folder, held, notebook_format)
    return tuple(
        obj
        for place, obj in enumerate(folder.objects)
        if obj.storable
        and (key_of(obj) not in known or (all_from is not None and place >= all_from))
    )


def decide(
    folder: PlannedFolder,
    held: Held,
    results: Mapping[int, Result],
    notebook_format: Format,
) -> Decision:
    """The folder's manifest and changes, given the results that are there so far.

    What has no result (yet), failed or vanished keeps what the manifest says of it;
    so does what the listing no longer shows, until its deletion is decided
    elsewhere. An object that takes the name and type of one that is gone replaces
    it. An entry whose file a stranger changed stays as it is until its object is
    exported anew.
    """
    entries, exceptions = _listed(folder, held, results, notebook_format)
    reached = _format_reached(entries, exceptions, held, results, notebook_format)
    entries += _retained_entries(folder, held, (*entries, *exceptions))
    manifest = Manifest(
        path=folder.path,
        git_path=folder.git_path,
        object_id=folder.object_id
        or (held.manifest.object_id if held.manifest else None),
        notebook_format=reached,
        entries=tuple(entries),
        folders=tuple(_sub_folders(folder, held)),
        exceptions=tuple(exceptions),
        rules=RULES,
    )
    gone = {entry.file for entry in held.entries} - {entry.file for entry in entries}
    known = settled(folder, held, notebook_format)
    return Decision(
        folder.path,
        folder.git_path,
        manifest,
        _changes(manifest, held, gone, results),
        tuple(folder_outcomes(folder, held, manifest, results, known)),
        tuple(sorted(gone)),
    )


def _before(held: Held) -> Mapping[Key, Part]:
    """What the manifest says of each object, by key."""
    parts: tuple[Part, ...] = (*held.entries, *held.exceptions)
    return {key_of(part): part for part in parts}


def _same_facts(obj: WorkspaceObject, before: Part) -> bool:
    return obj.modified_at is not None and (
        obj.type,
        obj.language,
        obj.modified_at,
    ) == (before.type, before.language, before.modified_at)


def _in_format(part: Part, held: Held, notebook_format: Format) -> bool:
    """Whether it was decided on with notebooks wanted in this format.

    Of what is too large as JUPYTER, SOURCE is stored under the name it would have.
    """
    if part.type != NOTEBOOK:
        return True
    if isinstance(part, Excepted):
        before = held.manifest.notebook_format if held.manifest else None
        return before is notebook_format
    extension = extension_of(part.type, part.language, notebook_format)
    return part.file.endswith(extension) and (
        notebook_format in {part.format, Format.JUPYTER}
    )


def settled(
    folder: PlannedFolder, held: Held, notebook_format: Format
) -> frozenset[Key]:
    """The listed objects of which the manifest and the tree are right already."""
    before = _before(held)
    return frozenset(
        key_of(obj)
        for obj in folder.objects
        if (known := before.get(key_of(obj)))
        and _same_facts(obj, known)
        and _in_format(known, held, notebook_format)
        and (isinstance(known, Excepted) or held.holds(known))
    )


def _listed(
    folder: PlannedFolder,
    held: Held,
    results: Mapping[int, Result],
    notebook_format: Format,
) -> tuple[list[Entry], list[Excepted]]:
    names = _names(folder, held, notebook_format)
    before = _before(held)
    entries: list[Entry] = []
    exceptions: list[Excepted] = []
    for obj in folder.objects:
        result = results.get(obj.object_id)
        known = before.get(key_of(obj))
        if not obj.storable:
            exceptions += [] if obj.descended else [_never_stored(obj, folder)]
        elif isinstance(result, Exported):
            entries.append(_entry(obj, names[obj], result))
        elif result is not None and result.kind is OutcomeKind.EXCEPTED:
            exceptions.append(_excepted(obj, result.detail, result.size))
        elif isinstance(known, Entry):
            entries.append(known)
        elif known is not None:
            exceptions.append(known)
    return entries, exceptions


def _format_reached(
    entries: Sequence[Entry],
    exceptions: Sequence[Excepted],
    held: Held,
    results: Mapping[int, Result],
    notebook_format: Format,
) -> Format:
    """The wanted format; RAW while a listed notebook lags behind.

    No run wants RAW: the folder stays different until all are in one format.
    """
    excepted_now = {
        object_id
        for object_id, result in results.items()
        if not isinstance(result, Exported) and result.kind is OutcomeKind.EXCEPTED
    }
    parts: tuple[Part, ...] = (*entries, *exceptions)
    if all(
        part.object_id in excepted_now or _in_format(part, held, notebook_format)
        for part in parts
    ):
        return notebook_format
    return Format.RAW


def _names(
    folder: PlannedFolder, held: Held, notebook_format: Format
) -> Mapping[WorkspaceObject, str]:
    ours = {entry.file for entry in held.entries}
    known_folders = {*folder.names.values()}
    if held.manifest:
        known_folders |= {sub.git for sub in held.manifest.folders}
    strangers = [name for name in held.files if name not in ours]
    strangers += [name for name in held.folders if name not in known_folders]
    before = [
        NamedBefore(e.object_id, e.name, e.type, e.language, e.file)
        for e in held.entries
    ]
    before += [NamedBefore(-1, "", "", None, name) for name in strangers]
    folders_before = [
        NamedBefore(sub.object_id, sub.name, DIRECTORY, None, sub.git)
        for sub in (held.manifest.folders if held.manifest else ())
    ]
    return assign_names(
        [obj for obj in folder.objects if obj.storable or obj.descended],
        previous_entries=before,
        previous_folders=folders_before,
        notebook_format=notebook_format,
        at_top=folder.git_path == "",
        fixed_folders=folder.names,
    )


def _entry(obj: WorkspaceObject, file: str, result: Exported) -> Entry:
    return Entry(
        name=obj.name,
        type=obj.type,
        object_id=obj.object_id,
        file=file,
        blob=result.blob,
        size=len(result.content),
        format=result.format,
        language=obj.language,
        modified_at=obj.modified_at,
    )


def _excepted(obj: WorkspaceObject, reason: str, size: int | None) -> Excepted:
    return Excepted(
        name=obj.name,
        type=obj.type,
        object_id=obj.object_id,
        reason=reason,
        language=obj.language,
        modified_at=obj.modified_at,
        size=size,
    )


def _never_stored(obj: WorkspaceObject, folder: PlannedFolder) -> Excepted:
    if not obj.is_clone:
        return _excepted(obj, f"{obj.type} has no export", obj.size)
    excepted = _excepted(obj, "Git folder", obj.size)
    for clone in folder.git_folders:
        if clone.path == obj.path:
            return replace(
                excepted,
                url=clone.url,
                branch=clone.branch,
                head_commit=clone.head_commit,
            )
    return excepted


def _retained_entries(
    folder: PlannedFolder, held: Held, parts: Sequence[Part]
) -> list[Entry]:
    listed = {key_of(obj) for obj in folder.objects}
    taken = {(part.name, part.type) for part in parts}
    return [
        entry
        for entry in held.entries
        if key_of(entry) not in listed and (entry.name, entry.type) not in taken
    ]


def _sub_folders(folder: PlannedFolder, held: Held) -> Iterator[SubFolder]:
    listed = set()
    for obj in folder.objects:
        if obj.descended:
            listed.add(obj.name)
            yield SubFolder(obj.name, obj.object_id, folder.names[obj.name])
    for sub in held.manifest.folders if held.manifest else ():
        if sub.name not in listed:
            yield sub


def _changes(
    manifest: Manifest,
    held: Held,
    gone: Collection[str],
    results: Mapping[int, Result],
) -> tuple[Change, ...]:
    exported = [r for r in results.values() if isinstance(r, Exported)]
    contents = {result.blob: result.content for result in exported}
    changes = [
        Change(ChangeKind.DELETE, inside(manifest.git_path, name))
        for name in sorted(gone)
        if name in held.files
    ]
    for entry in manifest.entries:
        if not held.holds(entry) and entry.blob in contents:
            kind = ChangeKind.EDIT if entry.file in held.files else ChangeKind.ADD
            path = inside(manifest.git_path, entry.file)
            changes.append(Change(kind, path, contents[entry.blob]))
    return (*changes, *manifest_change(manifest, held))
