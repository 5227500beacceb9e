"""LOCAL, Databricks: `workspace/import`, as JSON or as a form, and importing files."""

import base64
import binascii
from dataclasses import dataclass

from aiohttp import BodyPartReader, MultipartReader, web

from local.databricks import archives, jupyter, notebooks, paths
from local.databricks.changes import (
    HOMES,
    NewObject,
    check_home,
    json_body,
    make_folders,
    put,
)
from local.databricks.errors import (
    MAX_BYTES,
    bad_parameter,
    exists,
    import_too_large,
)
from local.databricks.listing import STORE, visible_path
from local.databricks.notebooks import COMMENTS, JUPYTER, SOURCE, Cell
from local.databricks.store import Store

MAX_FILE = 500 * 1024 * 1024  # documented: "What are workspace files?"


@dataclass(frozen=True, slots=True)
class Import:
    """What an import request asks for."""

    path: str
    content: bytes
    format: str
    language: str | None
    overwrite: bool


async def import_object(request: web.Request) -> web.Response:
    """Import one object, or a folder from an archive.

    The answer's `object_id` is reported (terraform-provider-databricks); the SDKs
    ignore it.
    """
    wanted = await _read(request)
    if len(wanted.content) > MAX_BYTES:
        raise import_too_large(len(wanted.content))
    return web.json_response({"object_id": perform(request.app[STORE], wanted)})


async def import_file(request: web.Request) -> web.Response:
    """Import raw bytes as AUTO does. Reported: databricks/cli filer and testserver."""
    path = visible_path(request, "/" + request.match_info["path"])
    check_home(request.app[HOMES], path)
    content = await request.read()
    if len(content) > MAX_FILE:
        raise import_too_large(len(content))
    overwrite = request.query.get("overwrite", "").lower() == "true"
    wanted = Import(path, content, "AUTO", None, overwrite)
    perform(request.app[STORE], wanted)
    return web.json_response({})


def perform(store: Store, wanted: Import) -> int:
    """Do an import. Returns the object's id. Raises ApiError where it is refused."""
    if wanted.format == "DBC" or (wanted.format == "SOURCE" and not wanted.language):
        return _archive(store, wanted)
    with store.transaction():
        return put(store, new_object(wanted), overwrite=wanted.overwrite)


def new_object(wanted: Import) -> NewObject:
    """Decide what a single import becomes."""
    if wanted.format == "AUTO":
        return _automatic(wanted)
    if wanted.format == "RAW":  # reported: terraform's workspace_file; always a file
        return NewObject(wanted.path, "FILE", wanted.content)
    if wanted.format == "JUPYTER":
        return _from_jupyter(wanted.path, wanted.content)
    if wanted.format == "HTML":
        language, cells = archives.from_html(wanted.content)
        return _from_cells(wanted.path, language, cells)
    if wanted.format == "R_MARKDOWN":
        cells = archives.from_r_markdown(wanted.content)
        return _from_cells(wanted.path, "R", cells)
    if wanted.language not in COMMENTS:
        raise bad_parameter(f"Unknown language: {wanted.language}")
    return _from_source(wanted.path, wanted.content, wanted.language)


def _automatic(wanted: Import) -> NewObject:
    name = paths.name(wanted.path)
    if name.endswith(".lvdash.json"):  # documented: dashboards by the Workspace API
        return NewObject(wanted.path, "DASHBOARD", wanted.content)
    recognised = notebooks.recognise(name, wanted.content)
    if recognised is None:
        return NewObject(wanted.path, "FILE", wanted.content)
    language, form = recognised
    path = wanted.path.rpartition(".")[0]
    if form == JUPYTER:
        return _from_jupyter(path, wanted.content)
    return _from_source(path, wanted.content, language)


def _from_source(path: str, content: bytes, language: str) -> NewObject:
    body = notebooks.body_of(content, language)
    return NewObject(path, "NOTEBOOK", body, language, SOURCE)


def _from_jupyter(path: str, content: bytes) -> NewObject:
    document = jupyter.read(content)
    language = jupyter.language_of(document)
    kept = jupyter.normalised(document, paths.name(path), path)
    return NewObject(path, "NOTEBOOK", kept, language, JUPYTER)


def _from_cells(path: str, language: str, cells: list[Cell]) -> NewObject:
    if language not in COMMENTS:
        raise bad_parameter(f"Unknown language: {language}")
    body = notebooks.body_from(cells, language)
    return NewObject(path, "NOTEBOOK", body, language, SOURCE)


def _archive(store: Store, wanted: Import) -> int:
    """Import a folder. Documented: DBC knows no `overwrite`, and wants a free path."""
    if wanted.format == "DBC":
        members = [
            _from_cells(paths.join(wanted.path, name), language, cells)
            for name, language, cells in archives.from_dbc(wanted.content)
        ]
    else:
        members = _sources(wanted)
    with store.transaction():
        old = store.get(wanted.path)
        if old is not None and not (wanted.overwrite and old.is_folder):
            raise exists(wanted.path, old.type)
        folder = make_folders(store, wanted.path)
        for member in members:
            make_folders(store, paths.parent(member.path))
            put(store, member, overwrite=wanted.overwrite)
    return folder.id


def _sources(wanted: Import) -> list[NewObject]:
    """Read a zip of sources; what is no notebook becomes a file (a guess)."""
    return [
        _automatic(
            Import(
                paths.join(wanted.path, name), content, "AUTO", None, wanted.overwrite
            )
        )
        for name, content in archives.unzipped(wanted.content)
        if not name.endswith("/")
    ]


async def _read(request: web.Request) -> Import:
    if request.content_type == "multipart/form-data":
        fields = await _form(request)
    else:
        fields = await json_body(request)
        fields["content"] = _decoded(fields.get("content"))
    path = visible_path(request, fields.get("path"))
    check_home(request.app[HOMES], path)
    language = fields.get("language")
    wanted = str(fields.get("format") or "SOURCE")
    if wanted not in ("SOURCE", "AUTO", "RAW", "JUPYTER", "HTML", "DBC", "R_MARKDOWN"):
        raise bad_parameter(f"Unknown import format: {wanted}")
    content = fields["content"]
    assert isinstance(content, bytes)  # noqa: S101 - both readers make it so
    overwrite = str(fields.get("overwrite", "")).lower() == "true"
    return Import(path, content, wanted, str(language) if language else None, overwrite)


def _decoded(content: object) -> bytes:
    try:
        return base64.b64decode("".join(str(content or "").split()), validate=True)
    except binascii.Error as error:
        raise bad_parameter("content is not base64") from error


async def _form(request: web.Request) -> dict[str, object]:
    fields: dict[str, object] = {"content": b""}
    async for part in MultipartReader(request.headers, request.content):
        if not isinstance(part, BodyPartReader) or not part.name:
            continue
        content = bytes(await part.read(decode=True))
        fields[part.name] = content if part.name == "content" else content.decode()
    return fields


ROUTES = [
    web.post("/api/2.0/workspace/import", import_object),
    web.post("/api/2.0/workspace-files/import-file/{path:.*}", import_file),
]
