"""EXCHANGE: one request and its answer; knows no Git and no single resource."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.identities import Identity
from local.azure_devops.links import Links
from local.azure_devops.organization import Home, Project
from local.azure_devops.state import CALLER, SERVER, Server

JSON = dict[str, Any]
GIT_MARK = "/_git/"
JSON_TYPE = "application/json; charset=utf-8; api-version=7.1"
_VERSION = re.compile(r"\d+(\.\d+)?(-preview(\.\d+)?)?")
_NEWEST = 7.2


class Query:
    """The query of a request; names count without regard to case, as they do there."""

    def __init__(self, values: Mapping[str, str]) -> None:
        """Read these names and values."""
        self._values = {name.lower(): value for name, value in values.items()}

    def text(self, *names: str) -> str | None:
        """Return the first of the names that has a value."""
        for name in names:
            value = self._values.get(name.lower())
            if value is not None and value != "":
                return value
        return None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean; raises a refusal for other words."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in ("true", "false"):
            raise errors.invalid_argument(f"'{value}' is not a boolean.", name)
        return value.lower() == "true"

    def number(self, *names: str) -> int | None:
        """Return a number of zero or more; raises a refusal for anything else."""
        value = self.text(*names)
        if value is None:
            return None
        if not value.isdecimal():
            raise errors.invalid_argument(f"'{value}' is not a valid number.", names[0])
        return int(value)


@dataclass(frozen=True, slots=True)
class Call:
    """A request that concerns one repository, with all that handlers need of it."""

    server: Server
    caller: Identity
    home: Home
    links: Links
    query: Query


def query_of(request: web.Request) -> Query:
    """Read the query of a request."""
    return Query(request.query)


def server_of(request: web.Request) -> Server:
    """Return the server, if the request names its organization; raises a refusal."""
    server = request.app[SERVER]
    named = request.match_info.get("organization", server.organization.name)
    if named.lower() != server.organization.name.lower():
        raise errors.not_found(request.path)
    return server


def project_of(request: web.Request) -> Project | None:
    """Return the project in the address or in `projectId`, or None; raises a 404."""
    named = request.match_info.get("project") or query_of(request).text("projectId")
    organization = server_of(request).organization
    return organization.project(named) if named else None


def links_of(request: web.Request, home: Home) -> Links:
    """Make the addresses of one repository as this caller reaches it."""
    name = server_of(request).organization.name
    return Links(f"{request.scheme}://{request.host}/{name}", home)


def call_of(request: web.Request) -> Call:
    """Find the repository of a request; raises 404 also without the right to read.

    One that is disabled is there for nobody (reported: cribeiro84/azure-devops-pull-
    request-hub#170), except to whoever enables it.
    """
    server = server_of(request)
    name = request.match_info["repository"]
    if not server.rules.allows("GenericRead"):
        raise errors.repository_not_found(name)
    project = project_of(request)
    if project is None and GIT_MARK in request.path:
        project = server.organization.project(name)
    home = server.organization.home(name, project)
    if home.repository.disabled and request.method != "PATCH":
        raise errors.repository_not_found(name)
    return Call(
        server, request[CALLER], home, links_of(request, home), query_of(request)
    )


def check_api_version(request: web.Request) -> None:
    """Refuse a write without an api-version, and a version from the future.

    Documented: "Azure DevOps Services REST API reference", versioning. The version is
    in the query or in the Accept header.
    """
    wanted = query_of(request).text("api-version") or _accepted_version(request)
    if wanted is None:
        if request.method in ("GET", "OPTIONS", "HEAD"):
            return
        raise _version_error(
            "VssVersionNotSpecifiedException",
            f'No api-version was supplied for the "{request.method}" request. The'
            " version must be supplied either as part of the Accept header (e.g."
            ' "application/json; api-version=1.0") or as a query parameter (e.g.'
            ' "?api-version=1.0").',
        )
    if _VERSION.fullmatch(wanted) is None:
        raise _version_error(
            "VssInvalidApiVersionException",
            f'The api-version "{wanted}" is not valid.',  # guess
        )
    if float(wanted.split("-")[0]) > _NEWEST:
        raise _version_error(
            "VssVersionOutOfRangeException",
            f"The requested REST API version of {wanted} is out of range for this"
            f" server. The latest REST API version this server supports is {_NEWEST}.",
        )


def _accepted_version(request: web.Request) -> str | None:
    match = re.search(r"api-version=([^;,\s]+)", request.headers.get("Accept", ""))
    return match.group(1) if match else None


def _version_error(key: str, message: str) -> errors.ApiError:
    space = "Microsoft.VisualStudio.Services.WebApi"
    return errors.ApiError(400, key, message, namespace=space)


async def read_json(request: web.Request) -> Any:
    """Read the body as JSON; raises the refusal for a body that is none."""
    return parse_json(await request.read())


def parse_json(body: bytes) -> Any:
    """Parse JSON; raises the refusal for bytes that are none."""
    try:
        return json.loads(body)
    except ValueError as error:
        raise errors.invalid_json() from error


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Make an answer of JSON, with the content type that the service sends."""
    body = json.dumps(value).encode()
    all_headers = {"Content-Type": JSON_TYPE, **(headers or {})}
    return web.Response(status=status, body=body, headers=all_headers)


def collection(values: list[Any]) -> JSON:
    """Wrap a list as every list of the service is wrapped."""
    return {"value": values, "count": len(values)}


def file_response(body: bytes, content_type: str, name: str | None) -> web.Response:
    """Make an answer of bytes; with a name it is offered as a download."""
    headers = {"Content-Type": content_type}
    if name is not None:
        plain = re.sub(r"[^\x20-\x7e]|[\"\\]", "_", name)
        headers["Content-Disposition"] = f'attachment; filename="{plain}"'
    return web.Response(body=body, headers=headers)


async def answer(work: Callable[[], object], status: int = 200) -> web.Response:
    """Do blocking work in a thread and send what it returns as JSON."""
    return await asyncio.to_thread(lambda: json_response(work(), status))


async def respond(work: Callable[[], web.Response]) -> web.Response:
    """Do blocking work in a thread that makes the whole answer."""
    return await asyncio.to_thread(work)
