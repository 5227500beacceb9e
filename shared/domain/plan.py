"""DECISIONS: a shard's plan, which makes the listing the shard works on durable."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from shared.domain.objects import Format, GitFolder, WorkspaceObject
from shared.domain.runs import ShardKind
from shared.errors import UnknownVersion

PLAN_VERSION = 1


@dataclass(frozen=True, slots=True)
class PlannedFolder:
    """A folder to store: its listing, and what the index knows of it.

    `objects` are all its children after excludes; `names` the Git component of
    each sub-folder by its workspace name. `untimed` are the index's blob ids of
    objects without a time, by object id; `checked` says that nothing but those
    can differ, so that Git need not be asked if none does. `manifest` is the blob
    id of its manifest when the index was made, empty for none.
    """

    path: str
    git_path: str
    object_id: int | None
    objects: tuple[WorkspaceObject, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    git_folders: tuple[GitFolder, ...] = ()
    untimed: Mapping[int, str] = field(default_factory=dict)
    checked: bool = False
    manifest: str = ""


@dataclass(frozen=True, slots=True)
class PlannedDeletion:
    """What is to go from one folder: objects by (id, name), sub-folders by name.

    `whole`: the folder itself is gone from the workspace; once nothing of it is
    left to keep, its manifest goes too. `manifest` is the blob id of its manifest
    when the index was made, for where somebody removed it.
    """

    path: str
    git_path: str
    whole: bool
    objects: tuple[tuple[int, str], ...] = ()
    folders: tuple[str, ...] = ()
    moved_to: Mapping[int, str] = field(default_factory=dict)
    manifest: str = ""


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """The work of one shard."""

    run_id: str
    number: int
    kind: ShardKind
    notebook_format: Format
    store: tuple[PlannedFolder, ...] = ()
    delete: tuple[PlannedDeletion, ...] = ()

    def to_bytes(self) -> bytes:
        """Compressed JSON."""
        facts = {"version": PLAN_VERSION, **asdict(self)}
        return gzip.compress(json.dumps(facts).encode("ascii"), 1, mtime=0)

    @staticmethod
    def from_bytes(raw: bytes) -> "ShardPlan":
        """The plan that `to_bytes` wrote; `UnknownVersion` for a newer one."""
        facts = json.loads(gzip.decompress(raw))
        if facts["version"] > PLAN_VERSION:
            raise UnknownVersion(f"shard plan version {facts['version']}")
        return ShardPlan(
            facts["run_id"],
            facts["number"],
            ShardKind(facts["kind"]),
            Format(facts["notebook_format"]),
            tuple(_stored(folder) for folder in facts["store"]),
            tuple(_deleted(folder) for folder in facts["delete"]),
        )


def planned_objects(folders: Sequence[PlannedFolder]) -> int:
    """How many objects with bytes of their own the folders hold."""
    return sum(obj.storable for folder in folders for obj in folder.objects)


def _stored(facts: dict[str, Any]) -> PlannedFolder:
    objects = tuple(WorkspaceObject(**obj) for obj in facts.pop("objects"))
    git_folders = tuple(GitFolder(**clone) for clone in facts.pop("git_folders"))
    untimed = {int(key): blob for key, blob in facts.pop("untimed").items()}
    return PlannedFolder(
        objects=objects, git_folders=git_folders, untimed=untimed, **facts
    )


def _deleted(facts: dict[str, Any]) -> PlannedDeletion:
    objects = tuple((key, name) for key, name in facts.pop("objects"))
    folders = tuple(facts.pop("folders"))
    moved_to = {int(key): path for key, path in facts.pop("moved_to").items()}
    return PlannedDeletion(objects=objects, folders=folders, moved_to=moved_to, **facts)
