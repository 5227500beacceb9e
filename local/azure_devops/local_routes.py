"""LOCAL ROUTES: what a test or a person may set on this server; no part of the service.

    POST   /_local/credentials  {token, state, name, email} or {accept_any: bool}
    DELETE /_local/credentials  as at the start
    POST   /_local/permissions  {permission: bool, ...}
    POST   /_local/secrets      {pattern, rule, name, status}
    POST   /_local/path_rules   {reserved_names, max_path_length, max_file_size}
    POST   /_local/rawtext      {way: kept, plain or marked}: see `texts.py`
    DELETE /_local/rules        all of these as at first, credentials excepted
    POST   /_local/throttle     {warned, delayed, blocked: requests; delay_seconds, ...}
    POST   /_local/commit       {repository, branch, changes: [{path, content, base64}],
                                author: {name, email}, message}: a person commits
    POST   /_local/repositories {project, name}: a new project with a repository
    GET    /_local/repositories where they lie on disk

Policies and others' rights: see `local_access.py`. `state` is valid, expired, refused,
redirected or forbidden. A change whose `content` is null deletes its path. `DELETE` of
throttle ends it.
"""

import base64
import re
from dataclasses import fields
from typing import Any

from aiohttp import web

from local.azure_devops import local_access
from local.azure_devops.access_lists import Access
from local.azure_devops.exchange import JSON, answer
from local.azure_devops.identities import (
    BACKUP_IDENTITY,
    STATES,
    Credential,
    Identity,
)
from local.azure_devops.organization import Home
from local.azure_devops.push_requests import AskedChange, PushRequest, parse_path
from local.azure_devops.pushing import push
from local.azure_devops.rules import (
    PERMISSIONS,
    PathRules,
    Rules,
    SecretPattern,
    full_branch_name,
)
from local.azure_devops.state import SERVER, Server
from local.azure_devops.texts import RAW_TEXTS
from local.azure_devops.throttle import Throttle
from local.azure_devops.tree_reads import find_exactly

A_PERSON = Identity("A Person", "person@localhost")


def routes() -> list[web.RouteDef]:
    """Return the routes that this module's docstring lists."""
    prefix = "/_local"
    return [
        web.post(f"{prefix}/credentials", post_credentials),
        web.delete(f"{prefix}/credentials", delete_credentials),
        web.post(f"{prefix}/permissions", post_permissions),
        web.post(f"{prefix}/policies", local_access.post_policies),
        web.post(f"{prefix}/access", local_access.post_access),
        web.post(f"{prefix}/branch_makers", local_access.post_branch_makers),
        web.post(f"{prefix}/secrets", post_secrets),
        web.post(f"{prefix}/path_rules", post_path_rules),
        web.post(f"{prefix}/rawtext", post_rawtext),
        web.delete(f"{prefix}/rules", delete_rules),
        web.post(f"{prefix}/throttle", post_throttle),
        web.delete(f"{prefix}/throttle", delete_throttle),
        web.post(f"{prefix}/commit", post_commit),
        web.post(f"{prefix}/repositories", post_repositories),
        web.get(f"{prefix}/repositories", get_repositories),
    ]


def _bad(message: str) -> web.HTTPBadRequest:
    return web.HTTPBadRequest(text=message + "\n")


async def _object(request: web.Request) -> JSON:
    try:
        body = await request.json()
    except ValueError as error:
        raise _bad("The body is not JSON.") from error
    if not isinstance(body, dict):
        raise _bad("The body must be an object.")
    return body


def _home(server: Server, name: object) -> Home:
    """Find a repository by id or by its name in any project."""
    for home in server.organization.homes():
        if str(name).lower() in (home.repository.id, home.repository.name.lower()):
            return home
    raise _bad(f"There is no repository {name!r}.")


async def post_credentials(request: web.Request) -> web.Response:
    """Let a secret have a standing."""
    credentials = request.app[SERVER].credentials
    body = await _object(request)
    if "accept_any" in body:
        credentials.accept_any = bool(body["accept_any"])
    if "token" in body:
        state = body.get("state", "valid")
        if state not in STATES:
            raise _bad(f"state must be one of {', '.join(STATES)}.")
        identity = Identity(
            body.get("name", BACKUP_IDENTITY.name),
            body.get("email", BACKUP_IDENTITY.email),
        )
        credentials.know(str(body["token"]), Credential(state, identity))
    return web.json_response({})


async def delete_credentials(request: web.Request) -> web.Response:
    """Forget what was said about secrets."""
    request.app[SERVER].credentials.reset()
    return web.json_response({})


