"""WIRING: the forecast, with the limits that runs have."""

from typing import TYPE_CHECKING

from shared.domain.forecast import Capacity
from shared.domain.forecast_load import Limits
from shared.domain.restore_estimate import Rates
from shared.services.forecast import MakeForecast
from shared.services.survey import Survey
from shared.settings import Settings
from shared.wiring.remotes import Remotes
from shared.wiring.restores import CONCURRENCY

if TYPE_CHECKING:
    from shared.connections import Connections


def forecast_of(
    settings: Settings,
    outside: "Connections",
    *,
    lists_in_flight: int,
    plan_seconds: float,
) -> MakeForecast:
    """What is asked of the workspace takes slots of the same budgets."""
    databricks = settings.databricks
    return MakeForecast(
        survey=Survey(
            workspace=Remotes(outside).workspace,
            scope=settings.scope,
            notebook_format=settings.notebook_format,
            clock=outside.clock,
            lists_in_flight=lists_in_flight,
            exports_in_flight=settings.export_concurrency,
        ),
        store=outside.store,
        index=outside.index,
        clock=outside.clock,
        capacity=Capacity(
            rates=Rates(
                databricks.list_rps, databricks.export_rps, databricks.import_rps
            ),
            window=settings.max_parallel_shards,
            lists_in_flight=lists_in_flight,
            exports_in_flight=settings.export_concurrency,
            restores_in_flight=CONCURRENCY,
            plan_seconds=plan_seconds,
            deadline_seconds=settings.run_deadline.total_seconds(),
            audit_slices=settings.audit_slices,
            limits=Limits(largest_shard=settings.shard_max_objects),
        ),
    )
