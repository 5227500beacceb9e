"""WIRING: the checks, each bound to the parts that it looks at."""

import re
from collections.abc import Callable, Iterator, Sequence

from shared.adapters import identity
from shared.adapters.blobs import StorageBlobs
from shared.adapters.installation import ThisInstallation
from shared.adapters.lease_trial import BlobLeaseTrial
from shared.adapters.queue_depths import StorageQueueDepths
from shared.adapters.remote_words import sentence
from shared.adapters.run_index import TableRunIndex
from shared.adapters.run_store import TableRunStore
from shared.adapters.storage_clients import STORAGE_RESOURCE
from shared.adapters.tables import Table
from shared.domain.diagnostics import About
from shared.services.checks import (
    CATALOGUE,
    app,
    azure_devops,
    databricks,
    remotes,
    state,
    storage,
)
from shared.services.diagnose import Check, Diagnose
from shared.setting_errors import Examined
from shared.settings import STORAGE, Settings
from shared.wiring.parts import CLOCK, Parts

LONGEST_TEXT = 1_000
_KEYS = re.compile(r"(?i)(?:AccountKey|sig)=([^;&]+)")


def checks_of(examined: Examined, seconds: float) -> Diagnose:
    """All checks of one deployment, in the order of the catalogue."""
    return Diagnose(
        chosen(Parts(examined), CATALOGUE),
        CLOCK,
        scrubber(examined.settings),
        seconds,
    )


def chosen(parts: Parts, abouts: Sequence[About]) -> tuple[Check, ...]:
    """The checks of these parts that are described so, in this order."""
    checks = {
        check.about.name: check
        for of in (_of_the_app, _of_storage, _of_databricks, _of_azure_devops)
        for check in of(parts)
    }
    return tuple(checks[about.name] for about in abouts)


def scrubber(settings: Settings) -> Callable[[str], str]:
    """Takes out of a text what no answer may show: our secrets, and what looks so."""
    given = (
        settings.databricks.token,
        settings.azure_devops.pat,
        settings.storage.connection_string,
        settings.notify.webhook_url,
    )
    secrets = [secret.reveal() for secret in given if secret is not None]
    secrets += [key for secret in secrets for key in _KEYS.findall(secret)]

    def scrubbed(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, "***")
        return sentence(text, LONGEST_TEXT)

    return scrubbed


def _of_the_app(parts: Parts) -> Iterator[Check]:
    yield app.SettingsValid(lambda: parts.examined.errors)
    yield app.VersionsKnown(ThisInstallation)
    sites = parts.sites
    yield remotes.InTime(
        {
            "databricks": sites.databricks,
            "azure_devops": sites.azure_devops,
            "storage": sites.blobs,
        },
        CLOCK,
    )
    runs = _runs(parts)
    yield state.StateAgrees(
        runs,
        lambda: StorageBlobs(parts.storage().blobs),
        parts.reader,
        lambda: parts.target().branch,
    )
    yield state.LastErrors(runs)


def _of_storage(parts: Parts) -> Iterator[Check]:
    clients = parts.storage
    yield storage.ServiceWorks(
        storage.BLOBS,
        lambda: StorageBlobs(clients().blobs).get("diagnostics"),
        storage.ROLE_OF_BLOBS,
    )
    yield storage.ServiceWorks(
        storage.QUEUES,
        lambda: StorageQueueDepths(clients().queues).depths(),
        storage.ROLE_OF_QUEUES,
    )
    yield storage.ServiceWorks(
        storage.TABLES,
        lambda: TableRunIndex(Table(clients().tables, "runs")).active(),
        storage.ROLE_OF_TABLES,
    )
    yield remotes.SignsIn(
        remotes.STORAGE_CREDENTIAL,
        parts.storage_credentials,
        CLOCK,
        STORAGE_RESOURCE,
        STORAGE,
    )
    yield storage.LeaseWorks(lambda: BlobLeaseTrial(clients().blobs))
    yield storage.QueuesFlow(lambda: StorageQueueDepths(clients().queues))


def _of_databricks(parts: Parts) -> Iterator[Check]:
    workspace, scope = parts.workspace, parts.scope
    yield remotes.Reachable(
        remotes.DATABRICKS_REACHABLE, parts.sites.databricks, "DATABRICKS_HOST"
    )
    yield remotes.SignsIn(
        remotes.DATABRICKS_CREDENTIAL,
        parts.tokens.databricks,
        CLOCK,
        identity.DATABRICKS,
        "DATABRICKS_TOKEN",
    )
    yield databricks.LetIn(workspace)
    yield databricks.WhoWeAre(workspace)
    yield databricks.RootsListed(workspace, scope)
    yield databricks.Exports(workspace, scope)
    yield databricks.QuickEnough(workspace, scope, CLOCK)


def _of_azure_devops(parts: Parts) -> Iterator[Check]:
    host, target, runs = parts.host, parts.target, _runs(parts)
    yield remotes.Reachable(
        remotes.AZURE_DEVOPS_REACHABLE,
        parts.sites.azure_devops,
        "AZURE_DEVOPS_ORG_URL",
    )
    yield remotes.SignsIn(
        remotes.AZURE_DEVOPS_CREDENTIAL,
        parts.tokens.azure_devops,
        CLOCK,
        identity.AZURE_DEVOPS,
        "AZURE_DEVOPS_PAT",
    )
    yield azure_devops.Accepted(host)
    yield azure_devops.RepositoryThere(host, target)
    yield azure_devops.BranchThere(
        parts.reader, target, lambda: runs.recorded() is not None
    )
    yield azure_devops.MayWrite(host, target)
    yield azure_devops.SmallEnough(host)


def _runs(parts: Parts) -> state.Runs:
    def table() -> Table:
        return Table(parts.storage().tables, "runs")

    return state.Runs(lambda: TableRunIndex(table()), lambda: TableRunStore(table()))
