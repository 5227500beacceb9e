"""PORTS: what the use cases need from storage, queues, time and the log."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from shared.domain.events import Event
from shared.domain.notices import Notice
from shared.domain.retention import Poisoned, StoredBlob

MOST_POISONED = 32
"""Messages of a queue that are seen at once (documented: Peek Messages)."""


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


class BlobListing(Protocol):
    """What lies among the blobs, for whoever clears it away."""

    def groups(self, prefix: str) -> Iterator[str]:
        """Each beginning of names, up to the next `/` after `prefix`, once, sorted."""
        ...

    def sized(self, prefix: str) -> Iterator[StoredBlob]:
        """All blobs whose names begin with `prefix`, sorted by name."""
        ...


class BlobStore(Blobs, BlobListing, Protocol):
    """Blobs, one by one and as a whole."""


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


class PoisonQueues(Protocol):
    """The messages that failed too often, while nobody has them in hand."""

    def oldest(self) -> Sequence[Poisoned]:
        """The oldest few of each poison queue, `MOST_POISONED` at most; takes none."""
        ...

    def remove(self, messages: Sequence[Poisoned]) -> int:
        """Remove these, as far as they are still there; how many were.

        Messages that lie before them may count as given out once more.
        """
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
