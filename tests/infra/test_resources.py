"""What is created: named as the code names it, allowed what the code does, closed."""

from typing import Any

import pytest

from shared import connections
from shared.adapters import blobs, queues
from shared.adapters.tables import Table
from shared.settings import read_settings
from tests.infra.bicep_deployment import Deployment, Resource
from tests.infra.deployments import (
    CALLER,
    REGISTRATION,
    SIGNED_IN,
    app_of,
    deployed,
    everything,
    identity_of,
    plain,
    settings_of,
)
from tests.infra.triggers import triggers

ACCOUNT = "Microsoft.Storage/storageAccounts"
ROLES = "Microsoft.Authorization/roleAssignments"
BLOBS = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
QUEUES = "974c5e8b-45b9-4653-ba55-5f855dd0fb88"
TABLES = "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"
PUBLISH_METRICS = "3913510d-42f4-4e42-8a64-420c390055eb"
READ_SECRETS = "4633458b-17de-408a-b874-0445c86b69e6"
READ_LOGS = "73c42c96-874c-492b-b04d-ab87d138a893"
"""Documented: Azure built-in roles. Blob Data Owner, Queue Data Contributor and Table
Data Contributor; Monitoring Metrics Publisher; Key Vault Secrets User; Log Analytics
Reader."""


def names(deployment: Deployment, type_: str) -> set[str]:
    return {one.name for one in deployment.of(type_)}


# ---- names


def test_queues_are_those_of_the_code_each_with_its_poison_queue() -> None:
    sent = {queues.PLANS, queues.SHARDS, queues.RESTORES}
    heard = {t["queueName"] for t in triggers() if t["type"] == "queueTrigger"}

    made = names(plain(), f"{ACCOUNT}/queueServices/queues")

    assert made == sent | {f"{name}-poison" for name in sent} == heard


def test_tables_are_those_of_the_code(monkeypatch: pytest.MonkeyPatch) -> None:
    used: set[str] = set()

    def noted(service: Any, name: str) -> Table:
        used.add(name)
        return Table(service, name)

    monkeypatch.setattr(connections, "Table", noted)
    connections.connections_of(read_settings(settings_of(plain())), 1)

    assert names(plain(), f"{ACCOUNT}/tableServices/tables") == used


def test_containers_are_the_codes_and_the_packages() -> None:
    made = names(plain(), f"{ACCOUNT}/blobServices/containers")
    package = app_of(plain()).properties["functionAppConfig"]["deployment"]["storage"]
    address, _, container = package["value"].rpartition("/")

    assert made == {blobs.CONTAINER, container}
    assert address == read_settings(settings_of(plain())).storage.blob_url


def test_names_follow_the_conventions_of_azd() -> None:
    prefixes = {
        "Microsoft.Insights/actionGroups": "ag-",
        "Microsoft.Insights/components": "appi-",
        "Microsoft.KeyVault/vaults": "kv-",
        "Microsoft.ManagedIdentity/userAssignedIdentities": "id-",
        "Microsoft.Network/virtualNetworks": "vnet-",
        "Microsoft.OperationalInsights/workspaces": "log-",
        ACCOUNT: "st",
        "Microsoft.Web/serverfarms": "plan-",
        "Microsoft.Web/sites": "func-",
    }

    for type_, prefix in prefixes.items():
        for one in everything().of(type_):
            assert one.name.startswith(prefix)
            assert len(one.name) <= 24, "the shortest limit: vaults and accounts"
        assert everything().of(type_)


def test_two_environments_in_one_group_have_nothing_in_common() -> None:
    def tops(deployment: Deployment) -> set[str]:
        return {
            one.name
            for one in deployment.resources
            if not one.parent and one.type != "Microsoft.Network/privateDnsZones"
        }

    assert not tops(everything()) & tops(deployed(environmentName="other"))


# ---- roles


def granted(deployment: Deployment) -> set[tuple[str, str]]:
    return {
        (
            one.scope.type if one.scope else "",
            one.properties["roleDefinitionId"].rpartition("/")[2],
        )
        for one in deployment.of(ROLES)
    }


ALWAYS = {
    (ACCOUNT, BLOBS),
    (ACCOUNT, QUEUES),
    (ACCOUNT, TABLES),
    ("Microsoft.Insights/components", PUBLISH_METRICS),
    ("Microsoft.OperationalInsights/workspaces", READ_LOGS),
}


def test_the_identity_gets_the_roles_for_what_the_code_does_and_no_other() -> None:
    assert granted(plain()) == ALWAYS
    assert granted(everything()) == ALWAYS | {
        ("Microsoft.KeyVault/vaults", READ_SECRETS)
    }


