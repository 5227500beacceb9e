"""Forecasts over fakes, with the limits that the use cases of a test have."""

from typing import Protocol

from shared.domain.forecast import Capacity
from shared.domain.forecast_load import Limits
from shared.domain.objects import Format
from shared.domain.restore_estimate import Rates
from shared.domain.scope import Scope
from shared.services.forecast import MakeForecast
from shared.services.survey import Survey
from tests.fakes.remotes import FakeWorkspace
from tests.fakes.storage import FakeClock, FakeRunIndex, FakeRunStore
from tests.use_cases import UseCases

RATES = Rates(lists=30, exports=30, imports=15)


class Watched(Protocol):
    """What a forecast stands on."""

    scope: Scope
    workspace: FakeWorkspace
    store: FakeRunStore
    index: FakeRunIndex
    clock: FakeClock


def a_forecast_of(app: Watched, capacity: Capacity | None = None) -> MakeForecast:
    """Of the workspace that the app backs up."""
    return MakeForecast(
        survey=Survey(
            workspace=app.workspace,
            scope=app.scope,
            notebook_format=Format.SOURCE,
            clock=app.clock,
            lists_in_flight=1,
            exports_in_flight=1,
        ),
        store=app.store,
        index=app.index,
        clock=app.clock,
        capacity=capacity or Capacity(rates=RATES),
    )


def capacity_of(app: UseCases) -> Capacity:
    """What the use cases of the test allow."""
    limits = Limits(largest_shard=app.largest_shard, push_bytes=app.push_bytes)
    return Capacity(rates=RATES, window=app.window, limits=limits)
