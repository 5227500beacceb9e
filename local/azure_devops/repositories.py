"""REPOSITORIES: lists, makes, renames and removes repositories.

Documented: Azure DevOps Git REST 7.1, "Repositories - List", "Create", "Get
Repository", "Update", "Delete".
"""

from typing import Any

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.exchange import (
    JSON,
    Call,
    answer,
    call_of,
    collection,
    links_of,
    project_of,
    query_of,
    read_json,
    server_of,
)
from local.azure_devops.organization import Home, Project
from local.azure_devops.rules import full_branch_name
from local.azure_devops.shapes import repository_json, repository_links
from local.azure_devops.state import CALLER


async def get_repositories(request: web.Request) -> web.Response:
    """GET repositories: of the project, or of the whole organization."""
    server = server_of(request)
    project = project_of(request)
    links = query_of(request).flag("includeLinks")
    homes = server.organization.homes(project)
    if not server.rules.allows("GenericRead"):
        homes = []

    def work() -> JSON:
        return collection([_shown(request, home, with_links=links) for home in homes])

    return await answer(work)


async def get_repository(request: web.Request) -> web.Response:
    """GET repositories/{id or name}: one repository with its links."""
    call = call_of(request)
    return await answer(lambda: _whole(call))


async def create_repository(request: web.Request) -> web.Response:
    """POST repositories: an empty repository; 201."""
    server = server_of(request)
    server.rules.require("CreateRepository", request[CALLER])
    body = await read_json(request)
    if not isinstance(body, dict) or not isinstance(body.get("name"), str):
        raise errors.invalid_argument(
            "A repository needs a name.", "gitRepositoryToCreate"
        )
    project = _wanted_project(request, body)

    def work() -> JSON:
        home = server.organization.create(project, body["name"])
        return _shown(request, home, with_links=True)

    return await answer(work, 201)


async def update_repository(request: web.Request) -> web.Response:
    """PATCH repositories/{id}: another default branch, another name, disabled or not.

    The right that a default branch needs is documented (Set branch permissions); the
    field that disables is reported: microsoft/azure-devops-python-api#505.
    """
    call = call_of(request)
    body = await read_json(request)
    if not isinstance(body, dict):
        raise errors.invalid_json()

    def work() -> JSON:
        home = call.home
        if isinstance(body.get("isDisabled"), bool):
            home.repository.disabled = body["isDisabled"]
        if body.get("defaultBranch"):
            call.server.rules.require("EditPolicies", call.caller)
            _set_default_branch(call, str(body["defaultBranch"]))
        name = body.get("name")
        if name and name != home.repository.name:
            call.server.rules.require("RenameRepository", call.caller)
            home = call.server.organization.rename(home, str(name))
        return _shown(request, home, with_links=True)

    return await answer(work)


async def delete_repository(request: web.Request) -> web.Response:
    """DELETE repositories/{id}: gone for good; 204."""
    call = call_of(request)
    call.server.rules.require("DeleteRepository", call.caller)
    call.server.organization.delete(call.home)
    return web.Response(status=204)


def _shown(request: web.Request, home: Home, *, with_links: bool) -> JSON:
    links = links_of(request, home)
    shown = repository_json(links, home)
    if with_links:
        shown["_links"] = repository_links(links)
    return shown


def _whole(call: Call) -> JSON:
    shown = repository_json(call.links, call.home)
    return {**shown, "_links": repository_links(call.links)}


def _wanted_project(request: web.Request, body: dict[str, Any]) -> Project:
    project = project_of(request)
    named = body.get("project")
    if project is None and isinstance(named, dict):
        wanted = str(named.get("id") or named.get("name") or "")
        project = server_of(request).organization.project(wanted)
    if project is None:
        raise errors.invalid_argument(
            "A repository needs a project.", "gitRepositoryToCreate"
        )
    return project


def _set_default_branch(call: Call, name: str) -> None:
    branch = full_branch_name(name)
    if call.home.repository.tip(branch) is None:
        raise errors.invalid_argument(
            f"The branch '{branch}' does not exist.", "newRepositoryInfo"
        )
    with call.home.repository.writing:
        call.home.repository.set_default_branch(branch)
