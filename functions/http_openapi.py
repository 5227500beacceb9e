"""TRIGGERS: the description of the HTTP API, as callers' tools read it."""

from pathlib import Path

import azure.functions as func

from functions.problems import told

bp = func.Blueprint()  # type: ignore[no-untyped-call]

_DOCUMENT = Path(__file__).with_name("openapi.json")


@bp.function_name("openapi")
@bp.route("openapi.json", methods=["GET"])
@told
def openapi(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - bound
    """GET /api/openapi.json."""
    return func.HttpResponse(_DOCUMENT.read_bytes(), mimetype="application/json")
