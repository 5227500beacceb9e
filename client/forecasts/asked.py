"""CLIENT, forecasts: the question; what its numbers may be, the API knows."""

from collections.abc import Mapping
from typing import Any

from client.web import Web

SECONDS = 235.0
"""The app answers within 230."""


def forecast_of(web: Web, query: Mapping[str, str | int]) -> Mapping[str, Any]:
    """Ask the app; `table` reads it. `NoAnswerError`, `RefusedError`."""
    return web.get("/api/forecast", query, seconds=SECONDS).accepted()
