"""LOCAL, Databricks: what a test does to the workspace behind the API's back.

POST   /_local/objects      {path, object_type, …}: any object, of any type
POST   /_local/move         {from, to}: keeps ids and times, as the UI's move does
POST   /_local/permissions  {path: 403 | 404 | "hidden" | null}
POST   /_local/tokens       {token, expires_in?}: one more good token
DELETE /_local/tokens       ?token=…: not good any more (known, but expired)
POST   /_local/me           {user_name?, display_name?, groups?, git_credential?}
POST   /_local/users        {people, known_only}: whose homes `/Users` takes
POST   /_local/settings     {size_error: file | notebook | max_notebook_size | …}
GET    /_local/tree         every object with the SHA-1 of its true bytes
DELETE /_local/tree         an empty workspace
"""

import base64
import binascii
import hashlib
import json

from aiohttp import web

from local.databricks import jupyter, notebooks, paths
from local.databricks.access import ACCESS
from local.databricks.changes import (
    HOMES,
    check_place,
    existing,
    json_body,
    make_folders,
)
from local.databricks.errors import bad_parameter, exists
from local.databricks.export import EXPORTING
from local.databricks.items import NOTEBOOK, Item
from local.databricks.listing import STORE, described
from local.databricks.rendering import truth
from local.databricks.store import Store

_PAGE = 500


async def add_object(request: web.Request) -> web.Response:
    """Create or replace an object as it is described, folders above it included.

    `path` and `object_type` are needed. `content` (text) or `content_base64`: of a
    notebook its source without a header, or with `form: JUPYTER` its document.
    `language`, `modified_at`, `is_git_folder`, `url`, `branch`, `head_commit_id`,
    `provider`, `resource_id`; `fields` replaces, or with null removes, what listings
    say of it. An object that is there keeps its id; only what is given changes.
    """
    body = await json_body(request)
    store = request.app[STORE]
    path = paths.clean(body.get("path"))
    content = _content(body)
    with store.transaction():
        item = store.get(path)
        if item is None:
            item = _new(store, path, body, content)
        elif content is not None:
            language = str(body.get("language") or item.language or "") or None
            store.replace(item, content, language=language, form=item.form)
        extra = {**item.extra, **_extra(body)}
        if extra != item.extra:
            store.set_extra(item, extra)
        if isinstance(body.get("modified_at"), int):
            store.set_modified_at(item, int(str(body["modified_at"])))
    return web.json_response(described(existing(store, path)))


def _new(
    store: Store, path: str, body: dict[str, object], content: bytes | None
) -> Item:
    object_type = str(body.get("object_type") or "")
    if not object_type:
        raise bad_parameter("Missing required field: object_type")
    make_folders(store, paths.parent(path))
    check_place(store, path)
    form = language = None
    if object_type == NOTEBOOK:
        content = content or b""
        form = str(body.get("form") or notebooks.SOURCE)
        language = str(body.get("language") or "PYTHON")
        if form == notebooks.JUPYTER:
            document = jupyter.read(content)
            content = jupyter.normalised(document, paths.name(path), path)
    extra: dict[str, object] = {}
    if object_type == "DASHBOARD":
        extra["resource_id"] = f"01ef{store.next_id():028x}"
    return store.add(
        path, object_type, content=content, language=language, form=form, extra=extra
    )


def _content(body: dict[str, object]) -> bytes | None:
    if "content_base64" in body:
        try:
            return base64.b64decode(str(body["content_base64"]), validate=True)
        except binascii.Error as error:
            raise bad_parameter("content_base64 is not base64") from error
    content = body.get("content")
    return None if content is None else str(content).encode()


def _extra(body: dict[str, object]) -> dict[str, object]:
    extra: dict[str, object] = {
        name: body[name]
        for name in ("is_git_folder", "resource_id", "fields")
        if name in body
    }
    if "url" in body:
        extra["git"] = {
            "url": body["url"],
            "branch": body.get("branch", "main"),
            "head_commit_id": body.get("head_commit_id", "0" * 40),
            "provider": body.get("provider", "azureDevOpsServices"),
        }
    return extra


async def move(request: web.Request) -> web.Response:
    """Move an object or a folder to a free path in a folder that exists."""
    body = await json_body(request)
    store = request.app[STORE]
    source = existing(store, paths.clean(body.get("from")))
    target = paths.clean(body.get("to"))
    if old := store.get(target):
        raise exists(target, old.type)
    if source.is_folder and paths.lies_in(target, source.path):
        raise bad_parameter("A folder cannot be moved into itself")
    check_place(store, target)
    store.move(source.path, target)
    return web.json_response(described(existing(store, target)))


