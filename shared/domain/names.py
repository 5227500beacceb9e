"""DECISIONS: an object's name in Git, reversible and never another object's.

Names stay as they are in the workspace wherever Git, Azure DevOps, Windows and macOS
can hold them; the rest is percent-escaped. Objects that would meet at one name, also
where case or Unicode form is ignored, are told apart by their object id.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shared.domain.objects import NOTEBOOK, Format, WorkspaceObject

NAMING_VERSION = 1
MAX_COMPONENT_BYTES = 255
OURS_AT_TOP = frozenset({".backup", ".gitattributes", "readme.md"})

_EXTENSIONS = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}
_MANIFEST = "folder.json"
_MAX_EXTENSION = 24

# Code points that HFS+ ignores in names (documented: git, utf8.c next_hfs_char).
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# Refused by Windows and by Azure Repos' reserved-names policy (documented:
# os-compatibility), or by no means encodable; so is a dot or space at the end.
_REFUSED = re.compile('[\\\\/:*?"<>|%\\x00-\\x1f\\x7f-\\x9f\ud800-\udfff]')
_REFUSED_AT_END = (".", " ")
# Below: compared with collision keys, that is in lower case. The dots and spaces that
# Windows drops from an end are escaped before.
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])"
    r" *(?:\.|\Z)"
)
# Git's own files, and the short names by which NTFS may know them (documented: git,
# path.c is_ntfs_dot_generic): `git~1`, `gitmod~1`, and eight characters `gi7eba~1`,
# `gi7eb~12` ... `~1234567`.
_GITS_OWN = re.compile(
    r"\.git(?:attributes|modules)?|git(?:mod|att)?~[0-9]+"
    r"|(?=.{8}\Z)(?:gi7[0-9a-f]{0,3}|gi?)?~[1-9][0-9]*"
)
_ESCAPE = re.compile(rb"%([0-9A-F]{2})")


@dataclass(frozen=True, slots=True)
class NamedBefore:
    """A name the last manifest gives away; of a sub-folder `type` is DIRECTORY."""

    object_id: int
    name: str
    type: str
    language: str | None
    git: str


def extension_of(type: str, language: str | None, format: Format) -> str:  # noqa: A002
    """What a file's name in Git ends with beyond the object's own name."""
    if type != NOTEBOOK:
        return ""
    if format is Format.JUPYTER:
        return ".ipynb"
    return _EXTENSIONS.get(language or "", "")


def escape(name: str, *, at_top: bool = False, is_folder: bool = False) -> str:
    """The name as a path component; `unescape` gives it back.

    `at_top` keeps names of our own at the top free, `is_folder` those beside the
    manifests of sub-folders.
    """
    escaped = _REFUSED.sub(_percent, name) if _REFUSED.search(name) else name
    if escaped.endswith(_REFUSED_AT_END):
        escaped = escaped[:-1] + _percent_encoded(escaped[-1])
    return _shielded(escaped, at_top=at_top, is_folder=is_folder)


def unescape(name: str) -> str:
    """The name that `escape` made this of; undefined for any other text."""
    if "%" not in name:
        return name
    raw = name.encode("utf-8", "surrogatepass")
    raw = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw)
    return raw.decode("utf-8", "surrogatepass")


def likely_component(name: str, *, at_top: bool) -> str:
    """The component of a folder that nothing else wants; only its manifest says."""
    return _fitted(escape(name, at_top=at_top, is_folder=True), "", name)


def collision_key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    if name.isascii():
        return name.lower()
    name = _IGNORED.sub("", name)
    folded = unicodedata.normalize("NFD", name).upper().casefold()
    return unicodedata.normalize("NFD", folded)


def assign_names(
    objects: Sequence[WorkspaceObject],
    *,
    previous_entries: Iterable[NamedBefore],
    previous_folders: Iterable[NamedBefore],
    notebook_format: Format,
    at_top: bool,
    fixed_folders: Mapping[str, str] | None = None,
) -> Mapping[WorkspaceObject, str]:
    """The Git name of each object of one whole listing.

    An object keeps its name as long as it keeps id, name, type and extension; one
    that replaces another of the same name, type and extension inherits it. The
    others get theirs by rising object id; none gets a name that was given away
    before, for what bears it may still lie in Git. `fixed_folders` are the
    components of sub-folders by name, decided elsewhere: files give way to them.
    """
    before = [*previous_entries, *previous_folders]
    fixed = fixed_folders or {}
    names = {o: fixed[o.name] for o in objects if o.descended and o.name in fixed}
    taken = {collision_key(name) for name in names.values()}
    others = sorted((obj for obj in objects if obj not in names), key=_rank)
    names |= _kept(others, before, taken, notebook_format)
    taken |= {collision_key(known.git) for known in before}
    for obj in others:
        if obj not in names:
            names[obj] = _new_name(obj, taken, notebook_format, at_top=at_top)
            taken.add(collision_key(names[obj]))
    return names


def _rank(obj: WorkspaceObject) -> tuple[int, str, str]:
    return obj.object_id, obj.name, obj.type


def _kept(
    objects: Sequence[WorkspaceObject],
    before: Sequence[NamedBefore],
    taken: set[str],
    notebook_format: Format,
) -> dict[WorkspaceObject, str]:
    """Names that stay with their object, or go to the one that replaces it."""
    by_id = {(known.object_id, known.name, known.type): known for known in before}
    listed = {(obj.object_id, obj.name, obj.type) for obj in objects}
    by_name = {
        (known.name, known.type): known
        for key, known in by_id.items()
        if key not in listed
    }
    closed = set(taken)
    names: dict[WorkspaceObject, str] = {}
    for obj in objects:
        known = by_id.get(
            (obj.object_id, obj.name, obj.type), by_name.get((obj.name, obj.type))
        )
        if known is None or not _fits(known, obj, notebook_format):
            continue
        key = collision_key(known.git)
        if key not in closed:
            names[obj] = known.git
            closed.add(key)
    return names


def _fits(known: NamedBefore, obj: WorkspaceObject, notebook_format: Format) -> bool:
    """Whether the name has the extension the object would get now."""
    extension = extension_of(obj.type, obj.language, notebook_format)
    before = extension_of(known.type, known.language, notebook_format)
    return before == extension and known.git.endswith(extension)


def _new_name(
    obj: WorkspaceObject, taken: set[str], notebook_format: Format, *, at_top: bool
) -> str:
    is_folder = obj.descended
    full = obj.name + extension_of(obj.type, obj.language, notebook_format)
    escaped = escape(full, at_top=at_top, is_folder=is_folder)
    stem, extension = (escaped, "") if is_folder else _split(escaped)
    name = _fitted(stem, extension, full)
    suffix = f"~{obj.object_id}"
    number = 1
    while collision_key(name) in taken:
        # With a suffix, `git` could become one of Git's own names after all.
        fitted = _fitted(stem, suffix + extension, full)
        name = _shielded(fitted, at_top=at_top, is_folder=is_folder)
        number += 1
        suffix = f"~{obj.object_id}~{number}"
    return name


def _fitted(stem: str, tail: str, full: str) -> str:
    """The stem and the tail; where that is too long, the stem is cut and hashed."""
    whole = stem + tail
    if len(whole.encode("utf-8")) <= MAX_COMPONENT_BYTES:
        return whole
    digest = hashlib.sha256(full.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    tail = f"~{digest}{tail}"
    room = MAX_COMPONENT_BYTES - len(tail.encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore") + tail


def _split(name: str) -> tuple[str, str]:
    """The name and its extension, if it has one worth keeping apart."""
    dot = name.rfind(".")
    if dot <= 0 or len(name) - dot > _MAX_EXTENSION:
        return name, ""
    return name[:dot], name[dot:]


def _shielded(name: str, *, at_top: bool, is_folder: bool) -> str:
    """The name, its first character escaped where the whole is not free to use."""
    key = collision_key(name)
    special = (
        _GITS_OWN.fullmatch(key)
        or _DEVICE.match(key)
        or (at_top and key in OURS_AT_TOP)
        or (is_folder and key == _MANIFEST)
    )
    return _percent_encoded(name[0]) + name[1:] if special else name


def _percent(match: re.Match[str]) -> str:
    return _percent_encoded(match[0])


def _percent_encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
