"""USE CASE PARTS: a worker's claim on a restore, proved anew with every write."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from shared.domain.restores import Restore, RestoreStatus, RestoreStop
from shared.domain.runs import add_calls
from shared.errors import Conflict, NotFound
from shared.ports import Clock, RestoreStore, Stored, Write
from shared.services.rows import MAX_TRIES
from shared.services.steps import RestoreStep, step

LEASE = timedelta(seconds=90)
RENEW_AFTER = timedelta(seconds=30)


class RestoreLostError(Conflict):
    """Somebody else has the restore now, or it has ended; touch nothing more."""


class RestoreStoppedError(Exception):
    """The restore is to end before its work is done."""


class RestoreClaim:
    """A restore that is ours as long as its row says so.

    Whoever stops a restore writes the row, too; so every change is applied to the
    newest row, and only if we still are its owner. `advanced`: something was saved.
    """

    @step(RestoreStep.T2)
    def __init__(
        self,
        store: RestoreStore,
        clock: Clock,
        owner: str,
        stored: Stored[Restore],
        calls: Callable[[], Mapping[str, int]],
    ) -> None:
        """Claim the restore: `Conflict` if somebody was faster."""
        self._store = store
        self._clock = clock
        self._owner = owner
        self._calls = calls
        self._counted: Mapping[str, int] = {}
        self.advanced = False
        row = replace(stored.row, stuck=stored.row.stuck + 1)
        self.restore = self._claimed(row)
        store.write(Write(self.restore, stored.etag))

    def confirm(self) -> None:
        """`RestoreStoppedError` if the restore is to stop; the claim is kept."""
        self._write(lambda row: self._claimed(self._in_time(row)))
        if self.restore.stop:
            raise RestoreStoppedError(f"the restore was stopped: {self.restore.stop}")

    def renew(self) -> None:
        """Keep the claim if half a minute has passed."""
        until = self.restore.lease_until
        if until is None or self._clock.now() + LEASE - until > RENEW_AFTER:
            self._write(self._claimed)

    def save(self, change: Callable[[Restore], Restore]) -> None:
        """Make durable how far we are."""
        self._write(lambda row: self._claimed(replace(change(row), stuck=0)))
        self.advanced = True

    def release(self) -> None:
        """Let the next message go on at once."""
        self._write(lambda row: replace(row, owner="", lease_until=None))

    @step(RestoreStep.T8)
    def close(self, status: RestoreStatus, error: str = "") -> Restore:
        """End the restore; its row as it was left."""

        def closed(row: Restore) -> Restore:
            return replace(
                row,
                status=status,
                owner="",
                lease_until=None,
                error=row.error or error,
                finished_at=self._clock.now(),
            )

        self._write(closed)
        return self.restore

    def _in_time(self, row: Restore) -> Restore:
        """The row, which is to stop once its deadline has passed."""
        if row.stop or self._clock.now() <= row.deadline:
            return row
        error = row.error or "the restore's deadline has passed"
        return replace(row, stop=RestoreStop.DEADLINE, error=error)

    def _claimed(self, row: Restore) -> Restore:
        until = self._clock.now() + LEASE
        return replace(
            row, owner=self._owner, lease_until=until, touched_at=self._clock.now()
        )

    def _write(self, change: Callable[[Restore], Restore]) -> None:
        calls = self._calls()
        fresh = {k: n - self._counted.get(k, 0) for k, n in calls.items()}
        for _ in range(MAX_TRIES):
            stored = read_restore(self._store, self.restore.id)
            if stored.row.owner != self._owner or not stored.row.status.open:
                raise RestoreLostError("another worker has the restore")
            row = change(stored.row)
            row = replace(row, calls=add_calls(stored.row.calls, fresh))
            try:
                self._store.write(Write(row, stored.etag))
            except Conflict:
                continue
            self._counted = calls
            self.restore = row
            return
        raise Conflict(f"the row of {self.restore.id} is written too often")


def read_restore(store: RestoreStore, restore_id: str) -> Stored[Restore]:
    """The restore's row; `NotFound` where there is none."""
    stored = store.get(restore_id)
    if stored is None:
        raise NotFound(f"there is no restore {restore_id}")
    return stored


def change_restore(
    store: RestoreStore, restore_id: str, change: Callable[[Restore], Restore]
) -> Restore:
    """Apply `change` to the newest row; it may be called several times.

    A `change` that returns its argument writes nothing.
    """
    for _ in range(MAX_TRIES):
        stored = read_restore(store, restore_id)
        row = change(stored.row)
        if row == stored.row:
            return row
        try:
            store.write(Write(row, stored.etag))
        except Conflict:
            continue
        return row
    raise Conflict(f"the row of {restore_id} is written too often")