async def set_permissions(request: web.Request) -> web.Response:
    """Refuse folders from now on, or (null) no more."""
    refusals = request.app[ACCESS].refusals
    for raw, refusal in (await json_body(request)).items():
        path = paths.clean(raw)
        if refusal is None:
            refusals.pop(path, None)
        elif refusal in (403, 404, "hidden"):
            refusals[path] = refusal if isinstance(refusal, int) else "hidden"
        else:
            raise bad_parameter("A refusal is 403, 404, hidden or null")
    return web.json_response(refusals)


async def add_token(request: web.Request) -> web.Response:
    """Accept one more token, for `expires_in` seconds if given."""
    body = await json_body(request)
    access = request.app[ACCESS]
    token, lasts = body.get("token"), body.get("expires_in")
    if not isinstance(token, str):
        raise bad_parameter("Missing required field: token")
    if lasts is not None and not isinstance(lasts, int | float):
        raise bad_parameter("expires_in must be a number of seconds")
    access.tokens[token] = None if lasts is None else access.clock() + lasts
    return web.json_response({})


async def expire_token(request: web.Request) -> web.Response:
    """Let a token expire now; all of them where none is named."""
    access = request.app[ACCESS]
    for token in [request.query["token"]] if request.query else list(access.tokens):
        access.tokens[token] = access.clock()
    return web.json_response({})


async def set_me(request: web.Request) -> web.Response:
    """Change who the caller is."""
    body = await json_body(request)
    access = request.app[ACCESS]
    access.user_name = str(body.get("user_name", access.user_name))
    access.display_name = str(body.get("display_name", access.display_name))
    groups = body.get("groups", access.groups)
    if not isinstance(groups, list):
        raise bad_parameter("groups must be a list of names")
    access.groups = [str(group) for group in groups]
    access.git_credential = bool(body.get("git_credential", access.git_credential))
    return web.json_response({})


async def set_users(request: web.Request) -> web.Response:
    """Give people homes, and with `known_only` nobody else one."""
    body = await json_body(request)
    homes = request.app[HOMES]
    people = body.get("people", [])
    if not isinstance(people, list):
        raise bad_parameter("people must be a list of user names")
    for person in people:
        make_folders(request.app[STORE], f"/Users/{person}")
    homes.people = homes.people | {str(person) for person in people}
    homes.known_only = bool(body.get("known_only", homes.known_only))
    return web.json_response({"people": sorted(homes.people)})


async def set_settings(request: web.Request) -> web.Response:
    """Change how the workspace behaves."""
    form = (await json_body(request)).get("size_error")
    known = (None, "file", "notebook", "max_notebook_size", "max_read_size")
    if form not in known:
        raise bad_parameter("size_error must be one of errors.export_too_large")
    request.app[EXPORTING].size_error = None if form is None else str(form)
    return web.json_response({})


async def tree(request: web.Request) -> web.StreamResponse:
    """Stream the ground truth, one object a line: `{"objects": [...]}`.

    `sha1`, `blob_id` (as Git computes it) and `size` are of the SOURCE export of a
    notebook and of the raw bytes of everything else that has some; `under` limits it
    to a folder.
    """
    store = request.app[STORE]
    folder = paths.clean(request.query.get("under", "/"))
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"objects": [')
    after, separator = folder.rstrip("/") + "/", ""
    while page := store.page(after, _PAGE):
        lines = [
            json.dumps(_truth(item, kept))
            for item, kept in page
            if paths.lies_in(item.path, folder)
        ]
        if not lines:
            break
        await response.write((separator + ",\n".join(lines)).encode())
        after, separator = page[-1][0].path, ",\n"
    await response.write(b"]}\n")
    return response


def _truth(item: Item, kept: bytes | None) -> dict[str, object]:
    line: dict[str, object] = {
        "path": item.path,
        "object_type": item.type,
        "language": item.language,
        "object_id": item.id,
        "modified_at": item.modified_at,
    }
    content = truth(item, kept)
    if content is not None:
        prefix = b"blob %d\0" % len(content)
        line["sha1"] = hashlib.sha1(content).hexdigest()  # noqa: S324
        line["blob_id"] = hashlib.sha1(prefix + content).hexdigest()  # noqa: S324
        line["size"] = len(content)
    return line


async def clear(request: web.Request) -> web.Response:
    """Empty the workspace."""
    request.app[STORE].clear()
    return web.json_response({})


ROUTES = [
    web.post("/_local/objects", add_object),
    web.post("/_local/move", move),
    web.post("/_local/permissions", set_permissions),
    web.post("/_local/tokens", add_token),
    web.delete("/_local/tokens", expire_token),
    web.post("/_local/me", set_me),
    web.post("/_local/users", set_users),
    web.post("/_local/settings", set_settings),
    web.get("/_local/tree", tree),
    web.delete("/_local/tree", clear),
]
