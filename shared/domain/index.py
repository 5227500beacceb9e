"""DECISIONS: the cached summary of every manifest at one commit; never the truth.

A line a folder, decoded only when asked for: comparing 15,000 folders a night needs
their digests, not their contents.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.digest import digest_of_manifest
from shared.domain.known_failures import NO_FAILURES, KnownFailures
from shared.domain.manifest import Manifest
from shared.domain.names import NamedBefore
from shared.domain.objects import DIRECTORY, parent
from shared.errors import UnknownVersion

INDEX_VERSION = 2


@dataclass(frozen=True, slots=True)
class IndexedFolder:
    """What one folder's manifest says, as far as planning needs it.

    `children` are all names the manifest gives away, sub-folders with type
    DIRECTORY; `untimed` the blob id of each object whose listing carries no time,
    by object id; `excepted` what is on purpose not stored, by (id, name).
    `vouched`: its tree was found to hold what the manifest says.
    """

    path: str
    git_path: str
    object_id: int | None
    manifest: str
    digest: str
    children: tuple[NamedBefore, ...]
    untimed: Mapping[int, str] = field(default_factory=dict)
    vouched: bool = True
    excepted: tuple[tuple[int, str], ...] = ()

    @property
    def objects(self) -> tuple[NamedBefore, ...]:
        """The stored objects among the children."""
        return tuple(child for child in self.children if child.type != DIRECTORY)

    @property
    def accounted(self) -> frozenset[tuple[int, str]]:
        """All it stores or excepts, by (id, name): nothing of it is still to come."""
        stored = ((child.object_id, child.name) for child in self.objects)
        return frozenset((*stored, *self.excepted))

    def to_line(self) -> bytes:
        """One line of JSON."""
        children = [
            [c.object_id, c.name, c.type, c.language, c.git] for c in self.children
        ]
        untimed = list(self.untimed.items())
        facts = [
            *(self.path, self.git_path, self.object_id, self.manifest, self.digest),
            *(children, untimed, self.vouched, self.excepted),
        ]
        return json.dumps(facts, separators=(",", ":")).encode("ascii")

    @staticmethod
    def from_line(line: bytes) -> "IndexedFolder":
        """The folder that `to_line` wrote."""
        path, git_path, object_id, manifest, digest, *parts = json.loads(line)
        children, untimed, vouched, excepted = parts
        return IndexedFolder(
            path,
            git_path,
            object_id,
            manifest,
            digest,
            tuple(NamedBefore(*child) for child in children),
            dict(untimed),
            vouched,
            tuple((object_id, name) for object_id, name in excepted),
        )


def index_folder(manifest: Manifest, blob: str, *, vouched: bool) -> IndexedFolder:
    """The summary of a manifest whose blob id is `blob`."""
    entries = [
        NamedBefore(e.object_id, e.name, e.type, e.language, e.file)
        for e in manifest.entries
    ]
    folders = [
        NamedBefore(f.object_id, f.name, DIRECTORY, None, f.git)
        for f in manifest.folders
    ]
    return IndexedFolder(
        path=manifest.path,
        git_path=manifest.git_path,
        object_id=manifest.object_id,
        manifest=blob,
        digest=digest_of_manifest(manifest),
        children=(*entries, *folders),
        untimed={
            e.object_id: e.blob for e in manifest.entries if e.modified_at is None
        },
        vouched=vouched,
        excepted=tuple((x.object_id, x.name) for x in manifest.exceptions),
    )


@dataclass(frozen=True, slots=True)
class LastRecord:
    """The newest run record in the repository, as far as the next run needs it.

    `admin`: an administrator saw what the branch holds, and no complete run of full
    scope has been made with less sight since.
    """

    run_id: str
    status: str
    scope: str
    commit: str
    identity: str = ""
    admin: bool = False
    known: KnownFailures = NO_FAILURES


class Index:
    """All folders at one commit. `suspects` are Git paths to be looked at anew."""

    def __init__(
        self,
        commit: str | None = None,
        record: LastRecord | None = None,
        suspects: Iterable[str] = (),
    ) -> None:
        """An index without folders."""
        self.commit = commit
        self.record = record
        self.suspects = frozenset(suspects)
        self._lines: dict[str, bytes] = {}
        self._above: dict[str, str] | None = None

    def __len__(self) -> int:
        return len(self._lines)

    def __contains__(self, path: str) -> bool:
        return path in self._lines

    def get(self, path: str) -> IndexedFolder | None:
        """The folder of that exact workspace path."""
        line = self._lines.get(path)
        return IndexedFolder.from_line(line) if line is not None else None

    def git_path_of(self, path: str) -> str | None:
        """Where the folder lies in Git, also if only folders below it are known."""
        known = self.get(path)
        return known.git_path if known else self._implied().get(path)

    def components_below(self, folder: str) -> Iterator[tuple[str, str]]:
        """Sub-folders that lie directly in it, and their component in Git."""
        for path in (*self._lines, *self._implied()):
            if path != "/" and parent(path) == folder:
                git_path = self.git_path_of(path)
                yield path, (git_path or "").rpartition("/")[2]

    def _implied(self) -> Mapping[str, str]:
        """The Git paths of folders that are not known, but others below them are."""
        if self._above is None:
            self._above = {}
            for path, line in self._lines.items():
                if path != "/" and parent(path) not in self._lines:
                    self._above |= _folders_above(IndexedFolder.from_line(line))
        return self._above

    def paths(self) -> Iterator[str]:
        """The workspace paths of all folders."""
        return iter(self._lines)

    def folders(self) -> Iterator[IndexedFolder]:
        """All folders, one after the other."""
        return (IndexedFolder.from_line(line) for line in self._lines.values())

    def put(self, folder: IndexedFolder) -> None:
        """Add the folder, or replace what is known of its path."""
        self._lines[folder.path] = folder.to_line()
        self._above = None

    def remove(self, path: str) -> None:
        """Forget the folder, if known."""
        self._lines.pop(path, None)
        self._above = None

    def to_bytes(self) -> bytes:
        """JSON Lines: a head, then the folders."""
        head = {
            "version": INDEX_VERSION,
            "commit": self.commit,
            "record": _record_facts(self.record),
            "suspects": sorted(self.suspects),
        }
        return b"\n".join([json.dumps(head).encode("ascii"), *self._lines.values()])

    @staticmethod
    def from_bytes(raw: bytes) -> "Index":
        """The index that `to_bytes` wrote; `UnknownVersion` for a newer one."""
        first, *lines = raw.split(b"\n")
        head = json.loads(first)
        if head["version"] > INDEX_VERSION:
            raise UnknownVersion(f"index version {head['version']}")
        record = _record_of(head["record"]) if head["record"] else None
        index = Index(head["commit"], record, head["suspects"])
        for line in lines:
            # The path is a line's first value: no need to decode the rest.
            path, _ = json.JSONDecoder().raw_decode(line[1:].decode("ascii"))
            index._lines[path] = line
        return index


def _folders_above(folder: IndexedFolder) -> dict[str, str]:
    """The Git paths of all folders above one, by their own paths."""
    path, git_path = folder.path, folder.git_path
    above = {}
    while path != "/":
        path, git_path = parent(path), git_path.rpartition("/")[0]
        above[path] = git_path
    return above


def _record_of(facts: Mapping[str, Any]) -> LastRecord:
    known = KnownFailures.from_bytes(facts.get("known", "{}").encode("ascii"))
    return LastRecord(**{**facts, "known": known})


def _record_facts(record: LastRecord | None) -> dict[str, object] | None:
    if record is None:
        return None
    facts = {name: getattr(record, name) for name in LastRecord.__slots__}
    return {**facts, "known": record.known.to_bytes().decode("ascii")}
