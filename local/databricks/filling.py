"""LOCAL, Databricks: routes that fill a workspace and work in it.

POST /_local/generate  {notebooks, seed?, root?, folders?, mean_bytes?}
POST /_local/edit      {fraction, seed?}
POST /_local/sample    fills an empty workspace with a small, varied sample
"""

import asyncio
from collections.abc import Iterator
from itertools import batched, islice

from aiohttp import web

from local.databricks import paths
from local.databricks.changes import json_body, make_folders
from local.databricks.edit import Day, worked
from local.databricks.errors import bad_parameter
from local.databricks.generate import Wanted, generated
from local.databricks.items import DASHBOARD, DIRECTORY, FILE, NOTEBOOK
from local.databricks.listing import STORE
from local.databricks.sample import fill
from local.databricks.store import OWN_FOLDERS, Store

_AT_ONCE = 250  # small enough that other requests are answered in between


async def generate(request: web.Request) -> web.Response:
    """Add exactly as many notebooks as asked, in folders of their own."""
    body = await json_body(request)
    wanted = Wanted(
        notebooks=_number(body, "notebooks"),
        seed=_number(body, "seed", 0),
        root=paths.clean(body.get("root", paths.ROOT)),
        folders=_number(body, "folders") if body.get("folders") else None,
        mean_bytes=_number(body, "mean_bytes", 8000),
    )
    store = request.app[STORE]
    make_folders(store, wanted.root)
    counts = dict.fromkeys((NOTEBOOK, FILE, DASHBOARD, DIRECTORY), 0)
    size = 0
    for batch in batched(generated(wanted, store), _AT_ONCE, strict=False):
        store.add_many(batch)
        for item, content in batch:
            counts[item.type] += 1
            size += len(content or b"")
        await asyncio.sleep(0)
    return web.json_response(
        {
            "notebooks": counts[NOTEBOOK],
            "files": counts[FILE],
            "dashboards": counts[DASHBOARD],
            "folders": counts[DIRECTORY],
            "bytes": size,
        }
    )


async def edit(request: web.Request) -> web.Response:
    """Work on a fraction of the notebooks, and say on which."""
    body = await json_body(request)
    fraction = body.get("fraction")
    if not isinstance(fraction, int | float) or not 0 <= fraction <= 1:
        raise bad_parameter("fraction must be a number from 0 to 1")
    day, store = Day(), request.app[STORE]
    changes = worked(store, fraction, _number(body, "seed", 0), day)
    while _some(store, changes):
        await asyncio.sleep(0)
    return web.json_response(day.as_json())


def _some(store: Store, changes: Iterator[None]) -> bool:
    with store.transaction():
        return len(list(islice(changes, _AT_ONCE))) == _AT_ONCE


async def sample(request: web.Request) -> web.Response:
    """Fill the workspace if nothing of anybody's is in it."""
    store = request.app[STORE]
    own = {item.path for item in store.below(paths.ROOT)}
    if own - set(OWN_FOLDERS):
        raise bad_parameter("The workspace is not empty")
    with store.transaction():
        fill(store)
    return web.json_response({"objects": sum(store.counts().values()) - len(own) - 1})


def _number(body: dict[str, object], name: str, usual: int | None = None) -> int:
    number = body.get(name, usual)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise bad_parameter(f"{name} must be a whole number of zero or more")
    return number


ROUTES = [
    web.post("/_local/generate", generate),
    web.post("/_local/edit", edit),
    web.post("/_local/sample", sample),
]
