"""ITEMS BATCH: several item lookups in one request; shows items as `items` does.

Documented: Azure DevOps Git REST 7.1, "Items - Get Items Batch": a list of lists, one
for each descriptor. That a batch in which nothing is found answers 400 is likely, and
so is that one missing among others leaves null in its place (the twin for TFVC does).
"""

from typing import Any

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.errors import ApiError
from local.azure_devops.exchange import (
    JSON,
    Call,
    answer,
    call_of,
    collection,
    read_json,
)
from local.azure_devops.items import Extras, items_json, listing, locate
from local.azure_devops.versions import Resolved, Version, make_version, resolve


async def post_items_batch(request: web.Request) -> web.Response:
    """POST itemsbatch: a list of items for each descriptor, null for a missing one."""
    call = call_of(request)
    body = await read_json(request)
    descriptors = body.get("itemDescriptors") if isinstance(body, dict) else None
    if not isinstance(descriptors, list) or not descriptors:
        raise errors.invalid_argument("No items are asked for.", "requestData")
    extras = Extras(
        metadata=_is_true(body.get("includeContentMetadata")),
        latest_change=_is_true(body.get("latestProcessedChange")),
    )
    return await answer(lambda: _found(call, descriptors, extras))


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"


def _found(call: Call, descriptors: list[Any], extras: Extras) -> JSON:
    lists = _Batch(call, extras).lists(descriptors)
    if all(one is None for one in lists):
        raise ApiError(
            400,
            "ItemBatchNotFoundException",
            "TF401174: None of the items in the batch could be found.",  # guess
            namespace="Microsoft.TeamFoundation.SourceControl.WebServer",
        )
    return collection(lists)


class _Batch:
    """The descriptors of one request; each version is resolved once."""

    def __init__(self, call: Call, extras: Extras) -> None:
        self._call = call
        self._extras = extras
        self._resolved: dict[Version | None, Resolved] = {}

    def lists(self, descriptors: list[Any]) -> list[list[JSON] | None]:
        return [self._list(one) for one in descriptors]

    def _list(self, descriptor: Any) -> list[JSON] | None:
        if not isinstance(descriptor, dict):
            raise errors.invalid_json()
        resolved = self._resolve(descriptor)
        path = str(descriptor.get("path") or "/")
        try:
            found = locate(self._call, resolved, path)
        except ApiError:
            return None
        below = listing(self._call, found, descriptor.get("recursionLevel"))
        return items_json(self._call, resolved, below, self._extras)

    def _resolve(self, descriptor: dict[str, Any]) -> Resolved:
        version = make_version(
            *(
                None if descriptor.get(name) is None else str(descriptor[name])
                for name in ("versionType", "version", "versionOptions")
            )
        )
        known = self._resolved.get(version)
        if known is None:
            known = resolve(self._call.home.repository, version)
            self._resolved[version] = known
        return known
