"""LOCAL: the host put together: worker, listeners, HTTP; knows none of their rules."""

import asyncio
import contextlib
import hashlib
import logging
import re
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from azure.storage.blob.aio import BlobServiceClient

from local.host.channel import Call, Channel, End, Verdict
from local.host.functions import Function, QueueTrigger, TimerTrigger, read_functions
from local.host.host_json import HostOptions, read_host_json
from local.host.http_front import GATEWAY_SECONDS, Front, HttpFront
from local.host.invocations import queue_call
from local.host.pace import Clock, Pace, RunningClock
from local.host.queues import STORAGE_RETRIES, QueueListener
from local.host.settings import worker_environment
from local.host.timers import TimerListener
from local.serving import serving

log = logging.getLogger("host")
CONTAINER = "azure-webjobs-hosts"
HOST_ID = "AzureFunctionsWebHost__hostid"


@dataclass(frozen=True)
class HostConfig:
    """What a host is started with.

    `storage` becomes the app setting AzureWebJobsStorage. `pace` shortens locks, retry
    delays and polling; `clock` says when timers are due. `survives_worker` decides
    what a dead worker's invocations are: lost, as on an instance that went down with
    it (their messages come back when the lock ends), or failed, as a host reports them
    that outlived its worker (azure-functions-host, TryFailExecutions).
    """

    app_dir: Path
    storage: str
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    key: str = "local-functions-key"
    pace: Pace = field(default_factory=Pace)
    clock: Clock = field(default_factory=RunningClock)
    timers: bool = True
    survives_worker: bool = False
    grace: float = 30.0
    gateway_seconds: float = GATEWAY_SECONDS
    log_file: TextIO | None = None


class Host:
    """One host process's worth: `start`, then `stop`. Not to be started twice."""

    def __init__(self, config: HostConfig) -> None:
        self._config = config
        self._settings = {**config.settings, "AzureWebJobsStorage": config.storage}
        self._options: HostOptions = read_host_json(config.app_dir)
        self.hopeless = asyncio.Event()
        self.channel = Channel(
            config.app_dir,
            worker_environment(self._settings),
            self._options.function_timeout,
            config.log_file,
            self.hopeless.set,
        )
        self._queues: list[QueueListener] = []
        self._timers: dict[str, TimerListener] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._open = contextlib.AsyncExitStack()
        self._stopping = False
        self.functions: tuple[Function, ...] = ()
        self.url = ""

    async def start(self) -> None:
        """Index, check everything, listen. Raises `Refused`, leaving nothing."""
        try:
            indexed = await self.channel.start()
            self.functions = read_functions(indexed, self._settings)
            blobs = BlobServiceClient.from_connection_string(
                self._config.storage, **STORAGE_RETRIES
            )
            await self._open.enter_async_context(blobs)
            self._make_listeners(blobs)
            front = HttpFront(self._front())
            self.url = await self._open.enter_async_context(
                serving(front.app, port=self._config.port)
            )
        except BaseException:
            await self.channel.close()
            await self._open.aclose()
            raise
        for queue in self._queues:
            self._background(queue.run())
        for timer in self._running_timers():
            self._background(timer.run())

    async def stop(self) -> None:
        """Drain: fetch nothing more, let what runs finish within the grace; end."""
        for queue in self._queues:
            queue.stop()
        for timer in self._timers.values():
            timer.stop()
        log.info("Stopping: no new work is taken")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._config.grace)
        self._stopping = True
        await self.channel.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=self._config.grace)
        for task in self._tasks:
            task.cancel()
        await self._open.aclose()

    async def invoke(self, call: Call) -> Verdict:
        """Run a function and log its end."""
        log.info("Executing '%s'", call.name)
        verdict = await self.channel.invoke(call)
        if verdict.end is End.SUCCEEDED:
            log.info("Executed '%s' (succeeded)", call.name)
        else:
            log.error(
                "Executed '%s' (%s): %s", call.name, verdict.end.value, verdict.error
            )
        # A host that stops in order reports what it cut off, as the real one does.
        outlives = self._config.survives_worker or self._stopping
        if verdict.end is End.LOST and outlives:
            return Verdict(End.FAILED, error=verdict.error)
        return verdict

    def run_now(self, function: Function, text: str = "") -> asyncio.Task[Verdict]:
        """Run a timer or queue function beside its trigger; HTTP functions cannot."""
        if isinstance(function.trigger, TimerTrigger):
            running: Awaitable[Verdict] = self._timers[function.name].run_now()
        else:
            running = self.invoke(queue_call(function, text, None))
        return self._background(running)

    def named(self, name: str) -> Function:
        """Return a function by its exact name; raises KeyError."""
        return {f.name: f for f in self.functions}[name]

    def _make_listeners(self, blobs: BlobServiceClient) -> None:
        config, container = self._config, blobs.get_container_client(CONTAINER)
        host_id = make_host_id(config.app_dir, self._settings)
        for function in self.functions:
            trigger = function.trigger
            if isinstance(trigger, QueueTrigger) and not function.disabled:
                self._queues.append(
                    QueueListener(
                        function,
                        trigger,
                        options=self._options.queues,
                        pace=config.pace,
                        invoke=self.invoke,
                        on_poison=self._notify,
                    )
                )
            elif isinstance(trigger, TimerTrigger):
                self._timers[function.name] = TimerListener(
                    function,
                    trigger,
                    container=container,
                    host_id=host_id,
                    clock=config.clock,
                    pace=config.pace,
                    invoke=self.invoke,
                )

    def _running_timers(self) -> Sequence[TimerListener]:
        if not self._config.timers:
            return ()
        return [t for t in self._timers.values() if not t.function.disabled]

    def _front(self) -> Front:
        return Front(
            functions=self.functions,
            route_prefix=self._options.route_prefix,
            key=self._config.key,
            host_id=make_host_id(self._config.app_dir, self._settings),
            invoke=self.invoke,
            run_now=self.run_now,
            worker=lambda: {
                "pid": self.channel.pid,
                "starts": self.channel.starts,
                "inFlight": self.channel.in_flight,
            },
            kill_worker=self.channel.kill,
            gateway_seconds=self._config.gateway_seconds,
        )

    def _notify(self, queue: str) -> None:
        for listener in self._queues:
            if listener.queue_name == queue:
                listener.notify()

    def _background[T](self, work: Awaitable[T]) -> asyncio.Task[T]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            # A listener that ends by itself would be a silent host: stop instead.
            log.critical("a listener broke", exc_info=error)
            self.hopeless.set()


def make_host_id(app_dir: Path, settings: Mapping[str, str]) -> str:
    """Return the id that hosts of the same app share: leases and timers hang on it."""
    if given := settings.get(HOST_ID):
        return given.lower()
    name = re.sub(r"[^a-z0-9]+", "-", app_dir.resolve().name.lower()).strip("-")
    digest = hashlib.sha256(str(app_dir.resolve()).encode()).hexdigest()[:8]
    return f"{name[:20]}-{digest}".strip("-")
