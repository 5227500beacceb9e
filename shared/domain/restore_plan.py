"""DECISIONS: what is to be restored of which folders, cut into shards."""

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from shared.errors import UnknownVersion

RESTORE_PLAN_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much is looked at, and how much is written, before it is made durable.

    A shard is compared as a whole, a batch of its objects is in memory at once.
    """

    shard_objects: int = 1_000
    shard_folders: int = 500
    batch_objects: int = 250
    batch_bytes: int = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class StoredFolder:
    """A folder as it is stored: where in Git, and the blob id of its manifest.

    `names` are the objects wanted of it, by their exact names; None: all of them.
    """

    git_path: str
    manifest: str
    names: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class WantedTree:
    """A path that was asked for: a folder with all below it, or objects of one."""

    path: str
    folder: StoredFolder


@dataclass(frozen=True, slots=True)
class Sized:
    """A folder, and how many objects are wanted of it."""

    folder: StoredFolder
    objects: int


def packed(
    folders: Iterable[Sized], bounds: Bounds
) -> Iterator[tuple[StoredFolder, ...]]:
    """The folders in their order, as many together as fit; a large one is alone."""
    shard: list[StoredFolder] = []
    objects = 0
    for sized in folders:
        full = (
            objects + sized.objects > bounds.shard_objects
            or len(shard) >= bounds.shard_folders
        )
        if shard and full:
            yield tuple(shard)
            shard, objects = [], 0
        shard.append(sized.folder)
        objects += sized.objects
    if shard:
        yield tuple(shard)


def shard_bytes(folders: Iterable[StoredFolder]) -> bytes:
    """A shard as a blob."""
    return _written([_facts(folder) for folder in folders])


def shard_from(raw: bytes) -> tuple[StoredFolder, ...]:
    """The shard that `shard_bytes` wrote; `UnknownVersion` for a newer one."""
    return tuple(_folder(facts) for facts in _read(raw))


def wanted_bytes(wanted: Iterable[WantedTree]) -> bytes:
    """What was asked for, located, as a blob."""
    return _written([[tree.path, _facts(tree.folder)] for tree in wanted])


def wanted_from(raw: bytes) -> tuple[WantedTree, ...]:
    """What `wanted_bytes` wrote; `UnknownVersion` for a newer one."""
    return tuple(WantedTree(path, _folder(facts)) for path, facts in _read(raw))


def _facts(folder: StoredFolder) -> list[object]:
    names = None if folder.names is None else list(folder.names)
    return [folder.git_path, folder.manifest, names]


def _folder(facts: list[Any]) -> StoredFolder:
    git_path, manifest, names = facts
    return StoredFolder(git_path, manifest, None if names is None else tuple(names))


def _written(rows: list[Any]) -> bytes:
    document = {"version": RESTORE_PLAN_VERSION, "rows": rows}
    return gzip.compress(json.dumps(document).encode("ascii"), mtime=0)


def _read(raw: bytes) -> list[Any]:
    document = json.loads(gzip.decompress(raw))
    if document["version"] > RESTORE_PLAN_VERSION:
        raise UnknownVersion(f"restore plan version {document['version']}")
    rows: list[Any] = document["rows"]
    return rows
