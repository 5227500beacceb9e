"""TRIGGERS: what runs will take, over HTTP; knows no remote system."""

import azure.functions as func

from functions.forecast_answers import forecast_answer
from functions.forecast_requests import wanted_forecast
from functions.json_answers import json_answer
from functions.problems import told
from shared.wiring import app

bp = func.Blueprint()  # type: ignore[no-untyped-call]


@bp.function_name("show_forecast")
@bp.route("forecast", methods=["GET"])
@told
def show_forecast(req: func.HttpRequest) -> func.HttpResponse:
    """GET /api/forecast."""
    forecast = app().forecast(wanted_forecast(req.params))
    return json_answer(forecast_answer(forecast))
