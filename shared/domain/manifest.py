"""DECISIONS: a folder's manifest, the record that makes a backup restorable.

One JSON document a folder, sorted, one entry a line, so that `git diff` of it reads
well. Every later version of this code reads every earlier manifest.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from shared.domain.names import OURS_AT_TOP
from shared.domain.objects import DIRECTORY, REPO, Format
from shared.errors import UnknownVersion

MANIFEST_VERSION = 1
FIRST_RULES = (1, 1)

_PLACE = ".backup/folders"
_FILE = "folder.json"
_BLOB = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A stored object: what it is in the workspace, and which bytes lie where in Git.

    `file` is its file name in the folder, `blob` Git's id of its bytes, `size` their
    number.
    """

    name: str
    type: str
    object_id: int
    file: str
    blob: str
    size: int
    format: Format
    language: str | None = None
    modified_at: int | None = None


@dataclass(frozen=True, slots=True)
class SubFolder:
    """A folder below, and its component in Git paths."""

    name: str
    object_id: int
    git: str


@dataclass(frozen=True, slots=True)
class Excepted:
    """An object that is on purpose not stored, and the facts that was decided on."""

    name: str
    type: str
    object_id: int
    reason: str
    language: str | None = None
    modified_at: int | None = None
    size: int | None = None
    url: str | None = None
    branch: str | None = None
    head_commit: str | None = None

    @property
    def git_folder(self) -> bool:
        """Whether it is a clone of a Git repository: a folder that is not descended."""
        return self.type in {REPO, DIRECTORY}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is stored of one folder. `git_path` is empty for the workspace's root.

    `notebook_format` is the one in which all its notebooks are wanted and stored; RAW
    while some are still in another. `rules` are the versions of the rules for names and
    for exceptions that it was decided by.
    """

    path: str
    git_path: str
    object_id: int | None
    notebook_format: Format
    entries: tuple[Entry, ...] = ()
    folders: tuple[SubFolder, ...] = ()
    exceptions: tuple[Excepted, ...] = ()
    rules: tuple[int, int] = FIRST_RULES

    def to_bytes(self) -> bytes:
        """The same bytes for the same manifest, whatever order its parts are in."""
        head: dict[str, object] = {
            "version": MANIFEST_VERSION,
            "path": self.path,
            "git_path": self.git_path,
            "object_id": self.object_id,
            "notebook_format": self.notebook_format,
        }
        if self.rules != FIRST_RULES:
            head["rules"] = list(self.rules)
        parts = [f" {_text(key)}: {_text(value)}" for key, value in head.items()]
        parts += [
            _lines("objects", self.entries),
            _lines("folders", self.folders),
            _lines("exceptions", self.exceptions),
        ]
        text = "{\n" + ",\n".join(sorted(parts)) + "\n}\n"
        return text.encode("utf-8")

    @staticmethod
    def from_bytes(raw: bytes) -> "Manifest":
        """The manifest; `ValueError` where the text is none of ours.

        `UnknownVersion` where a newer version of this code wrote it.
        """
        try:
            manifest = _read(_of_known_version(json.loads(raw)))
            _check(manifest)
        except KeyError as error:
            raise ValueError(f"not a manifest: {error} is missing") from None
        except (AttributeError, RecursionError, TypeError, ValueError) as error:
            raise ValueError(f"not a manifest: {error}") from None
        return manifest


def manifest_path(git_path: str) -> str:
    """Where the manifest of the folder at a Git path lies in Git."""
    return f"{_PLACE}/{git_path}/{_FILE}" if git_path else f"{_PLACE}/{_FILE}"


def folder_of_manifest(path: str) -> str | None:
    """The folder whose manifest lies at this Git path; None if none does."""
    if path == f"{_PLACE}/{_FILE}":
        return ""
    if not path.startswith(f"{_PLACE}/") or not path.endswith(f"/{_FILE}"):
        return None
    return path[len(_PLACE) + 1 : -len(_FILE) - 1] or None


def _lines(key: str, parts: Iterable[Entry | SubFolder | Excepted]) -> str:
    ordered = sorted(parts, key=lambda part: (part.name, part.object_id))
    if not ordered:
        return f' "{key}": []'
    lines = ",\n".join("  " + _text(_facts(part)) for part in ordered)
    return f' "{key}": [\n{lines}\n ]'


def _facts(part: Entry | SubFolder | Excepted) -> dict[str, object]:
    facts = {f.name: getattr(part, f.name) for f in fields(part)}
    return {key: value for key, value in facts.items() if value is not None}


def _text(value: object) -> str:
    """JSON that people can read; what no encoding can carry stays escaped."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return re.sub("[\ud800-\udfff\u2028\u2029\x7f-\x9f]", _escaped, text)


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"


