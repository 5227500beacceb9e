"""PORTS: what the use cases need from storage, queues, time and the log."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from shared.domain.events import Event
from shared.domain.notices import Notice


class Blobs(Protocol):
    """Plans, checkpoints, outcomes and indexes; each written as a whole."""

    def create(self, name: str, content: bytes) -> None:
        """Write what must not exist yet: `AlreadyExists`."""
        ...

    def put(self, name: str, content: bytes) -> None:
        """Write, replacing what is there."""
        ...

    def get(self, name: str) -> bytes | None:
        """The content, None where there is none."""
        ...

    def names(self, prefix: str) -> Iterator[str]:
        """All names that begin with `prefix`, sorted."""
        ...

    def delete(self, name: str) -> None:
        """Remove it; nothing happens where there is none."""
        ...


class PushLease(Protocol):
    """One pusher at a time, as a courtesy: the lock is the ref's expected old id."""

    def hold(self) -> AbstractContextManager[None]:
        """Wait for the lease, a bounded time, and hold it; then go on anyway."""
        ...


class Queue(Protocol):
    """Messages between the app's functions."""

    def plan(self, run_id: str, delay: float = 0) -> None:
        """Go on with the run's plan or finish, `delay` seconds from now."""
        ...

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        """Work on a shard, `delay` seconds from now."""
        ...

    def restore(self, restore_id: str, delay: float = 0) -> None:
        """Go on with a restore, `delay` seconds from now."""
        ...


class Clock(Protocol):
    """Time, so that tests own it."""

    def now(self) -> datetime:
        """The time, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Events(Protocol):
    """One structured event a state change."""

    def emit(self, event: Event) -> None:
        """Write it; never raises."""
        ...


class Notifier(Protocol):
    """People who want to hear how runs end, in their chat."""

    def tell(self, notice: Notice) -> None:
        """Send it, once, within seconds.

        `Unavailable` where it is unknown whether it arrived, `RequestRefused` where it
        did not. No error names the place that it was sent to.
        """
        ...
