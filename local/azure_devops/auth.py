"""AUTH: lets a request in as somebody, or turns it away as the service does.

Reported: cjohnstoniv/wardyn (the refusals, measured live), vsts-rest-api-specs#97 and
#574 (203), azure-devops-auth-samples#52 (expired bearer), azure-devops-docs#13661
(302).
Documented: a personal access token is the password of Basic, with any user name.
"""

import base64
import binascii
import json

from aiohttp import web
from aiohttp.typedefs import Handler

from local.azure_devops.errors import ApiError
from local.azure_devops.exchange import GIT_MARK, json_response
from local.azure_devops.identities import ANONYMOUS, Credential, Identity
from local.azure_devops.state import CALLER, SERVER, Server

LOCAL_PREFIX = "/_local/"
_SIGN_IN_BYTES = 16_000
_BASIC = 'Basic realm="http://localhost/"'
_BOM = b"\xef\xbb\xbf"


@web.middleware
async def auth(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Set the caller of the request, or answer in its stead."""
    if request.path.startswith(LOCAL_PREFIX):
        return await handler(request)
    server = request.app[SERVER]
    over_git = GIT_MARK in request.path
    scheme, secret = _presented(request)
    credential = server.credentials.find(secret) if secret else None
    if credential is None:
        if over_git:
            return await _git_without_credential(server, request, handler)
        return sign_in_page()
    refusal = _refusal(scheme, credential)
    if refusal is not None:
        return refusal
    request[CALLER] = credential.identity
    return await handler(request)


async def _git_without_credential(
    server: Server, request: web.Request, handler: Handler
) -> web.StreamResponse:
    if server.anonymous_clone and not _writes(request):
        request[CALLER] = ANONYMOUS
        return await handler(request)
    return _unauthorized()


def _writes(request: web.Request) -> bool:
    service = request.query.get("service", "")
    return "git-receive-pack" in (service, request.path.rsplit("/", 1)[-1])


def _presented(request: web.Request) -> tuple[str, str]:
    """Scheme and secret of the request; both empty if absent or malformed."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return "bearer", value.strip()
    if scheme.lower() != "basic":
        return "", ""
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    user, _, password = decoded.partition(":")
    return "basic", password or user


def _refusal(scheme: str, credential: Credential) -> web.Response | None:
    if credential.state == "valid":
        return None
    if credential.state == "redirected":
        return _redirect()
    if credential.state == "forbidden":
        return _forbidden(credential.identity)
    if credential.state == "refused":
        return _refused_bearer(credential.identity)
    return _unauthorized() if scheme == "basic" else sign_in_page()


def sign_in_page() -> web.Response:
    """Make the page that stands for a credential which was never issued."""
    head = (
        '<!DOCTYPE html>\r\n<html lang="en-US"><head>'
        "<title>\r\n\r\n            Azure DevOps Services | Sign In\r\n\r\n</title>"
    )
    tail = "</head><body>Sign in to Azure DevOps Services</body></html>"
    filler = f"<!--{' ' * (_SIGN_IN_BYTES - len(head) - len(tail))}-->"
    return web.Response(
        status=203, text=head + filler + tail, content_type="text/html", charset="utf-8"
    )


def _redirect() -> web.Response:
    body = '<html><head><title>Object moved</title></head><body><a href="/_signin">here'
    return web.Response(
        status=302,
        text=body + "</a></body></html>",
        content_type="text/html",
        headers={"Location": "/_signin"},
    )


def _unauthorized() -> web.Response:
    return web.Response(status=401, headers={"WWW-Authenticate": _BASIC})


def _unauthorized_error(status: int, key: str, identity: Identity) -> ApiError:
    return ApiError(
        status,
        key,
        f"TF400813: The user '{identity.name}' is not authorized to access this"
        " resource.",
        namespace="Microsoft.TeamFoundation.Framework.Server",
    )


def _forbidden(identity: Identity) -> web.Response:
    error = _unauthorized_error(403, "UnauthorizedRequestException", identity)
    return json_response(error.envelope(), error.status)


def _refused_bearer(identity: Identity) -> web.Response:
    error = _unauthorized_error(401, "InvalidIdentityException", identity)
    return web.Response(
        status=401,
        body=_BOM + json.dumps(error.envelope()).encode(),
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "WWW-Authenticate": "Bearer",
            "X-TFS-ServiceError": "TF400813",
        },
    )


async def signed_out(_request: web.Request) -> web.Response:
    """Answer at the address that a redirected caller is sent to."""
    return sign_in_page()
