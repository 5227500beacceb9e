"""USE CASE PARTS: a planner's claim on a run, proved anew with every write."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from shared.domain.runs import Run, Shard, add_calls, claimed
from shared.errors import Conflict
from shared.ports import Clock, RunStore, Stored, Write
from shared.services.rows import MAX_TRIES, read_run

LEASE = timedelta(seconds=90)
RENEW_AFTER = timedelta(seconds=30)


class PlannerReplacedError(Conflict):
    """Another planner has the run now, or the run has ended; do nothing more."""


class RunClaim:
    """A run that is ours to plan and finish, as long as its row says so.

    Shards that close write the row, too; so every change is applied to the newest
    row, and only if we still are its owner.
    """

    def __init__(
        self,
        store: RunStore,
        clock: Clock,
        owner: str,
        stored: Stored[Run],
        calls: Callable[[], Mapping[str, int]],
    ) -> None:
        """Claim the run: `Conflict` if its row is no longer the one read."""
        self._store = store
        self._clock = clock
        self._owner = owner
        self._calls = calls
        self._counted: Mapping[str, int] = {}
        self.run = claimed(stored.row, owner, clock.now() + LEASE)
        store.write(Write(self.run, stored.etag))

    def change(
        self,
        change: Callable[[Run], Run],
        shards: Callable[[Run], Sequence[Shard]] = lambda _: (),
    ) -> Run:
        """Apply `change` to the newest row, and create shards in the same transaction.

        `shards` is asked with the row as it was before. Keeps the claim, and adds
        the requests made since the last change.
        """

        def kept(row: Run) -> Run:
            until = self._clock.now() + LEASE
            changed = change(row)
            if not changed.status.open:
                return changed
            return claimed(changed, self._owner, until)

        return self._write(kept, shards)

    def renew(self) -> Run:
        """Keep the claim if half a minute has passed; the row as last seen."""
        until = self.run.lease_until
        if until is None or self._clock.now() + LEASE - until > RENEW_AFTER:
            return self.change(lambda row: row)
        return self.run

    def release(self) -> Run:
        """Let whoever comes next plan on; the row as it was left."""
        return self._write(
            lambda row: replace(row, owner="", lease_until=None), lambda _: ()
        )

    def _write(
        self, change: Callable[[Run], Run], shards: Callable[[Run], Sequence[Shard]]
    ) -> Run:
        calls = self._calls()
        fresh = {k: n - self._counted.get(k, 0) for k, n in calls.items()}
        for _ in range(MAX_TRIES):
            stored = read_run(self._store, self.run.id)
            if stored.row.owner != self._owner or not stored.row.status.open:
                raise PlannerReplacedError("another planner has the run")
            row = replace(
                change(stored.row),
                calls=add_calls(stored.row.calls, fresh),
                touched_at=self._clock.now(),
            )
            created = [Write(shard) for shard in shards(stored.row)]
            try:
                self._store.write(Write(row, stored.etag), *created)
            except Conflict:
                continue
            self._counted = calls
            self.run = row
            return row
        raise Conflict(f"the row of run {self.run.id} is written too often")
