"""APP: one server put together: state, middlewares and the table of routes."""

import asyncio
import re
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler

from local.azure_devops import (
    access,
    commits,
    diffs,
    discovery,
    items,
    items_batch,
    local_routes,
    policies,
    pushes,
    refs,
    repositories,
    rights,
    smart_http,
    tags,
    trees_blobs,
)
from local.azure_devops.auth import LOCAL_PREFIX, auth, signed_out
from local.azure_devops.errors import ApiError, not_found
from local.azure_devops.exchange import GIT_MARK, check_api_version, json_response
from local.azure_devops.identities import Credentials
from local.azure_devops.organization import Organization
from local.azure_devops.state import SERVER, Server, utc_now
from local.azure_devops.throttle import BLOCKED, RESOURCE
from local.control import Control

_LARGEST_JSON = 1 << 28
_PREFIXES = re.compile(r"^/\{organization\}(/\{project\})?")
Route = tuple[str, str, Handler]

_REPOSITORY: tuple[Route, ...] = (
    ("GET", "", repositories.get_repository),
    ("PATCH", "", repositories.update_repository),
    ("DELETE", "", repositories.delete_repository),
    ("GET", "/pushes", pushes.get_pushes),
    ("POST", "/pushes", pushes.create_push),
    ("GET", "/pushes/{push}", pushes.get_push),
    ("GET", "/pushes/{push}/commits", pushes.get_push_commits),
    ("GET", "/items", items.get_items),
    ("GET", "/items/{path:.*}", items.get_items),
    ("POST", "/itemsBatch", items_batch.post_items_batch),
    ("GET", "/trees/{sha}", trees_blobs.get_tree),
    ("GET", "/blobs/{sha}", trees_blobs.get_blob),
    ("POST", "/blobs", trees_blobs.post_blobs),
    ("GET", "/commits", commits.get_commits),
    ("GET", "/commits/{commit}", commits.get_commit),
    ("GET", "/commits/{commit}/changes", commits.get_changes),
    ("GET", "/commits/{commit}/mergeBases", commits.get_merge_bases),
    ("POST", "/commitsBatch", commits.post_commits_batch),
    ("GET", "/diffs/commits", diffs.get_diffs),
    ("GET", "/stats", diffs.get_repository_stats),
    ("GET", "/stats/branches", diffs.get_branch_stats),
    ("POST", "/stats/branches", diffs.post_branch_stats),
    ("GET", "/refs", refs.get_refs),
    ("POST", "/refs", refs.post_refs),
    ("PATCH", "/refs", refs.patch_ref),
    ("GET", "/refs/{filter:.+}", refs.get_refs),
    ("PATCH", "/refs/{filter:.+}", refs.patch_ref),
    ("POST", "/annotatedTags", tags.create_tag),
    ("GET", "/annotatedTags/{sha}", tags.get_tag),
)
_PROJECT: tuple[Route, ...] = (
    ("GET", "/_apis/git/repositories", repositories.get_repositories),
    ("POST", "/_apis/git/repositories", repositories.create_repository),
    ("GET", "/_apis/git/policy/configurations", policies.get_policy_configurations),
)
_ORGANIZATION: tuple[Route, ...] = (
    ("OPTIONS", "/_apis", discovery.get_locations),
    ("OPTIONS", "/_apis/", discovery.get_locations),
    ("OPTIONS", "/_apis/{area}", discovery.get_locations),
    ("GET", "/_apis/ResourceAreas", discovery.get_resource_areas),
    ("GET", "/_apis/resourceAreas", discovery.get_resource_areas),
    ("GET", "/_apis/connectionData", discovery.get_connection_data),
    ("GET", "/_apis/ConnectionData", discovery.get_connection_data),
    ("GET", "/_apis/projects", discovery.get_projects),
    ("GET", "/_apis/projects/{named}", discovery.get_project),
    ("GET", "/_apis/permissions/{namespace}/{permissions}", rights.get_permissions),
    *(
        ("GET", f"/_apis/{spelt}/{{namespace}}", access.get_access_control_lists)
        for spelt in ("accesscontrollists", "AccessControlLists")
    ),
    ("GET", "/_apis/Identities", access.get_identities),
)
_GIT: tuple[Route, ...] = (
    ("GET", "/vsts/info", discovery.get_git_info),
    ("GET", "/info/refs", smart_http.git),
    ("POST", "/git-upload-pack", smart_http.git),
    ("POST", "/git-receive-pack", smart_http.git),
)


