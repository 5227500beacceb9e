"""TRIGGERS: what the backup holds and held, over HTTP; knows no remote system."""

import json

import azure.functions as func

from functions import history_requests
from functions.history_answers import content_answer, diff_answer, versions_answer
from functions.problems import NOT_COMPARABLE, told
from shared.errors import NotExportable, RequestRefused, TooLarge
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("show_history")
@bp.route("history", methods=["GET"])
@told
def show_history(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/history."""
    page = app().restores.read_history(*history_requests.history_page(req.params))
    body = json.dumps(versions_answer(page))
    return func.HttpResponse(body, mimetype="application/json")


@bp.function_name("show_content")
@bp.route("content", methods=["GET"])
@told
def show_content(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/content."""
    stored = app().restores.read_content(*history_requests.stored_object(req.params))
    return content_answer(stored)


@bp.function_name("show_diff")
@bp.route("diff", methods=["GET"])
@told
def show_diff(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/diff."""
    wanted = history_requests.compared(req.params)
    try:
        return diff_answer(app().restores.read_diff(*wanted))
    except (TooLarge, NotExportable, RequestRefused) as error:
        return NOT_COMPARABLE.answer(str(error))
