"""The settings: the code's, Bicep's and the example's are the same."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from shared.errors import SettingError
from shared.settings import STORAGE, read_settings
from tests.infra import bicep_syntax as syntax
from tests.infra.bicep_deployment import Refused
from tests.infra.deployments import (
    ROOT,
    SECRETS,
    SIGNED_IN,
    deployed,
    everything,
    identity_of,
    parameters_of,
    plain,
    settings_of,
)
from tests.infra.triggers import triggers

HOSTS = {
    "AzureWebJobsStorage__credential",
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY",
}
"""Read by the platform, not by the code."""

ELSEWHERE = {"AzureWebJobsStorage", "AzureWebJobsStorage__accountName"}
"""Other ways to name the storage account: a key on one machine, or a short name."""

FORBIDDEN = {
    *("FUNCTIONS_WORKER_RUNTIME", "FUNCTIONS_EXTENSION_VERSION"),
    *("FUNCTIONS_WORKER_RUNTIME_VERSION", "FUNCTIONS_WORKER_PROCESS_COUNT"),
    *("WEBSITE_RUN_FROM_PACKAGE", "WEBSITE_TIME_ZONE", "TZ"),
    *("SCM_DO_BUILD_DURING_DEPLOYMENT", "ENABLE_ORYX_BUILD"),
    *("WEBSITE_NODE_DEFAULT_VERSION", "AzureWebJobsDashboard"),
    *("WEBSITE_MAX_DYNAMIC_APPLICATION_SCALE_OUT", "WEBSITE_VNET_ROUTE_ALL"),
}
"""Documented: functions-app-settings.md, Flex Consumption plan deprecations."""


class Watched(dict[str, str]):
    """Settings that remember which of them were asked for."""

    def __init__(self, values: dict[str, str]) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def read_by_the_code() -> set[str]:
    watched = Watched(settings_of(plain()))
    read_settings(watched)
    return watched.asked | set(placeholders())


def placeholders() -> Iterator[str]:
    """`%NAME%` in what triggers are bound to."""
    for trigger in triggers():
        yield from re.findall(r"%(\w+)%", " ".join(map(str, trigger.values())))


def test_bicep_sets_exactly_what_is_read() -> None:
    assert settings_of(plain()).keys() - HOSTS == read_by_the_code() - ELSEWHERE


def test_options_change_values_and_never_the_set_of_settings() -> None:
    assert settings_of(everything()).keys() == settings_of(plain()).keys()


def test_every_placeholder_of_a_trigger_has_a_value() -> None:
    names = set(placeholders())

    assert names >= {"BACKUP_SCHEDULE", "AUDIT_SCHEDULE"}
    assert all(settings_of(plain())[name] for name in names)


def test_bicep_and_the_code_have_the_same_defaults() -> None:
    settings = settings_of(plain())
    needed = {
        "DATABRICKS_HOST",
        "AZURE_DEVOPS_ORG_URL",
        "AZURE_DEVOPS_PROJECT",
        "AZURE_DEVOPS_REPOSITORY",
        "AZURE_CLIENT_ID",
    }

    alone = {
        name: value
        for name, value in settings.items()
        if name in needed or name.startswith("AzureWebJobsStorage")
    }

    assert read_settings(settings) == read_settings(alone)


def test_the_app_signs_in_as_the_identity_and_knows_no_key() -> None:
    settings = read_settings(settings_of(plain()))
    identity = identity_of(plain())
    client = identity.member("properties")["clientId"]
    account = plain().one("Microsoft.Storage/storageAccounts").name

    assert settings.storage.connection_string is None
    assert settings.storage.table_url == f"https://{account}.table.core.windows.net"
    assert settings.client_id == settings.storage.client_id == client
    assert settings_of(plain())["AzureWebJobsStorage__credential"] == "managedidentity"


def test_triggers_are_connected_to_the_account_that_is_set() -> None:
    connections = {t["connection"] for t in triggers() if "connection" in t}

    assert connections == {STORAGE}
    assert f"{STORAGE}__queueServiceUri" in settings_of(plain())


def test_telemetry_signs_in_as_the_identity() -> None:
    settings = settings_of(plain())

    assert settings["APPLICATIONINSIGHTS_AUTHENTICATION_STRING"] == (
        f"ClientId={settings['AZURE_CLIENT_ID']};Authorization=AAD"
    )


def test_open_telemetry_is_switched_on_in_the_host_and_the_worker_or_in_neither() -> (
    None
):
    host = json.loads((ROOT / "host.json").read_text()).get("telemetryMode")
    worker = settings_of(plain()).get("PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY")

    assert (host == "OpenTelemetry") == (worker == "true")


def test_without_a_vault_nothing_is_taken_for_a_secret() -> None:
    settings = settings_of(plain())

    assert [settings[name] for name in SECRETS.split(";")] == ["", "", ""]


def test_nothing_is_set_that_flex_consumption_forbids() -> None:
    names = settings_of(everything()).keys()

    assert not names & FORBIDDEN
    assert not [name for name in names if name.startswith("WEBSITE_CONTENT")]


BOUNDED = [
    (name, one.description.partition(":")[0].removeprefix("Optional. "))
    for name, one in parameters_of().items()
    if one.what == "int" and ":" in one.description
]


@pytest.mark.parametrize(("parameter", "setting"), BOUNDED)
def test_bounds_are_the_codes(parameter: str, setting: str) -> None:
    limits = parameters_of()[parameter].decorators

    for bound, beyond in (("minValue", -1), ("maxValue", 1)):
        last = limits[bound][0]
        assert isinstance(last, syntax.Literal)
        value = int(str(last.value))
        settings = settings_of(deployed(**{parameter: value}))
        assert settings[setting] == str(value)
        read_settings(settings)
        with pytest.raises(SettingError):
            read_settings({**settings, setting: str(value + beyond)})
        with pytest.raises(Refused):
            deployed(**{parameter: value + beyond})


WORDS = [
    (name, one.description.partition(":")[0].removeprefix("Optional. "))
    for name, one in parameters_of().items()
    if "allowed" in one.decorators
    and re.match(r"Optional\. [A-Z_]+: ", one.description)
]


@pytest.mark.parametrize(("parameter", "setting"), WORDS)
def test_every_word_that_is_allowed_means_something(
    parameter: str, setting: str
) -> None:
    [allowed] = parameters_of()[parameter].decorators["allowed"]
    assert isinstance(allowed, syntax.Array)
    meant = set()

    for word in allowed.items:
        assert isinstance(word, syntax.Literal)
        settings = settings_of(deployed(**{parameter: word.value}))
        assert settings[setting] == word.value
        meant.add(repr(read_settings(settings)))

    assert len(meant) == len(allowed.items)


NAMED = [
    (name, one.what, found[1])
    for name, one in parameters_of().items()
    if "allowed" not in one.decorators
    and (found := re.match(r"(?:Required|Optional)\. ([A-Z_]+): ", one.description))
]


@pytest.mark.parametrize(("parameter", "kind", "setting"), NAMED)
def test_a_parameter_that_names_a_setting_sets_that_one_alone(
    parameter: str, kind: str, setting: str
) -> None:
    before = settings_of(plain())
    values = {"string": "a value", "int": 7, "bool": before[setting] == "false"}

    after = settings_of(deployed(**{parameter: values[kind]}))

    assert after[setting] == (
        str(values[kind]).lower() if kind == "bool" else str(values[kind])
    )
    assert {name for name in after if after[name] != before[name]} == {setting}


def test_keys_are_asked_for_unless_callers_sign_in() -> None:
    assert settings_of(plain())["HTTP_ACCESS"] == "keys"
    assert settings_of(deployed(**SIGNED_IN))["HTTP_ACCESS"] == "entra"
    assert settings_of(deployed(httpAccess="keys", **SIGNED_IN))["HTTP_ACCESS"] == (
        "keys"
    )


def example() -> dict[str, str]:
    document = json.loads((ROOT / "local.settings.example.json").read_text())
    values: dict[str, str] = document["Values"]
    return values


def test_the_example_holds_only_what_is_read() -> None:
    # The runtime is for Core Tools; Flex Consumption has its own place for it.
    assert example().keys() - {"FUNCTIONS_WORKER_RUNTIME"} <= read_by_the_code()


def test_the_example_is_enough_to_start_with() -> None:
    settings = read_settings(example())

    assert settings.storage.connection_string is not None
    assert set(placeholders()) <= example().keys()
    assert {n for n in ("DATABRICKS_TOKEN", "AZURE_DEVOPS_PAT") if example()[n]}


def test_the_example_has_the_defaults_of_bicep() -> None:
    settings = settings_of(plain())

    for name in set(placeholders()):
        assert example()[name] == settings[name]
