"""LOCAL, Databricks: who asks, and which folders are kept from them."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.typedefs import Handler

from local.control import PREFIX
from local.databricks import paths
from local.databricks.errors import ApiError, missing

_OPEN = ("/.well-known/",)
HIDDEN = "hidden"


@dataclass(slots=True)
class Access:
    """The bearer tokens that are good, the caller's identity and what it may see.

    `tokens` maps a token to the second (of `clock`) at which it expires, or None.
    `refusals` maps a folder to 403, 404 or `hidden`. `git_credential` is whether the
    caller can sign in to Git providers.
    """

    tokens: dict[str, float | None]
    clock: Callable[[], float] = time.time
    user_name: str = "ada@example.com"
    display_name: str = "Ada Lovelace"
    groups: list[str] = field(default_factory=lambda: ["admins", "users"])
    refusals: dict[str, int | str] = field(default_factory=dict)
    git_credential: bool = True

    def authenticate(self, authorization: str | None) -> None:
        """Check an Authorization header. Raises ApiError where it is no good."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme != "Bearer" or not token:  # reported: SDK issues quote this text
            raise ApiError(
                401,
                "UNAUTHENTICATED",
                "Credential was not sent or was of an unsupported type for this API.",
            )
        if token not in self.tokens:  # reported: Azure Databricks knowledge base
            raise ApiError(403, "PERMISSION_DENIED", "Invalid access token.")
        expires_at = self.tokens[token]
        if expires_at is not None and self.clock() >= expires_at:
            # Reported (databrickslabs/splunk-integration#55): since the end of 2025;
            # before that it was a 400 and before that a 403.
            raise ApiError(401, "UNAUTHENTICATED", "Token is expired")

    def check(self, path: str) -> None:
        """Raise ApiError where the caller may not see `path`.

        Reported (databricks/cli filer, databrickslabs/ucx#230): a folder may be listed
        by its parent and yet be refused, as 403 or as if it did not exist.
        """
        for folder, refusal in self.refusals.items():
            if not paths.lies_in(path, folder):
                continue
            if refusal == 403:
                raise ApiError(
                    403,
                    "PERMISSION_DENIED",
                    f"{self.user_name} does not have View permissions on {path}. "
                    "Please contact the owner or an administrator for access.",
                )
            raise missing(path)

    def shows(self, path: str) -> bool:
        """Whether a listing of the parent names `path`."""
        return self.refusals.get(path) != HIDDEN


ACCESS: web.AppKey[Access] = web.AppKey("access", Access)


@web.middleware
async def authenticated(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody in without a good token, but to the discovery pages."""
    if not request.path.startswith((*_OPEN, PREFIX)):
        request.app[ACCESS].authenticate(request.headers.get("Authorization"))
    return await handler(request)


async def no_discovery(_request: web.Request) -> web.Response:
    """Answer as a workspace without discovery does: the SDK warns and goes on."""
    raise ApiError(404, "NOT_FOUND", "Not found")


async def me(request: web.Request) -> web.Response:
    """Say who the caller is. Documented: SCIM `Me`; groups carry `display`."""
    access = request.app[ACCESS]
    return web.json_response(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "4820166530513384",
            "userName": access.user_name,
            "displayName": access.display_name,
            "active": True,
            "emails": [{"type": "work", "value": access.user_name, "primary": True}],
            "groups": [
                {
                    "display": group,
                    "type": "direct",
                    "value": str(917_000_000_000_001 + number),
                    "$ref": f"Groups/{917_000_000_000_001 + number}",
                }
                for number, group in enumerate(access.groups)
            ],
        },
        content_type="application/scim+json",
    )


ROUTES = [
    web.get("/.well-known/databricks-config", no_discovery),
    web.get("/api/2.0/preview/scim/v2/Me", me),
]
