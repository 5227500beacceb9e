"""LOCAL, Databricks: Git folders, `/api/2.0/repos`; clones nothing."""

import hashlib
import re

from aiohttp import web

from local.databricks import paths
from local.databricks.access import ACCESS
from local.databricks.changes import check_place, json_body
from local.databricks.errors import ApiError, bad_parameter
from local.databricks.items import DIRECTORY, REPO, Item
from local.databricks.listing import STORE, visible_path
from local.databricks.store import Store

_PAGE = 20  # documented: brickster reference, "each page containing twenty repos"
# Documented: Repos API, create; in any case.
_PROVIDERS = frozenset(
    {"github", "bitbucketcloud", "gitlab", "azuredevopsservices", "githubenterprise"}
    | {"bitbucketserver", "gitlabenterpriseedition", "awscodecommit"}
)
# `!/*` is reported (terraform-provider-databricks#2211); the rest is a guess.
_NO_CONE = re.compile(r"[!*?\[\]\\]")
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
    """Answer Git folders by pages of twenty, those below the prefix.

    Documented: without a prefix, or with an empty one, those below `/Workspace/Repos`.
    """
    prefix = request.query.get("path_prefix")
    start = request.query.get("next_page_token", "0")
    if not start.isdigit():
        raise bad_parameter("Invalid page token")
    wanted = paths.clean(prefix) if prefix else "/"
    if wanted == "/":
        wanted = "/Repos"
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

    It is at the remote's default branch, which here is always `main`.
    """
    body = await json_body(request)
    _check_remote(body)
    url, store = str(body["url"]), request.app[STORE]
    name = url.rstrip("/").rsplit("/", 1)[1].removesuffix(".git")
    usual = f"/Repos/{request.app[ACCESS].user_name}/{name}"
    path = visible_path(request, body.get("path") or usual)
    if not body.get("path") and store.get(paths.parent(path)) is None:
        store.add(paths.parent(path), DIRECTORY)
    _check_path(store, path)
    sparse = _sparse_checkout(body)
    _check_credential(request)
    item = add_git_folder(store, path, url, provider=str(body["provider"]))
    if sparse:
        _change(store, item, {"sparse_checkout": sparse})
    return web.json_response(shown(_repo(request, item.id)))


def _check_remote(body: dict[str, object]) -> None:
    """Raise ApiError unless it is said what to clone. The texts are guesses."""
    for name in ("url", "provider"):
        if not body.get(name):
            raise bad_parameter(f"Missing required field: {name}")
    if str(body["provider"]).lower() not in _PROVIDERS:
        raise bad_parameter(f"Invalid Git provider: {body['provider']}")


def _check_path(store: Store, path: str) -> None:
    """Raise ApiError unless a Git folder can be made there.

    Documented: the form of paths below `/Repos` (the text is a guess). Reported
    (terraform-provider-databricks#862, #2122): the other texts.
    """
    if path.startswith("/Repos/") and path.count("/") != 3:
        raise bad_parameter(f"Repo path must be /Repos/<folder>/<repo-name>: {path}")
    parent = paths.parent(path)
    if store.get(parent) is None:
        text = f"Parent directory {parent} does not exist."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", text)
    if store.get(path):
        text = (
            f"Repo {path} already exists. If you would like to create two repos from"
            " the same remote Git repo, rename the first repo before creating the"
            " second."
        )
        raise ApiError(400, "RESOURCE_ALREADY_EXISTS", text)
    check_place(store, path)


def _sparse_checkout(body: dict[str, object]) -> dict[str, object]:
    """Return what the body says of it. Documented: patterns in cone mode."""
    sparse = body.get("sparse_checkout")
    patterns = sparse.get("patterns") if isinstance(sparse, dict) else None
    if not isinstance(patterns, list):
        return {}
    if any(_NO_CONE.search(str(pattern)) for pattern in patterns):
        raise bad_parameter("Invalid sparse-checkout cone pattern")
    return {"patterns": patterns}


def _check_credential(request: web.Request) -> None:
    """Raise ApiError where the caller has no credential for the Git provider.

    Reported (databricks-cli#404): code and beginning of the text.
    """
    if not request.app[ACCESS].git_credential:
        raise ApiError(
            403,
            "PERMISSION_DENIED",
            "Azure Active Directory credentials missing. Ensure you are either logged"
            " in with your Azure Active Directory account or have setup an Azure DevOps"
            " personal access token (PAT) in User Settings > Git Integration.",
        )


async def get_repo(request: web.Request) -> web.Response:
    """Answer one Git folder."""
    return web.json_response(shown(_asked(request)))


async def update_repo(request: web.Request) -> web.Response:
    """Check out a branch or a tag.

    Documented: it pulls, from the remote into the workspace; nothing is ever pushed.
    """
    item, body = _asked(request), await json_body(request)
    _check_credential(request)
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
        if "sparse_checkout" not in item.git:  # documented; the text is a guess
            raise bad_parameter("Sparse checkout is not enabled for this repo")
        changed["sparse_checkout"] = _sparse_checkout(body)
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
