"""WIRING: the one place that binds services to what is outside; plain construction."""

import functools
import logging
import secrets
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.adapters.allocator import share_freed_memory
from shared.domain.deletions import Fuse
from shared.services.advance_run import AdvanceRun
from shared.services.back_up_shard import BackUpShard
from shared.services.cancel_run import CancelRun
from shared.services.clean_up import LastCleanUp
from shared.services.end_run import EndRun
from shared.services.finish_run import FinishRun
from shared.services.forecast import MakeForecast
from shared.services.open_run import OpenRun
from shared.services.plan_clean_up import PlanCleanUp
from shared.services.plan_deletions import PlanDeletions
from shared.services.plan_run import PlanRun
from shared.services.poison import BuryPlan, BuryShard
from shared.services.read_health import Heartbeat, ReadHealth
from shared.services.read_runs import ReadRuns
from shared.services.start_audit import StartAudit
from shared.services.sweep import Sweep
from shared.settings import ENTRA, Settings, read_http_access, read_settings
from shared.wiring.clean_ups import clean_up_of, plan_of
from shared.wiring.forecasts import forecast_of
from shared.wiring.remotes import Remotes
from shared.wiring.restores import CONCURRENCY, RestoreApp

if TYPE_CHECKING:
    from shared.connections import Connections

logger = logging.getLogger(__name__)

