"""TRIGGERS: plan, apply, look at and cancel restores over HTTP; knows no remote."""

import azure.functions as func

from functions import restore_requests
from functions.json_answers import json_answer, url_of
from functions.problems import RESTORE_ENDED, told
from functions.request_bodies import caller
from functions.restore_answers import drift_answer, restore_answer, restores_answer
from shared.services.read_restores import RestoreDetails
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("start_restore")
@bp.route("restores", methods=["POST"])
@told
def start_restore(req: func.HttpRequest) -> func.HttpResponse:
    """POST /api/restores."""
    wanted = restore_requests.wanted_restore(req)
    if isinstance(wanted, func.HttpResponse):
        return wanted
    opened = app().restores.open(wanted)
    if opened.quick:
        app().restores.advance_quickly(opened.restore.id)
    return _told_of(opened.restore.id, f"{url_of(req)}/{opened.restore.id}")


@bp.function_name("list_restores")
@bp.route("restores", methods=["GET"])
@told
def list_restores(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/restores."""
    page = app().restores.read.newest(*restore_requests.restores_page(req.params))
    return json_answer(restores_answer(page))


@bp.function_name("show_restore")
@bp.route("restores/{restore_id}", methods=["GET"])
@told
def show_restore(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/restores/{restore_id}."""
    restore_id = restore_requests.restore_id(req)
    page = restore_requests.outcomes_page(req.params)
    return json_answer(restore_answer(app().restores.read.details(restore_id, *page)))


@bp.function_name("cancel_restore")
@bp.route("restores/{restore_id}", methods=["DELETE"])
@told
def cancel_restore(req: func.HttpRequest) -> func.HttpResponse:
    """DELETE /api/restores/{restore_id}."""
    restore = app().restores.cancel(restore_requests.restore_id(req))
    status = restore.status.value
    if not restore.status.open:
        detail = f"{restore.id} has ended: {status}."
        return RESTORE_ENDED.answer(detail, restore_status=status)
    body = {"id": restore.id, "status": status}
    return json_answer(body, 202, {"Location": url_of(req)})


@bp.function_name("show_drift")
@bp.route("drift", methods=["GET"])
@told
def show_drift(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/drift."""
    age = restore_requests.max_age(req.params)
    restore = app().restores.drift(age, caller(req))
    if not restore.status.open:
        return json_answer(drift_answer(restore))
    where = url_of(req).removesuffix("drift") + f"restores/{restore.id}"
    return json_answer(restore_answer(_now(restore.id)), 202, {"Location": where})


def _told_of(restore_id: str, location: str) -> func.HttpResponse:
    """The restore as it is now: done, or to be looked at again later."""
    details = _now(restore_id)
    status = 202 if details.restore.status.open else 200
    return json_answer(restore_answer(details), status, {"Location": location})


def _now(restore_id: str) -> RestoreDetails:
    read = app().restores.read
    return read.details(restore_id, limit=restore_requests.DEFAULT_OUTCOMES)
