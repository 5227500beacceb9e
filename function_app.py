"""The table of contents: creates the app and registers what it consists of."""

import azure.functions as func

from functions import (
    http_access,
    http_diagnostics,
    http_forecast,
    http_health,
    http_history,
    http_openapi,
    http_restores,
    http_retention,
    http_runs,
    http_setup,
    queues,
    schedules,
)

app = func.FunctionApp(http_auth_level=http_access.level())

for blueprint in (
    schedules.bp,
    queues.bp,
    http_runs.bp,
    http_restores.bp,
    http_history.bp,
    http_health.bp,
    http_diagnostics.bp,
    http_setup.bp,
    http_forecast.bp,
    http_retention.bp,
    http_openapi.bp,
):
    app.register_functions(blueprint)
