"""WIRING: the one place that knows adapters and services both; plain construction.

Adapters are imported here when they are first needed: indexing the app must neither
wait for their SDKs nor fail for a missing setting.
"""

import functools
import logging
import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.deletions import Fuse
from shared.ports import (
    Blobs,
    Clock,
    Events,
    GitReader,
    GitWriter,
    PushLease,
    Queue,
    RequestBudget,
    RunIndex,
    RunStore,
    Workspace,
)
from shared.services.advance_run import AdvanceRun
from shared.services.back_up_shard import BackUpShard
from shared.services.cancel_run import CancelRun
from shared.services.finish_run import FinishRun
from shared.services.open_run import OpenRun
from shared.services.plan_run import PlanRun
from shared.services.poison import BuryPlan, BuryShard
from shared.services.read_runs import ReadRuns
from shared.services.sweep import Sweep
from shared.settings import Settings, read_settings

if TYPE_CHECKING:
    from shared.adapters.metering import Meter
    from shared.adapters.storage_clients import StorageClients

PLAN_SECONDS = 5 * 60.0
SHARD_SECONDS = 10 * 60.0
LIST_CONCURRENCY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything bound together; one for a process, shared by its threads."""

    settings: Settings
    store: RunStore
    index: RunIndex
    blobs: Blobs
    queue: Queue
    clock: Clock
    events: Events
    budget: RequestBudget
    lease: PushLease
    workspace: Workspace
    reader: GitReader
    writer: GitWriter

    @property
    def open_run(self) -> OpenRun:
        """R1."""
        return OpenRun(
            self.store,
            self.index,
            self.queue,
            self.clock,
            self.events,
            self.settings.scope,
            self.settings.run_deadline,
            _noise,
        )

    @property
    def read_runs(self) -> ReadRuns:
        """What runs did and are doing."""
        return ReadRuns(self.store, self.index, self.blobs, self.clock)

    @property
    def cancel_run(self) -> CancelRun:
        """Stop a run at its next checkpoint."""
        return CancelRun(self.store, self.queue)

    def advance_run(self) -> AdvanceRun:
        """P1 to P6 and F1 to F5, for one invocation."""
        meter = _meter()
        return AdvanceRun(
            store=self.store,
            index=self.index,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            events=self.events,
            calls=meter.counts,
            owner=uuid.uuid4().hex,
            seconds=PLAN_SECONDS,
            plan=self._plan_run(meter),
            finish=self._finish_run(meter),
        )

    def back_up_shard(self) -> BackUpShard:
        """S1 to S7, for one invocation."""
        meter = _meter()
        return BackUpShard(
            store=self.store,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            events=self.events,
            workspace=self._workspace(meter),
            reader=self._reader(meter),
            writer=self._writer(meter),
            lease=self.lease,
            calls=meter.counts,
            owner=uuid.uuid4().hex,
            window=self.settings.max_parallel_shards,
            concurrency=self.settings.export_concurrency,
            seconds=SHARD_SECONDS,
        )

    @property
    def bury_shard(self) -> BuryShard:
        """What to do with a shard's poisoned message."""
        return BuryShard(
            store=self.store,
            queue=self.queue,
            clock=self.clock,
            events=self.events,
            window=self.settings.max_parallel_shards,
        )

    @property
    def bury_plan(self) -> BuryPlan:
        """What to do with a plan's poisoned message."""
        return BuryPlan(
            store=self.store,
            index=self.index,
            queue=self.queue,
            clock=self.clock,
            events=self.events,
            open_run=self.open_run,
        )

    @property
    def sweep(self) -> Sweep:
        """W1 to W6."""
        return Sweep(
            store=self.store,
            index=self.index,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            open_run=self.open_run,
            retries=self.settings.run_retries,
            retention=timedelta(days=self.settings.retention_days),
        )

    def _plan_run(self, meter: "Meter") -> PlanRun:
        settings = self.settings
        return PlanRun(
            store=self.store,
            blobs=self.blobs,
            queue=self.queue,
            clock=self.clock,
            events=self.events,
            workspace=self._workspace(meter),
            reader=self._reader(meter),
            noise=_noise,
            notebook_format=settings.notebook_format,
            window=settings.max_parallel_shards,
            list_concurrency=LIST_CONCURRENCY,
            largest_shard=settings.shard_max_objects,
            fuse=Fuse(settings.fuse_percent, settings.fuse_minimum),
        )

    def _finish_run(self, meter: "Meter") -> FinishRun:
        return FinishRun(
            store=self.store,
            index=self.index,
            blobs=self.blobs,
            clock=self.clock,
            events=self.events,
            reader=self._reader(meter),
            writer=self._writer(meter),
            open_run=self.open_run,
        )

    def _workspace(self, meter: "Meter") -> Workspace:
        """Every attempt is counted and takes a slot; only the outside repeats."""
        from shared.adapters.metering import MeteredWorkspace  # noqa: PLC0415
        from shared.adapters.pacing import PacedWorkspace  # noqa: PLC0415

        metered = MeteredWorkspace(self.workspace, meter)
        return PacedWorkspace(metered, self.budget, self.clock)

    def _reader(self, meter: "Meter") -> GitReader:
        from shared.adapters.metering import MeteredGitReader  # noqa: PLC0415
        from shared.adapters.pacing import RetryingGitReader  # noqa: PLC0415

        return RetryingGitReader(MeteredGitReader(self.reader, meter), self.clock)

    def _writer(self, meter: "Meter") -> GitWriter:
        from shared.adapters.metering import MeteredGitWriter  # noqa: PLC0415

        return MeteredGitWriter(self.writer, meter)


