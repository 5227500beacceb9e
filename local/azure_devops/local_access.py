"""LOCAL ACCESS: what a test or a person may set of policies and of others' rights.

    POST   /_local/policies        {repository, branch, require_pull_request, bypass,
                                    blocking, folder}: repository null is every one
    POST   /_local/access          {project, repository, branch, inherit, entries:
                                    {group: {allow: [permission], deny: [permission]}}}
    POST   /_local/branch_makers   {force_push: bool}: whether they may force their own

Without a branch the list is the repository's, without a repository the project's.
"""

from typing import Any

from aiohttp import web

from local.azure_devops.access_lists import (
    ROOT,
    AccessList,
    Entry,
    bits_of,
    descriptor_of,
)
from local.azure_devops.errors import ApiError
from local.azure_devops.rules import BITS, BranchPolicy, full_branch_name
from local.azure_devops.state import SERVER


async def post_policies(request: web.Request) -> web.Response:
    """Put a branch under a policy."""
    server = request.app[SERVER]
    body = await request.json()
    named = body.get("repository")
    repositories = [home.repository for home in server.organization.homes()]
    ids = [one.id for one in repositories if named in (one.id, one.name)]
    if named is not None and not ids:
        raise web.HTTPBadRequest(text=f"There is no repository {named!r}.\n")
    policy = BranchPolicy(
        bool(body.get("require_pull_request", True)),
        bool(body.get("bypass", False)),
        bool(body.get("blocking", True)),
        bool(body.get("folder", False)),
    )
    branch = full_branch_name(str(body.get("branch", "main")))
    server.rules.policies[ids[0] if named is not None else None, branch] = policy
    return web.json_response({})


async def post_access(request: web.Request) -> web.Response:
    """Replace the list of a project, a repository or a branch."""
    server = request.app[SERVER]
    body = await request.json()
    try:
        project = server.organization.project(str(body["project"]))
        token = f"{ROOT}/{project.id}"
        if body.get("repository"):
            home = server.organization.home(str(body["repository"]), project)
            token += f"/{home.repository.id}"
        if body.get("branch"):
            token += "/refs/heads/" + _in_hex(str(body["branch"]))
        entries = {
            descriptor_of(group, project.name): _entry(held)
            for group, held in body.get("entries", {}).items()
        }
    except (ApiError, KeyError) as error:
        raise web.HTTPBadRequest(text=f"{error!r}\n") from error
    server.access.lists[token] = AccessList(entries, bool(body.get("inherit", True)))
    return web.json_response({"token": token})


async def post_branch_makers(request: web.Request) -> web.Response:
    """Let those who make branches force them, or not."""
    body = await request.json()
    request.app[SERVER].rules.own_branches = bool(body.get("force_push", True))
    return web.json_response({})


def _entry(held: dict[str, Any]) -> Entry:
    unknown = {*held.get("allow", []), *held.get("deny", [])} - BITS.keys()
    if unknown:
        raise KeyError(*sorted(unknown))
    return Entry(bits_of(held.get("allow", [])), bits_of(held.get("deny", [])))


def _in_hex(branch: str) -> str:
    """A branch's name in a token: each part as UTF-16 in hex (documented)."""
    return "/".join(part.encode("utf-16-le").hex() for part in branch.split("/"))
