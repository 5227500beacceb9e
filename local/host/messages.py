"""LOCAL: one fetched queue message until it is gone; runs no function.

The rules of the storage extension's QueueProcessor and of its visibility timer
(Azure/azure-sdk-for-net, Microsoft.Azure.WebJobs.Extensions.Storage.Common): the lock
is renewed at half time, success deletes, failure gives back or poisons, and whoever
holds another pop receipt wins silently.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from azure.core.exceptions import (
    HttpResponseError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from local.host.host_json import QueueOptions
from local.host.pace import LOCK, RENEWAL_FLOOR, Pace

log = logging.getLogger("host.queues")

# Somebody else has the message, or it or its queue is gone: nothing is ours to do.
TAKEN = {
    "PopReceiptMismatch",
    "MessageNotFound",
    "QueueNotFound",
    "QueueBeingDeleted",
    "QueueDisabled",
}


def error_code(error: HttpResponseError) -> str:
    """Return the storage error code, without the SDK's dressing."""
    code = getattr(error, "error_code", None)
    return str(getattr(code, "value", code) or "")


async def _happens(event: asyncio.Event, within: float) -> bool:
    try:
        await asyncio.wait_for(event.wait(), within)
    except TimeoutError:
        return False
    return True


class HeldMessage:
    """A message under this host's lock. Its pop receipt changes with each renewal."""

    def __init__(
        self,
        message: QueueMessage,
        queue: QueueClient,
        poison: QueueClient | None,
        options: QueueOptions,
        pace: Pace,
    ) -> None:
        self.message = message
        self._queue = queue
        self._poison = poison
        self._options = options
        self._pace = pace
        self._locked_at = asyncio.get_running_loop().time()

    @property
    def arrived_too_often(self) -> bool:
        """Whether it was fetched more often than it may be run: a crash loop."""
        return (self.message.dequeue_count or 0) > self._options.max_dequeue_count

    async def keep(self, done: asyncio.Event) -> None:
        """Renew the lock at half time until `done`, or until it is lost.

        Never cancel it: a renewal cut off in the middle may have changed the pop
        receipt, and the message could not be deleted any more.
        """
        granted = self._pace.storage_seconds(LOCK)
        normal = granted / 2
        shortest = min(normal, max(self._pace.seconds(RENEWAL_FLOOR), granted / 8))
        interval = normal
        while not await _happens(done, interval):
            try:
                await self._set_visibility(granted)
            except HttpResponseError as error:
                if error_code(error) in TAKEN:
                    log.warning("lost the lock of message %s", self.message.id)
                    return
                interval = max(shortest, interval / 2)
            except (ServiceRequestError, ServiceResponseError):
                interval = max(shortest, interval / 2)
            else:
                self._locked_at = asyncio.get_running_loop().time()
                interval = normal

    async def delete(self) -> None:
        """Delete it: its function succeeded."""
        await self._unless_taken(
            lambda: self._queue.delete_message(
                self.message.id, self.message.pop_receipt
            )
        )

    async def fail(self) -> bool:
        """Give it back after `visibilityTimeout`, or poison it after too many tries.

        In a poison queue it is left locked, so that it does not spin. Returns whether
        it was poisoned.
        """
        if self._poison is None:
            return False
        if (self.message.dequeue_count or 0) >= self._options.max_dequeue_count:
            return await self.poison()
        await self._give_back_after(self._options.visibility_timeout)
        return False

    async def poison(self) -> bool:
        """Move it to the poison queue as a new message; a poison queue keeps it.

        Returns whether it was moved.
        """
        if self._poison is None:
            return False
        log.warning(
            "Message has reached MaxDequeueCount of %s. Moving message to queue '%s'.",
            self._options.max_dequeue_count,
            self._poison.queue_name,
        )
        await self._send_to_poison(self._poison)
        await self.delete()
        return True

    async def abandon(self) -> None:
        """Leave it to its lock: nobody knows what became of its function.

        Storage gives it back by itself; where a scaled lock is shorter than the whole
        second that storage can count, the host does, at the lock's end.
        """
        lock = self._pace.seconds(LOCK)
        if lock >= self._pace.storage_seconds(LOCK):
            return
        elapsed = asyncio.get_running_loop().time() - self._locked_at
        await asyncio.sleep(max(0.0, lock - elapsed))
        await self._unless_taken(lambda: self._set_visibility(0))

    async def _give_back_after(self, nominal: float) -> None:
        real = self._pace.seconds(nominal)
        if real < 1 < nominal:
            await asyncio.sleep(real)
            real = 0.0
        await self._unless_taken(lambda: self._set_visibility(round(real)))

    async def _set_visibility(self, seconds: int) -> None:
        updated = await self._queue.update_message(
            self.message.id, self.message.pop_receipt, visibility_timeout=seconds
        )
        self.message.pop_receipt = updated.pop_receipt
        self.message.next_visible_on = updated.next_visible_on

    async def _unless_taken(self, act: Callable[[], Awaitable[object]]) -> None:
        try:
            await act()
        except HttpResponseError as error:
            if error_code(error) not in TAKEN:
                raise
            log.info("message %s is no longer ours", self.message.id)

    async def _send_to_poison(self, poison: QueueClient) -> None:
        try:
            await poison.send_message(self.message.content)
        except HttpResponseError as error:
            if error_code(error) != "QueueNotFound":
                raise
            await poison.create_queue()
            await poison.send_message(self.message.content)
