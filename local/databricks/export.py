"""LOCAL, Databricks: `workspace/export` and reading by `workspace-files`."""

import base64
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from local.databricks import archives, paths
from local.databricks.access import ACCESS
from local.databricks.errors import MAX_BYTES, bad_parameter, export_too_large
from local.databricks.items import Item
from local.databricks.listing import STORE, found
from local.databricks.rendering import cells, rendered

_GZIP_FROM = 64 * 1024  # a guess: SDK integration tests say "large responses"


@dataclass(slots=True)
class Exporting:
    """How exports refuse what is too large: a form of `errors.export_too_large`.

    None takes the form that was reported for the type.
    """

    size_error: str | None = None


EXPORTING: web.AppKey[Exporting] = web.AppKey("exporting", Exporting)


async def export(request: web.Request) -> web.StreamResponse:
    """Answer an object's bytes, plain or as base64 in JSON."""
    item = found(request, request.query.get("path"))
    wanted = request.query.get("format", "SOURCE")
    if item.is_folder:
        content, file_type = _folder(request, item, wanted)
    else:
        kept = request.app[STORE].content(item.id)
        content, file_type = rendered(item, kept, wanted)
    _check_size(request, item, content)
    if request.query.get("direct_download", "").lower() == "true":
        return _compressed(request, _download(item, content, file_type))
    answer = {
        "content": base64.b64encode(content).decode(),
        "file_type": file_type,
    }
    return _compressed(request, web.json_response(answer))


async def read_file(request: web.Request) -> web.StreamResponse:
    """Answer a file's raw bytes. Reported: databricks/cli testserver; no limit known.

    A notebook comes as source (a guess).
    """
    item = found(request, "/" + request.match_info["path"])
    content, _ = rendered(item, request.app[STORE].content(item.id), "AUTO")
    return web.Response(body=content, content_type="application/octet-stream")


def _check_size(request: web.Request, item: Item, content: bytes) -> None:
    """Refuse what is over 10 MB: documented; the forms are reported."""
    if len(content) <= MAX_BYTES:
        return
    usual = "file" if item.type == "FILE" else "notebook"
    form = request.app[EXPORTING].size_error or usual
    raise export_too_large(len(content), form)


def _download(item: Item, content: bytes, file_type: str) -> web.Response:
    name = item.name
    if file_type and not name.endswith(f".{file_type}"):
        name = f"{name}.{file_type}"
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": disposition},
    )


def _compressed(request: web.Request, response: web.Response) -> web.Response:
    """Compress a large answer. Reported: SDK integration tests."""
    large = response.body is not None and (response.content_length or 0) > _GZIP_FROM
    if large and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _folder(request: web.Request, folder: Item, wanted: str) -> tuple[bytes, str]:
    """Export a folder.

    Documented: DBC, SOURCE and AUTO only, the first two without anything but
    notebooks. Reported: AUTO is a zip whose first component is the folder's name, with
    entries for folders. A guess: that SOURCE is a zip too, and that the cap is on the
    zipped bytes.
    """
    if wanted not in ("DBC", "SOURCE", "AUTO"):
        raise bad_parameter(f"Format {wanted} is not supported for directories")
    store, access = request.app[STORE], request.app[ACCESS]
    items = [
        item
        for item in store.below(folder.path)
        if not any(
            paths.lies_in(item.path, refused)
            for refused in access.refusals
            if not paths.lies_in(folder.path, refused)
        )
    ]
    base = len(folder.path.rstrip("/")) - len(folder.name)
    if wanted == "DBC":
        return archives.dbc(
            (item.path[base:], item, cells(item, store.content(item.id)))
            for item in items
            if item.type == "NOTEBOOK"
        ), "dbc"
    members = [(f"{folder.name}/", b"")]
    for item in items:
        members += _member(item, store.content(item.id), item.path[base:], wanted)
    return archives.zipped(members), "zip"


def _member(item: Item, kept: bytes, path: str, wanted: str) -> list[tuple[str, bytes]]:
    if item.is_folder:
        return [(f"{path}/", b"")]
    if item.type == "NOTEBOOK":
        content, extension = rendered(item, kept, wanted)
        return [(f"{path}.{extension}", content)]
    if wanted == "AUTO" and item.type in ("FILE", "DASHBOARD"):
        return [(path, kept)]
    return []


ROUTES = [
    web.get("/api/2.0/workspace/export", export),
    web.get("/api/2.0/workspace-files/{path:.*}", read_file),
]
