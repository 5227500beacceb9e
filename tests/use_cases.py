"""The use cases over fakes of all ports, bound anew for each process."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal

from shared.domain.deletions import Fuse
from shared.domain.git import MAX_PUSH_BYTES
from shared.domain.messages import (
    Message,
    PlanMessage,
    RestoreMessage,
    ShardMessage,
)
from shared.domain.notices import NotifyOn
from shared.domain.objects import Format
from shared.domain.restore_plan import Bounds
from shared.domain.scope import DEFAULT_EXCLUDES, Scope
from shared.services.advance_run import AdvanceRun
from shared.services.back_up_shard import BackUpShard
from shared.services.cancel_run import CancelRun
from shared.services.clean_up import CleanUp
from shared.services.end_run import EndRun
from shared.services.finish_run import FinishRun
from shared.services.open_restore import OpenedRestore, WantedRestore
from shared.services.open_run import TIMER, Opened, Opening, OpenRun, Wanted
from shared.services.plan_clean_up import PlanCleanUp
from shared.services.plan_deletions import PlanDeletions
from shared.services.plan_run import PlanRun
from shared.services.poison import BuryPlan, BuryShard
from shared.services.start_audit import StartAudit
from shared.services.sweep import Sweep
from tests.crashes import Process
from tests.fakes import remotes, storage
from tests.fakes.poison import FakePoisonQueues
from tests.fakes.restores import (
    FakeRestorePlace,
    FakeRestoreStore,
    FakeWorkspaceWriter,
)
from tests.restoring import Restoring

EVERYTHING = Scope(("/",), DEFAULT_EXCLUDES)
DEFAULT_FUSE = Fuse(25, 100)


type Invocation = Wanted | WantedRestore | Message | Literal["sweep"]
"""What the platform calls: a start, a message's function, the sweep."""


