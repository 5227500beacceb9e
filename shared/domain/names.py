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

_EXTENSIONS = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}
_OURS_AT_TOP = frozenset({".backup", "readme.md", ".gitattributes"})
_MANIFEST = "folder.json"
_MAX_EXTENSION = 24

# Code points that HFS+ ignores in names (documented: git, utf8.c next_hfs_char).
_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
# Refused by Windows and by Azure Repos' reserved-names policy, or by no means
# encodable; a dot or space at the end as well.
_REFUSED = re.compile(
    '[\\\\/:*?"<>|%\\x00-\\x1f\\x7f-\\x9f\ud800-\udfff]|[. ]\\Z', re.DOTALL
)
_DEVICE = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])"
    r" *(?:\.|\Z)",
    re.IGNORECASE,
)
# Git's own files, also as NTFS would read them: `.git.`, `git~1`, `gi7eba~1`.
_GITS_OWN = re.compile(
    r"\.git(?:attributes|modules)?(?:[ .:]|\Z)|gi(?:t|tmod|tatt|[0-9a-f]{4})~[0-9]",
    re.IGNORECASE,
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
    escaped = _REFUSED.sub(_percent, name)
    if _is_special(escaped, at_top=at_top, is_folder=is_folder):
        escaped = _percent_encoded(escaped[0]) + escaped[1:]
    return escaped


def unescape(name: str) -> str:
    """The name that `escape` made this of."""
    if "%" not in name:
        return name
    raw = name.encode("utf-8", "surrogatepass")
    raw = _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), raw)
    return raw.decode("utf-8", "surrogatepass")


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
    names: dict[WorkspaceObject, str] = {}
    for obj in objects:
        if obj.descended and obj.name in fixed:
            names[obj] = fixed[obj.name]
    closed = {collision_key(name) for name in names.values()}
    open_objects = [obj for obj in objects if obj not in names]
    names |= _kept(open_objects, before, closed, notebook_format)
    taken = closed | {collision_key(known.git) for known in before}
    for obj in sorted(open_objects, key=lambda obj: obj.object_id):
        if obj not in names:
            names[obj] = _new_name(obj, taken, notebook_format, at_top=at_top)
            taken.add(collision_key(names[obj]))
    return names


def _kept(
    objects: Sequence[WorkspaceObject],
    before: Sequence[NamedBefore],
    closed: set[str],
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
    names: dict[WorkspaceObject, str] = {}
    for obj in objects:
        known = by_id.get(
            (obj.object_id, obj.name, obj.type), by_name.get((obj.name, obj.type))
        )
        if known is None or collision_key(known.git) in closed:
            continue
        extension = extension_of(obj.type, obj.language, notebook_format)
        if known.language == obj.language and known.git.endswith(extension):
            names[obj] = known.git
    return names


def _new_name(
    obj: WorkspaceObject, taken: set[str], notebook_format: Format, *, at_top: bool
) -> str:
    extension = extension_of(obj.type, obj.language, notebook_format)
    full = obj.name + extension
    escaped = escape(full, at_top=at_top, is_folder=obj.descended)
    name = _fitted(escaped, full, "")
    number = 1
    while collision_key(name) in taken:
        suffix = f"~{obj.object_id}" if number == 1 else f"~{obj.object_id}~{number}"
        name = _fitted(escaped, full, suffix)
        number += 1
    return name


def _fitted(escaped: str, full: str, suffix: str) -> str:
    """The component with `suffix` before its extension, cut if it is too long."""
    stem, extension = _split(escaped)
    whole = stem + suffix + extension
    if len(whole.encode("utf-8")) <= MAX_COMPONENT_BYTES:
        return whole
    digest = hashlib.sha256(full.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    tail = f"~{digest}{suffix}{extension}"
    room = MAX_COMPONENT_BYTES - len(tail.encode("utf-8"))
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore") + tail


def _split(name: str) -> tuple[str, str]:
    """The name and its extension, if it has one worth keeping apart."""
    dot = name.rfind(".")
    if dot <= 0 or len(name) - dot > _MAX_EXTENSION:
        return name, ""
    return name[:dot], name[dot:]


def _is_special(name: str, *, at_top: bool, is_folder: bool) -> bool:
    plain = name if name.isascii() else _IGNORED.sub("", name)
    if _GITS_OWN.match(plain) or _DEVICE.match(plain):
        return True
    key = collision_key(name)
    return (at_top and key in _OURS_AT_TOP) or (is_folder and key == _MANIFEST)


def _percent(match: re.Match[str]) -> str:
    return _percent_encoded(match[0])


def _percent_encoded(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