@functools.cache
def app() -> App:
    """The app of this process; `SettingError` names what is missing or wrong."""
    from shared.adapters.blobs import StorageBlobs  # noqa: PLC0415 - see above
    from shared.adapters.budget import SharedBudget  # noqa: PLC0415
    from shared.adapters.budget_rows import TableLaneRows  # noqa: PLC0415
    from shared.adapters.clock import SystemClock  # noqa: PLC0415
    from shared.adapters.events import LoggedEvents  # noqa: PLC0415
    from shared.adapters.push_lease import BlobPushLease  # noqa: PLC0415
    from shared.adapters.queues import StorageQueue  # noqa: PLC0415
    from shared.adapters.run_index import TableRunIndex  # noqa: PLC0415
    from shared.adapters.run_store import TableRunStore  # noqa: PLC0415
    from shared.adapters.tables import Table  # noqa: PLC0415

    settings = read_settings()
    logging.getLogger().setLevel(settings.log_level)
    logging.getLogger("azure.core.pipeline").setLevel(logging.WARNING)
    clock = SystemClock()
    storage = _storage(settings)
    runs = Table(storage.tables, "runs")
    reader, writer = _repository(settings, clock)
    target = settings.azure_devops
    return App(
        settings=settings,
        store=TableRunStore(runs),
        index=TableRunIndex(runs),
        blobs=StorageBlobs(storage.blobs),
        queue=StorageQueue(storage.queues),
        clock=clock,
        events=LoggedEvents(),
        budget=SharedBudget(
            TableLaneRows(Table(storage.tables, "budgets")),
            {
                "list": settings.databricks.list_rps,
                "export": settings.databricks.export_rps,
                "import": settings.databricks.import_rps,
            },
            clock,
        ),
        lease=BlobPushLease(
            storage.blobs,
            f"{target.org_url}/{target.project}/{target.repository}/{target.branch}",
            clock,
        ),
        workspace=_databricks(settings),
        reader=reader,
        writer=writer,
    )


def _storage(settings: Settings) -> "StorageClients":
    from shared.adapters.identity import ManagedIdentityToken  # noqa: PLC0415
    from shared.adapters.storage_clients import (  # noqa: PLC0415
        STORAGE_RESOURCE,
        connect,
        connect_with_identity,
    )

    storage = settings.storage
    if storage.connection_string is not None:
        return connect(storage.connection_string.reveal())
    return connect_with_identity(
        storage.blob_url,
        storage.queue_url,
        storage.table_url,
        ManagedIdentityToken(STORAGE_RESOURCE, storage.client_id or None),
    )


def _databricks(settings: Settings) -> Workspace:
    from shared.adapters import identity  # noqa: PLC0415
    from shared.adapters.databricks_client import DatabricksClient  # noqa: PLC0415
    from shared.adapters.workspace import DatabricksWorkspace  # noqa: PLC0415

    token = settings.databricks.token
    tokens: identity.TokenSource = (
        identity.StaticToken(token.reveal())
        if token
        else identity.ManagedIdentityToken(
            identity.DATABRICKS, settings.client_id or None
        )
    )
    exports = settings.max_parallel_shards * settings.export_concurrency
    client = DatabricksClient(
        settings.databricks.host, tokens, connections=LIST_CONCURRENCY + exports
    )
    return DatabricksWorkspace(client)


def _repository(settings: Settings, clock: Clock) -> tuple[GitReader, GitWriter]:
    from shared.adapters import identity  # noqa: PLC0415
    from shared.adapters.azure_devops_client import AzureDevOpsClient  # noqa: PLC0415
    from shared.adapters.git_reader import AzureDevOpsReader  # noqa: PLC0415
    from shared.adapters.git_writer import AzureDevOpsWriter  # noqa: PLC0415

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
    )
    return (
        AzureDevOpsReader(client, target.branch),
        AzureDevOpsWriter(client, target.branch),
    )


def _meter() -> "Meter":
    from shared.adapters.metering import Meter  # noqa: PLC0415

    return Meter()


def _noise() -> str:
    return secrets.token_hex(3)
