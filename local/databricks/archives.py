"""LOCAL, Databricks: HTML, DBC, R Markdown and zip; knows no store and no request."""

import base64
import io
import json
import re
import urllib.parse
import uuid
import zipfile
from collections.abc import Iterable

from local.databricks.errors import ApiError, bad_parameter
from local.databricks.items import Item
from local.databricks.notebooks import Cell

_EPOCH = (1980, 1, 1, 0, 0, 0)  # equal content must be equal bytes
_MODEL = re.compile(rb"__DATABRICKS_NOTEBOOK_MODEL = '([^']+)'")


def model(item: Item, cells: list[Cell]) -> dict[str, object]:
    """Return a notebook as Databricks' own JSON, `NotebookV1`.

    Reported: `.dbc` and `.html` files in public repositories; of the many fields those
    that carry content.
    """
    return {
        "version": "NotebookV1",
        "origId": item.id,
        "name": item.name,
        "language": (item.language or "PYTHON").lower(),
        "commands": [
            {
                "version": "CommandV1",
                "origId": item.id + number + 1,
                "guid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{item.id}/{number}")),
                "subtype": "command",
                "commandType": "auto",
                "position": float(number + 1),
                "command": cell.text,
                "commandVersion": 0,
                "state": "input",
                "commandTitle": cell.title,
                "showCommandTitle": bool(cell.title),
            }
            for number, cell in enumerate(cells)
        ],
        "dashboards": [],
        "globalVars": {},
        "inputWidgets": {},
    }


def cells_of_model(document: object) -> tuple[str, list[Cell]]:
    """Return language and commands of a `NotebookV1`. Raises ApiError if it is none."""
    try:
        assert isinstance(document, dict)  # noqa: S101 - refused just below
        commands = sorted(document["commands"], key=lambda one: one["position"])
        cells = [Cell(one["command"], one.get("commandTitle", "")) for one in commands]
        return str(document["language"]).upper(), cells
    except (AssertionError, KeyError, TypeError) as error:
        raise bad_parameter("The archive holds no notebook") from error


def html(item: Item, cells: list[Cell]) -> bytes:
    """Return a page that carries the notebook as its model.

    Reported: the model is base64 of URL-encoded JSON in one script variable.
    """
    quoted = urllib.parse.quote(json.dumps(model(item, cells)), safe="()*''")
    encoded = base64.b64encode(quoted.encode()).decode()
    title = item.name.replace("&", "&amp;").replace("<", "&lt;")
    return (
        "<!DOCTYPE html>\n<html>\n<head>\n"
        '<meta name="databricks-html-version" content="1">\n'
        f"<title>{title} - Databricks</title>\n"
        f"<script>var __DATABRICKS_NOTEBOOK_MODEL = '{encoded}';</script>\n"
        "</head>\n<body></body>\n</html>\n"
    ).encode()


def from_html(page: bytes) -> tuple[str, list[Cell]]:
    """Return language and commands of an exported page. Raises ApiError if none."""
    found = _MODEL.search(page)
    if not found:
        raise bad_parameter("The HTML file is not an exported notebook")
    quoted = base64.b64decode(found[1]).decode()
    return cells_of_model(json.loads(urllib.parse.unquote(quoted)))


def dbc(notebooks: Iterable[tuple[str, Item, list[Cell]]]) -> bytes:
    """Return notebooks (path in the archive, object, commands) as a DBC archive.

    Reported: a zip of `name.language` members in JSON beside a `manifest.mf`.
    """
    members = [("manifest.mf", b"version: Version2\n")]
    for path, item, cells in notebooks:
        name = f"{path}.{(item.language or 'PYTHON').lower()}"
        members.append((name, json.dumps(model(item, cells)).encode()))
    return zipped(members)


def from_dbc(archive: bytes) -> list[tuple[str, str, list[Cell]]]:
    """Return path, language and commands of each notebook in a DBC archive."""
    found = []
    for name, content in unzipped(archive):
        if name != "manifest.mf" and not name.endswith("/"):
            language, cells = cells_of_model(json.loads(content))
            found.append((name.rpartition(".")[0], language, cells))
    return found


def r_markdown(item: Item, cells: list[Cell]) -> bytes:
    """Return an R notebook as R Markdown. A guess at the layout."""
    blocks = [
        cell.text.removeprefix("%md").lstrip(" \n")
        if cell.magic == "md"
        else f"```{{r}}\n{cell.text}\n```"
        for cell in cells
    ]
    return ("\n\n".join([f"---\ntitle: {item.name}\n---", *blocks]) + "\n").encode()


def from_r_markdown(content: bytes) -> list[Cell]:
    """Return the commands of R Markdown: its code blocks, and what lies between."""
    text = re.sub(r"\A---\n.*?\n---\n", "", content.decode(), flags=re.DOTALL)
    cells = []
    for part in re.split(r"(```\{r[^}]*\}\n.*?\n?```)", text, flags=re.DOTALL):
        code = re.fullmatch(r"```\{r[^}]*\}\n(.*?)\n?```", part, flags=re.DOTALL)
        if code:
            cells.append(Cell(code[1]))
        elif part.strip():
            cells.append(Cell(f"%md\n{part.strip()}"))
    return cells


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of (path, content); a path that ends with `/` is a folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members:
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), content, 8)
    return buffer.getvalue()


def unzipped(archive: bytes) -> list[tuple[str, bytes]]:
    """Return a zip's members.

    Raises ApiError with the two texts known (reported: databricks/cli tests, SDK
    overrides): one for what is no zip at all, one for a broken one.
    """
    if not archive.startswith(b"PK"):
        raise ApiError(400, "BAD_REQUEST", "The zip archive contains no items.")
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            return [(info.filename, opened.read(info)) for info in opened.infolist()]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        message = "The zip file may not be valid or may be an unsupported version."
        raise ApiError(400, "BAD_REQUEST", message) from error
