"""The servers of the one-machine stack in threads, and the use cases over them.

The adapters, the SDKs, HTTP and Git are real; time, messages and (unless a test asks
for Azurite) state are in memory, so that an outage of ten minutes takes no time.
"""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.azure_devops import app as azure_devops
from local.azure_devops.organization import Home, Organization
from local.azure_devops.state import SERVER, Server
from local.azurite import SERVICES, base_urls, connection_string
from local.control import Control
from local.databricks import app as databricks
from local.databricks.access import ACCESS, Access
from local.databricks.errors import error_shape
from local.databricks.store import Store
from local.serving import serve_in_thread
from local.storage_proxy import control_of, create_app
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.git_history import AzureDevOpsHistory
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.identity import StaticToken
from shared.adapters.pacing import (
    PacedWorkspace,
    PacedWorkspaceWriter,
    RetryingGitHistory,
    RetryingGitReader,
    Slots,
)
from shared.adapters.storage_clients import StorageClients, connect
from shared.adapters.workspace import DatabricksWorkspace
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.ports import Clock, GitHistory, GitReader, GitWriter
from tests.crashes import Process
from tests.fakes.storage import FakeBudget
from tests.matrix.first_backup import FirstBackup
from tests.repositories import complaint
from tests.triggered_app import TriggeredApp

ORGANIZATION, PROJECT = "acme", "backup"
TIMEOUT = 0.25
"""Seconds without a byte after which a server counts as hung."""

STORAGE_TIMEOUT = 10.0
"""The same for storage: far more than a busy machine keeps a request waiting.

Where nobody asks again (a restore that is opened), a slow answer would be a fault that
no row armed.
"""

_names = itertools.count(1)


@dataclass(frozen=True)
class Remote:
    """One server, what arms its faults, and the requests that it counts."""

    url: str
    control: Control

    def arm(self, *faults: Mapping[str, object]) -> None:
        """More faults, as `POST /_local/faults` takes them."""
        self.control.faults.arm([dict(fault) for fault in faults])

    def disarm(self) -> None:
        """No faults, and counts from nothing."""
        self.control.faults.disarm()
        self.control.traffic.forget()

    @property
    def fired(self) -> int:
        """How often any fault fired."""
        return sum(int(str(f["fired"])) for f in self.control.faults.as_json())


@dataclass(frozen=True)
class Site:
    """Both remotes, and what is behind them.

    `homes` are the repositories that are there, `first` is the first backup once made.
    """

    databricks: Remote
    store: Store
    access: Access
    azure_devops: Remote
    server: Server
    storage: "StorageSite"
    homes: list[Home] = field(default_factory=list)
    first: list[FirstBackup] = field(default_factory=list)

    @property
    def organization(self) -> Organization:
        """Where repositories are made."""
        return self.server.organization

    def reset(self) -> str:
        """An empty workspace, no faults, no rules; the name of a new repository."""
        self.databricks.disarm()
        self.azure_devops.disarm()
        self.storage.disarm()
        self.store.clear()
        name = f"repository-{next(_names)}"
        project = self.organization.project(PROJECT)
        self.homes.append(self.organization.create(project, name))
        return name

    def clear_away(self) -> None:
        """Remove the newest repository, of which Git has no complaint."""
        home = self.homes.pop()
        assert complaint(home.repository.path) == ""
        self.organization.delete(home)


@dataclass(frozen=True)
class StorageSite:
    """Azurite behind three proxies; `clients` lead through them, `direct` do not."""

    tables: Remote
    blobs: Remote
    queues: Remote
    clients: StorageClients
    direct: StorageClients

    @property
    def all(self) -> tuple[Remote, Remote, Remote]:
        """Every service of the account."""
        return (self.tables, self.blobs, self.queues)

    def arm(self, *faults: Mapping[str, object]) -> None:
        """The same faults in front of each service."""
        for service in self.all:
            service.arm(*faults)

    def disarm(self) -> None:
        """No faults, and counts from nothing."""
        for service in self.all:
            service.disarm()

    @property
    def fired(self) -> int:
        """How often any fault fired."""
        return sum(service.fired for service in self.all)


