"""USE CASE: W6, remove what is kept no longer, once a day; Git keeps everything."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.domain.retention import (
    CleanUpPlan,
    Due,
    Kind,
    ListedRun,
    Poisoned,
    next_clean_up,
)
from shared.domain.state_changes import cleaned_up
from shared.ports import (
    Blobs,
    Clock,
    Events,
    PoisonQueues,
    RestoreStore,
    RunIndex,
    RunStore,
)
from shared.services.plan_clean_up import PlanCleanUp
from shared.services.steps import Step, step

logger = logging.getLogger(__name__)

LAST = "clean-up/last"
"""The blob that says when the last clean-up was that left nothing for the next."""


@dataclass(frozen=True, slots=True)
class LastCleanUp:
    """When it was, remembered in a blob; without it, one is due."""

    blobs: Blobs

    def read(self) -> datetime | None:
        """The time; None where none was, or nobody can read it."""
        raw = self.blobs.get(LAST) or b""
        try:
            found = datetime.fromisoformat(raw.decode("ascii"))
        except ValueError:
            return None
        return found if found.tzinfo else None

    def write(self, moment: datetime) -> None:
        """Remember it."""
        self.blobs.put(LAST, moment.isoformat().encode("ascii"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanUp:
    """Carries out what the plan says, in an order that leaves everything findable.

    A row goes after all that it names, and a run's entry in the list after its row: who
    dies in between leaves what the next clean-up finds. Until nothing is left to do,
    every sweep goes on; then a day passes, at the price of one small read a sweep.
    """

    plan: PlanCleanUp
    store: RunStore
    index: RunIndex
    restores: RestoreStore
    blobs: Blobs
    poison: PoisonQueues
    clock: Clock
    events: Events

    @step(Step.W6)
    def __call__(self) -> None:
        """Clean up, if it is due. May be called at any time, and side by side."""
        last, now = LastCleanUp(self.blobs), self.clock.now()
        if next_clean_up(last.read(), now) > now:
            return
        plan = self.plan()
        self._carry_out(plan)
        if not plan.more:
            last.write(plan.at)

    def _carry_out(self, plan: CleanUpPlan) -> None:
        """Whatever happens: what was removed until then is told."""
        removed, freed = Counter[Kind](), 0
        try:
            removed[Kind.POISON] += self._remove_poison(plan.due)
            for due in plan.due:
                self._remove(due)
                removed[due.kind] += due.whole and due.kind is not Kind.POISON
                freed += sum(blob.size for blob in due.blobs)
        finally:
            self.events.emit(cleaned_up(removed, freed, more=plan.more))

    def _remove_poison(self, due: Iterable[Due]) -> int:
        poison = [one for one in due if one.kind is Kind.POISON]
        for one in poison:
            logger.warning("a poison message is removed: %s", one.name)
        messages = [one.source for one in poison if isinstance(one.source, Poisoned)]
        return self.poison.remove(messages) if messages else 0

    def _remove(self, due: Due) -> None:
        for blob in due.blobs:
            self.blobs.delete(blob.name)
        if not due.whole:
            return
        if due.kind is Kind.RUNS and isinstance(due.source, ListedRun):
            self.store.forget(due.name)
            self.index.leave(due.source)
        if due.kind is Kind.RESTORES:
            self.restores.forget(due.name)
