"""LOCAL: runs one timer function when it is due; knows no queue and no HTTP.

The rules of the timer extension's TimerListener and ScheduleMonitor
(Azure/azure-webjobs-sdk-extensions): the status blob remembers the next occurrence, a
missed one fires once at start as past due, a changed schedule forgets, and a run that
takes longer than the interval delays the next one.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError
from azure.storage.blob.aio import BlobClient, BlobLeaseClient, ContainerClient

from local.host.channel import Call, End, Verdict
from local.host.cron import NEVER
from local.host.functions import Function, TimerTrigger
from local.host.invocations import NO_TIME, ScheduleStatus, timer_call
from local.host.pace import Clock, Pace
from local.host.singleton import Singleton

log = logging.getLogger("host.timers")

Invoke = Callable[[Call], Awaitable[Verdict]]
MONITORED_FROM = timedelta(minutes=1)


class TimerListener:
    """One timer on this host: waits for the lease, then keeps the schedule."""

    def __init__(
        self,
        function: Function,
        trigger: TimerTrigger,
        *,
        container: ContainerClient,
        host_id: str,
        clock: Clock,
        pace: Pace,
        invoke: Invoke,
    ) -> None:
        self.function = function
        self._trigger = trigger
        self._clock = clock
        self._pace = pace
        self._invoke = invoke
        name = f"Host.Functions.{function.name}"
        self._singleton = Singleton(container, f"locks/{host_id}/{name}.Listener", pace)
        self._blob: BlobClient = container.get_blob_client(
            f"timers/{host_id}/{name}/status"
        )
        self._stopping = asyncio.Event()
        self._status = ScheduleStatus(NO_TIME, NEVER, NO_TIME)

    async def run(self) -> None:
        """Keep the schedule until `stop`, whenever this host holds the lease."""
        while not self._stopping.is_set():
            lease = await self._or_stop(self._singleton.acquire())
            if lease is not None:
                await self._keep_schedule(lease)

    def stop(self) -> None:
        """Start nothing more; `run` returns when the run in hand is done."""
        self._stopping.set()

    async def run_now(self) -> Verdict:
        """Run by hand, beside the schedule, as `POST /admin/functions/{name}` does."""
        status = await self._read_status() if self._monitored else None
        return await self._invoke(timer_call(self.function, status, past_due=False))

    @property
    def _monitored(self) -> bool:
        # The extension switches the monitor off for schedules below a minute.
        schedule = self._trigger.schedule
        shortest = schedule.shortest_interval(self._clock.now())
        return self._trigger.use_monitor and shortest >= MONITORED_FROM

    async def _keep_schedule(self, lease: BlobLeaseClient) -> None:
        holding = asyncio.create_task(self._singleton.hold(lease))
        try:
            past_due = await self._restore()
            early = past_due or self._trigger.run_on_startup
            if early and not self._stopping.is_set():
                await self._fire(past_due=past_due, scheduled=False)
            while not (self._stopping.is_set() or holding.done()):
                await self._next_occurrence(holding)
        finally:
            holding.cancel()
            await asyncio.wait({holding})
            await self._singleton.release(lease)

    async def _next_occurrence(self, holding: asyncio.Task[None]) -> None:
        waiting = asyncio.create_task(self._clock.wait_until(self._status.next))
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait(
            {waiting, stopping, holding}, return_when=asyncio.FIRST_COMPLETED
        )
        due = waiting.done() and not self._stopping.is_set() and not holding.done()
        for task in (waiting, stopping):
            task.cancel()
        if due:
            await self._fire(past_due=False, scheduled=True)

    async def _restore(self) -> bool:
        """Read or begin the status; returns whether an occurrence was missed."""
        now = self._clock.now()
        schedule = self._trigger.schedule
        known = await self._read_status() if self._monitored else None
        if known is not None:
            since = known.last if known.last > NO_TIME else known.updated
            if known.next == schedule.after(since):
                self._status = known
                return now > known.next
        # Never recorded, or the schedule changed: nothing can have been missed.
        await self._remember(ScheduleStatus(NO_TIME, schedule.after(now), now))
        return False

    async def _fire(self, *, past_due: bool, scheduled: bool) -> None:
        began = self._clock.now()
        verdict = await self._attempt(past_due=past_due)
        if verdict.end is not End.SUCCEEDED:
            log.error("%s: run %s", self.function.name, verdict.end.value)
        # A run that fired a little early must not be due at the same moment again.
        if scheduled and self._status.next > began:
            began = self._status.next
        following = self._trigger.schedule.after(began)
        await self._remember(ScheduleStatus(began, following, began))

    async def _attempt(self, *, past_due: bool) -> Verdict:
        status = self._status if self._monitored else None
        retry = self.function.retry
        attempt = 0
        while True:
            verdict = await self._invoke(
                timer_call(
                    self.function, status, past_due=past_due, retry_count=attempt
                )
            )
            if verdict.end is End.SUCCEEDED or retry is None:
                return verdict
            attempt += 1
            if attempt > retry.max_count or self._stopping.is_set():
                return verdict
            await self._pace.sleep(retry.delay(attempt))

    async def _read_status(self) -> ScheduleStatus | None:
        try:
            download = await self._blob.download_blob()
            return ScheduleStatus.from_json(await download.readall())
        except ResourceNotFoundError:
            return None
        except AzureError as error:
            log.warning("%s: no schedule status: %s", self.function.name, error)
            return None

    async def _remember(self, status: ScheduleStatus) -> None:
        self._status = status
        if not self._monitored:
            return
        try:
            await self._blob.upload_blob(status.to_json(), overwrite=True)
        except AzureError as error:
            # Best effort, as there: a missed write costs a past-due run at most.
            log.warning("%s: status not written: %s", self.function.name, error)

    async def _or_stop(
        self, acquiring: Awaitable[BlobLeaseClient]
    ) -> BlobLeaseClient | None:
        task = asyncio.ensure_future(acquiring)
        stopping = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if task.done():
            return task.result()
        task.cancel()
        return None
