"""RIGHTS: tells callers which of their rights they hold; they are enforced in `rules`.

Documented: Azure DevOps REST 7.1, "Permissions - Has Permissions"; the bits in
"Security namespace and permission reference", Git Repositories.
"""

from aiohttp import web

from local.azure_devops.errors import invalid_argument
from local.azure_devops.exchange import (
    collection,
    json_response,
    query_of,
    server_of,
)
from local.azure_devops.rules import BITS

GIT_REPOSITORIES = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"


def check_namespace(named: str) -> None:
    """Refuse a namespace that is not Git's; the status and the text are a guess."""
    if named.lower() != GIT_REPOSITORIES:
        raise invalid_argument("No such security namespace.", "securityNamespaceId")


async def get_permissions(request: web.Request) -> web.Response:
    """GET permissions: for each token, whether the caller holds all of the bits.

    This server has one set of rights, whatever the token.
    """
    rules = server_of(request).rules
    check_namespace(request.match_info["namespace"])
    bits = request.match_info["permissions"]
    if not (bits.isascii() and bits.isdigit()):
        raise invalid_argument("No such permissions.", "permissions")  # guess
    query = query_of(request)
    tokens = (query.text("tokens") or "").split(query.text("delimiter") or ",")
    wanted = [name for name, bit in BITS.items() if int(bits) & bit]
    held = all(map(rules.allows, wanted))
    return json_response(collection([held for _ in tokens]))
