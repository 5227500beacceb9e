"""LOCAL, backup: what each file of a folder becomes in a workspace; reads no disk.

The rules of the Databricks CLI's `import-dir`: a source file whose first line is the
notebook header, and an `.ipynb`, become notebooks without their extension; everything
else a file, byte for byte (read in: databricks/cli, libs/notebook).
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

NOTEBOOK, FILE = "NOTEBOOK", "FILE"
HEADER_BYTES = 32
_HEADER = "Databricks notebook source"
_LANGUAGES = {
    ".py": ("PYTHON", f"# {_HEADER}"),
    ".r": ("R", f"# {_HEADER}"),
    ".scala": ("SCALA", f"// {_HEADER}"),
    ".sql": ("SQL", f"-- {_HEADER}"),
}
_JUPYTER = ".ipynb"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: its type, how it is imported, and in which language."""

    type: str
    format: str
    language: str | None = None


PLAIN = Kind(FILE, "RAW")


@dataclass(frozen=True, slots=True)
class Placed:
    """A file and the workspace path it is imported to."""

    source: str
    path: str
    kind: Kind


class ClashError(Exception):
    """Two files of the folder cannot both be in a workspace."""


def recognised(name: str, content: bytes) -> Kind:
    """What a file of that name and content is."""
    extension = PurePosixPath(name).suffix.lower()
    if extension == _JUPYTER:
        return Kind(NOTEBOOK, "JUPYTER") if _is_jupyter(content) else PLAIN
    language, header = _LANGUAGES.get(extension, ("", ""))
    first = content[:HEADER_BYTES].partition(b"\n")[0].removesuffix(b"\r")
    if header and first == header.encode("ascii"):
        return Kind(NOTEBOOK, "SOURCE", language)
    return PLAIN


def placed(kinds: Mapping[str, Kind]) -> list[Placed]:
    """Where each file goes; `kinds` by path relative to the folder, with `/`.

    A notebook whose name without extension is taken (by a folder, a file, or another
    notebook) keeps its extension. `ClashError` where that is taken as well.
    """
    taken = {f"/{folder}" for folder in folders(kinds)}
    taken |= {f"/{source}" for source, kind in kinds.items() if kind.type == FILE}
    result = []
    for source, kind in sorted(kinds.items()):
        path = f"/{source}"
        if kind.type == NOTEBOOK:
            path = _free(source, taken)
            taken.add(path)
        result.append(Placed(source, path, kind))
    return result


def folders(sources: Iterable[str]) -> list[str]:
    """All folders above the files, parents first, relative, with `/`."""
    found = {
        str(parent)
        for source in sources
        for parent in PurePosixPath(source).parents
        if parent.name
    }
    return sorted(found)


def _free(source: str, taken: set[str]) -> str:
    whole = PurePosixPath(f"/{source}")
    for path in (str(whole.with_suffix("")), str(whole)):
        if path not in taken:
            return path
    raise ClashError(f"{source} has no name left in a workspace")


def _is_jupyter(content: bytes) -> bool:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(document, dict) and isinstance(document.get("nbformat"), int)