async def post_permissions(request: web.Request) -> web.Response:
    """Grant and deny permissions."""
    held = request.app[SERVER].rules.permissions
    for name, granted in (await _object(request)).items():
        if name not in PERMISSIONS:
            raise _bad(f"{name} is none of {', '.join(PERMISSIONS)}.")
        held[name] = bool(granted)
    return web.json_response(held)


async def post_secrets(request: web.Request) -> web.Response:
    """Add a pattern that push protection looks for."""
    rules = request.app[SERVER].rules
    body = await _object(request)
    try:
        pattern = re.compile(str(body["pattern"]))
    except (KeyError, re.error) as error:
        raise _bad("pattern must be a regular expression.") from error
    rule, name = body.get("rule", "SEC101/003"), body.get("name", "GoogleApiKey")
    rules.secrets.append(SecretPattern(pattern, rule, name))
    rules.secrets_status = int(body.get("status", rules.secrets_status))
    return web.json_response({})


async def post_path_rules(request: web.Request) -> web.Response:
    """Replace the rules about paths and sizes."""
    body = await _object(request)
    unknown = body.keys() - {one.name for one in fields(PathRules)}
    if unknown:
        raise _bad(f"Unknown: {', '.join(sorted(unknown))}.")
    request.app[SERVER].rules.paths = PathRules(**body)
    return web.json_response({})


async def post_rawtext(request: web.Request) -> web.Response:
    """Say what becomes of `rawtext`."""
    way = (await _object(request)).get("way")
    if way not in RAW_TEXTS:
        raise _bad(f"way must be one of {', '.join(RAW_TEXTS)}.")
    request.app[SERVER].rules.rawtext = way
    return web.json_response({})


async def delete_rules(request: web.Request) -> web.Response:
    """Set all rules as they were at the start."""
    request.app[SERVER].rules = Rules()
    request.app[SERVER].access = Access()
    return web.json_response({})


async def post_throttle(request: web.Request) -> web.Response:
    """Say how many of the next requests are warned, delayed, blocked."""
    body = await _object(request)
    unknown = body.keys() - {one.name for one in fields(Throttle)}
    if unknown:
        raise _bad(f"Unknown: {', '.join(sorted(unknown))}.")
    request.app[SERVER].throttle = Throttle(**body)
    return web.json_response({})


async def delete_throttle(request: web.Request) -> web.Response:
    """End throttling."""
    request.app[SERVER].throttle = Throttle()
    return web.json_response({})


async def post_commit(request: web.Request) -> web.Response:
    """Commit as a person would at this moment, past all rules."""
    server = request.app[SERVER]
    body = await _object(request)
    home = _home(server, body.get("repository"))
    author = body.get("author") or {}
    person = Identity(
        author.get("name", A_PERSON.name), author.get("email", A_PERSON.email)
    )

    def work() -> JSON:
        # A person's own rights are not those that a test took from the caller.
        unruled = Server(server.organization, server.credentials, now=server.now)
        unruled.numbering = server.numbering
        pushed = push(unruled, home, _asked(home, body), person)
        return {"commitId": pushed.commit.oid, "pushId": pushed.push.id}

    return await answer(work, 201)


def _asked(home: Home, body: JSON) -> PushRequest:
    repository = home.repository
    ref = full_branch_name(str(body.get("branch", "main")))
    tip = repository.tip(ref)
    root = repository.commit(tip).tree if tip is not None else None
    return PushRequest(
        ref=ref,
        old=tip or "0" * 40,
        parent=None,
        comment=str(body.get("message", "A person was here")),
        changes=tuple(_change(home, root, one) for one in body.get("changes", [])),
        author=None,
        committer=None,
    )


def _change(home: Home, root: str | None, change: dict[str, Any]) -> AskedChange:
    path = parse_path(change.get("path"))
    content = change.get("content")
    if content is None:
        return AskedChange("delete", path, None, None)
    is_base64 = bool(change.get("base64"))
    data = base64.b64decode(content) if is_base64 else content.encode()
    objects = home.repository.objects
    there = root is not None and find_exactly(objects, root, path) is not None
    return AskedChange("edit" if there else "add", path, data, None)


async def post_repositories(request: web.Request) -> web.Response:
    """Make a project, if need be, and an empty repository in it."""
    organization = request.app[SERVER].organization
    body = await _object(request)

    def work() -> JSON:
        project = organization.add_project(str(body.get("project", "backup")))
        return _where(organization.create(project, str(body.get("name", ""))))

    return await answer(work, 201)


async def get_repositories(request: web.Request) -> web.Response:
    """List all repositories and where they lie."""
    homes = request.app[SERVER].organization.homes()
    return web.json_response([_where(home) for home in homes])


def _where(home: Home) -> JSON:
    return {
        "id": home.repository.id,
        "name": home.repository.name,
        "project": home.project.name,
        "path": str(home.repository.path.resolve()),
    }
