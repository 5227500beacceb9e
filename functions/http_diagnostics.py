"""TRIGGERS: a look at everything the app stands on; knows none of it."""

import azure.functions as func

from functions.check_answers import check_answer
from functions.json_answers import Json, json_answer
from functions.problems import told
from shared.domain.diagnostics import Diagnosis
from shared.wiring.diagnostics import diagnose

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("show_diagnostics")
@bp.route("diagnostics", methods=["GET"])
@told
def show_diagnostics(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - bound
    """GET /api/diagnostics."""
    return json_answer(diagnosis_answer(diagnose()))


def diagnosis_answer(diagnosis: Diagnosis) -> Json:
    """The worst of it first, then each check."""
    return {
        "status": diagnosis.verdict.value,
        "checks": [check_answer(result) for result in diagnosis.results],
    }