PLAN_SECONDS = 5 * 60.0
SHARD_SECONDS = 10 * 60.0
LIST_CONCURRENCY = 16
TALKATIVE = ("azure", "opentelemetry")
"""Packages that log each request of theirs: who sends the logs would send those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Everything bound together; one for a process, shared by its threads."""

    settings: Settings
    outside: "Connections"

    @property
    def open_run(self) -> OpenRun:
        """R1."""
        return OpenRun(
            self.outside.store,
            self.outside.index,
            self.outside.queue,
            self.outside.clock,
            self.outside.events,
            self.settings.scope,
            self.settings.run_deadline,
            _noise,
        )

    @property
    def start_audit(self) -> StartAudit:
        """The audit that is due."""
        return StartAudit(
            store=self.outside.store,
            index=self.outside.index,
            clock=self.outside.clock,
            open_run=self.open_run,
            slices=self.settings.audit_slices,
        )

    @property
    def read_runs(self) -> ReadRuns:
        """What runs did and are doing."""
        return ReadRuns(
            self.outside.store,
            self.outside.index,
            self.outside.blobs,
            self.outside.clock,
        )

    @property
    def restores(self) -> RestoreApp:
        """Restores, and what the backup held."""
        return RestoreApp(settings=self.settings, outside=self.outside, noise=_noise)

    @property
    def forecast(self) -> MakeForecast:
        """What runs and a restore will take."""
        return forecast_of(
            self.settings,
            self.outside,
            lists_in_flight=LIST_CONCURRENCY,
            plan_seconds=PLAN_SECONDS,
        )

    @property
    def cancel_run(self) -> CancelRun:
        """Stop a run at its next checkpoint."""
        return CancelRun(self.outside.store, self.outside.queue)

    def advance_run(self) -> AdvanceRun:
        """P1 to P6 and F1 to F5, for one invocation."""
        remotes = Remotes(self.outside)
        return AdvanceRun(
            store=self.outside.store,
            blobs=self.outside.blobs,
            queue=self.outside.queue,
            clock=self.outside.clock,
            events=self.outside.events,
            calls=remotes.meter.counts,
            owner=uuid.uuid4().hex,
            seconds=PLAN_SECONDS,
            plan=self._plan_run(remotes),
            finish=self._finish_run(remotes),
        )

    def back_up_shard(self) -> BackUpShard:
        """S1 to S7, for one invocation."""
        remotes = Remotes(self.outside)
        return BackUpShard(
            store=self.outside.store,
            blobs=self.outside.blobs,
            queue=self.outside.queue,
            clock=self.outside.clock,
            events=self.outside.events,
            workspace=remotes.workspace,
            reader=remotes.reader,
            writer=remotes.writer,
            lease=self.outside.lease,
            calls=remotes.meter.counts,
            owner=uuid.uuid4().hex,
            window=self.settings.max_parallel_shards,
            concurrency=self.settings.export_concurrency,
            seconds=SHARD_SECONDS,
        )

    @property
    def bury_shard(self) -> BuryShard:
        """What to do with a shard's poisoned message."""
        return BuryShard(
            store=self.outside.store,
            queue=self.outside.queue,
            clock=self.outside.clock,
            events=self.outside.events,
            window=self.settings.max_parallel_shards,
            end=self._end_run,
        )

    @property
    def bury_plan(self) -> BuryPlan:
        """What to do with a plan's poisoned message."""
        return BuryPlan(
            store=self.outside.store,
            queue=self.outside.queue,
            clock=self.outside.clock,
            end=self._end_run,
        )

    @property
    def sweep(self) -> Sweep:
        """W1 to W6."""
        return Sweep(
            store=self.outside.store,
            index=self.outside.index,
            queue=self.outside.queue,
            clock=self.outside.clock,
            open_run=self.open_run,
            end=self._end_run,
            clean_up=clean_up_of(self.settings, self.outside),
            retries=self.settings.run_retries,
        )

    @property
    def plan_clean_up(self) -> PlanCleanUp:
        """What the next clean-up removes."""
        return plan_of(self.settings, self.outside)

    @property
    def last_clean_up(self) -> LastCleanUp:
        """When it was."""
        return LastCleanUp(self.outside.blobs)

    @property
    def read_health(self) -> ReadHealth:
        """How the backups stand."""
        return ReadHealth(
            store=self.outside.store,
            index=self.outside.index,
            blobs=self.outside.blobs,
            clock=self.outside.clock,
            max_age=self.settings.max_age,
            paused=self.settings.paused,
        )

    @property
    def heartbeat(self) -> Heartbeat:
        """Say that the app is there."""
        return Heartbeat(read=self.read_health, events=self.outside.events)

    @property
    def _end_run(self) -> EndRun:
        return EndRun(
            index=self.outside.index,
            open_run=self.open_run,
            events=self.outside.events,
            notifier=self.outside.notifier,
            notify_on=self.settings.notify.on,
        )

    def _plan_run(self, remotes: Remotes) -> PlanRun:
        settings = self.settings
        return PlanRun(
            store=self.outside.store,
            blobs=self.outside.blobs,
            queue=self.outside.queue,
            clock=self.outside.clock,
            events=self.outside.events,
            workspace=remotes.workspace,
            reader=remotes.reader,
            noise=_noise,
            notebook_format=settings.notebook_format,
            window=settings.max_parallel_shards,
            list_concurrency=LIST_CONCURRENCY,
            largest_shard=settings.shard_max_objects,
            deletions=PlanDeletions(
                self.outside.store,
                self.outside.blobs,
                self.outside.events,
                Fuse(settings.fuse_percent, settings.fuse_minimum),
            ),
        )

    def _finish_run(self, remotes: Remotes) -> FinishRun:
        return FinishRun(
            store=self.outside.store,
            blobs=self.outside.blobs,
            clock=self.outside.clock,
            events=self.outside.events,
            reader=remotes.reader,
            writer=remotes.writer,
            end=self._end_run,
        )


@functools.cache
def app() -> App:
    """The app of this process; `SettingError` names what is missing or wrong."""
    from shared.connections import connections_of  # noqa: PLC0415 - it takes seconds

    share_freed_memory()
    settings = read_settings()
    log_at(settings.log_level)
    logger.debug("the settings in force: %s", settings)
    exports = settings.max_parallel_shards * settings.export_concurrency
    outside = connections_of(settings, LIST_CONCURRENCY + CONCURRENCY + exports)
    return App(settings=settings, outside=outside)


def callers_sign_in() -> bool:
    """Whether Entra sign-in, not a function key, is asked of callers."""
    return read_http_access() == ENTRA


def _noise() -> str:
    return secrets.token_hex(3)


def log_at(level: str) -> None:
    """What is logged from now on: our own from this level on, of others less."""
    logging.getLogger().setLevel(level)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
