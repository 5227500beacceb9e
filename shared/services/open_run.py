"""USE CASE: open a run, or join the one that is open; knows no trigger."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from shared.domain.objects import is_within
from shared.domain.run_ids import new_run_id
from shared.domain.runs import Mode, Request, new_run
from shared.domain.scope import Scope, outermost
from shared.domain.slices import Slice
from shared.domain.state_changes import run_skipped, run_started
from shared.errors import AlreadyExists, InvalidRequest, UnknownVersion
from shared.ports import Clock, Events, Queue, RunIndex, RunStore, Write
from shared.services.steps import Step, step

logger = logging.getLogger(__name__)

HTTP = "http"
TIMER = "timer"
RETRY = "retry"
AUDIT = "audit"


class Opening(StrEnum):
    """What became of a wish to start a run."""

    STARTED = "started"
    JOINED = "joined"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A wish to start a run. Empty `paths`: the whole scope of the deployment.

    A `slice` of the folders is exported as a whole, whatever the mode.
    """

    trigger: str
    mode: Mode = Mode.INCREMENTAL
    dry_run: bool = False
    paths: tuple[str, ...] = ()
    slice: Slice | None = None
    message: str = ""
    allow_deletions: str = ""
    requested_by: str = ""
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """The answer: our own request, or the one that is in our way."""

    request: Request
    opening: Opening


@dataclass(frozen=True, slots=True)
class OpenRun:
    """R1: one active run; a dry run takes no place, for it only reads."""

    store: RunStore
    index: RunIndex
    queue: Queue
    clock: Clock
    events: Events
    scope: Scope
    deadline: timedelta
    noise: Callable[[], str]

    @step(Step.R1)
    def __call__(self, wanted: Wanted) -> Opened:
        """Open a run; it is planned by a message, but the timer plans it itself.

        The timer joins an open run of full scope and leaves its start to whoever
        closes any other; so does an audit with any, unless a start waits already.
        Everybody else is refused while a run is open. Paths outside the deployment's
        roots, or beside a slice: `InvalidRequest`.
        """
        request = self._request(wanted)
        holder = request if request.dry_run else self.index.open(request)
        if holder.run_id != request.run_id:
            return Opened(holder, self._yield_to(holder, request))
        self.begin(request)
        if request.trigger != TIMER:
            self.queue.plan(request.run_id)
        return Opened(request, Opening.STARTED)

    def skip(self, reason: str) -> None:
        """A start that was due, and is not to be."""
        self.events.emit(run_skipped(reason))

    @step(Step.R1)
    def begin(self, request: Request) -> None:
        """Write what an opened run consists of; may be called again after a crash.

        The deadline counts from now: a start may have waited for long.
        """
        self.index.enter(request)
        try:
            run = new_run(request, self.clock.now() + self.deadline)
            self.store.write(Write(run))
        except AlreadyExists:
            return
        self.events.emit(run_started(request))

    @step(Step.R1)
    def begin_waiting(self) -> None:
        """Begin the start that waits, if the place is free.

        It waits until it has the place: a crash in between loses nothing. One that
        has begun waits no longer, nor does the timer's that meets an open run of full
        scope.
        """
        try:
            waiting = self.index.waiting()
        except UnknownVersion as error:
            logger.warning("the start that waits is left alone: %s", error)
            return
        if waiting is None:
            return
        if self.store.run(waiting.run_id) is None:
            holder = self.index.open(waiting)
            if holder.run_id == waiting.run_id:
                self.begin(waiting)
                self.queue.plan(waiting.run_id)
            elif not (holder.full_scope and waiting.full_scope):
                return
        self.index.stop_waiting(waiting.run_id)

    def _yield_to(self, holder: Request, request: Request) -> Opening:
        if request.trigger == AUDIT:
            return self._wait_behind(request)
        if request.trigger != TIMER:
            return Opening.REFUSED
        if holder.full_scope:
            reason = "another run of full scope is open"
            self.events.emit(run_skipped(reason, holder.run_id))
            return Opening.JOINED
        self.index.wait(request)
        return Opening.WAITING

    def _wait_behind(self, audit: Request) -> Opening:
        if self.index.waiting() is not None:
            self.skip("a run is open and another start waits for it")
            return Opening.REFUSED
        self.index.wait(audit)
        return Opening.WAITING

    def _request(self, wanted: Wanted) -> Request:
        if wanted.slice and wanted.paths:
            raise InvalidRequest("slice", "cannot be combined with paths")
        now = self.clock.now()
        return Request(
            run_id=new_run_id(now, self.noise()),
            scope=self._scope(wanted.paths),
            full_scope=not wanted.paths and not wanted.slice,
            mode=Mode.FULL if wanted.slice else wanted.mode,
            slice=wanted.slice,
            dry_run=wanted.dry_run,
            message=wanted.message,
            allow_deletions=wanted.allow_deletions,
            trigger=wanted.trigger,
            requested_by=wanted.requested_by,
            attempt=wanted.attempt,
            opened_at=now,
        )

    def _scope(self, paths: tuple[str, ...]) -> Scope:
        for number, path in enumerate(paths):
            if not any(is_within(path, root) for root in self.scope.roots):
                roots = ", ".join(self.scope.roots)
                raise InvalidRequest(
                    f"paths[{number}]",
                    f"{path} lies outside what is backed up: {roots}",
                )
        return replace(self.scope, roots=outermost(paths)) if paths else self.scope
