"""Deployments of this repository's template, as different people would ask for them."""

import functools
from pathlib import Path
from typing import Any

from tests.infra import bicep_syntax as syntax
from tests.infra.bicep_deployment import Deployment, Resource, deploy

ROOT = Path(__file__).parents[2]
INFRA = ROOT / "infra"
MAIN = INFRA / "main.bicep"
FILES = sorted(INFRA.rglob("*.bicep"))

NEEDED = {
    "environmentName": "prod",
    "databricksHost": "https://adb-1234567890123456.7.azuredatabricks.net",
    "azureDevOpsOrgUrl": "https://dev.azure.com/contoso",
    "azureDevOpsProject": "Data Platform",
    "azureDevOpsRepository": "workspace-backup",
}
REGISTRATION = "22222222-3333-4444-5555-666666666666"
CALLER = "33333333-4444-5555-6666-777777777777"
SIGNED_IN = {"entraClientId": REGISTRATION, "callerObjectIds": CALLER}
SECRETS = "AZURE_DEVOPS_PAT;DATABRICKS_TOKEN;NOTIFY_WEBHOOK_URL"
WEBHOOK = "https://hooks.example.com/services/hook0123456789"
EVERYTHING = {
    **SIGNED_IN,
    "vaultSettings": SECRETS,
    "privateNetwork": True,
    "alertEmails": "ops@contoso.com;data@contoso.com",
    "alertWebhookUrl": WEBHOOK,
    "budgetAmount": 50,
    "budgetStartDate": "2026-12-01",
}


def deployed(**parameters: Any) -> Deployment:
    """The template with what it needs, and these parameters."""
    return deploy(MAIN, **{**NEEDED, **parameters})


@functools.cache
def plain() -> Deployment:
    """Nothing but what is needed."""
    return deployed()


@functools.cache
def everything() -> Deployment:
    """Every option chosen."""
    return deployed(**EVERYTHING)


def app_of(deployment: Deployment) -> Resource:
    return deployment.one("Microsoft.Web/sites")


def identity_of(deployment: Deployment) -> Resource:
    """The app's; the alert rules have another."""
    type_ = "Microsoft.ManagedIdentity/userAssignedIdentities"
    [found] = [o for o in deployment.of(type_) if not o.name.endswith("-alerts")]
    return found


def settings_of(deployment: Deployment) -> dict[str, str]:
    return deployment.one("Microsoft.Web/sites/config", "appsettings").properties


def parameters_of(path: Path = MAIN) -> dict[str, syntax.Declaration]:
    return {d.name: d for d in syntax.read(path) if d.kind == "param"}


def texts_in(value: object) -> list[str]:
    """Every text in a value, keys included."""
    if isinstance(value, dict):
        return [
            text for pair in value.items() for one in pair for text in texts_in(one)
        ]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [str(value)]
