"""How the Bicep is written: described, without dead names, without secrets."""

import re
from pathlib import Path

import pytest

from tests.infra import bicep_syntax as syntax
from tests.infra.bicep_deployment import names_in
from tests.infra.deployments import (
    EVERYTHING,
    FILES,
    INFRA,
    MAIN,
    WEBHOOK,
    app_of,
    everything,
    settings_of,
    texts_in,
)

each_file = pytest.mark.parametrize(
    "path", FILES, ids=[str(path.relative_to(INFRA)) for path in FILES]
)


@each_file
def test_every_file_says_what_it_is(path: Path) -> None:
    metadata = [d for d in syntax.read(path) if d.kind == "metadata"]

    assert [d.name for d in metadata] == ["description"]


@each_file
def test_every_parameter_is_described_and_says_whether_it_is_needed(
    path: Path,
) -> None:
    for one in syntax.read(path):
        if one.kind == "param":
            begins = "Required. " if one.value is None else "Optional. "
            assert one.description.startswith(begins), f"line {one.line}: {one.name}"
            assert one.description.endswith((".", ":")), one.name


@each_file
def test_every_output_is_described(path: Path) -> None:
    for one in syntax.read(path):
        assert one.kind != "output" or one.description, f"line {one.line}"


@each_file
def test_nothing_is_declared_in_vain(path: Path) -> None:
    declarations = syntax.read(path)
    used = set().union(*(names_in(one.value) for one in declarations))

    for one in declarations:
        assert one.kind not in {"param", "var"} or one.name in used, one.name


@each_file
def test_no_loop_hides_a_name_of_the_file(path: Path) -> None:
    declarations = syntax.read(path)
    names = {one.name for one in declarations if one.kind not in {"output", "metadata"}}

    assert not names & {name for one in declarations for name in loop_names(one.value)}


def loop_names(value: object) -> set[str]:
    """The variables of every loop and lambda in an expression."""
    if isinstance(value, tuple):
        return set().union(*(loop_names(one) for one in value))
    if not isinstance(value, syntax.NODES):
        return set()
    own = getattr(value, "variables", ()) or getattr(value, "parameters", ())
    return set(own).union(*(loop_names(one) for one in vars(value).values()))


@each_file
def test_no_template_asks_for_a_key(path: Path) -> None:
    text = path.read_text()

    assert not re.search(r"\blist\w*\(", text)
    assert not re.search(r"AccountKey|SharedAccessKey|getSecret\(", text)


def test_only_what_is_secret_is_secure_and_nothing_secret_has_a_default() -> None:
    secure = [d for d in syntax.read(MAIN) if "secure" in d.decorators]

    assert [d.name for d in secure] == ["alertWebhookUrl"]
    assert all(d.value == syntax.Literal("") for d in secure)


def test_no_secret_is_in_an_output() -> None:
    texts = [
        text
        for deployment in (
            everything(),
            *(module.deployment for module in everything().modules),
        )
        for text in texts_in(deployment.outputs)
    ]

    assert EVERYTHING["alertWebhookUrl"] == WEBHOOK
    assert texts
    for text in texts:
        assert WEBHOOK not in text
        assert "InstrumentationKey" not in text


def test_no_secret_is_in_a_setting() -> None:
    settings = settings_of(everything())

    assert WEBHOOK not in texts_in(settings)
    for name in ("AZURE_DEVOPS_PAT", "DATABRICKS_TOKEN", "NOTIFY_WEBHOOK_URL"):
        vault = everything().one("Microsoft.KeyVault/vaults").name
        secret = name.lower().replace("_", "-")
        reference = f"@Microsoft.KeyVault(VaultName={vault};SecretName={secret})"
        assert settings[name] == reference
    assert app_of(everything()).properties["keyVaultReferenceIdentity"]


def test_everything_that_can_be_tagged_is_tagged() -> None:
    # These belong to a tagged resource, or have no tags in Azure.
    bare = {
        "Microsoft.Authorization/roleAssignments",
        "Microsoft.Consumption/budgets",
        "Microsoft.Network/privateEndpoints/privateDnsZoneGroups",
        "Microsoft.Storage/storageAccounts/blobServices",
        "Microsoft.Storage/storageAccounts/blobServices/containers",
        "Microsoft.Storage/storageAccounts/queueServices",
        "Microsoft.Storage/storageAccounts/queueServices/queues",
        "Microsoft.Storage/storageAccounts/tableServices",
        "Microsoft.Storage/storageAccounts/tableServices/tables",
        "Microsoft.Web/sites/basicPublishingCredentialsPolicies",
        "Microsoft.Web/sites/config",
    }

    for one in everything().resources:
        tag = one.body.get("tags", {}).get("azd-env-name")
        assert (one.type in bare) != (tag == "prod"), one.type
