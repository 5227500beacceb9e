"""LOCAL, Databricks: `workspace/list` and `workspace/get-status`."""

from aiohttp import web

from local.databricks import paths
from local.databricks.access import ACCESS
from local.databricks.errors import bad_parameter, missing
from local.databricks.items import Item
from local.databricks.store import Store

STORE: web.AppKey[Store] = web.AppKey("store", Store)
# Documented for dashboards. For the others a guess: only files and notebooks are said
# to have times.
_WITHOUT_TIMES = ("DASHBOARD", "LIBRARY", "MLFLOW_EXPERIMENT")


def visible_path(request: web.Request, raw: object) -> str:
    """Return the path a request means. Raises ApiError if the caller may not see it."""
    path = paths.clean(raw)
    request.app[ACCESS].check(path)
    return path


def found(request: web.Request, raw: object) -> Item:
    """Return the object a request means. Raises ApiError if there is none to see."""
    item = request.app[STORE].get(visible_path(request, raw))
    if item is None:
        raise missing(paths.clean(raw))
    return item


def described(item: Item) -> dict[str, object]:
    """Return an object as a listing shows it.

    Reported (recorded answers in databricks/cli and SDK tests): notebooks carry times
    and no size, files times and usually no size, folders neither, dashboards neither
    but a `resource_id` of 32 hex digits. `is_git_folder` is documented (Beta).
    """
    shown: dict[str, object] = {
        "object_type": item.type,
        "path": item.path,
        "object_id": item.id,
        "resource_id": item.extra.get("resource_id", str(item.id)),
    }
    if item.language:
        shown["language"] = item.language
    if not item.is_folder and item.type not in _WITHOUT_TIMES:
        shown["created_at"] = item.created_at
        shown["modified_at"] = item.modified_at
    if item.extra.get("is_git_folder"):
        shown["directory_info"] = {"is_git_folder": True}
    fields = item.extra.get("fields")
    if isinstance(fields, dict):
        shown.update(fields)
    return {name: value for name, value in shown.items() if value is not None}


async def list_folder(request: web.Request) -> web.Response:
    """Answer one folder in one page.

    Documented: never paged, `{}` where it is empty, an object that is no folder
    answers itself. By path, as databricks/cli's testserver does.
    """
    item = found(request, request.query.get("path"))
    if not item.is_folder:
        return web.json_response({"objects": [described(item)]})
    access = request.app[ACCESS]
    children = [
        child
        for child in request.app[STORE].children(item.path)
        if access.shows(child.path)
    ]
    after = request.query.get("notebooks_modified_after")
    if after is not None:
        children = _modified_after(children, after)
    objects = [described(child) for child in children]
    return web.json_response({"objects": objects} if objects else {})


def _modified_after(children: list[Item], after: str) -> list[Item]:
    """Keep the notebooks changed since, and nothing else.

    Reported (databricks-sdk-py#886): the filter loses what lies deeper, as if folders
    were dropped too. How exactly is a guess; it is not safe to recurse with.
    """
    if not after.lstrip("-").isdigit():
        raise bad_parameter("notebooks_modified_after must be a number")
    return [
        child
        for child in children
        if child.type == "NOTEBOOK" and (child.modified_at or 0) > int(after)
    ]


async def get_status(request: web.Request) -> web.Response:
    """Answer one object.

    Reported (databricks/cli filer): the undocumented `return_export_info` adds
    `repos_export_format`, and `return_git_info` adds `git_info` inside Git folders.
    """
    item = found(request, request.query.get("path"))
    answer = described(item)
    if _asked(request, "return_export_info") and item.form:
        answer["repos_export_format"] = item.form
    if _asked(request, "return_git_info"):
        answer |= _git_info(request.app[STORE], item)
    return web.json_response(answer)


def _asked(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"


def _git_info(store: Store, item: Item) -> dict[str, object]:
    for path in (item.path, *reversed(paths.ancestors(item.path))):
        folder = store.get(path)
        if folder and folder.git:
            return {"git_info": {"id": folder.id, "path": folder.path, **folder.git}}
    return {}


ROUTES = [
    web.get("/api/2.0/workspace/list", list_folder),
    web.get("/api/2.0/workspace/get-status", get_status),
]
