"""TREES AND BLOBS: objects by their id.

Documented: Azure DevOps Git REST 7.1, "Trees - Get", "Blobs - Get Blob", "Get Blobs
Zip". Likely: an unknown blob answers 400, not 404. The form of a blob when Accept names
none is a guess: its bytes.
"""

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.errors import ApiError
from local.azure_devops.exchange import (
    JSON,
    Call,
    call_of,
    file_response,
    json_response,
    read_json,
    respond,
)
from local.azure_devops.objects import (
    TREE_MODE,
    Entry,
    MissingObjectError,
    is_object_id,
)
from local.azure_devops.tree_reads import Found, children, descend
from local.azure_devops.zips import zip_of_blobs, zip_of_folder

_JSON_FORM, _ZIP_FORM = "json", "zip"


async def get_tree(request: web.Request) -> web.Response:
    """GET trees/{sha}: the entries, all levels with `recursive=true`, or a zip."""
    call = call_of(request)
    oid = request.match_info["sha"].lower()
    form = _form(request, call)

    def work() -> web.Response:
        root = Found("/", Entry(TREE_MODE, "", oid))
        try:
            if form == _ZIP_FORM:
                name = call.query.text("fileName") or oid
                content = zip_of_folder(call.home.repository.objects, root)
                return file_response(content, "application/zip", f"{name}.zip")
            return json_response(_tree_json(call, root))
        except MissingObjectError as error:
            raise _unknown(oid, 404) from error

    return await respond(work)


async def get_blob(request: web.Request) -> web.Response:
    """GET blobs/{sha}: the bytes, a zip of them, or id and size as JSON."""
    call = call_of(request)
    oid = request.match_info["sha"].lower()
    form = _form(request, call)

    def work() -> web.Response:
        objects = call.home.repository.objects
        try:
            if form == _JSON_FORM:
                return json_response(_blob_json(call, oid))
            name = call.query.text("fileName") or oid
            if form == _ZIP_FORM:
                content = zip_of_blobs(objects, [oid])
                return file_response(content, "application/zip", f"{name}.zip")
            offered = name if call.query.flag("download") else None
            return file_response(objects.blob(oid), "application/octet-stream", offered)
        except MissingObjectError as error:
            raise _unknown(oid, 400) from error

    return await respond(work)


async def post_blobs(request: web.Request) -> web.Response:
    """POST blobs: a zip of the blobs whose ids are in the body, each once."""
    call = call_of(request)
    oids = await read_json(request)
    if not isinstance(oids, list) or not oids:
        raise errors.invalid_argument("No blob ids are given.", "blobIds")
    unique = list(dict.fromkeys(str(oid).lower() for oid in oids))
    name = call.query.text("filename") or "Blobs"

    def work() -> web.Response:
        try:
            content = zip_of_blobs(call.home.repository.objects, unique)
        except MissingObjectError as error:
            raise _unknown(error.oid, 400) from error
        return file_response(content, "application/zip", f"{name}.zip")

    return await respond(work)


def _form(request: web.Request, call: Call) -> str | None:
    named = (call.query.text("$format") or "").lower()
    accept = request.headers.get("Accept", "").lower()
    for form in (_JSON_FORM, _ZIP_FORM):
        if named == form or (not named and f"application/{form}" in accept):
            return form
    return None


def _unknown(oid: str, status: int) -> ApiError:
    if not is_object_id(oid):
        return errors.invalid_argument(f"'{oid}' is not an object id.", "objectId")
    return errors.missing_object(oid, status)


def _blob_json(call: Call, oid: str) -> JSON:
    kind, size = call.home.repository.objects.header(oid)
    if kind != "blob":
        raise MissingObjectError(oid)
    url = call.links.blob(oid)
    links = {"self": {"href": url}, "repository": {"href": call.links.repository}}
    return {"objectId": oid, "size": size, "url": url, "_links": links}


def _tree_json(call: Call, root: Found) -> JSON:
    objects = call.home.repository.objects
    recursive = call.query.flag("recursive")
    below = descend(objects, root) if recursive else children(objects, root)
    entries = [_entry_json(call, found) for found in below]
    return {
        "objectId": root.entry.oid,
        "url": call.links.tree(root.entry.oid),
        "treeEntries": entries,
        "size": sum(entry["size"] for entry in entries),
        "_links": {
            "self": {"href": call.links.tree(root.entry.oid)},
            "repository": {"href": call.links.repository},
        },
    }


def _entry_json(call: Call, found: Found) -> JSON:
    entry = found.entry
    is_submodule = entry.kind == "commit"
    size = 0 if is_submodule else call.home.repository.objects.header(entry.oid)[1]
    return {
        "objectId": entry.oid,
        "relativePath": found.path[1:],
        "mode": f"{entry.mode:o}",
        "gitObjectType": entry.kind,
        "url": _address(call, entry),
        "size": size,
    }


def _address(call: Call, entry: Entry) -> str:
    if entry.is_tree:
        return call.links.tree(entry.oid)
    if entry.kind == "blob":
        return call.links.blob(entry.oid)
    return call.links.commit(entry.oid)