def test_every_role_is_the_identitys_on_a_resource_of_this_deployment() -> None:
    principal = identity_of(everything()).member("properties")["principalId"]
    alerts = "Microsoft.OperationalInsights/workspaces"
    made = {one.id for one in everything().resources if "/" in one.type and one.name}

    assert len(names(everything(), ROLES)) == len(everything().of(ROLES))
    for one in everything().of(ROLES):
        assert one.scope
        ours = one.scope.type != alerts
        assert (one.properties["principalId"] == principal) == ours
        assert one.properties["principalType"] == "ServicePrincipal"
        assert one.scope.id in made


def test_roles_are_there_before_the_app_starts() -> None:
    assert everything().depends["app"] >= {"roles", "storage", "identity", "network"}
    assert everything().depends["roles"] >= {"vault"}


# ---- the app


def test_the_app_runs_on_flex_consumption_with_python_313() -> None:
    app = app_of(plain())
    plan = plain().one("Microsoft.Web/serverfarms")
    config = app.properties["functionAppConfig"]

    assert plan.body["sku"] == {"name": "FC1", "tier": "FlexConsumption"}
    assert plan.properties["reserved"] is True
    assert app.body["kind"] == "functionapp,linux"
    assert app.properties["serverFarmId"] == plan.id
    assert config["runtime"] == {"name": "python", "version": "3.13"}
    assert config["scaleAndConcurrency"]["instanceMemoryMB"] == 2048
    assert config["scaleAndConcurrency"]["maximumInstanceCount"] >= 40


def test_the_site_has_nothing_that_flex_consumption_refuses() -> None:
    # Documented: functions-app-settings.md, Flex Consumption plan deprecations.
    refused = {
        *("linuxFxVersion", "netFrameworkVersion", "pythonVersion", "ftpsState"),
        *("use32BitWorkerProcess", "alwaysOn", "appSettings", "healthCheckPath"),
        *("websiteTimeZone", "preWarmedInstanceCount", "functionAppScaleLimit"),
        *("minimumElasticInstanceCount", "functionsRuntimeScaleMonitoringEnabled"),
        *("azureStorageAccounts", "vnetRouteAllEnabled"),
    }

    assert not app_of(everything()).properties["siteConfig"].keys() & refused
    assert not app_of(everything()).properties.keys() & {
        *("containerSize", "isReserved", "vnetContentShareEnabled"),
        *("dailyMemoryTimeQuota", "vnetRouteAllEnabled"),
    }


def test_the_package_is_fetched_by_the_identity() -> None:
    app = app_of(plain())
    identity = identity_of(plain()).id
    storage = app.properties["functionAppConfig"]["deployment"]["storage"]

    assert app.body["identity"]["userAssignedIdentities"] == {identity: {}}
    assert storage["authentication"] == {
        "type": "UserAssignedIdentity",
        "userAssignedIdentityResourceId": identity,
    }


def test_nobody_deploys_with_a_password() -> None:
    type_ = "Microsoft.Web/sites/basicPublishingCredentialsPolicies"
    allowed = {one.name: one.properties["allow"] for one in plain().of(type_)}

    assert allowed == {"scm": False, "ftp": False}


def test_nothing_answers_without_tls() -> None:
    app, account = app_of(plain()), plain().one(ACCOUNT)

    assert app.properties["httpsOnly"] is True
    assert app.properties["siteConfig"]["minTlsVersion"] == "1.2"
    assert account.properties["supportsHttpsTrafficOnly"] is True
    assert account.properties["minimumTlsVersion"] == "TLS1_2"


# ---- who gets in


def sign_in(deployment: Deployment) -> Resource:
    return deployment.one("Microsoft.Web/sites/config", "authsettingsV2")


def inbound(deployment: Deployment) -> str:
    site = app_of(deployment).properties["siteConfig"]
    assert site["scmIpSecurityRestrictionsDefaultAction"] == "Allow"
    assert site["scmIpSecurityRestrictionsUseMain"] is False
    return str(site["ipSecurityRestrictionsDefaultAction"])


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"entraClientId": REGISTRATION},
        {"callerObjectIds": CALLER},
        {"httpAccess": "closed", **SIGNED_IN},
    ],
)
def test_without_a_registration_and_a_caller_nobody_gets_in(
    parameters: dict[str, str],
) -> None:
    deployment = deployed(**parameters)

    assert inbound(deployment) == "Deny"
    assert settings_of(deployment)["HTTP_ACCESS"] == "keys"
    assert deployment.outputs["SERVICE_BACKUP_HTTP_ACCESS"] == "closed"


def test_named_callers_get_in_signed_in_and_nobody_else() -> None:
    deployment = deployed(httpAccess="entra", **SIGNED_IN)
    settings = sign_in(deployment).properties
    entra = settings["identityProviders"]["azureActiveDirectory"]
    policy = entra["validation"]["defaultAuthorizationPolicy"]

    assert inbound(deployment) == "Allow"
    assert settings["platform"]["enabled"] is True
    assert settings["globalValidation"] == {
        "requireAuthentication": True,
        "unauthenticatedClientAction": "Return401",
    }
    assert "clientSecretSettingName" not in entra["registration"]
    assert entra["registration"]["openIdIssuer"].endswith("/v2.0")
    assert entra["validation"]["allowedAudiences"] == [
        REGISTRATION,
        f"api://{REGISTRATION}",
    ]
    assert policy["allowedPrincipals"]["identities"] == [CALLER]


