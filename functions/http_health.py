"""TRIGGERS: how the backups stand, for people and for availability tests."""

import azure.functions as func

from functions.health_answers import health_answer
from functions.json_answers import json_answer
from functions.problems import told
from shared.domain.health import Level, reasons, worst
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("show_health")
@bp.route("health", methods=["GET"])
@told
def show_health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - bound
    """GET /api/health."""
    standing = app().read_health()
    found = reasons(standing)
    status = 503 if worst(found) is Level.CRITICAL else 200
    return json_answer(health_answer(standing, found), status)
