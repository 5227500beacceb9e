"""DECISIONS: what earlier runs tell a forecast, and how right it is of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.forecast import (
    Capacity,
    Prediction,
    first_run,
    nightly_run,
    of_objects,
)
from shared.domain.forecast_load import EVERYTHING
from shared.domain.forecast_shape import FolderShape, Sizes, SizeSource
from shared.domain.runs import Mode, Run, RunStatus

DEFAULT_RATE = EVERYTHING // 100
"""One percent a night, in parts per million, where no run tells (guess)."""

_DONE = frozenset({RunStatus.COMPLETE, RunStatus.INCOMPLETE})


class RunKind(StrEnum):
    """What a run was, as far as forecasts know runs."""

    FIRST = "first"
    NIGHTLY = "nightly"


@dataclass(frozen=True, slots=True)
class Compared:
    """What the forecast says of a run like one that was, and what that one took."""

    run_id: str
    kind: RunKind
    predicted: Prediction
    calls: Mapping[str, int]
    pushes: int
    minutes: float


def kind_of(run: Run) -> RunKind | None:
    """What the run was; None for one that did not do all of a night's work."""
    request = run.request
    whole = request.full_scope and request.slice is None and not request.dry_run
    if run.status not in _DONE or not whole or run.finished_at is None:
        return None
    if not run.base:
        return RunKind.FIRST
    return RunKind.NIGHTLY if request.mode is Mode.INCREMENTAL else None


def measured_rate(runs: Iterable[Run]) -> int | None:
    """Parts per million of all objects that nights stored on average; None: no night.

    A night that stored something is one of at least a millionth.
    """
    nights = [run.tally for run in runs if kind_of(run) is RunKind.NIGHTLY]
    listed = sum(tally.listed for tally in nights)
    if not listed:
        return None
    return -(-sum(tally.stored for tally in nights) * EVERYTHING // listed)


def recorded_sizes(runs: Iterable[Run], before: Sizes) -> Sizes:
    """The mean size of what the newest run that stored anything stored."""
    for run in runs:
        if run.tally.stored:
            mean = run.tally.stored_bytes / run.tally.stored
            return Sizes(mean, before.compressed, SizeSource.LAST_RUN)
    return before


def compared(
    run: Run, shapes: Sequence[FolderShape], sizes: Sizes, capacity: Capacity
) -> Compared | None:
    """The run beside its forecast: for as many objects, of which as many changed."""
    kind, listed = kind_of(run), run.tally.listed
    if kind is None or run.finished_at is None or not listed:
        return None
    extent = of_objects(shapes, listed)
    if kind is RunKind.FIRST:
        predicted = first_run(extent, sizes, capacity)
    else:
        rate = -(-run.tally.stored * EVERYTHING // listed)
        predicted = nightly_run(extent, sizes, capacity, rate)
    seconds = (run.finished_at - run.request.opened_at).total_seconds()
    recorded = bool(run.commit) and not run.unchanged
    return Compared(
        run.id,
        kind,
        predicted,
        run.calls,
        run.tally.pushes + recorded,
        round(seconds / 60, 1),
    )