def _of_known_version(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    version = _id(facts["version"])
    if version > MANIFEST_VERSION:
        raise UnknownVersion(f"manifest version {version}")
    if version < 1:
        raise ValueError(f"there was no version {version}")
    return facts


def _read(facts: Mapping[str, Any]) -> Manifest:
    return Manifest(
        path=_string(facts["path"]),
        git_path=_string(facts["git_path"]),
        object_id=_number(facts["object_id"]),
        notebook_format=Format(facts["notebook_format"]),
        entries=tuple(_entry(entry) for entry in facts["objects"]),
        folders=tuple(
            SubFolder(_string(f["name"]), _id(f["object_id"]), _string(f["git"]))
            for f in facts["folders"]
        ),
        exceptions=tuple(_excepted(excepted) for excepted in facts["exceptions"]),
        rules=_rules(facts.get("rules", FIRST_RULES)),
    )


def _rules(value: Any) -> tuple[int, int]:
    names, exceptions = value
    return _id(names), _id(exceptions)


def _entry(facts: Mapping[str, Any]) -> Entry:
    return Entry(
        name=_string(facts["name"]),
        type=_string(facts["type"]),
        object_id=_id(facts["object_id"]),
        file=_string(facts["file"]),
        blob=_string(facts["blob"]),
        size=_id(facts["size"]),
        format=Format(facts["format"]),
        language=_optional(facts.get("language")),
        modified_at=_number(facts.get("modified_at")),
    )


def _excepted(facts: Mapping[str, Any]) -> Excepted:
    return Excepted(
        name=_string(facts["name"]),
        type=_string(facts["type"]),
        object_id=_id(facts["object_id"]),
        reason=_string(facts["reason"]),
        language=_optional(facts.get("language")),
        modified_at=_number(facts.get("modified_at")),
        size=_number(facts.get("size")),
        url=_optional(facts.get("url")),
        branch=_optional(facts.get("branch")),
        head_commit=_optional(facts.get("head_commit")),
    )


def _string(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _string(value)


def _id(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{value!r} is not a number")
    return value


def _number(value: object) -> int | None:
    return None if value is None else _id(value)


def _check(manifest: Manifest) -> None:
    """What a stranger's hand may have made of it, and what must not reach a remote.

    Only what was never allowed: later versions have to read earlier manifests.
    """
    in_git = [entry.file for entry in manifest.entries]
    in_git += [folder.git for folder in manifest.folders]
    if len(set(in_git)) < len(in_git):
        raise ValueError("two objects share a name in Git")
    above = _components(manifest.git_path)
    for name in (*in_git, *above):
        _check_git_name(name)
    for name in above[:1] or in_git:
        if name.lower() in OURS_AT_TOP:
            raise ValueError(f"{name!r} is not a name for what is backed up")
    if not manifest.path.startswith("/"):
        raise ValueError("the path is not absolute")
    names = [entry.name for entry in manifest.entries]
    names += [folder.name for folder in manifest.folders]
    names += [excepted.name for excepted in manifest.exceptions]
    for name in (*names, *_components(manifest.path[1:])):
        _check_component(name)
    for entry in manifest.entries:
        if not _BLOB.fullmatch(entry.blob) or entry.size < 0:
            raise ValueError(f"{entry.name!r} has a blob id or a size that is none")


def _components(path: str) -> list[str]:
    return path.split("/") if path else []


def _check_component(name: str) -> None:
    if name in {"", ".", ".."} or "/" in name:
        raise ValueError(f"{name!r} is no path component")


def _check_git_name(name: str) -> None:
    _check_component(name)
    if "\0" in name or name.lower() == ".git":
        raise ValueError(f"{name!r} cannot lie in Git")
    name.encode("utf-8")
