"""LOCAL, Databricks: puts the server together; answers nothing itself."""

from collections.abc import Callable, Iterable

from aiohttp import web

from local.control import Control
from local.databricks import (
    access,
    changes,
    export,
    filling,
    importing,
    listing,
    local_routes,
    permissions,
    repos,
)
from local.databricks.access import ACCESS, Access
from local.databricks.changes import HOMES, Homes
from local.databricks.errors import error_shape, errors_as_answers
from local.databricks.export import EXPORTING, Exporting
from local.databricks.listing import STORE
from local.databricks.store import Store

LOCAL_TOKEN = "dapi-local"  # noqa: S105 - opens nothing but this server
_API = (access, listing, export, importing, changes, repos, permissions)
_LOCAL = (local_routes, filling)


def create_app(
    store: Store,
    control: Control | None = None,
    *,
    tokens: Iterable[str] = (LOCAL_TOKEN,),
    clock: Callable[[], float] | None = None,
) -> web.Application:
    """Return the workspace server over `store`, which it does not close.

    `control` should have been made with `error_shape`; `clock` (seconds) decides when
    tokens expire.
    """
    app = web.Application(
        middlewares=[errors_as_answers, access.authenticated],
        client_max_size=importing.MAX_FILE + (1 << 20),
    )
    entry = Access(dict.fromkeys(tokens))
    if clock is not None:
        entry.clock = clock
    app[STORE], app[ACCESS], app[EXPORTING], app[HOMES] = (
        store,
        entry,
        Exporting(),
        Homes(),
    )
    for module in _API + _LOCAL:
        app.add_routes(module.ROUTES)
    (control or Control(error_shape=error_shape)).mount(app)
    return app
