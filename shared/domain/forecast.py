"""DECISIONS: what runs and restores of a workspace will ask of whom, and how long.

Each number says what it is: counted (on the one-machine stack), documented, or guess.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.forecast_load import (
    Limits,
    Load,
    first_load,
    nightly_load,
    restore_load,
)
from shared.domain.forecast_shape import TYPICAL, FolderShape, Sizes, tiled
from shared.domain.restore_estimate import Rates, estimated
from shared.domain.restore_plan import Bounds
from shared.domain.restores import RestoreTally

LATENCY_SECONDS = 0.25
"""Of a request to the workspace (guess)."""

PUSH_SECONDS = 5.0
"""Of a push with all that is read around it; one goes after the other (guess)."""

START_SECONDS = 10.0
"""Until the first request, and from the last to the record (counted: 4 to 8)."""

SHARD_SECONDS = 10.0
"""Of a shard, besides exports and pushes (guess)."""

RUN_TRANSACTIONS = 40
SHARD_TRANSACTIONS = 20
PUSH_TRANSACTIONS = 12
SECOND_TRANSACTIONS = 3
"""Of storage: for a run, a shard, a push, a second that a worker works (counted)."""

MOST_FOLDERS = 100_000
"""More are not gone through one by one: then the result is multiplied."""

LISTS, EXPORTS, IMPORTS = (
    *("DATABRICKS_LIST_RPS", "DATABRICKS_EXPORT_RPS"),
    "DATABRICKS_IMPORT_RPS",
)
LATENCY, PUSHES = "latency", "pushes"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What the deployment allows: rates a second, work side by side, sizes, seconds."""

    rates: Rates
    window: int = 4
    lists_in_flight: int = 16
    exports_in_flight: int = 16
    restores_in_flight: int = 16
    plan_seconds: float = 300.0
    deadline_seconds: float = 4 * 3_600.0
    audit_slices: int = 30
    limits: Limits = field(default_factory=Limits)
    bounds: Bounds = field(default_factory=Bounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What one run or restore takes.

    `calls` are requests by endpoint, by the names that run records have; `storage`
    transactions. `minutes` it takes at these budgets, and what makes it so;
    `worker_seconds` are those of all instances together.
    """

    load: Load
    calls: Mapping[str, int]
    storage: int
    minutes: float
    bound_by: str
    worker_seconds: float

    @property
    def pushes(self) -> int:
        """How many pushes there are, that of the record included."""
        return self.calls.get("azuredevops.push", 0)


@dataclass(frozen=True, slots=True)
class Extent:
    """A workspace like the one listed, but of this `size` by some measure."""

    shapes: Sequence[FolderShape]
    size: int
    measure: Callable[[FolderShape], int]

    def load(self, count: Callable[[Iterable[FolderShape]], Load]) -> Load:
        """The load that `count` says its folders are; typical ones where none is."""
        shapes = self.shapes if any(map(self.measure, self.shapes)) else (TYPICAL,)
        folders = self.size * len(shapes) / sum(map(self.measure, shapes))
        factor = max(1.0, folders / MOST_FOLDERS)
        part = math.ceil(self.size / factor)
        return count(tiled(shapes, part, self.measure)).times(factor)


def of_notebooks(shapes: Sequence[FolderShape], notebooks: int) -> Extent:
    """So many notebooks, and what else there is among as many."""
    return Extent(shapes, notebooks, lambda shape: shape.notebooks)


def of_objects(shapes: Sequence[FolderShape], objects: int) -> Extent:
    """So many objects with bytes of their own."""
    return Extent(shapes, objects, lambda shape: shape.objects)


def of_folders(shapes: Sequence[FolderShape], folders: int) -> Extent:
    """So many folders."""
    return Extent(shapes, folders, lambda _: 1)


def first_run(extent: Extent, sizes: Sizes, capacity: Capacity) -> Prediction:
    """Of a run that finds nothing stored yet."""
    load = extent.load(lambda shapes: first_load(shapes, sizes, capacity.limits))
    # The shard that makes the branch has nothing to read there.
    reads = max(0, load.git_shards - 1)
    return _run(load, capacity, {"azuredevops.items": reads + load.pushes})


def nightly_run(
    extent: Extent, sizes: Sizes, capacity: Capacity, rate: int
) -> Prediction:
    """Of a run that finds `rate` parts per million of all objects changed."""
    load = extent.load(
        lambda shapes: nightly_load(shapes, sizes, capacity.limits, rate)
    )
    reads = {
        "azuredevops.items": load.git_shards + load.pushes,
        "azuredevops.blobs": load.git_shards,
    }
    return _run(load, capacity, reads)


def audit_run(extent: Extent, sizes: Sizes, capacity: Capacity) -> Prediction:
    """Of the audit of one slice, which stores nothing where nothing is wrong."""
    part = Extent(
        extent.shapes, math.ceil(extent.size / capacity.audit_slices), extent.measure
    )
    found = part.load(lambda shapes: first_load(shapes, sizes, capacity.limits))
    load = Load(
        folders=found.folders,
        objects=found.objects,
        exported=found.exported,
        shards=found.shards,
        git_shards=found.git_shards,
    )
    reads = {
        "azuredevops.items": load.git_shards,
        "azuredevops.blobs": load.git_shards,
    }
    return _run(load, capacity, reads)


def full_restore(extent: Extent, sizes: Sizes, capacity: Capacity) -> Prediction:
    """Of a restore of everything into a workspace that has nothing of it."""
    load = extent.load(lambda shapes: restore_load(shapes, sizes, capacity.bounds))
    tally = RestoreTally(to_create=load.objects, folders_to_make=load.folders)
    estimate = estimated(tally, load.touched, capacity.rates)
    in_flight = 2 * load.objects * LATENCY_SECONDS / capacity.restores_in_flight
    bounds = {
        LISTS: estimate.lists / capacity.rates.lists,
        EXPORTS: estimate.exports / capacity.rates.exports,
        IMPORTS: estimate.imports / capacity.rates.imports,
        LATENCY: in_flight,
    }
    seconds = max(bounds.values()) + START_SECONDS
    calls = {
        "azuredevops.blobs": math.ceil(load.folders / capacity.bounds.shard_folders)
        + load.shards
        + load.batches,
        "azuredevops.tree": 1,
        "databricks.export": estimate.exports,
        "databricks.import": load.objects,
        "databricks.list": estimate.lists,
        "databricks.mkdirs": load.folders,
    }
    storage = RUN_TRANSACTIONS + SHARD_TRANSACTIONS * load.shards
    storage += 5 * load.batches + math.ceil(SECOND_TRANSACTIONS * seconds)
    return Prediction(
        load=load,
        calls=_asked(calls),
        storage=storage,
        minutes=round(seconds / 60, 1),
        bound_by=_largest(bounds),
        worker_seconds=seconds,
    )


def _run(load: Load, capacity: Capacity, reads: Mapping[str, int]) -> Prediction:
    bounds = _bounds(load, capacity)
    listing = max(bounds[LISTS], _listing_latency(load, capacity))
    storing = max(bounds[EXPORTS], _export_latency(load, capacity), bounds[PUSHES])
    workers = min(load.shards, capacity.window)
    worker_seconds = (
        START_SECONDS + listing + workers * storing + load.shards * SHARD_SECONDS
    )
    recorded = load.pushes > 0
    calls = {
        **reads,
        "azuredevops.push": load.pushes + recorded,
        "azuredevops.tag": int(recorded),
        # The base, before each push, and the tip that is examined at the end.
        "azuredevops.tip": 1 + load.pushes + recorded,
        "databricks.export": load.exported,
        "databricks.identity": 1,
        "databricks.list": load.folders,
        "databricks.repos": max(1, math.ceil(listing / capacity.plan_seconds)),
    }
    storage = RUN_TRANSACTIONS + SHARD_TRANSACTIONS * load.shards
    storage += PUSH_TRANSACTIONS * (load.pushes + recorded)
    storage += math.ceil(SECOND_TRANSACTIONS * worker_seconds)
    return Prediction(
        load=load,
        calls=_asked(calls),
        storage=storage,
        minutes=round((START_SECONDS + max(bounds.values())) / 60, 1),
        bound_by=_largest(bounds),
        worker_seconds=worker_seconds,
    )


def _bounds(load: Load, capacity: Capacity) -> dict[str, float]:
    """Seconds by what limits them; all goes on side by side, the slowest decides."""
    return {
        LISTS: load.folders / capacity.rates.lists,
        EXPORTS: load.exported / capacity.rates.exports,
        LATENCY: max(_listing_latency(load, capacity), _export_latency(load, capacity)),
        PUSHES: load.pushes * PUSH_SECONDS,
    }


def _listing_latency(load: Load, capacity: Capacity) -> float:
    return load.folders * LATENCY_SECONDS / capacity.lists_in_flight


def _export_latency(load: Load, capacity: Capacity) -> float:
    in_flight = capacity.exports_in_flight * capacity.window
    return load.exported * LATENCY_SECONDS / in_flight


def _largest(bounds: Mapping[str, float]) -> str:
    return max(bounds, key=lambda name: bounds[name])


def _asked(calls: Mapping[str, int]) -> dict[str, int]:
    return {name: number for name, number in sorted(calls.items()) if number}
