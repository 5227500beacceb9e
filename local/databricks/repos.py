"""LOCAL, Databricks: Git folders, `/api/2.0/repos`; clones nothing."""

import hashlib

from aiohttp import web

from local.databricks import paths
from local.databricks.access import ACCESS
from local.databricks.changes import check_place, json_body
from local.databricks.errors import ApiError, bad_parameter, exists
from local.databricks.items import DIRECTORY, REPO, Item
from local.databricks.listing import STORE, visible_path
from local.databricks.store import Store

_PAGE = 20  # documented: brickster reference, "each page containing twenty repos"
_README = b"# %s\n\nThe content of this Git folder lives in its Git repository.\n"


def add_git_folder(
    store: Store,
    path: str,
    url: str,
    *,
    provider: str = "azureDevOpsServices",
    branch: str = "main",
    head: str | None = None,
) -> Item:
    """Create a Git folder with one file in it.

    Reported (databricks/cli testserver): its type is REPO below `/Repos`, elsewhere it
    is a DIRECTORY with `is_git_folder`.
    """
    commit = head or hashlib.sha1(f"{url}@{branch}".encode()).hexdigest()  # noqa: S324
    git = {"branch": branch, "head_commit_id": commit, "provider": provider, "url": url}
    old_kind = path.startswith("/Repos/")
    extra: dict[str, object] = {"git": git}
    if not old_kind:
        extra["is_git_folder"] = True
    folder = store.add(path, REPO if old_kind else DIRECTORY, extra=extra)
    readme = _README % folder.name.encode()
    store.add(paths.join(path, "README.md"), "FILE", content=readme)
    return folder


def shown(item: Item) -> dict[str, object]:
    """Return a Git folder as the repos API shows it."""
    return {"id": item.id, "path": item.path, **item.git}


async def list_repos(request: web.Request) -> web.Response:
    """Answer Git folders by pages of twenty. Documented: `path_prefix` filters."""
    prefix = request.query.get("path_prefix")
    start = request.query.get("next_page_token", "0")
    if not start.isdigit():
        raise bad_parameter("Invalid page token")
    wanted = paths.clean(prefix) if prefix else ""
    folders = [
        item
        for item in request.app[STORE].of_type(DIRECTORY, REPO)
        if item.git and item.path.startswith(wanted)
    ]
    page = folders[int(start) : int(start) + _PAGE]
    answer: dict[str, object] = (
        {"repos": [shown(item) for item in page]} if page else {}
    )
    if int(start) + _PAGE < len(folders):
        answer["next_page_token"] = str(int(start) + _PAGE)
    return web.json_response(answer)


async def create_repo(request: web.Request) -> web.Response:
    """Create a Git folder at a new path; by itself it goes to the caller's folder.

    Reported (terraform-provider-databricks#862): the parent must exist, with this text.
    """
    body = await json_body(request)
    url, provider = body.get("url"), body.get("provider")
    if not url or not provider:
        raise bad_parameter("Missing required field: " + ("provider" if url else "url"))
    store = request.app[STORE]
    name = str(url).rstrip("/").rsplit("/", 1)[1].removesuffix(".git")
    usual = f"/Repos/{request.app[ACCESS].user_name}/{name}"
    path = visible_path(request, body.get("path") or usual)
    if not body.get("path") and store.get(paths.parent(path)) is None:
        store.add(paths.parent(path), DIRECTORY)
    if store.get(paths.parent(path)) is None:
        text = f"Parent directory {paths.parent(path)} does not exist."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", text)
    if old := store.get(path):
        raise exists(path, old.type)
    check_place(store, path)
    item = add_git_folder(store, path, str(url), provider=str(provider))
    if body.get("sparse_checkout"):
        _change(store, item, {"sparse_checkout": body["sparse_checkout"]})
    return web.json_response(shown(_repo(request, item.id)))


async def get_repo(request: web.Request) -> web.Response:
    """Answer one Git folder."""
    return web.json_response(shown(_asked(request)))


async def update_repo(request: web.Request) -> web.Response:
    """Check out a branch or a tag.

    Documented: it pulls, from the remote into the workspace; nothing is ever pushed.
    """
    item, body = _asked(request), await json_body(request)
    reference = body.get("branch") or body.get("tag")
    if body.get("branch") and body.get("tag"):
        raise bad_parameter("Only one of branch and tag can be given")
    changed: dict[str, object] = {}
    if reference:
        commit = hashlib.sha1(f"{item.git['url']}@{reference}".encode())  # noqa: S324
        changed["head_commit_id"] = commit.hexdigest()
        if body.get("branch"):
            changed["branch"] = reference
    if "sparse_checkout" in body:
        changed["sparse_checkout"] = body["sparse_checkout"]
    _change(request.app[STORE], item, changed)
    return web.json_response({})


async def delete_repo(request: web.Request) -> web.Response:
    """Delete a Git folder with everything in it."""
    request.app[STORE].remove(_asked(request).path)
    return web.json_response({})


def _change(store: Store, item: Item, changed: dict[str, object]) -> None:
    store.set_extra(item, {**item.extra, "git": {**item.git, **changed}})


def _asked(request: web.Request) -> Item:
    return _repo(request, int(request.match_info["id"]))


def _repo(request: web.Request, repo_id: int) -> Item:
    item = request.app[STORE].by_id(repo_id)
    if item is None or not item.git:  # the text is a guess
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Repo {repo_id} does not exist")
    return item


ROUTES = [
    web.get("/api/2.0/repos", list_repos),
    web.post("/api/2.0/repos", create_repo),
    web.get(r"/api/2.0/repos/{id:\d+}", get_repo),
    web.patch(r"/api/2.0/repos/{id:\d+}", update_repo),
    web.delete(r"/api/2.0/repos/{id:\d+}", delete_repo),
]
