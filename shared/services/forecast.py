"""USE CASE: what runs and a restore will take, told before they are started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from shared.domain.forecast import (
    Capacity,
    Extent,
    Prediction,
    audit_run,
    first_run,
    full_restore,
    nightly_run,
    of_folders,
    of_notebooks,
)
from shared.domain.forecast_cost import Growth, Item, growth, monthly
from shared.domain.forecast_history import (
    DEFAULT_RATE,
    Compared,
    compared,
    kind_of,
    measured_rate,
    recorded_sizes,
)
from shared.domain.forecast_shape import Sizes
from shared.domain.runs import Run
from shared.ports import Clock, RunIndex, RunStore
from shared.services.survey import Survey, Surveyed

LIST_SECONDS, WHOLE_SECONDS = 130.0, 180.0
"""Until no folder and no object is asked for any more. An HTTP answer has to come
within 230 seconds (documented: Azure Functions, HTTP trigger limits)."""

LOOK_BACK, MOST_COMPARED = 30, 5


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedForecast:
    """What is asked. `rate` is in parts per million; None: as recent nights tell."""

    sample: int = 200
    notebooks: int | None = None
    rate: int | None = None
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """The predictions, and what they rest on.

    `folders`, `objects` and `notebooks` were listed; `left` folders were not for want
    of time, and stand for as many like those that were. What is below them nobody
    knows, but the last run that listed all. `measured`: the rate is that of recent
    nights.
    """

    seed: int
    folders: int
    objects: int
    notebooks: int
    left: int
    failed: int
    sizes: Sizes
    rate: int
    measured: bool
    capacity: Capacity
    first: Prediction
    nightly: Prediction
    audit: Prediction
    restore: Prediction
    growth: Growth
    costs: dict[str, Item]
    compared: tuple[Compared, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeForecast:
    """Lists, samples and works out; writes nothing anywhere."""

    survey: Survey
    store: RunStore
    index: RunIndex
    clock: Clock
    capacity: Capacity

    def __call__(self, wanted: WantedForecast) -> Forecast:
        """The forecast, in time for an HTTP answer.

        `Transient` and `CredentialsRefused` where the workspace says so.
        """
        begun = self.clock.monotonic()
        runs = self._recent()
        seen = self.survey.look(wanted.sample, wanted.seed, begun + LIST_SECONDS)
        sizes = self.survey.sizes(
            seen.sample, recorded_sizes(runs, Sizes()), begun + WHOLE_SECONDS
        )
        measured = measured_rate(runs) if wanted.rate is None else None
        rate = wanted.rate if measured is None else measured
        return self._worked_out(
            wanted,
            seen,
            sizes,
            runs,
            DEFAULT_RATE if rate is None else rate,
            measured=measured is not None,
        )

    def _recent(self) -> Sequence[Run]:
        ids = self.index.newest(LOOK_BACK).run_ids
        rows = (self.store.run(run_id) for run_id in ids)
        return [stored.row for stored in rows if stored is not None]

    def _worked_out(
        self,
        wanted: WantedForecast,
        seen: Surveyed,
        sizes: Sizes,
        runs: Sequence[Run],
        rate: int,
        *,
        measured: bool,
    ) -> Forecast:
        shapes, capacity = seen.shapes, self.capacity
        extent = _extent(seen, runs, wanted.notebooks)
        first = first_run(extent, sizes, capacity)
        nightly = nightly_run(extent, sizes, capacity, rate)
        audit = audit_run(extent, sizes, capacity)
        pairs = (compared(run, shapes, sizes, capacity) for run in runs)
        return Forecast(
            seed=wanted.seed,
            folders=len(shapes),
            objects=sum(shape.objects for shape in shapes),
            notebooks=sum(shape.notebooks for shape in shapes),
            left=seen.left,
            failed=seen.failed,
            sizes=sizes,
            rate=rate,
            measured=measured,
            capacity=capacity,
            first=first,
            nightly=nightly,
            audit=audit,
            restore=full_restore(extent, sizes, capacity),
            growth=growth(first, nightly, sizes),
            costs=monthly(nightly, audit),
            compared=tuple(islice(filter(None, pairs), MOST_COMPARED)),
        )


def _extent(seen: Surveyed, runs: Iterable[Run], notebooks: int | None) -> Extent:
    """The workspace that is asked about; by default the one that is there."""
    if notebooks is not None:
        return of_notebooks(seen.shapes, notebooks)
    known = len(seen.shapes) + seen.left
    listed = next((run.tally.folders for run in runs if kind_of(run)), 0)
    return of_folders(seen.shapes, max(known, listed) if seen.left else known)