@dataclass(kw_only=True)
class UseCases:
    """All ports as fakes, all limits as fields, and what is done with them.

    `seconds` says by name how long calls of ports take.
    """

    workspace: remotes.FakeWorkspace = field(default_factory=remotes.FakeWorkspace)
    git: remotes.FakeGit = field(default_factory=remotes.FakeGit)
    store: storage.FakeRunStore = field(default_factory=storage.FakeRunStore)
    index: storage.FakeRunIndex = field(default_factory=storage.FakeRunIndex)
    blobs: storage.FakeBlobs = field(default_factory=storage.FakeBlobs)
    queue: storage.FakeQueue = field(default_factory=storage.FakeQueue)
    clock: storage.FakeClock = field(default_factory=storage.FakeClock)
    events: storage.FakeEvents = field(default_factory=storage.FakeEvents)
    notifier: storage.FakeNotifier = field(default_factory=storage.FakeNotifier)
    lease: storage.FakeLease = field(default_factory=storage.FakeLease)
    restores: FakeRestoreStore = field(default_factory=FakeRestoreStore)
    place: FakeRestorePlace = field(default_factory=FakeRestorePlace)
    poison: FakePoisonQueues = field(default_factory=FakePoisonQueues)
    writes: FakeWorkspaceWriter = field(init=False)
    scope: Scope = EVERYTHING
    notebook_format: Format = Format.SOURCE
    fuse: Fuse = DEFAULT_FUSE
    notify_on: NotifyOn = NotifyOn.ALWAYS
    window: int = 2
    largest_shard: int = 2_000
    deletions_a_shard: int = 20_000
    push_bytes: int = MAX_PUSH_BYTES
    concurrency: int = 1
    plan_seconds: float = 300
    shard_seconds: float = 600
    deadline: timedelta = timedelta(hours=4)
    retries: int = 2
    slices: int = 3
    restore_enabled: bool = True
    restore_roots: tuple[str, ...] = ("/",)
    restore_seconds: float = 600
    bounds: Bounds = field(default_factory=Bounds)
    retention: timedelta = timedelta(days=90)
    seconds: Mapping[str, float] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def __post_init__(self) -> None:
        """What is written is what is read."""
        self.writes = FakeWorkspaceWriter(self.workspace)

    def noise(self) -> str:
        """Six hex digits that never came before."""
        return f"{next(self._numbers):06x}"

    def perform(
        self, process: Process, invocation: Invocation
    ) -> Opened | OpenedRestore | None:
        """One invocation; the timer's plans the run that it opened."""
        match invocation:
            case Wanted():
                opened = self.open_run(process)(invocation)
                started = opened.opening is Opening.STARTED
                if started and invocation.trigger == TIMER:
                    self.advance_run(process)(opened.request.run_id)
                return opened
            case PlanMessage():
                self.advance_run(process)(invocation.run_id)
            case ShardMessage():
                self.back_up_shard(process)(invocation.run_id, invocation.shard)
            case WantedRestore():
                return self.restoring(process).open()(invocation)
            case RestoreMessage():
                self.restoring(process).advance()(invocation.restore_id)
            case "sweep":
                self.sweep(process)()
                self.restoring(process).sweep()()
        return None

    def restoring(self, process: Process | None = None) -> Restoring:
        """The use cases of restores."""
        return Restoring(self, process or Process())

    def spend(self, call: str) -> None:
        """Let the time pass that a call takes."""
        self.clock.advance(self.seconds.get(call, 0))

    def advance_run(self, process: Process) -> AdvanceRun:
        """P1 to P6 and F1 to F5."""
        return AdvanceRun(
            **self._ports(process, "store", "blobs", "queue", "events"),
            clock=self.clock,
            calls=dict,
            owner=self.noise(),
            seconds=self.plan_seconds,
            plan=self._plan_run(process),
            finish=self._finish_run(process),
        )

    def back_up_shard(self, process: Process) -> BackUpShard:
        """S1 to S7."""
        return BackUpShard(
            **self._ports(process, "store", "blobs", "queue", "events", "workspace"),
            lease=process.watch_lease(self.lease),
            reader=process.watch(self.git, "git"),
            writer=process.watch(self.git, "git"),
            clock=self.clock,
            calls=dict,
            owner=self.noise(),
            window=self.window,
            concurrency=self.concurrency,
            seconds=self.shard_seconds,
            push_bytes=self.push_bytes,
        )

    def open_run(self, process: Process) -> OpenRun:
        """R1."""
        return OpenRun(
            **self._ports(process, "store", "index", "queue", "events"),
            clock=self.clock,
            scope=self.scope,
            deadline=self.deadline,
            noise=self.noise,
        )

    def start_audit(self, process: Process) -> StartAudit:
        """The audit that is due."""
        return StartAudit(
            **self._ports(process, "store", "index"),
            clock=self.clock,
            open_run=self.open_run(process),
            slices=self.slices,
        )

    def sweep(self, process: Process) -> Sweep:
        """W1 to W6."""
        return Sweep(
            **self._ports(process, "store", "index", "queue"),
            clock=self.clock,
            open_run=self.open_run(process),
            end=self.end_run(process),
            clean_up=self.clean_up(process),
            retries=self.retries,
        )

    def clean_up(self, process: Process) -> CleanUp:
        """W6."""
        names = ("store", "index", "restores", "blobs", "poison", "events")
        return CleanUp(
            **self._ports(process, *names),
            clock=self.clock,
            plan=self.plan_clean_up(process),
        )

    def plan_clean_up(self, process: Process) -> PlanCleanUp:
        """What the next clean-up removes."""
        names = ("store", "index", "restores", "place", "blobs", "poison")
        return PlanCleanUp(
            **self._ports(process, *names), clock=self.clock, retention=self.retention
        )

    def cancel_run(self, run_id: str) -> None:
        """Mark the run."""
        CancelRun(self.store, self.queue)(run_id)

    def bury_shard(self, run_id: str, number: int) -> None:
        """What the function of the shards' poison queue does."""
        process = Process()
        BuryShard(
            **self._ports(process, "store", "queue", "events"),
            clock=self.clock,
            window=self.window,
            end=self.end_run(process),
        )(run_id, number)

    def bury_plan(self, run_id: str) -> None:
        """What the function of the plans' poison queue does."""
        process = Process()
        ports = self._ports(process, "store", "queue")
        BuryPlan(**ports, clock=self.clock, end=self.end_run(process))(run_id)

    def _plan_run(self, process: Process) -> PlanRun:
        return PlanRun(
            **self._ports(process, "store", "blobs", "queue", "events", "workspace"),
            reader=process.watch(self.git, "git"),
            clock=self.clock,
            noise=self.noise,
            notebook_format=self.notebook_format,
            window=self.window,
            list_concurrency=self.concurrency,
            largest_shard=self.largest_shard,
            deletions=PlanDeletions(
                **self._ports(process, "store", "blobs", "events"), fuse=self.fuse
            ),
            deletions_a_shard=self.deletions_a_shard,
        )

    def _finish_run(self, process: Process) -> FinishRun:
        return FinishRun(
            **self._ports(process, "store", "blobs", "events"),
            reader=process.watch(self.git, "git"),
            writer=process.watch(self.git, "git"),
            clock=self.clock,
            end=self.end_run(process),
        )

    def end_run(self, process: Process) -> EndRun:
        """F5."""
        return EndRun(
            **self._ports(process, "index", "events", "notifier"),
            open_run=self.open_run(process),
            notify_on=self.notify_on,
        )

    def _ports(self, process: Process, *names: str) -> dict[str, Any]:
        return {name: process.watch(getattr(self, name), name) for name in names}
