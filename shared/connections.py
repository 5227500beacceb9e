"""CONNECTIONS: the adapters of one deployment, made of its settings; no service.

Importing this module imports every SDK. `wiring` does so at first use, not before:
indexing the app must neither wait for them nor fail for a missing setting.
"""

from dataclasses import dataclass

from shared.adapters import identity
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.blobs import StorageBlobs
from shared.adapters.budget import SharedBudget
from shared.adapters.budget_rows import TableLaneRows
from shared.adapters.clock import SystemClock
from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.events import LoggedEvents
from shared.adapters.git_history import AzureDevOpsHistory
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.poison_queues import StoragePoisonQueues
from shared.adapters.push_lease import BlobPushLease
from shared.adapters.queues import StorageQueue
from shared.adapters.restore_store import TableRestorePlace, TableRestoreStore
from shared.adapters.run_index import TableRunIndex
from shared.adapters.run_store import TableRunStore
from shared.adapters.storage_clients import (
    STORAGE_RESOURCE,
    StorageClients,
    connect,
    connect_with_identity,
)
from shared.adapters.tables import Table
from shared.adapters.webhook import NobodyListens, Webhook, repository_page
from shared.adapters.workspace import DatabricksWorkspace
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.domain.state_changes import throttled
from shared.ports import (
    BlobStore,
    Clock,
    Events,
    GitHistory,
    GitReader,
    GitWriter,
    Notifier,
    PoisonQueues,
    PushLease,
    Queue,
    RequestBudget,
    RestorePlace,
    RestoreStore,
    RunIndex,
    RunStore,
    Workspace,
    WorkspaceWriter,
)
from shared.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Everything outside, behind its port; one for a process, shared by its threads."""

    store: RunStore
    index: RunIndex
    blobs: BlobStore
    queue: Queue
    poison: PoisonQueues
    clock: Clock
    events: Events
    notifier: Notifier
    budget: RequestBudget
    lease: PushLease
    workspace: Workspace
    reader: GitReader
    history: GitHistory
    writer: GitWriter
    workspace_writer: WorkspaceWriter
    restores: RestoreStore
    restore_place: RestorePlace


def connections_of(settings: Settings, workspace_connections: int) -> Connections:
    """Nothing is sent yet. `workspace_connections`: requests to Databricks at once."""
    clock = SystemClock()
    storage = _storage(settings)
    runs = Table(storage.tables, "runs")
    events = LoggedEvents()
    reader, history, writer = _repository(settings, clock, events)
    workspace, workspace_writer = _databricks(settings, workspace_connections)
    restores = Table(storage.tables, "restores")
    target = settings.azure_devops
    return Connections(
        store=TableRunStore(runs),
        index=TableRunIndex(runs),
        blobs=StorageBlobs(storage.blobs),
        queue=StorageQueue(storage.queues),
        poison=StoragePoisonQueues(storage.queues),
        clock=clock,
        events=events,
        notifier=_notifier(settings),
        budget=_budget(settings, storage, clock),
        lease=BlobPushLease(
            storage.blobs,
            f"{target.org_url}/{target.project}/{target.repository}/{target.branch}",
            clock,
        ),
        workspace=workspace,
        workspace_writer=workspace_writer,
        restores=TableRestoreStore(restores),
        restore_place=TableRestorePlace(restores),
        reader=reader,
        history=history,
        writer=writer,
    )


def _notifier(settings: Settings) -> Notifier:
    url, target = settings.notify.webhook_url, settings.azure_devops
    if url is None:
        return NobodyListens()
    page = repository_page(target.org_url, target.project, target.repository)
    return Webhook(url.reveal(), page, settings.notify.runbook_url)


def _budget(settings: Settings, storage: StorageClients, clock: Clock) -> SharedBudget:
    return SharedBudget(
        TableLaneRows(Table(storage.tables, "budgets")),
        {
            "list": settings.databricks.list_rps,
            "export": settings.databricks.export_rps,
            "import": settings.databricks.import_rps,
        },
        clock,
    )


def _storage(settings: Settings) -> StorageClients:
    storage = settings.storage
    if storage.connection_string is not None:
        return connect(storage.connection_string.reveal())
    return connect_with_identity(
        storage.blob_url,
        storage.queue_url,
        storage.table_url,
        identity.ManagedIdentityToken(STORAGE_RESOURCE, storage.client_id or None),
    )


def _databricks(
    settings: Settings, connections: int
) -> tuple[Workspace, WorkspaceWriter]:
    token = settings.databricks.token
    tokens: identity.TokenSource = (
        identity.StaticToken(token.reveal())
        if token
        else identity.ManagedIdentityToken(
            identity.DATABRICKS, settings.client_id or None
        )
    )
    host = settings.databricks.host
    client = DatabricksClient(host, tokens, connections=connections)
    return DatabricksWorkspace(client), DatabricksWorkspaceWriter(client)


def _repository(
    settings: Settings, clock: Clock, events: Events
) -> tuple[GitReader, GitHistory, GitWriter]:
    target = settings.azure_devops
    tokens: identity.TokenSource = (
        identity.StaticToken(target.pat.reveal())
        if target.pat
        else identity.ManagedIdentityToken(
            identity.AZURE_DEVOPS, settings.client_id or None
        )
    )
    client = AzureDevOpsClient(
        target.org_url,
        project=target.project,
        repository=target.repository,
        tokens=tokens,
        scheme="Basic" if target.pat else "Bearer",
        clock=clock,
        on_delay=lambda seconds: events.emit(throttled("azure_devops", seconds)),
    )
    reader = AzureDevOpsReader(client, target.branch)
    writer = AzureDevOpsWriter(client, target.branch)
    return reader, AzureDevOpsHistory(reader), writer
