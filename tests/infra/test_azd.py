"""What azd expects of azure.yaml, the parameters file, tags and outputs.

Documented: azure.yaml schema; "Azure Developer CLI, function app deployments"; how
`${NAME=default}` is filled in: main.parameters.json in azd's documentation.
"""

import json
import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from local import package
from tests.infra import bicep_syntax as syntax
from tests.infra.bicep_deployment import Deployment, deploy
from tests.infra.deployments import (
    INFRA,
    MAIN,
    NEEDED,
    ROOT,
    app_of,
    parameters_of,
    plain,
)

AZURE: dict[str, Any] = yaml.safe_load((ROOT / "azure.yaml").read_text())
FILE: dict[str, Any] = json.loads((INFRA / "main.parameters.json").read_text())
VALUES: dict[str, str] = {
    name: one["value"] for name, one in FILE["parameters"].items()
}


def filled(environment: dict[str, str]) -> dict[str, Any]:
    """The parameters as azd would pass them: filled in, and of the wanted type.

    An empty value of a parameter that has a default is left to Bicep.
    """
    given: dict[str, Any] = {}
    for name, text in VALUES.items():
        found = re.fullmatch(r"\$\{(\w+)(?:=(.*))?\}", text)
        assert found, text
        value = environment.get(found[1]) or found[2] or ""
        if value:
            given[name] = _typed(value, parameters_of()[name].what)
    return given


def _typed(text: str, kind: str) -> Any:
    if kind == "bool":
        return text == "true"
    return int(text) if kind == "int" else text


ENVIRONMENT = {
    "AZURE_ENV_NAME": NEEDED["environmentName"],
    "AZURE_LOCATION": "westeurope",
    "APP_DATABRICKS_HOST": NEEDED["databricksHost"],
    "APP_AZURE_DEVOPS_ORG_URL": NEEDED["azureDevOpsOrgUrl"],
    "APP_AZURE_DEVOPS_PROJECT": NEEDED["azureDevOpsProject"],
    "APP_AZURE_DEVOPS_REPOSITORY": NEEDED["azureDevOpsRepository"],
}


def described(deployment: Deployment) -> list[object]:
    return [(one.type, one.full_name, one.body) for one in deployment.resources]


def test_azd_finds_the_template_and_its_parameters() -> None:
    infra = AZURE["infra"]

    assert infra["provider"] == "bicep"
    assert ROOT / infra["path"] / f"{infra['module']}.bicep" == MAIN
    assert MAIN.with_suffix(".parameters.json").is_file()
    assert MAIN.read_text().count("targetScope = 'resourceGroup'") == 1


def test_there_is_one_service_and_the_app_is_tagged_with_its_name() -> None:
    [(name, service)] = AZURE["services"].items()

    assert service["host"] == "function"
    assert service["language"] == "python"
    assert app_of(plain()).body["tags"]["azd-service-name"] == name
    assert {f"SERVICE_{name.upper()}_{what}" for what in ("NAME", "URI")} <= (
        plain().outputs.keys()
    )


def test_azd_deploys_what_make_package_built_and_builds_nothing_itself() -> None:
    [service] = AZURE["services"].values()
    hook = AZURE["hooks"]["prepackage"]

    assert ROOT / service["project"] / service["dist"] == package.OUTPUT / "app"
    assert service["remoteBuild"] is False
    assert hook["posix"]["run"] == "make package"
    assert hook["windows"]["run"] == f"python -m {package.__name__}"


def test_outputs_have_the_names_that_azd_keeps_as_variables() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Z0-9_]*", name) for name in plain().outputs)
    assert plain().outputs.keys() >= {"AZURE_LOCATION", "AZURE_RESOURCE_GROUP"}


def test_every_parameter_can_be_set_by_a_variable_of_its_own() -> None:
    variables = [re.match(r"\$\{(\w+)", text) for text in VALUES.values()]

    assert VALUES.keys() == parameters_of().keys() - {"tags"}
    assert len({found[1] for found in variables if found}) == len(VALUES)


def test_a_parameter_of_a_setting_is_set_by_the_settings_name_after_app() -> None:
    for name, one in parameters_of().items():
        found = re.match(r"\w+\. ([A-Z_]+): ", one.description)
        if found:
            assert re.match(rf"\$\{{APP_{found[1]}[=}}]", VALUES[name]), name


def test_no_variable_of_somebodys_shell_is_taken_for_a_parameter() -> None:
    """azd looks there for what its environment does not have."""
    own = {"${AZURE_ENV_NAME}", "${AZURE_LOCATION}"}

    assert all(text in own or text.startswith("${APP_") for text in VALUES.values())


@pytest.mark.parametrize("name", VALUES)
def test_an_unset_variable_leaves_bicep_its_default(name: str) -> None:
    default = parameters_of()[name].value
    found = re.fullmatch(r"\$\{\w+(?:=(.*))?\}", VALUES[name])
    assert found

    if isinstance(default, syntax.Literal):
        plain_value = default.value
        text = plain_value if isinstance(plain_value, str) else json.dumps(plain_value)
        assert (found[1] or "") == text
    else:
        assert found[1] is None


def test_azd_and_az_deploy_the_same() -> None:
    by_azd = deploy(MAIN, **filled(ENVIRONMENT))

    assert described(by_azd) == described(plain())


def test_variables_arrive_with_their_type() -> None:
    changed = {
        "APP_BACKUP_PAUSED": "true",
        "APP_RUN_RETRIES": "5",
        "APP_PRIVATE_NETWORK": "true",
    }

    by_azd = deploy(MAIN, **filled({**ENVIRONMENT, **changed}))

    settings = by_azd.one("Microsoft.Web/sites/config", "appsettings").properties
    assert (settings["BACKUP_PAUSED"], settings["RUN_RETRIES"]) == ("true", "5")
    assert by_azd.of("Microsoft.Network/virtualNetworks")
