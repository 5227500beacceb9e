"""LOCAL: listens to one queue for one function; knows no HTTP and no schedule.

The rules of the storage extension's QueueListener: fetch `batchSize` messages, start
them all, fetch again once no more than `newBatchThreshold` are running, and back off
at random while the queue is empty.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from typing import Any

from azure.core.exceptions import AzureError, HttpResponseError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.channel import Call, End, Verdict
from local.host.functions import Function, QueueTrigger
from local.host.host_json import QueueOptions
from local.host.invocations import UndecodableError, decode_text, queue_call
from local.host.messages import HeldMessage, error_code
from local.host.pace import LOCK, POLL_FLOOR, Pace

log = logging.getLogger("host.queues")

Invoke = Callable[[Call], Awaitable[Verdict]]
JITTER = 0.2


class Backoff:
    """Delays while a queue is empty: about 0.1, 0.2, 0.3, 0.5, 0.9 … up to a limit."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._misses = 0

    def found(self) -> None:
        """Start again from the shortest delay."""
        self._misses = 0

    def next(self) -> float:
        """Return the seconds to wait before looking again."""
        misses, self._misses = self._misses, self._misses + 1
        if not misses:
            return min(POLL_FLOOR, self._longest)
        spread = random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not a secret
        # Past 20 doublings a day has gone by; the exponent need not grow further.
        growth = 2.0 ** min(misses - 1, 20) * spread
        return min(POLL_FLOOR * (1 + growth), self._longest)


class QueueListener:
    """Runs a function for each message of its queue. Start it with `run`."""

    def __init__(
        self,
        function: Function,
        trigger: QueueTrigger,
        *,
        options: QueueOptions,
        pace: Pace,
        invoke: Invoke,
        on_poison: Callable[[str], None],
    ) -> None:
        self.function = function
        self.queue_name = trigger.queue
        self._trigger = trigger
        self._options = options
        self._pace = pace
        self._invoke = invoke
        self._on_poison = on_poison
        self._processing: set[asyncio.Task[None]] = set()
        self._look_now = asyncio.Event()
        self._stopping = False
        self._clients = AsyncExitStack()
        self._queue = self._client(trigger.queue)
        poison = trigger.poison_queue
        self._poison = self._client(poison) if poison else None

    def notify(self) -> None:
        """Look at the queue at once: somebody here has just sent something."""
        self._look_now.set()

    async def run(self) -> None:
        """Listen until `stop`."""
        async with self._clients:
            await self._clients.enter_async_context(self._queue)
            if self._poison:
                await self._clients.enter_async_context(self._poison)
            await self._poll()
            while self._processing:
                await asyncio.wait(self._processing)

    def stop(self) -> None:
        """Fetch nothing more; `run` returns when the messages in hand are done."""
        self._stopping = True
        self._look_now.set()

    async def _poll(self) -> None:
        backoff = Backoff(self._options.max_polling_interval)
        while not self._stopping:
            messages = await self._fetch()
            for message in messages:
                task = asyncio.create_task(self._process(message))
                self._processing.add(task)
                task.add_done_callback(self._processing.discard)
            if messages:
                backoff.found()
                await self._wait_for_a_slot()
            else:
                await self._idle(backoff.next())

    async def _wait_for_a_slot(self) -> None:
        while len(self._processing) > self._options.new_batch_threshold:
            await asyncio.wait(
                set(self._processing), return_when=asyncio.FIRST_COMPLETED
            )

    async def _idle(self, nominal: float) -> None:
        self._look_now.clear()
        if self._stopping:
            return
        sleeping = asyncio.create_task(self._pace.sleep(nominal))
        waking = asyncio.create_task(self._look_now.wait())
        await asyncio.wait({sleeping, waking}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sleeping, waking):
            task.cancel()

    async def _fetch(self) -> list[QueueMessage]:
        pages = self._queue.receive_messages(
            messages_per_page=self._options.batch_size,
            visibility_timeout=self._pace.storage_seconds(LOCK),
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except HttpResponseError as error:
            # A queue that does not exist yet is the normal case before its first use.
            if error_code(error) != "QueueNotFound":
                log.warning("%s: %s", self.queue_name, error_code(error) or error)
        except AzureError as error:
            log.warning("%s: storage does not answer: %s", self.queue_name, error)
        return []

    async def _process(self, message: QueueMessage) -> None:
        held = HeldMessage(
            message, self._queue, self._poison, self._options, self._pace
        )
        try:
            await self._process_held(held)
        except AzureError:
            # As there: reported, and the lock decides what becomes of the message.
            log.exception("%s: message %s", self.queue_name, message.id)

    async def _process_held(self, held: HeldMessage) -> None:
        if held.arrived_too_often:
            await self._to_poison(held)
            return
        try:
            text = decode_text(
                held.message.content, base64_encoded=self._options.base64
            )
        except UndecodableError as error:
            # Documented: azure-sdk-for-net PR 18326; moved at once, unrun.
            log.warning("%s: message is not base64: %s", self.queue_name, error)
            await self._to_poison(held)
            return
        done = asyncio.Event()
        keeper = asyncio.create_task(held.keep(done))
        try:
            verdict = await self._invoke(queue_call(self.function, text, held.message))
        finally:
            done.set()
            await keeper
        await self._conclude(held, verdict)

    async def _conclude(self, held: HeldMessage, verdict: Verdict) -> None:
        if verdict.end is End.SUCCEEDED:
            await held.delete()
        elif verdict.end is End.LOST:
            await held.abandon()
        elif await held.fail():
            self._tell_poison_listener()

    async def _to_poison(self, held: HeldMessage) -> None:
        if await held.poison():
            self._tell_poison_listener()

    def _tell_poison_listener(self) -> None:
        if self._poison:
            self._on_poison(self._poison.queue_name)

    def _client(self, name: str) -> QueueClient:
        return QueueClient.from_connection_string(
            self._trigger.connection, name, **STORAGE_RETRIES
        )


# About the .NET SDK's: three retries from 0.8 s on. Python's own begin at 15 s.
STORAGE_RETRIES: Mapping[str, Any] = {
    "retry_total": 3,
    "retry_connect": 3,
    "initial_backoff": 1,
    "increment_base": 2,
}
