"""USE CASE PARTS: what a setup takes in hand itself, in this order."""

from shared.domain.diagnostics import About
from shared.services.checks import app, databricks, remotes
from shared.services.checks import azure_devops as looks
from shared.services.setup_steps import (
    branch,
    git_folder,
    guards,
    pushing,
    repository,
)

FIRST: tuple[About, ...] = (
    app.SETTINGS,
    remotes.AZURE_DEVOPS_REACHABLE,
    remotes.AZURE_DEVOPS_CREDENTIAL,
    looks.SIGN_IN,
)
"""The checks of the diagnosis that everything at Azure DevOps stands on."""

STEPS: tuple[About, ...] = (
    repository.PROJECT,
    repository.REPOSITORY,
    branch.BRANCH,
    branch.DEFAULT_BRANCH,
    pushing.PUSHING,
    guards.ACCESS,
    guards.POLICIES,
)
"""What a setup does, or would do."""

LAST: tuple[About, ...] = (
    remotes.DATABRICKS_REACHABLE,
    remotes.DATABRICKS_CREDENTIAL,
    databricks.IP_ACCESS,
    databricks.IDENTITY,
    databricks.ROOTS,
    databricks.EXPORT,
)
"""The checks of the workspace, of which a setup changes nothing."""

ON_REQUEST: tuple[About, ...] = (git_folder.GIT_FOLDER,)
"""What a setup does, or would do, where it is asked for by name; last of all."""

CATALOGUE: tuple[About, ...] = (*FIRST, *STEPS, *LAST)