@contextmanager
def a_storage_site(storage: str) -> Iterator[StorageSite]:
    """Serve the proxies until the block ends; `storage` is behind them."""
    controls = {service: control_of(service) for service in SERVICES}
    with ExitStack() as serving:
        urls = [
            serving.enter_context(
                serve_in_thread(create_app(upstream, service, controls[service]))
            )
            for service, upstream in zip(SERVICES, base_urls(storage), strict=True)
        ]
        clients = connect(connection_string(urls), STORAGE_TIMEOUT)
        serving.callback(clients.close)
        direct = connect(storage)
        serving.callback(direct.close)
        blobs, queues, tables = map(Remote, urls, controls.values())
        yield StorageSite(tables, blobs, queues, clients, direct)


@contextmanager
def a_site(folder: Path, storage: str) -> Iterator[Site]:
    """Serve everything until the block ends; `storage` is an Azurite."""
    store = Store()
    watched, hosted = Control(error_shape=error_shape), azure_devops_control()
    workspace = databricks.create_app(store, watched)
    organization = azure_devops.create_app(folder, control=hosted)
    with (
        serve_in_thread(workspace) as one,
        serve_in_thread(organization) as other,
        a_storage_site(storage) as stored,
    ):
        yield Site(
            Remote(one, watched),
            store,
            workspace[ACCESS],
            Remote(other, hosted),
            organization[SERVER],
            stored,
        )
    store.close()


def azure_devops_control() -> Control:
    """Faults whose answers look like the service's own."""
    return Control(error_shape=azure_devops.error_shape, route_of=azure_devops.route_of)


class RealGit:
    """All ports of one repository as the one object the use cases get."""

    def __init__(
        self, reader: GitReader, history: GitHistory, writer: GitWriter
    ) -> None:
        self._ports = (reader, history, writer)

    def __getattr__(self, name: str) -> Any:
        return getattr(next(port for port in self._ports if hasattr(port, name)), name)


def a_workspace(url: str, timeout: float = TIMEOUT) -> DatabricksWorkspace:
    """The workspace, asked by the SDK."""
    return DatabricksWorkspace(_client(url, timeout))


def workspace_writes(url: str, timeout: float = TIMEOUT) -> DatabricksWorkspaceWriter:
    """The workspace, written by the SDK."""
    return DatabricksWorkspaceWriter(_client(url, timeout))


def _client(url: str, timeout: float) -> DatabricksClient:
    token = StaticToken(databricks.LOCAL_TOKEN)
    return DatabricksClient(url, token, timeout=timeout)


@dataclass(kw_only=True)
class WiredApp(TriggeredApp):
    """The app, whose workspace is paced anew in each invocation, as it is wired."""

    budget: FakeBudget = field(default_factory=FakeBudget)

    def _ports(self, process: Process, *names: str) -> dict[str, Any]:
        ports = super()._ports(process, *names)
        slots = Slots(self.budget, self.clock, self.events)
        if "workspace" in ports:
            ports["workspace"] = PacedWorkspace(ports["workspace"], slots)
        if "writes" in ports:
            ports["writes"] = PacedWorkspaceWriter(ports["writes"], slots)
        return ports


def a_repository(
    url: str, name: str, clock: Clock, timeout: float = TIMEOUT
) -> RealGit:
    """The repository as the app is wired to it."""
    client = AzureDevOpsClient(
        f"{url}/{ORGANIZATION}",
        project=PROJECT,
        repository=name,
        tokens=StaticToken("a token of no use elsewhere"),
        scheme="Basic",
        clock=clock,
        timeout=timeout,
    )
    plain = AzureDevOpsReader(client, "main")
    history = RetryingGitHistory(AzureDevOpsHistory(plain), clock)
    return RealGit(
        RetryingGitReader(plain, clock), history, AzureDevOpsWriter(client, "main")
    )
