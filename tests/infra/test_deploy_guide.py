"""docs/deploy.md, followed as a new user would, with commands that only take notes.

What only Azure, Azure DevOps, Databricks and Entra can say is not found out here.
"""

import itertools
import json
import os
import re
import shutil
import subprocess

import pytest

from tests.infra.bicep_deployment import deploy_environment
from tests.infra.deployments import INFRA, ROOT, parameters_of, plain

GUIDE = (ROOT / "docs/deploy.md").read_text()
BLOCKS = re.findall(r"^```\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
COMMANDS = ("az", "azd", "databricks", "curl", "make", "jq", "git")
NOTE = """#!/usr/bin/env python3
import json, os, sys
sys.stdin.read()  # whoever writes into a pipe must not find it closed
with open(os.environ["NOTES"], "a") as notes:
    notes.write(json.dumps([os.path.basename(sys.argv[0]), *sys.argv[1:]]) + "\\n")
print("an-answer")
"""


@pytest.fixture(scope="module")
def noted(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Every command of the guide, word by word, as a shell would run it."""
    home = tmp_path_factory.mktemp("guide")
    (home / "bin").mkdir()
    shutil.copytree(INFRA, home / "infra")
    shutil.copytree(ROOT / "shared/domain", home / "shared/domain")
    for path in (
        *(home / "bin" / name for name in COMMANDS),
        home / "infra/publish.sh",
    ):
        path.write_text(NOTE)
        path.chmod(0o755)
    environment = {
        "PATH": f"{home / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "NOTES": str(home / "notes"),
    }
    subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(BLOCKS)],
        cwd=home,
        env=environment,
        check=True,
        stdin=subprocess.DEVNULL,
    )
    example = home / "infra/environments/prod.bicepparam"
    assert deploy_environment(example).of("Microsoft.Web/sites")
    return [json.loads(line) for line in (home / "notes").read_text().splitlines()]


def after(words: list[str], *options: str) -> list[str]:
    """What stands behind one of the options."""
    pairs = itertools.pairwise(words)
    return [value for option, value in pairs if option in options]


def test_the_guide_has_commands() -> None:
    assert len(BLOCKS) >= 8


def test_every_body_is_json(noted: list[list[str]]) -> None:
    bodies = [b for words in noted for b in after(words, "--body", "--json", "-d")]

    assert len(bodies) >= 5
    for body in bodies:
        assert isinstance(json.loads(body), dict), body


def test_every_variable_of_azd_is_one_of_the_parameters_file(
    noted: list[list[str]],
) -> None:
    file = (INFRA / "main.parameters.json").read_text()
    names = {words[3] for words in noted if words[:3] == ["azd", "env", "set"]}
    names |= set(re.findall(r"azd env set\s+([A-Z_]+)", GUIDE))

    assert {"APP_DATABRICKS_HOST", "APP_AZURE_DEVOPS_ORG_URL"} <= names
    for name in names - {"AZURE_RESOURCE_GROUP"}:
        assert f"${{{name}" in file, name


def test_what_azd_needs_is_set(noted: list[list[str]]) -> None:
    given = {words[3] for words in noted if words[:3] == ["azd", "env", "set"]}
    file = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]

    for name, one in parameters_of().items():
        if one.value is None and name != "environmentName":
            assert file[name]["value"].removeprefix("${").removesuffix("}") in given


def test_every_parameter_that_is_named_exists() -> None:
    for name in re.findall(r"`([a-z]+[A-Z]\w*)`", GUIDE + readme()):
        known = parameters_of().keys() | {
            "originId",
            "remoteBuild",
            "virtualNetworkLinks",
        }
        assert name in known, name


def readme() -> str:
    return (INFRA / "README.md").read_text()


def test_every_file_that_is_named_exists() -> None:
    for text in (GUIDE, readme()):
        for name in re.findall(r"`((?:infra|app|docs|local)/[\w./-]+)`", text):
            if "NAME" not in name and "prod" not in name:
                assert (ROOT / name).exists() or (INFRA / name).exists(), name
    for folder, text in ((ROOT / "docs", GUIDE), (INFRA, readme())):
        for link in re.findall(r"\]\(([^)#]+)\)", text):
            assert (folder / link).exists(), link


def test_every_target_of_make_that_is_named_exists(noted: list[list[str]]) -> None:
    makefile = (ROOT / "Makefile").read_text()

    for words in noted:
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE)


def test_the_package_is_published_to_the_app_that_was_created(
    noted: list[list[str]],
) -> None:
    published = [words for words in noted if words[0] == "publish.sh"]

    assert [words[1:3] for words in published] == [
        ["rg-databricks-backup", "an-answer"]
    ] * 2
    assert not [words for words in noted if "config-zip" in words]


def test_every_module_is_in_the_table_of_what_is_created() -> None:
    modules = {f"app/{path.name}" for path in (INFRA / "app").glob("*.bicep")}

    assert (
        set(re.findall(r"^\| `(app/\w[\w-]*\.bicep)`", readme(), re.MULTILINE))
        == modules
    )


def test_outputs_are_named_as_they_are() -> None:
    named = set(re.findall(r"\$([A-Z]+(?:_[A-Z]+)+)\b", readme()))

    assert named <= plain().outputs.keys() | {"DATABRICKS_HOST"}


def test_the_bits_of_the_repository_rights_add_up() -> None:
    [(sum_, total)] = re.findall(r"on the repository: ([\d +]+) = (\d+)\.", GUIDE)
    bits = [int(bit) for bit in sum_.split(" + ")]

    # Documented: Git repositories' security namespace. Read, contribute, branch, tag.
    assert bits == [2, 4, 16, 32]
    assert sum(bits) == int(total)
    assert f"--allow-bit {total} " in GUIDE
    assert f"({sum(bits) + 128} in place of {total})" in GUIDE
