"""azure-pipelines.yml and the parameters files that it deploys.

Documented: Azure Pipelines YAML schema; AzureCLI@2.
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from local import package
from tests.infra.bicep_deployment import deploy_environment
from tests.infra.deployments import INFRA, ROOT

TEXT = (ROOT / "azure-pipelines.yml").read_text()
PIPELINE: dict[str, Any] = yaml.safe_load(TEXT)
TEST, DEPLOY = PIPELINE["stages"]
[JOB] = DEPLOY["jobs"]
STEPS = JOB["strategy"]["runOnce"]["deploy"]["steps"]
ENVIRONMENTS = sorted((INFRA / "environments").glob("*.bicepparam"))


def test_what_is_deployed_was_tested() -> None:
    scripts = [step.get("script") for step in TEST["jobs"][0]["steps"]]
    published = [
        step["publish"] for step in TEST["jobs"][0]["steps"] if "publish" in step
    ]

    assert scripts.index("make test") < scripts.index("make package")
    assert DEPLOY["dependsOn"] == TEST["stage"]
    assert DEPLOY["condition"].startswith("and(succeeded(), ")
    assert [ROOT / path for path in published] == [package.OUTPUT / "app.zip"]


def test_only_main_is_deployed() -> None:
    assert PIPELINE["trigger"]["branches"]["include"] == ["main"]
    assert (
        "eq(variables['Build.SourceBranch'], 'refs/heads/main')"
        in (DEPLOY["condition"])
    )


def test_tests_run_on_the_apps_python() -> None:
    [python] = [
        step["inputs"]["versionSpec"]
        for step in TEST["jobs"][0]["steps"]
        if step.get("task", "").startswith("UsePythonVersion")
    ]

    assert python == package.PYTHON


def test_azure_is_reached_by_the_service_connection_alone() -> None:
    tasks = [step for step in STEPS if "task" in step]

    assert [step["task"] for step in tasks] == ["AzureCLI@2", "AzureCLI@2"]
    for step in tasks:
        connection = step["inputs"]["azureSubscription"]
        assert connection == "${{ parameters.serviceConnection }}"
    assert not re.search(
        r"(?i)password|secret\b.*:|--sas|connectionString|az login", TEXT
    )


def test_every_parameter_of_the_pipeline_is_declared_and_used() -> None:
    declared = {one["name"] for one in PIPELINE["parameters"]}

    assert set(re.findall(r"\$\{\{ parameters\.(\w+) \}\}", TEXT)) == declared
    assert all("default" in one for one in PIPELINE["parameters"])


def test_the_package_is_published_by_our_script() -> None:
    inputs = STEPS[-1]["inputs"]
    script = ROOT / inputs["scriptPath"]

    assert script.stat().st_mode & 0o100
    assert "'$(Pipeline.Workspace)/package/app.zip'" in inputs["arguments"]
    assert {"download": "current", "artifact": "package"} in STEPS


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=[path.stem for path in ENVIRONMENTS])
def test_an_environments_file_can_be_deployed_and_is_named_after_it(path: Path) -> None:
    deployed = deploy_environment(path)

    tags = deployed.one("Microsoft.Web/sites").body["tags"]
    assert tags["azd-env-name"] == path.stem, "the pipeline finds the app by this tag"


def test_there_is_an_example_to_copy() -> None:
    assert INFRA / "environments" / "example.bicepparam" in ENVIRONMENTS
