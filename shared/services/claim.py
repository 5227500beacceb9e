"""USE CASE PARTS: a worker's claim on a shard, proved anew before every effect."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.runs import (
    Run,
    Shard,
    ShardEnd,
    ShardKind,
    ShardStatus,
    Tally,
    add_calls,
    claimed,
)
from shared.errors import Conflict, Throttled, Unavailable
from shared.ports import Clock, RunStore, Stored, Write
from shared.services.rows import MAX_TRIES, read_run

LEASE = timedelta(seconds=90)
RENEW_AFTER = timedelta(seconds=30)
LOOK_AFTER = timedelta(seconds=1)


class ClaimLostError(Conflict):
    """Somebody else has the shard now, or the run has ended; touch nothing more."""


class RunStoppedError(Exception):
    """The run is to stop before its work is done; the shard is to be closed."""


class ShardClaim:
    """A shard that is ours as long as its row says so.

    Every write of the row is conditional; one that fails means that the claim is
    lost, and then nothing more may be done for the shard.
    """

    def __init__(
        self,
        store: RunStore,
        clock: Clock,
        owner: str,
        stored: Stored[Shard],
        calls: Callable[[], Mapping[str, int]],
    ) -> None:
        """Claim the shard: `Conflict` if somebody was faster."""
        self._store = store
        self._clock = clock
        self._owner = owner
        self._calls = calls
        self._calls_before = stored.row.calls
        self._etag = stored.etag
        self._looked_at = clock.now()
        self.shard = stored.row
        self._write(attempts=stored.row.attempts + 1)

    def confirm(self) -> Run:
        """The run's row.

        `ClaimLostError` unless the shard is ours still, and the run open;
        `RunStoppedError` if the run is to stop.
        """
        stored = self._store.shard(self.shard.run_id, self.shard.number)
        if stored is None or stored.etag != self._etag:
            raise ClaimLostError("the shard has another owner")
        run = read_run(self._store, self.shard.run_id).row
        if not run.status.open:
            raise ClaimLostError(f"the run has ended: {run.status}")
        if run.stop:
            raise RunStoppedError(f"the run was stopped: {run.stop}")
        return run

    def renew(self, tally: Callable[[], Tally]) -> None:
        """Keep the claim, and show how far we are, if half a minute has passed.

        It is asked after each export; `tally` only where it is written.

        What `confirm` would say is heard once a second: who is to stop exports
        nothing more, not even for the push that it could not make.
        """
        self._look()
        until = self.shard.lease_until
        if until is None or self._clock.now() + LEASE - until > RENEW_AFTER:
            self._write(tally=tally())

    def _look(self) -> None:
        if self._clock.now() - self._looked_at < LOOK_AFTER:
            return
        self._looked_at = self._clock.now()
        # A look that fails does no harm: every push asks again.
        with suppress(Throttled, Unavailable):
            self.confirm()

    def advance(
        self,
        position: int,
        inside: int,
        tally: Tally,
        pushed: tuple[tuple[str, str], ...],
        outcomes: tuple[str, ...],
    ) -> None:
        """Make durable what was done and verified so far."""
        self._write(
            position=position,
            inside=inside,
            tally=tally,
            pushed=pushed,
            outcomes=outcomes,
        )

    def release(self) -> None:
        """Let the next message of this shard go on at once."""
        now = self._clock.now()
        row = replace(self._current(), owner="", lease_until=None, touched_at=now)
        self._put(row)

    def close(self, end: ShardEnd, window: int) -> "Closed":
        """S7: end the shard, queue the next one and count, in one transaction."""
        row = replace(
            self._current(),
            status=end.status,
            owner="",
            lease_until=None,
            error=end.error,
            remedy=end.remedy,
            touched_at=self._clock.now(),
        )
        return close_shard(self._store, Stored(row, self._etag), window, self._clock)

    def _current(self) -> Shard:
        calls = add_calls(self._calls_before, self._calls())
        return replace(self.shard, calls=calls)

    def _write(self, **facts: object) -> None:
        now = self._clock.now()
        row = claimed(self._current(), self._owner, now + LEASE)
        self._put(replace(row, touched_at=now, **facts))  # type: ignore[arg-type]

    def _put(self, row: Shard) -> None:
        try:
            (self._etag,) = self._store.write(Write(row, self._etag))
        except Conflict as error:
            raise ClaimLostError("the shard has another owner") from error
        self.shard = row


class Closed:
    """What closing a shard led to: the run's row, and the shards to be sent."""

    def __init__(self, run: Run, next_shard: int | None) -> None:
        """Both as they were written."""
        self.run = run
        self.next_shard = next_shard


def close_shard(
    store: RunStore,
    ended: Stored[Shard],
    window: int,
    clock: Clock,
    *,
    waiting: bool = False,
) -> Closed:
    """Write an ended shard, the next one's place and the run's counts, or nothing.

    `waiting`: the shard never had a place that could become free. `ClaimLostError`
    where somebody else closed it, or the run has ended.
    """
    shard = ended.row
    for _ in range(MAX_TRIES):
        run = read_run(store, shard.run_id)
        if not run.row.status.open:
            raise ClaimLostError(f"the run has ended: {run.row.status}")
        following = _next_waiting(store, run.row, window)
        freed = 0 if following or waiting else 1
        row = _counted(run.row, shard, freed, clock.now())
        writes: list[Write[Run] | Write[Shard]] = [
            Write(row, run.etag),
            Write(shard, ended.etag),
        ]
        if following:
            queued = replace(
                following.row, status=ShardStatus.QUEUED, touched_at=clock.now()
            )
            writes.append(Write(queued, following.etag))
        try:
            store.write(*writes)
        except Conflict as error:
            _still_open(store, shard, ended.etag, error)
            continue
        return Closed(row, following.row.number if following else None)
    raise Conflict(f"the row of run {shard.run_id} is written too often")


def _counted(run: Run, shard: Shard, freed: int, now: datetime) -> Run:
    return replace(
        run,
        shards_open=run.shards_open - 1,
        places=run.places - freed,
        tally=run.tally + shard.tally,
        calls=add_calls(run.calls, shard.calls),
        tip=shard.pushed[-1][1] if shard.pushed else run.tip,
        touched_at=now,
    )


def _next_waiting(store: RunStore, run: Run, window: int) -> Stored[Shard] | None:
    if run.stop or run.places > window:
        return None
    waiting = store.shards(run.id, ShardStatus.WAITING, limit=1)
    return next(iter(waiting), None)


def _still_open(store: RunStore, shard: Shard, etag: str, cause: Conflict) -> None:
    now = store.shard(shard.run_id, shard.number)
    if now is None or now.etag != etag:
        raise ClaimLostError("the shard was closed by somebody else") from cause


def window_of(kind: ShardKind, window: int) -> int:
    """How many shards of the kind may be in the queue; deletions go one by one."""
    return 1 if kind is ShardKind.DELETE else window
