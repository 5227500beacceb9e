"""LOCAL, Databricks: the rules by which objects come and go; `mkdirs` and `delete`."""

from dataclasses import dataclass

from aiohttp import web

from local.databricks import paths
from local.databricks.errors import (
    MAX_CHILDREN,
    ApiError,
    bad_parameter,
    exists,
    missing,
    not_empty,
    parent_missing,
    protected,
    taken_by_another_type,
    too_many_children,
)
from local.databricks.items import DIRECTORY, Item
from local.databricks.listing import STORE, found, visible_path
from local.databricks.store import OWN_FOLDERS, Store


@dataclass(slots=True)
class Homes:
    """Whether `/Users` takes the homes of people the workspace does not know.

    Reported: a real workspace refuses them with "Folder Users is protected". Off to
    begin with, because it has no directory of people; `POST /_local/users` sets it.
    """

    known_only: bool = False
    people: frozenset[str] = frozenset()


HOMES: web.AppKey[Homes] = web.AppKey("homes", Homes)


@dataclass(frozen=True, slots=True)
class NewObject:
    """What shall be at a path."""

    path: str
    type: str
    content: bytes
    language: str | None = None
    form: str | None = None


def put(store: Store, new: NewObject, *, overwrite: bool) -> int:
    """Create an object, or overwrite one of its type. Returns its id.

    Raises ApiError: no parent (404), full folder (403), taken (400, files 409).
    A guess: overwriting may change a notebook's language, and keeps the id.
    """
    old = store.get(new.path)
    if old is None:
        return _create(store, new)
    if not overwrite or old.is_folder:
        raise exists(new.path, old.type)
    if old.type != new.type:
        raise taken_by_another_type(new.path)
    store.replace(old, new.content, language=new.language, form=new.form)
    return old.id


def _create(store: Store, new: NewObject) -> int:
    check_place(store, new.path)
    extra: dict[str, object] = {}
    if new.type == "DASHBOARD":
        extra["resource_id"] = f"01ef{store.next_id():028x}"
    return store.add(
        new.path,
        new.type,
        content=new.content,
        language=new.language,
        form=new.form,
        extra=extra,
    ).id


def check_place(store: Store, path: str) -> None:
    """Raise ApiError unless the parent of `path` is a folder with room."""
    folder = paths.parent(path)
    parent = store.get(folder)
    if parent is None:
        raise parent_missing(folder)
    if not parent.is_folder:  # a guess
        raise bad_parameter(f"Path ({folder}) is not a directory")
    if store.count_children(folder) >= MAX_CHILDREN:
        raise too_many_children(folder)


def make_folders(store: Store, path: str) -> Item:
    """Create a folder and those above it; those that are there stay as they are.

    Documented: RESOURCE_ALREADY_EXISTS where an object is in the way, and folders made
    before that stay.
    """
    for folder in [*paths.ancestors(path), path]:
        item = store.get(folder)
        if item is None:
            check_place(store, folder)
            item = store.add(folder, DIRECTORY)
        elif not item.is_folder:
            raise ApiError(
                400, "RESOURCE_ALREADY_EXISTS", f"Path ({folder}) already exists."
            )
    made = store.get(path)
    assert made is not None  # noqa: S101 - the loop made or found it
    return made


def check_home(homes: Homes, path: str) -> None:
    """Raise ApiError where `path` is in the home of somebody unknown."""
    parts = path.split("/")
    if homes.known_only and path.startswith("/Users/") and parts[2] not in homes.people:
        raise protected("/Users")


async def mkdirs(request: web.Request) -> web.Response:
    """Create a folder; nothing happens where it exists."""
    body = await json_body(request)
    path = visible_path(request, body.get("path"))
    check_home(request.app[HOMES], path)
    make_folders(request.app[STORE], path)
    return web.json_response({})


async def delete(request: web.Request) -> web.Response:
    """Delete an object, or a folder with `recursive`. Documented: for good."""
    body = await json_body(request)
    item = found(request, body.get("path"))
    if item.path in (paths.ROOT, *OWN_FOLDERS):
        raise protected(item.path)
    store = request.app[STORE]
    if item.is_folder and store.count_children(item.path) and not body.get("recursive"):
        raise not_empty(item.path)
    store.remove(item.path)
    return web.json_response({})


async def json_body(request: web.Request) -> dict[str, object]:
    """Return a request's JSON object. Raises ApiError (text: a guess)."""
    try:
        body = await request.json()
    except ValueError as error:
        raise ApiError(400, "MALFORMED_REQUEST", "Request body is not JSON") from error
    if not isinstance(body, dict):
        raise ApiError(400, "MALFORMED_REQUEST", "Request body is not an object")
    return body


def existing(store: Store, path: str) -> Item:
    """Return the object at `path`. Raises ApiError if there is none."""
    item = store.get(path)
    if item is None:
        raise missing(path)
    return item


ROUTES = [
    web.post("/api/2.0/workspace/mkdirs", mkdirs),
    web.post("/api/2.0/workspace/delete", delete),
]
