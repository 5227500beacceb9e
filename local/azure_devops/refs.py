"""REFS: lists refs and moves them one by one.

Documented: Azure DevOps Git REST 7.1, "Refs - List", "Update Refs", "Update Ref". A
filter is a prefix of the name behind `refs/`. An update answers 200 also when refs were
refused: each has its own result. Likely: `$top` is at most 1000.
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
    json_response,
    read_json,
    respond,
)
from local.azure_devops.objects import ZERO_ID, is_object_id
from local.azure_devops.pushing import log_push
from local.azure_devops.repository import (
    BRANCHES,
    Ref,
    RefConflictError,
    StaleRefError,
    is_valid_ref_name,
)
from local.azure_devops.rules import RefMove
from local.azure_devops.shapes import identity_json

MOST = 1_000
_TOKEN_HEADER = "x-ms-continuationtoken"  # noqa: S105 - the name of a header


async def get_refs(request: web.Request) -> web.Response:
    """GET refs: all that start with the filter, a page of them with `$top`."""
    call = call_of(request)
    prefix = request.match_info.get("filter") or call.query.text("filter") or ""
    top = call.query.number("$top", "top")

    def work() -> web.Response:
        found = _filtered(call, prefix)
        page = found if top is None else found[: min(top, MOST)]
        headers = {}
        if len(page) < len(found):
            headers[_TOKEN_HEADER] = found[len(page)].name
        peel = call.query.flag("peelTags")
        shown = [_ref_json(call, ref, peel=peel) for ref in page]
        return json_response(collection(shown), headers=headers)

    return await respond(work)


async def post_refs(request: web.Request) -> web.Response:
    """POST refs: create, move and delete refs; each update stands for itself."""
    call = call_of(request)
    body = await read_json(request)
    if not isinstance(body, list) or not body:
        raise errors.invalid_argument("No ref updates are given.", "refUpdates")
    return await answer(lambda: collection(_update_all(call, body)))


async def patch_ref(request: web.Request) -> web.Response:
    """PATCH refs: lock or unlock a branch."""
    call = call_of(request)
    body = await read_json(request)
    named = request.match_info.get("filter") or call.query.text("filter") or ""
    name = f"refs/{named.removeprefix('refs/')}"
    tip = call.home.repository.tip(name)
    if tip is None:
        raise errors.ApiError(
            404, "GitRefNotFoundException", f"The reference '{name}' does not exist."
        )
    if not isinstance(body, dict) or not isinstance(body.get("isLocked"), bool):
        raise errors.invalid_argument("isLocked is missing.", "newRefInfo")
    key = (call.home.repository.id, name)
    if body["isLocked"]:
        call.server.rules.locks[key] = call.caller
    else:
        call.server.rules.locks.pop(key, None)
    return await answer(lambda: _ref_json(call, Ref(name, tip), peel=False))


def _filtered(call: Call, prefix: str) -> list[Ref]:
    part = call.query.text("filterContains")
    start = call.query.text("continuationToken") or ""
    return [
        ref
        for ref in call.home.repository.refs(f"refs/{prefix.removeprefix('refs/')}")
        if ref.name >= start and (part is None or part.lower() in ref.name.lower())
    ]


def _ref_json(call: Call, ref: Ref, *, peel: bool) -> JSON:
    shown: JSON = {"name": ref.name, "objectId": ref.oid}
    peeled = call.home.repository.peel(ref.oid) if peel else ref.oid
    if peeled != ref.oid:
        shown["peeledObjectId"] = peeled
    locked_by = call.server.rules.locks.get((call.home.repository.id, ref.name))
    if locked_by is not None:
        shown["isLocked"] = True
        shown["isLockedBy"] = identity_json(call.links, locked_by)
    shown["creator"] = identity_json(call.links, call.caller)
    shown["url"] = call.links.ref(ref.name)
    return shown


def _update_all(call: Call, body: list[Any]) -> list[JSON]:
    updates = [_parse(one) for one in body]
    results, moved = [], []
    with call.home.repository.writing:
        for move in updates:
            status = _update(call, move)
            if status == "succeeded":
                moved.append(move)
            results.append(_result(call, move, status))
        if moved:
            log_push(call.server, call.home, call.caller, moved)
    return results


def _parse(one: Any) -> RefMove:
    if not isinstance(one, dict):
        raise errors.invalid_json()
    ids = [one.get("oldObjectId"), one.get("newObjectId")]
    if not all(isinstance(oid, str) and is_object_id(oid) for oid in ids):
        raise errors.invalid_argument(
            "A ref update needs oldObjectId and newObjectId.", "refUpdates"
        )
    old, new = (None if oid == ZERO_ID else str(oid).lower() for oid in ids)
    return RefMove(str(one.get("name") or ""), old, new)


def _update(call: Call, move: RefMove) -> str:
    """Move the ref if nothing is in the way; return the result's status."""
    obstacle = _malformed(call, move) or _in_the_way(call, move)
    if obstacle is not None:
        return obstacle
    try:
        call.home.repository.compare_and_swap(move.name, move.old, move.new)
    except StaleRefError:
        return "staleOldObjectId"
    except RefConflictError:
        return "refNameConflict"
    if move.old is None:
        call.server.rules.was_made(call.home.repository, move.name, call.caller)
    return "succeeded"


def _malformed(call: Call, move: RefMove) -> str | None:
    if not is_valid_ref_name(move.name):
        return "invalidRefName"
    if move.new is not None and not _can_be(call, move):
        return "unresolvableToCommit"
    return None


def _in_the_way(call: Call, move: RefMove) -> str | None:
    repository = call.home.repository
    actual = repository.tip(move.name)
    if actual is None and move.new is None:
        return "succeededNonExistentRef"
    if actual != move.old:
        return "staleOldObjectId"
    rejection = call.server.rules.rejection(repository, move, call.caller)
    return rejection.status if rejection is not None else None


def _can_be(call: Call, move: RefMove) -> bool:
    """Whether the ref may point there: a branch only at a commit."""
    repository = call.home.repository
    if move.new is None or not repository.objects.exists(move.new):
        return False
    kind, _ = repository.objects.header(move.new)
    return kind == "commit" or not move.name.startswith(BRANCHES)


def _result(call: Call, move: RefMove, status: str) -> JSON:
    return {
        "repositoryId": call.home.repository.id,
        "name": move.name,
        "oldObjectId": move.old or ZERO_ID,
        "newObjectId": move.new or ZERO_ID,
        "isLocked": False,
        "updateStatus": status,
        "success": status.startswith("succeeded"),
    }
