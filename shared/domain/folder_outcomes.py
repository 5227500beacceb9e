"""DECISIONS: what became of each object of a folder that was decided on."""

from collections.abc import Collection, Iterator, Mapping

from shared.domain.held import Exported, Held, Key, NotStored, Result, key_of
from shared.domain.manifest import Manifest
from shared.domain.objects import join
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.plan import PlannedFolder


def folder_outcomes(
    folder: PlannedFolder,
    held: Held,
    manifest: Manifest,
    results: Mapping[int, Result],
    settled: Collection[Key],
) -> Iterator[Outcome]:
    """Objects that are equal in Git have no outcome.

    `settled` are those that should be equal, by all that their listing says.
    """
    by_key = {key_of(entry): entry for entry in held.entries}
    by_name = {(entry.name, entry.type): entry for entry in held.entries}
    for obj in folder.objects:
        result = results.get(obj.object_id)
        if not obj.storable or not isinstance(result, Exported):
            continue
        before = by_key.get(key_of(obj), by_name.get((obj.name, obj.type)))
        if before and held.holds(before) and before.blob == result.blob:
            continue
        silent = before is not None and key_of(obj) in settled
        yield Outcome(
            kind=OutcomeKind.EDITED if before else OutcomeKind.ADDED,
            path=obj.path,
            type=obj.type,
            object_id=obj.object_id,
            size=len(result.content),
            detail="changed without its time changing" if silent else "",
            silent=silent,
        )
    yield from _not_stored_outcomes(folder, held, manifest, results)


def _not_stored_outcomes(
    folder: PlannedFolder,
    held: Held,
    manifest: Manifest,
    results: Mapping[int, Result],
) -> Iterator[Outcome]:
    known = {(x.name, x.type, x.reason) for x in held.exceptions}
    for excepted in manifest.exceptions:
        yield Outcome(
            kind=OutcomeKind.EXCEPTED,
            path=join(folder.path, excepted.name),
            type=excepted.type,
            object_id=excepted.object_id,
            detail=excepted.reason,
            size=excepted.size,
            known=(excepted.name, excepted.type, excepted.reason) in known,
        )
    for obj in folder.objects:
        result = results.get(obj.object_id)
        if isinstance(result, NotStored) and result.kind is not OutcomeKind.EXCEPTED:
            yield Outcome(
                kind=result.kind,
                path=obj.path,
                type=obj.type,
                object_id=obj.object_id,
                detail=result.detail,
                remedy=result.remedy,
            )
