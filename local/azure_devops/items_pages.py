"""ITEMS PAGES: the undocumented paging of a folder's list.

Likely (second-hand from the on-premises server): `scopePath` with `$top` or a
`continuationToken` lists everything below the folder in pages of 100, with path, id and
type only. The token holds for one root tree and one folder.
"""

import base64
import binascii
import json
from itertools import islice

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.exchange import JSON, Call, collection, json_response
from local.azure_devops.tree_reads import Found, descend
from local.azure_devops.versions import Resolved

DEFAULT_TOP = 100
TOKEN_HEADER = "x-ms-continuationtoken"  # noqa: S105 - the name of a header


def wants_page(call: Call) -> bool:
    """Whether the query asks for a page instead of the whole list."""
    return call.query.text("$top", "continuationToken") is not None


def page_response(call: Call, resolved: Resolved, folder: Found) -> web.Response:
    """Answer one page, with a token in the header if there is another."""
    top = call.query.number("$top")
    size = DEFAULT_TOP if top is None else top
    place = {"tree": resolved.commit.tree, "scope": folder.path}
    start = _start(call, place)
    below = descend(call.home.repository.objects, folder)
    found = list(islice(below, start, start + size + 1))
    headers = {}
    if len(found) > size:
        headers[TOKEN_HEADER] = _token({**place, "next": start + size})
    return json_response(
        collection([_shown(one) for one in found[:size]]), headers=headers
    )


def _shown(found: Found) -> JSON:
    return {
        "objectId": found.entry.oid,
        "gitObjectType": found.entry.kind,
        "path": found.path,
    }


def _token(content: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def _start(call: Call, place: dict[str, str]) -> int:
    token = call.query.text("continuationToken")
    if token is None:
        return 0
    try:
        content = json.loads(base64.urlsafe_b64decode(token))
        following = int(content.pop("next"))
    except (binascii.Error, ValueError, KeyError, AttributeError) as error:
        raise _invalid() from error
    if content != place:
        raise _invalid()
    return following


def _invalid() -> errors.ApiError:
    return errors.invalid_argument(
        "The continuation token does not belong to this list.", "continuationToken"
    )