def test_keys_are_for_whoever_chooses_them() -> None:
    deployment = deployed(httpAccess="keys")

    assert inbound(deployment) == "Allow"
    assert sign_in(deployment).properties["platform"]["enabled"] is False
    assert settings_of(deployment)["HTTP_ACCESS"] == "keys"


def test_at_no_moment_of_a_deployment_is_the_api_open() -> None:
    for deployment in (everything(), plain()):
        [app] = [one for one in deployment.modules if one.name == "function-app"]
        depends = app.deployment.depends

        assert "signIn" in depends["appSettings"], "first sign-in, then no more keys"
        assert "appSettings" in depends["noSignIn"], "first keys, then no more sign-in"


# ---- what is stored


def test_the_account_takes_no_key_and_shows_nothing_to_the_public() -> None:
    for deployment in (plain(), everything()):
        account = deployment.one(ACCOUNT).properties
        assert account["allowSharedKeyAccess"] is False
        assert account["allowBlobPublicAccess"] is False
        for container in deployment.of(f"{ACCOUNT}/blobServices/containers"):
            assert container.properties["publicAccess"] == "None"


def test_telemetry_is_taken_from_identities_alone() -> None:
    insights = plain().one("Microsoft.Insights/components").properties
    workspace = plain().one("Microsoft.OperationalInsights/workspaces")

    assert insights["DisableLocalAuth"] is True
    assert insights["WorkspaceResourceId"] == workspace.id


def test_there_is_no_vault_unless_a_secret_is_to_be_kept() -> None:
    vault = everything().one("Microsoft.KeyVault/vaults").properties

    assert not plain().of("Microsoft.KeyVault/vaults")
    assert vault["enableRbacAuthorization"] is True
    assert not everything().of("Microsoft.KeyVault/vaults/secrets")


# ---- options


def test_in_a_private_network_storage_is_reached_by_its_endpoints_alone() -> None:
    account = everything().one(ACCOUNT)
    endpoints = everything().of("Microsoft.Network/privateEndpoints")
    connections_ = [
        one.properties["privateLinkServiceConnections"][0]["properties"]
        for one in endpoints
    ]
    zones = names(everything(), "Microsoft.Network/privateDnsZones")

    assert account.properties["publicNetworkAccess"] == "Disabled"
    assert plain().one(ACCOUNT).properties["publicNetworkAccess"] == "Enabled"
    assert {tuple(one["groupIds"]) for one in connections_} == {
        ("blob",),
        ("queue",),
        ("table",),
    }
    assert {one["privateLinkServiceId"] for one in connections_} == {account.id}
    for service in ("blob", "queue", "table"):
        address = getattr(
            read_settings({**settings_of(plain())}).storage, f"{service}_url"
        )
        suffix = address.partition(".")[2]
        assert f"privatelink.{suffix}" in zones


def test_the_app_sends_from_a_subnet_that_is_delegated_to_it() -> None:
    network = everything().one("Microsoft.Network/virtualNetworks")
    subnets = {one["name"]: one["properties"] for one in network.properties["subnets"]}
    [delegation] = subnets["app"]["delegations"]

    assert delegation["properties"]["serviceName"] == "Microsoft.App/environments"
    assert app_of(everything()).properties["virtualNetworkSubnetId"] == (
        f"{network.id}/subnets/app"
    )
    assert app_of(plain()).properties["virtualNetworkSubnetId"] is None
    assert "delegations" not in subnets["endpoints"]


def test_alerts_have_somebody_to_go_to() -> None:
    group = everything().one("Microsoft.Insights/actionGroups").properties

    assert [one["emailAddress"] for one in group["emailReceivers"]] == [
        "ops@contoso.com",
        "data@contoso.com",
    ]
    assert len(group["webhookReceivers"]) == 1
    assert len(group["groupShortName"]) <= 12, "documented: action groups"
    nobody = plain().one("Microsoft.Insights/actionGroups").properties
    assert (nobody["emailReceivers"], nobody["webhookReceivers"]) == ([], [])


def test_a_budget_begins_on_the_first_of_a_month_and_tells_the_action_group() -> None:
    budget = everything().one("Microsoft.Consumption/budgets").properties
    group = everything().one("Microsoft.Insights/actionGroups").id

    assert not plain().of("Microsoft.Consumption/budgets")
    assert budget["timePeriod"]["startDate"] == "2026-12-01T00:00:00Z"
    for notification in budget["notifications"].values():
        assert notification["contactGroups"] == [group]
