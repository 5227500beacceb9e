"""LOCAL, Databricks: who may do what with an object, `/api/2.0/permissions`.

The lists are kept and answered; nothing in this workspace obeys them (what a caller
may not see is set by `/_local/permissions`).
"""

from aiohttp import web

from local.databricks.changes import json_body
from local.databricks.errors import ApiError, bad_parameter
from local.databricks.items import Item
from local.databricks.listing import STORE

# Documented: the object types of the permissions API, and the levels of each.
_LEVELS = {
    "notebooks": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "directories": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "files": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "repos": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "dashboards": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "experiments": ("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
}
_SINGULAR = {kind: kind[:-1] for kind in _LEVELS} | {"directories": "directory"}
_WHO = ("user_name", "group_name", "service_principal_name")
_KIND = r"{kind:\w+}"
_PATH = rf"/api/2.0/permissions/{_KIND}/{{id:\w+}}"


async def levels(request: web.Request) -> web.Response:
    """Answer the levels that can be given."""
    _object(request)
    known = _LEVELS[request.match_info["kind"]]
    described = [{"permission_level": one, "description": one} for one in known]
    return web.json_response({"permission_levels": described})


async def get(request: web.Request) -> web.Response:
    """Answer direct grants, and the one that everything inherits."""
    return _answer(request, _object(request))


async def replace(request: web.Request) -> web.Response:
    """Replace the direct grants. Documented: without any, all are deleted."""
    item = _object(request)
    return _granted(request, item, await _wanted(request))


async def add(request: web.Request) -> web.Response:
    """Add to the direct grants, one a principal."""
    item = _object(request)
    wanted = await _wanted(request)
    who = [_principal(one) for one in wanted]
    kept = [one for one in _direct(item) if _principal(one) not in who]
    return _granted(request, item, kept + wanted)


def _granted(
    request: web.Request, item: Item, grants: list[dict[str, str]]
) -> web.Response:
    store = request.app[STORE]
    store.set_extra(item, {**item.extra, "grants": grants})
    return _answer(request, store.by_id(item.id) or item)


def _answer(request: web.Request, item: Item) -> web.Response:
    kind = request.match_info["kind"]
    shown = [
        _principal(one)
        | {
            "all_permissions": [
                {"permission_level": one["permission_level"], "inherited": False}
            ]
        }
        for one in _direct(item)
    ]
    inherited = {
        "permission_level": "CAN_MANAGE",
        "inherited": True,
        "inherited_from_object": ["/directories/"],
    }
    shown.append({"group_name": "admins", "all_permissions": [inherited]})
    return web.json_response(
        {
            "object_id": f"/{kind}/{request.match_info['id']}",
            "object_type": _SINGULAR[kind],
            "access_control_list": shown,
        }
    )


def _direct(item: Item) -> list[dict[str, str]]:
    grants = item.extra.get("grants", [])
    return grants if isinstance(grants, list) else []


def _principal(grant: dict[str, str]) -> dict[str, object]:
    return {name: grant[name] for name in _WHO if name in grant}


async def _wanted(request: web.Request) -> list[dict[str, str]]:
    grants = (await json_body(request)).get("access_control_list") or []
    known = _LEVELS[request.match_info["kind"]]
    if not isinstance(grants, list):
        raise bad_parameter("access_control_list must be a list")
    for grant in grants:
        if grant.get("permission_level") not in known or not _principal(grant):
            raise bad_parameter(f"{grant} is no grant of this object type")
    return grants


def _object(request: web.Request) -> Item:
    kind, object_id = request.match_info["kind"], request.match_info["id"]
    if kind not in _LEVELS:
        raise bad_parameter(f"Unknown object type {kind}")
    item = request.app[STORE].by_id(int(object_id)) if object_id.isdigit() else None
    if item is None:  # the text is a guess
        text = f"{_SINGULAR[kind].capitalize()} {object_id} does not exist."
        raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", text)
    return item


ROUTES = [
    web.get(f"{_PATH}/permissionLevels", levels),
    web.get(_PATH, get),
    web.put(_PATH, replace),
    web.patch(_PATH, add),
]
