"""DECISIONS: one digest of what decides whether a folder is up to date.

Taken of a manifest and of a listing in the same form: whether an object is stored or
excepted does not matter, only that it is the object the manifest speaks of.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

from shared.domain.manifest import Manifest
from shared.domain.names import NAMING_VERSION
from shared.domain.objects import DIRECTORY, REPO, Format, GitFolder, WorkspaceObject

EXCEPTION_VERSION = 1
RULES = (NAMING_VERSION, EXCEPTION_VERSION)
"""A manifest that was decided by others differs from every listing."""

type _Fact = tuple[object, ...]

_encode = json.JSONEncoder(separators=(",", ":")).encode


def digest_of_manifest(manifest: Manifest) -> str:
    """The digest of what the manifest says."""
    facts: list[_Fact] = [
        (e.name, e.type, e.language, e.object_id, e.modified_at)
        for e in manifest.entries
    ]
    facts += [
        (
            *(x.name, x.type, x.language, x.object_id, x.modified_at),
            *((x.url, x.branch, x.head_commit) if x.git_folder else ()),
        )
        for x in manifest.exceptions
    ]
    facts += [(f.name, f.object_id) for f in manifest.folders]
    return _digest(
        manifest.rules,
        manifest.git_path,
        manifest.object_id,
        manifest.notebook_format,
        facts,
    )


def digest_of_listing(
    *,
    git_path: str,
    object_id: int | None,
    notebook_format: Format,
    objects: Iterable[WorkspaceObject],
    git_folders: Mapping[str, GitFolder],
) -> str:
    """The digest a manifest has that holds exactly what the listing shows.

    `objects` are the folder's children after excludes, `git_folders` the Git folders
    of the workspace by path.
    """
    facts = [_listed(obj, git_folders) for obj in objects]
    return _digest(RULES, git_path, object_id, notebook_format, facts)


def _listed(obj: WorkspaceObject, git_folders: Mapping[str, GitFolder]) -> _Fact:
    if obj.descended:
        return obj.name, obj.object_id
    fact = (obj.name, obj.type, obj.language, obj.object_id, obj.modified_at)
    if obj.type != REPO and not (obj.type == DIRECTORY and obj.is_git_folder):
        return fact
    clone = git_folders.get(obj.path)
    if clone is None:
        return *fact, None, None, None
    return *fact, clone.url, clone.branch, clone.head_commit


def _digest(
    rules: tuple[int, int],
    git_path: str,
    object_id: int | None,
    notebook_format: Format,
    facts: list[_Fact],
) -> str:
    head = [*rules, notebook_format, git_path, object_id]
    # JSON, so that no two lists of facts give the same text.
    text = "\n".join([_encode(head), *sorted(_encode(fact) for fact in facts)])
    return hashlib.sha256(text.encode("ascii")).hexdigest()
