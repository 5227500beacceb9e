"""TRIGGERS: start, look at and cancel runs over HTTP; knows no remote system."""

import azure.functions as func

from functions import run_requests
from functions.json_answers import json_answer, url_of
from functions.problems import RUN_ENDED, RUN_OPEN, told
from functions.run_answers import run_answer, runs_answer
from shared.domain.runs import RunStatus
from shared.services.open_run import Opening
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("start_run")
@bp.route("runs", methods=["POST"])
@told
def start_run(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/runs."""
    wanted = run_requests.wanted_run(req)
    if isinstance(wanted, func.HttpResponse):
        return wanted
    opened = app().open_run(wanted)
    run_id = opened.request.run_id
    if opened.opening is not Opening.STARTED:
        return RUN_OPEN.answer(f"Run {run_id} is open.", active_run=run_id)
    body = {"id": run_id, "status": RunStatus.PLANNING.value}
    return json_answer(body, 202, {"Location": f"{url_of(req)}/{run_id}"})


@bp.function_name("list_runs")
@bp.route("runs", methods=["GET"])
@told
def list_runs(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/runs."""
    limit, mark = run_requests.runs_page(req.params)
    return json_answer(runs_answer(app().read_runs.newest(limit, mark)))


@bp.function_name("show_run")
@bp.route("runs/{run_id}", methods=["GET"])
@told
def show_run(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/runs/{run_id}."""
    run_id = run_requests.run_id(req)
    limit, marks = run_requests.outcomes_page(req.params)
    return json_answer(run_answer(app().read_runs.details(run_id, marks, limit)))


@bp.function_name("cancel_run")
@bp.route("runs/{run_id}", methods=["DELETE"])
@told
def cancel_run(req: func.HttpRequest) -> func.HttpResponse:
    """DELETE /api/runs/{run_id}."""
    run = app().cancel_run(run_requests.run_id(req))
    status = run.status.value
    if not run.status.open:
        return RUN_ENDED.answer(f"Run {run.id} has ended: {status}.", run_status=status)
    return json_answer({"id": run.id, "status": status}, 202, {"Location": url_of(req)})
