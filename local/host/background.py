"""LOCAL: a host in a thread of its own, for tests and commands that are not async."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from local.host.channel import Verdict
from local.host.host import Host, HostConfig


class RunningHost:
    """A started host, spoken to from another thread."""

    def __init__(self, host: Host, loop: asyncio.AbstractEventLoop) -> None:
        self._host = host
        self._loop = loop
        self.url = host.url

    @property
    def worker_pid(self) -> int | None:
        """The present worker's process id."""
        return self._host.channel.pid

    @property
    def worker_starts(self) -> int:
        """How often a worker was started."""
        return self._host.channel.starts

    @property
    def in_flight(self) -> int:
        """How many invocations are running."""
        return self._host.channel.in_flight

    def kill_worker(self) -> None:
        """SIGKILL the worker, as a crash would."""
        self._loop.call_soon_threadsafe(self._host.channel.kill)

    def run(self, function: str, text: str = "") -> Verdict:
        """Run a timer or queue function beside its trigger and wait for its end."""
        return self.start(function, text).result()

    def start(self, function: str, text: str = "") -> Future[Verdict]:
        """Run it without waiting."""

        async def run() -> Verdict:
            return await self._host.run_now(self._host.named(function), text)

        return self._submit(run())

    def _submit[T](self, work: Coroutine[Any, Any, T]) -> Future[T]:
        return asyncio.run_coroutine_threadsafe(work, self._loop)


@contextmanager
def running_host(config: HostConfig) -> Iterator[RunningHost]:
    """Run a host until the block ends, then drain it. Raises `Refused`."""
    started: Future[RunningHost] = Future()
    stop = asyncio.Event()

    async def run() -> None:
        try:
            host = Host(config)
            await host.start()
        except BaseException as error:  # noqa: BLE001 - raised again by the caller
            started.set_exception(error)
            return
        started.set_result(RunningHost(host, asyncio.get_running_loop()))
        await stop.wait()
        await host.stop()

    thread = threading.Thread(target=lambda: asyncio.run(run()), name="host")
    thread.start()
    try:
        running = started.result()
        yield running
    finally:
        if started.done() and started.exception() is None:
            running._loop.call_soon_threadsafe(stop.set)  # noqa: SLF001
        thread.join()
