"""TRIGGERS: setting a deployment up, over HTTP; knows no remote system."""

import azure.functions as func

from functions.check_answers import check_answer
from functions.json_answers import Json, json_answer
from functions.problems import told
from functions.setup_requests import wanted_setup
from shared.domain.diagnostics import Diagnosis
from shared.domain.setup import changes_of, status_of
from shared.wiring.setups import set_up

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("start_setup")
@bp.route("setup", methods=["POST"])
@told
def start_setup(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/setup."""
    wanted = wanted_setup(req)
    if isinstance(wanted, func.HttpResponse):
        return wanted
    setup = set_up(wanted.git_folder)
    found = setup.apply() if wanted.apply else setup.plan()
    return json_answer({"applied": wanted.apply, **setup_answer(found)})


def setup_answer(found: Diagnosis) -> Json:
    """What it comes to, which steps change something, then each step."""
    return {
        "status": status_of(found).value,
        "changes": list(changes_of(found)),
        "steps": [check_answer(result) for result in found.results],
    }
