"""LOCAL: the host's end of the worker process: starts it, asks it, notices its death.

Knows neither triggers nor storage. A worker that dies takes its invocations with it;
another one is started at once.
"""

import asyncio
import logging
import signal
import socket
import sys
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from local.host.frames import Frame, encode, read
from local.host.refusal import Refused

log = logging.getLogger("host.worker")
ROOT = Path(__file__).resolve().parents[2]
MOST_FAILED_STARTS = 3  # in a row; then the host gives up, as the real one does


class End(Enum):
    """How an invocation ended."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed out"
    LOST = "lost"  # with the worker: nobody knows how far it came


@dataclass(frozen=True)
class Verdict:
    """What became of an invocation, and what it returned."""

    end: End
    returned: Frame | None = None
    error: str = ""


@dataclass(frozen=True)
class Call:
    """One invocation to be made: typed values by parameter name."""

    function_id: str
    name: str
    inputs: Mapping[str, Frame]
    metadata: Mapping[str, Frame] = field(default_factory=dict)
    retry_count: int = 0
    max_retry_count: int = 0


class Channel:
    """One worker process at a time, replaced when it dies."""

    def __init__(
        self,
        app_dir: Path,
        environment: Mapping[str, str],
        timeout: float | None,
        log_file: TextIO | None,
        on_hopeless: Callable[[], object],
    ) -> None:
        self._app_dir = app_dir
        self._environment = dict(environment)
        self._timeout = timeout
        self._log_file = log_file
        self._on_hopeless = on_hopeless
        self._running: dict[str, asyncio.Future[Verdict]] = {}
        self._ready = asyncio.Event()
        self._closing = False
        self._process: asyncio.subprocess.Process | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.starts = 0

    @property
    def pid(self) -> int | None:
        """The present worker's process id, for whoever wants to kill it."""
        return self._process.pid if self._process else None

    @property
    def in_flight(self) -> int:
        """How many invocations are running."""
        return len(self._running)

    async def start(self) -> list[Mapping[str, Any]]:
        """Start the first worker; returns what it indexed, or raises `Refused`."""
        reader, indexed = await self._spawn()
        self._watcher = asyncio.create_task(self._watch(reader))
        return indexed

    async def invoke(self, call: Call) -> Verdict:
        """Run a function and wait for its end; waits for a worker if there is none."""
        await self._ready.wait()
        identity = str(uuid.uuid4())
        ended: asyncio.Future[Verdict] = asyncio.get_running_loop().create_future()
        self._running[identity] = ended
        self._send(identity, call)
        try:
            return await asyncio.wait_for(asyncio.shield(ended), self._timeout)
        except TimeoutError:
            return self._time_out(call)
        finally:
            self._running.pop(identity, None)

    def _send(self, identity: str, call: Call) -> None:
        if self._writer is None:
            raise RuntimeError("no worker was started")
        frame = {
            "id": identity,
            "function": call.function_id,
            "inputs": call.inputs,
            "metadata": call.metadata,
            "retry_count": call.retry_count,
            "max_retry_count": call.max_retry_count,
        }
        self._writer.write(encode(frame))

    def kill(self) -> None:
        """SIGKILL the worker: a crash, or a function that does not come back."""
        if self._process and self._process.returncode is None:
            self._process.send_signal(signal.SIGKILL)

    async def close(self) -> None:
        """End the worker for good; what still runs is lost."""
        self._closing = True
        self.kill()
        if self._watcher:
            await self._watcher

    def _time_out(self, call: Call) -> Verdict:
        # functions-timeout-duration: the whole worker is restarted, whoever else is
        # at work in it.
        log.error(
            "%s ran longer than functionTimeout: restarting the worker", call.name
        )
        self.kill()
        return Verdict(End.TIMED_OUT, error="functionTimeout passed")

    async def _spawn(self) -> tuple[asyncio.StreamReader, list[Mapping[str, Any]]]:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "local.host.worker"),
                *(str(self._app_dir), str(theirs.fileno())),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._log_file or sys.stderr,
                stderr=self._log_file or sys.stderr,
                env=self._environment,
                cwd=ROOT,
                # Ctrl-C reaches the host alone, which drains first.
                start_new_session=True,
            )
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self.starts += 1
        try:
            hello = await read(reader)
        except (asyncio.IncompleteReadError, ConnectionError):
            hello = {"failed": "the worker died while it imported the app"}
        if "failed" in hello:
            await self._bury()
            raise Refused(hello["failed"])
        self._ready.set()
        return reader, hello["indexed"]

    async def _watch(self, reader: asyncio.StreamReader) -> None:
        while True:
            if self._closing:
                self.kill()
            await self._receive(reader)
            self._ready.clear()
            await self._bury()
            self._lose_all()
            if self._closing:
                return
            log.error("the worker died; starting another one")
            replacement = await self._respawn()
            if replacement is None:
                return
            reader = replacement

    async def _respawn(self) -> asyncio.StreamReader | None:
        for _ in range(MOST_FAILED_STARTS):
            if self._closing:
                return None
            try:
                return (await self._spawn())[0]
            except Refused:
                log.exception("the worker does not start")
        self._on_hopeless()
        return None

    async def _receive(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                self._settle(await read(reader))
        except (asyncio.IncompleteReadError, ConnectionError):
            return

    def _settle(self, frame: Frame) -> None:
        waiting = self._running.get(frame["id"])
        if waiting is not None and not waiting.done():
            end = End.SUCCEEDED if frame["ok"] else End.FAILED
            waiting.set_result(Verdict(end, frame["returned"], frame["error"] or ""))

    def _lose_all(self) -> None:
        for waiting in self._running.values():
            if not waiting.done():
                waiting.set_result(Verdict(End.LOST, error="the worker died"))

    async def _bury(self) -> None:
        self.kill()
        if self._process:
            await self._process.wait()
        if self._writer:
            self._writer.close()
