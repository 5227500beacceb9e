"""LOCAL, Databricks: notebooks as Jupyter documents; knows no store and no request.

The layout (one space of indent, sorted keys, the two `application/vnd.databricks`
entries) is that of `.ipynb` files which Databricks wrote into public repositories.
"""

import json
import re
import uuid
from typing import Any

from local.databricks.errors import bad_parameter
from local.databricks.notebooks import Cell

_NOTEBOOK = "application/vnd.databricks.v1+notebook"
_CELL = "application/vnd.databricks.v1+cell"
_LANGUAGES = {"python": "PYTHON", "sql": "SQL", "scala": "SCALA", "r": "R"}


def read(content: bytes) -> dict[str, Any]:
    """Parse a Jupyter document. Raises ApiError where it is none (text: a guess)."""
    try:
        document = json.loads(content)
        [cell["cell_type"] for cell in document["cells"]]
    except (ValueError, KeyError, TypeError) as error:
        raise bad_parameter("The notebook is not a valid Jupyter notebook") from error
    assert isinstance(document, dict)  # noqa: S101 - it has cells
    return document


def language_of(document: dict[str, Any]) -> str:
    """Return the language of a document, Python where it names none.

    Documented: always Python. Reported (databricks/cli#1827): the other languages come
    back as themselves, so the document's own word is taken.
    """
    metadata = document.get("metadata", {})
    names = (
        metadata.get(_NOTEBOOK, {}).get("language"),
        metadata.get("language_info", {}).get("name"),
    )
    known = (_LANGUAGES.get(str(name).lower()) for name in names if name)
    return next((language for language in known if language), "PYTHON")


def normalised(document: dict[str, Any], name: str, seed: str) -> bytes:
    """Return a document as the workspace keeps it: with its own entries added.

    Reported (databricks/cli filer test): a round trip changes the payload. A guess:
    the first one does, for what is added stays.
    """
    metadata = document.setdefault("metadata", {})
    metadata.setdefault(_NOTEBOOK, _notebook_entry(language_of(document)))
    metadata[_NOTEBOOK]["notebookName"] = name
    metadata.setdefault("language_info", {"name": language_of(document).lower()})
    for number, cell in enumerate(document["cells"]):
        entries = cell.setdefault("metadata", {})
        entries.setdefault(_CELL, _cell_entry("", f"{seed}/{number}"))
        if cell["cell_type"] == "code":
            cell["execution_count"] = cell.get("execution_count") or 0
            cell.setdefault("outputs", [])
    document.setdefault("nbformat", 4)
    document.setdefault("nbformat_minor", 0)
    return _written(document)


def document_from(cells: list[Cell], language: str, name: str, seed: str) -> bytes:
    """Return commands as a Jupyter document."""
    entry = _notebook_entry(language) | {"notebookName": name}
    document = {
        "cells": [
            _jupyter_cell(cell, f"{seed}/{number}") for number, cell in enumerate(cells)
        ],
        "metadata": {_NOTEBOOK: entry, "language_info": {"name": language.lower()}},
        "nbformat": 4,
        "nbformat_minor": 0,
    }
    return _written(document)


def cells_of(document: dict[str, Any]) -> list[Cell]:
    """Return a document's commands; outputs have no place in them."""
    return [_cell(cell) for cell in document["cells"]]


def _cell(cell: dict[str, Any]) -> Cell:
    source = cell.get("source", "")
    text = source if isinstance(source, str) else "".join(source)
    title = cell.get("metadata", {}).get(_CELL, {}).get("title") or ""
    if cell["cell_type"] == "markdown":
        text = f"%md\n{text}"
    return Cell(text, title)


def _jupyter_cell(cell: Cell, seed: str) -> dict[str, Any]:
    metadata = {_CELL: _cell_entry(cell.title, seed)}
    if cell.magic == "md":
        text = cell.text.removeprefix("%md").lstrip(" ").removeprefix("\n")
        return {"cell_type": "markdown", "metadata": metadata, "source": _lines(text)}
    return {
        "cell_type": "code",
        "execution_count": 0,
        "metadata": metadata,
        "outputs": [],
        "source": _lines(cell.text),
    }


def _lines(text: str) -> list[str]:
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _notebook_entry(language: str) -> dict[str, Any]:
    return {
        "computePreferences": None,
        "dashboards": [],
        "environmentMetadata": None,
        "language": language.lower(),
        "notebookMetadata": {"pythonIndentUnit": 4},
        "widgets": {},
    }


def _cell_entry(title: str, seed: str) -> dict[str, Any]:
    return {
        "cellMetadata": {},
        "inputWidgets": {},
        "nuid": str(uuid.uuid5(uuid.NAMESPACE_URL, seed)),
        "showTitle": bool(title),
        "tableResultSettingsMap": {},
        "title": title,
    }


def _written(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, indent=1, sort_keys=True, ensure_ascii=False)
    return text.encode("utf-8", "replace")
