"""USE CASE PARTS: all that can be looked at, in the order in which people read it."""

from shared.domain.diagnostics import About
from shared.services.checks import (
    app,
    azure_devops,
    databricks,
    remotes,
    state,
    storage,
)

CATALOGUE: tuple[About, ...] = (
    app.SETTINGS,
    app.VERSIONS,
    remotes.CLOCK,
    storage.BLOBS,
    storage.QUEUES,
    storage.TABLES,
    remotes.STORAGE_CREDENTIAL,
    storage.LEASE,
    storage.DEPTHS,
    remotes.DATABRICKS_REACHABLE,
    remotes.DATABRICKS_CREDENTIAL,
    databricks.IP_ACCESS,
    databricks.IDENTITY,
    databricks.ROOTS,
    databricks.EXPORT,
    databricks.LATENCY,
    remotes.AZURE_DEVOPS_REACHABLE,
    remotes.AZURE_DEVOPS_CREDENTIAL,
    azure_devops.SIGN_IN,
    azure_devops.REPOSITORY,
    azure_devops.BRANCH,
    azure_devops.RIGHTS,
    azure_devops.SIZE,
    state.STATE,
    state.ERRORS,
)
