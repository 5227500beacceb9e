"""USE CASE PARTS: what of a run's outcomes its record names, and what of it is news."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from shared.domain.known_failures import KnownFailures
from shared.domain.notices import most_changed
from shared.domain.objects import parent
from shared.domain.outcomes import CHANGES, Outcome, OutcomeKind, from_lines
from shared.domain.record import Named, most_named
from shared.domain.runs import Run, Shard
from shared.ports import Blobs
from shared.services.blob_names import run_outcomes_name


@dataclass(slots=True)
class NamedOutcomes:
    """The outcomes of each kind, as far as they are named, and the new failures.

    `changed` are the folders with the most changes, and how many these are.
    """

    by_kind: dict[OutcomeKind, Named] = field(default_factory=dict)
    new_failures: int = 0
    changed: tuple[tuple[str, int], ...] = ()


def name_outcomes(
    blobs: Blobs, run: Run, shards: list[Shard], known: KnownFailures
) -> NamedOutcomes:
    """Read all that planner and shards left, and tell new failures from known ones."""
    lists: dict[OutcomeKind, list[Outcome]] = {kind: [] for kind in OutcomeKind}
    totals = dict.fromkeys(OutcomeKind, 0)
    new: set[str] = set()
    changed: Counter[str] = Counter()
    for outcome in _outcomes(blobs, run, shards):
        kind, told = outcome.kind, outcome
        if kind is OutcomeKind.FAILED:
            told = replace(outcome, known=known.knows(outcome.path))
            new |= set() if told.known else {told.path}
        if kind in CHANGES:
            changed[parent(told.path)] += 1
        totals[kind] += 1
        if len(lists[kind]) < most_named(kind):
            lists[kind].append(told)
    named = {kind: Named(tuple(lists[kind]), totals[kind]) for kind in OutcomeKind}
    return NamedOutcomes(named, len(new), most_changed(changed))


def _outcomes(blobs: Blobs, run: Run, shards: list[Shard]) -> Iterator[Outcome]:
    names = [name for shard in shards for name in shard.outcomes]
    for name in (*blobs.names(run_outcomes_name(run.id, "")), *names):
        yield from from_lines(blobs.get(name) or b"")
