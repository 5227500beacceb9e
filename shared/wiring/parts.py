"""WIRING: the parts of a deployment, each made when somebody first needs it.

What keeps a part from being made, such as a setting, keeps no other from it.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.adapters import identity
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.clock import SystemClock
from shared.adapters.credentials import KeyCredentials, TokenCredentials
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.repository_host import AzureDevOpsHost
from shared.adapters.sites import HttpSite
from shared.adapters.storage_clients import (
    STORAGE_RESOURCE,
    StorageClients,
    connect,
    connect_with_identity,
)
from shared.adapters.workspace import DatabricksWorkspace
from shared.domain.credentials import CredentialKind
from shared.domain.scope import Scope
from shared.ports.diagnostics import Credentials
from shared.services.checks.azure_devops import Target
from shared.setting_errors import Examined
from shared.setting_values import Secret
from shared.settings import STORAGE

PART_SECONDS = 6.0
"""Without a byte, of one request; of storage, each is made three times."""

CLOCK = SystemClock()


@dataclass(frozen=True, slots=True)
class Sites:
    """The addresses that answer anybody."""

    examined: Examined
    storage: Callable[[], StorageClients]

    def databricks(self) -> HttpSite:
        """The page that the SDK looks for first; any answer will do."""
        self.examined.check("DATABRICKS_HOST")
        host = self.examined.settings.databricks.host
        return HttpSite(f"{host}/.well-known/databricks-config", PART_SECONDS)

    def azure_devops(self) -> HttpSite:
        """Who the caller is: nobody."""
        self.examined.check("AZURE_DEVOPS_ORG_URL")
        organization = self.examined.settings.azure_devops.org_url
        return HttpSite(f"{organization}/_apis/connectionData", PART_SECONDS)

    def blobs(self) -> HttpSite:
        """The blob service; its address without what may sign it."""
        parts = urlsplit(str(self.storage().blobs.url))
        return HttpSite(f"{parts.scheme}://{parts.netloc}{parts.path}", PART_SECONDS)


class Tokens:
    """How the app signs in to each remote; a managed identity is asked once."""

    def __init__(self, examined: Examined) -> None:
        self._examined = examined
        self.databricks = once(self._databricks)
        self.azure_devops = once(self._azure_devops)
        self.storage = once(self._storage)

    def _databricks(self) -> TokenCredentials:
        """The token of the settings, else the managed identity's."""
        self._examined.check("DATABRICKS_TOKEN")
        token = self._examined.settings.databricks.token
        return _given(token) or self._identity(identity.DATABRICKS)

    def _azure_devops(self) -> TokenCredentials:
        """Likewise."""
        self._examined.check("AZURE_DEVOPS_PAT")
        pat = self._examined.settings.azure_devops.pat
        return _given(pat) or self._identity(identity.AZURE_DEVOPS)

    def _storage(self) -> TokenCredentials:
        """The managed identity's, for an account of which no key is set."""
        self._examined.check(STORAGE)
        client_id = self._examined.settings.storage.client_id
        return _identity(STORAGE_RESOURCE, client_id)

    def _identity(self, resource: str) -> TokenCredentials:
        return _identity(resource, self._examined.settings.client_id)


def _given(token: Secret | None) -> TokenCredentials | None:
    if token is None:
        return None
    return TokenCredentials(identity.StaticToken(token.reveal()), CredentialKind.TOKEN)


def _identity(resource: str, client_id: str) -> TokenCredentials:
    tokens = identity.ManagedIdentityToken(resource, client_id or None)
    return TokenCredentials(identity.AskedOnce(tokens), CredentialKind.MANAGED_IDENTITY)


class Parts:
    """The remotes as a look at them needs them: impatient, and asked without budget.

    A look makes about a dozen requests to the workspace; they wait for no slot, for
    the slots lie in storage, which may be what is broken. `seconds` without a byte is
    how long a request may take.
    """

    def __init__(self, examined: Examined, seconds: float = PART_SECONDS) -> None:
        self.examined = examined
        self.seconds = seconds
        self.databricks = once(self._databricks)
        self.client = once(self._client)
        self.storage = once(self._storage)
        self.sites = Sites(examined, self.storage)
        self.tokens = Tokens(examined)

    def scope(self) -> Scope:
        """What is backed up."""
        self.examined.check("BACKUP_ROOTS", "BACKUP_EXCLUDE")
        return self.examined.settings.scope

    def target(self) -> Target:
        """Where it goes."""
        self.examined.check("AZURE_DEVOPS_")
        target = self.examined.settings.azure_devops
        return Target(
            organization=target.org_url,
            project=target.project,
            repository=target.repository,
            branch=target.branch,
        )

    def storage_credentials(self) -> Credentials:
        """The connection string's key, else the managed identity."""
        self.examined.check(STORAGE)
        if self.examined.settings.storage.connection_string is not None:
            return KeyCredentials()
        return self.tokens.storage()

    def workspace(self) -> DatabricksWorkspace:
        """The workspace, read."""
        return DatabricksWorkspace(self.databricks())

    def reader(self) -> AzureDevOpsReader:
        """The repository, read."""
        return AzureDevOpsReader(self.client(), self.target().branch)

    def host(self) -> AzureDevOpsHost:
        """What Azure DevOps says of it."""
        return AzureDevOpsHost(self.client(), self.target().branch)

    def _databricks(self) -> DatabricksClient:
        self.examined.check("DATABRICKS_HOST", "DATABRICKS_TOKEN")
        host = self.examined.settings.databricks.host
        tokens = self.tokens.databricks().tokens
        return DatabricksClient(host, tokens, timeout=self.seconds)

    def _client(self) -> AzureDevOpsClient:
        target = self.target()
        pat = self.examined.settings.azure_devops.pat
        return AzureDevOpsClient(
            target.organization,
            project=target.project,
            repository=target.repository,
            tokens=self.tokens.azure_devops().tokens,
            scheme="Basic" if pat else "Bearer",
            clock=CLOCK,
            timeout=self.seconds,
        )

    def _storage(self) -> StorageClients:
        self.examined.check(STORAGE)
        storage = self.examined.settings.storage
        if storage.connection_string is not None:
            return connect(storage.connection_string.reveal(), self.seconds)
        return connect_with_identity(
            storage.blob_url,
            storage.queue_url,
            storage.table_url,
            self.tokens.storage().tokens,
            self.seconds,
        )


def once[Part](make: Callable[[], Part]) -> Callable[[], Part]:
    """Make it at the first call, whichever thread's; all others get the same."""
    lock = threading.Lock()
    made: list[Part] = []

    def get() -> Part:
        with lock:
            if not made:
                made.append(make())
            return made[0]

    return get
