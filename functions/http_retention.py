"""TRIGGERS: what the next clean-up of the app's own state removes; removes nothing."""

import azure.functions as func

from functions.json_answers import json_answer
from functions.problems import told
from functions.retention_answers import retention_answer
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("show_retention")
@bp.route("retention", methods=["GET"])
@told
def show_retention(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - bound
    """GET /api/retention."""
    bound = app()
    plan = bound.plan_clean_up
    return json_answer(
        retention_answer(plan(), plan.retention, bound.last_clean_up.read())
    )
