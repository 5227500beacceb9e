"""USE CASE: tell what restores do and did; changes nothing, knows no HTTP."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from shared.domain.restore_estimate import Estimate, Rates, estimated
from shared.domain.restore_outcomes import (
    Action,
    RestoreOutcome,
    Result,
    outcomes_from,
)
from shared.domain.restores import Restore, RestoreTally, Stage
from shared.ports import Blobs, Clock, RestoreStore
from shared.services.blob_names import restore_done_name
from shared.services.restore_claim import read_restore
from shared.services.write_stored import planned

MAX_SHARDS_A_PAGE = 50
"""One answer looks at no more of a restore's lists, so that it comes in time."""


@dataclass(frozen=True, slots=True, order=True)
class OutcomeMark:
    """A place in a restore's outcomes: a shard, and a line of its plan."""

    shard: int = 0
    line: int = 0

    def to_text(self) -> str:
        """The form that callers hand back."""
        return f"{self.shard}-{self.line}"

    @staticmethod
    def from_text(text: str) -> "OutcomeMark":
        """The mark that `to_text` wrote; `ValueError` for anything else."""
        shard, dash, line = text.partition("-")
        if not dash or not all(n.isascii() and n.isdigit() for n in (shard, line)):
            raise ValueError("not a mark")
        return OutcomeMark(int(shard[:9]), int(line[:9]))


FIRST = OutcomeMark()
CHANGES = frozenset(Action) - {Action.SAME}
"""What is told unless somebody wants more: that nothing is to be done is no news."""


@dataclass(frozen=True, slots=True)
class RestoreOutcomes:
    """Some outcomes in order, and where those that follow begin, if any may."""

    items: tuple[RestoreOutcome, ...]
    next: OutcomeMark | None


@dataclass(frozen=True, slots=True)
class RestoresPage:
    """Some restores, newest first, and the mark to ask for those that follow."""

    restores: tuple[Restore, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class RestoreDetails:
    """A restore as of now. `done` of `total` objects of its stage are done."""

    restore: Restore
    seconds: float
    done: int
    total: int
    estimate: Estimate | None
    outcomes: RestoreOutcomes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadRestores:
    """What restores did and are doing."""

    restores: RestoreStore
    blobs: Blobs
    clock: Clock
    rates: Rates

    def newest(self, limit: int, mark: str | None = None) -> RestoresPage:
        """The newest restores, or those that follow `mark`."""
        page = self.restores.newest(limit, mark)
        return RestoresPage(page.restores, page.next)

    def details(
        self,
        restore_id: str,
        mark: OutcomeMark = FIRST,
        limit: int = 0,
        actions: Collection[Action] = CHANGES,
    ) -> RestoreDetails:
        """The restore, and `limit` of its outcomes of these actions from the mark on.

        `NotFound` where there is no such restore.
        """
        restore = read_restore(self.restores, restore_id).row
        until = restore.finished_at or self.clock.now()
        done, total = _progress(restore)
        return RestoreDetails(
            restore=restore,
            seconds=(until - restore.request.opened_at).total_seconds(),
            done=done,
            total=total,
            estimate=self._estimate(restore),
            outcomes=self._outcomes(restore, mark, limit, actions),
        )

    def _estimate(self, restore: Restore) -> Estimate | None:
        """Known once everything is compared."""
        if restore.stage is Stage.COLLECT or (
            restore.stage is Stage.COMPARE and restore.position < restore.shards
        ):
            return None
        return estimated(restore.tally, restore.tally.folders, self.rates)

    def _outcomes(
        self,
        restore: Restore,
        mark: OutcomeMark,
        limit: int,
        actions: Collection[Action],
    ) -> RestoreOutcomes:
        items: list[RestoreOutcome] = []
        last = min(restore.shards, mark.shard + MAX_SHARDS_A_PAGE)
        for shard in range(mark.shard, last if limit else mark.shard):
            line = mark.line if shard == mark.shard else 0
            told = self._of_shard(restore.id, shard, line)
            for place, outcome in told:
                if len(items) == limit:
                    return RestoreOutcomes(tuple(items), place)
                if outcome.action in actions:
                    items.append(outcome)
        more = last < restore.shards or not limit
        return RestoreOutcomes(tuple(items), OutcomeMark(last) if more else None)

    def _of_shard(
        self, restore_id: str, shard: int, line: int
    ) -> Iterator[tuple[OutcomeMark, RestoreOutcome]]:
        """The shard's plan, with what became of each as far as it is known."""
        plan = planned(self.blobs, restore_id, shard)
        done = self._results(restore_id, shard)
        for number, outcome in islice(enumerate(plan), line, None):
            key = (outcome.path, outcome.type)
            yield OutcomeMark(shard, number), done.get(key, outcome)

    def _results(
        self, restore_id: str, shard: int
    ) -> Mapping[tuple[str, str], RestoreOutcome]:
        found = {}
        for name in self.blobs.names(restore_done_name(restore_id, shard)):
            for outcome in outcomes_from(self.blobs.get(name) or b""):
                if outcome.result is not Result.NONE:
                    found[outcome.path, outcome.type] = outcome
        return found


def _progress(restore: Restore) -> tuple[int, int]:
    """Objects planned or written so far, and of how many."""
    tally = restore.tally
    if restore.stage is Stage.WRITE:
        total = tally.to_create + tally.to_replace
        return min(total, _tried(tally)), total
    compared = tally.to_create + tally.to_replace + tally.same
    return compared + tally.skipped + tally.blocked, tally.objects


def _tried(tally: RestoreTally) -> int:
    return tally.verified + tally.differs + tally.failed + tally.overtaken