def create_app(
    root: Path,
    *,
    organization: str = "acme",
    project: str = "backup",
    repository: str = "workspace",
    pat: str | None = None,
    anonymous_clone: bool = True,
    now: Callable[[], datetime] = utc_now,
    control: Control | None = None,
) -> web.Application:
    """Make the server for an organization kept below `root`.

    The project and the repository are made if they are not there. Without a `pat` any
    credential is accepted; none at all never is, except to read over the Git protocol.
    """
    kept = Organization(root, organization)
    inside = kept.add_project(project)
    taken = {home.repository.name.lower() for home in kept.homes(inside)}
    if repository.lower() not in taken:
        kept.create(inside, repository)
    app = web.Application(
        middlewares=[throttle, refusals, auth, versioned], client_max_size=_LARGEST_JSON
    )
    app[SERVER] = Server(kept, Credentials(pat), anonymous_clone, now=now)
    for method, path, handler in _table():
        app.router.add_route(method, path, handler)
    app.add_routes(local_routes.routes())
    (control or Control(error_shape=error_shape, route_of=route_of)).mount(app)
    return app


def error_shape(_request: web.Request, status: int, message: str) -> web.Response:
    """Make an error that a test asked for look like one of the service."""
    error = ApiError(status, "TeamFoundationServiceException", message)
    return json_response(error.envelope(), status)


def route_of(request: web.Request) -> str:
    """Name a route without organization and project, whichever way it was reached."""
    resource = request.match_info.route.resource
    if resource is None:
        return "(unknown)"
    return _PREFIXES.sub("", resource.canonical)


def _table() -> list[Route]:
    table: list[Route] = [("GET", "/_signin", signed_out)]
    organization, project = "/{organization}", "/{organization}/{project}"
    for prefix in (organization, project):
        repository = f"{prefix}/_apis/git/repositories/{{repository}}"
        table += [(verb, repository + path, run) for verb, path, run in _REPOSITORY]
        table += [(verb, prefix + path, run) for verb, path, run in _PROJECT]
    table += [(verb, organization + path, run) for verb, path, run in _ORGANIZATION]
    # Without a project in the address: the repository named like its project.
    for prefix in (organization, project):
        git = f"{prefix}{GIT_MARK}{{repository}}"
        table += [(verb, git + path, run) for verb, path, run in _GIT]
    return [
        (verb, spelt, run)
        for verb, path, run in table
        for spelt in dict.fromkeys((path, _lowered(path)))
    ]


def _lowered(path: str) -> str:
    """Spell the fixed parts of a route in lower case, as many clients do."""
    parts = re.split(r"(\{[^}]*\})", path)
    return "".join(one if one.startswith("{") else one.lower() for one in parts)


@web.middleware
async def refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Send refusals in the service's envelope, also for addresses without a route."""
    try:
        response = await handler(request)
    except ApiError as error:
        response = json_response(error.envelope(), error.status)
    except web.HTTPException as error:
        if request.path.startswith(LOCAL_PREFIX) or error.status not in (404, 405):
            raise
        missing = not_found(request.path)
        response = json_response(missing.envelope(), missing.status)
    if not response.prepared:
        response.headers.setdefault("ActivityId", str(uuid.uuid4()))
        response.headers.setdefault(
            "X-TFS-ProcessId", request.app[SERVER].organization.id
        )
    return response


@web.middleware
async def throttle(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Delay or block requests while a test says so."""
    if _is_no_rest(request):
        return await handler(request)
    server = request.app[SERVER]
    throttle = server.throttle
    stage = throttle.next_stage()
    headers = throttle.headers(stage, int(server.now().timestamp()))
    if stage == "blocked":
        message = BLOCKED.format(resource=RESOURCE, namespace="''")
        error = ApiError(429, "RequestBlockedException", message)  # likely
        return json_response(error.envelope(), 429, headers)
    if stage == "delayed":
        await asyncio.sleep(throttle.delay_seconds)
    response = await handler(request)
    response.headers.update(headers)
    return response


@web.middleware
async def versioned(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what names no api-version, or one from the future."""
    if not _is_no_rest(request):
        check_api_version(request)
    return await handler(request)


def _is_no_rest(request: web.Request) -> bool:
    return request.path.startswith(LOCAL_PREFIX) or GIT_MARK in request.path
