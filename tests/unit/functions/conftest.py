"""The API and what it stands on, for each test anew."""

import pytest

from functions import (
    http_forecast,
    http_health,
    http_history,
    http_restores,
    http_retention,
    http_runs,
)
from tests.unit.functions.api import Api, Bound


@pytest.fixture
def bound() -> Bound:
    return Bound()


@pytest.fixture
def api(bound: Bound, monkeypatch: pytest.MonkeyPatch) -> Api:
    monkeypatch.setattr(http_health, "app", lambda: bound)
    monkeypatch.setattr(http_runs, "app", lambda: bound)
    monkeypatch.setattr(http_history, "app", lambda: bound)
    monkeypatch.setattr(http_forecast, "app", lambda: bound)
    monkeypatch.setattr(http_restores, "app", lambda: bound)
    monkeypatch.setattr(http_retention, "app", lambda: bound)
    return Api(bound)
