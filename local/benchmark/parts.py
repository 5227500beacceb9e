"""LOCAL, benchmark: what is measured, part by part; each on a stack of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.benchmark import programs
from local.benchmark.measured import (
    BackupRun,
    Foretold,
    Kind,
    Program,
    RestoreRun,
)
from local.benchmark.site import EXPORT, LIST, PUSHES, Site, site

LATENCY_MS = 50
"""Of every answer of the workspace, where the app is compared with programs."""

RATE = 30
"""Lists, and exports, a second where the budgets are kept: what they are by default."""

PERCENTS = (0.1, 1.0, 10.0)
NIGHT = 1
"""Percent of all objects, of the forecast's night."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """How many notebooks each part has."""

    work: int
    curve: tuple[int, ...]
    planning: int
    folder: int
    restore: int
    budget: int
    peers: int
    slow: int
    forecast: int


FULL = Sizes(
    work=70_000,
    curve=(7_000, 21_000),
    planning=210_000,
    folder=9_480,  # with the files and dashboards beside them: 10,000 less ten
    restore=4_744,  # with what is beside them: 5,000
    budget=7_000,
    peers=70_000,
    slow=2_000,
    forecast=5_000,
)
QUICK = Sizes(
    work=450,
    curve=(50, 150),
    planning=1_350,
    folder=200,
    restore=100,
    budget=200,
    peers=250,
    slow=20,
    forecast=100,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a part measured."""

    runs: tuple[BackupRun, ...] = ()
    restores: tuple[RestoreRun, ...] = ()
    programs: tuple[Program, ...] = ()
    foretold: tuple[Foretold, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a part works, how large it is, and who is told how far it is."""

    folder: Path
    sizes: Sizes
    say: Callable[[str], None]

    @contextmanager
    def site(
        self,
        notebooks: int,
        *,
        folders: int | None = None,
        hosts: int = 1,
        with_storage: bool = True,
        budget: int | None = None,
    ) -> Iterator[Site]:
        """A stack with so many notebooks, in so many folders or in as many as usual.

        With a `budget` of so many lists, and exports, a second.
        """
        data = self.folder / f"{notebooks}"
        kinds = ("LIST", "EXPORT") if budget else ()
        settings = {f"DATABRICKS_{kind}_RPS": str(budget) for kind in kinds}
        stack = site(data, hosts=hosts, with_storage=with_storage, settings=settings)
        with stack as found:
            found.generate(notebooks, folders)
            truth = found.truth
            self.say(f"{truth.objects:,} objects in {truth.folders:,} folders")
            yield found


def work(ground: Ground) -> Found:
    """A first run, a night with nothing changed, and nights with some of it changed."""
    with ground.site(ground.sizes.work) as site:
        runs = [_told(ground, site.back_up(Kind.FIRST)), _unchanged(ground, site)]
        for percent in PERCENTS:
            site.edit(percent)
            run = site.back_up(Kind.CHANGED, percent=percent)
            runs.append(_told(ground, run))
    return Found(runs=tuple(runs))


def curve(ground: Ground) -> Found:
    """First runs and unchanged nights at smaller sizes."""
    runs: list[BackupRun] = []
    for notebooks in ground.sizes.curve:
        with ground.site(notebooks) as site:
            runs += [_told(ground, site.back_up(Kind.FIRST)), _unchanged(ground, site)]
    return Found(runs=tuple(runs))


def planning(ground: Ground) -> Found:
    """A dry run of a larger workspace."""
    with ground.site(ground.sizes.planning) as site:
        return Found(runs=(_told(ground, site.back_up(Kind.PLANNED)),))


def folder(ground: Ground) -> Found:
    """One folder that is as full as Databricks lets it be."""
    with ground.site(ground.sizes.folder, folders=1) as site:
        return Found(runs=(_told(ground, site.back_up(Kind.FIRST)),))


def restore(ground: Ground) -> Found:
    """Everything once more, beside what is there."""
    with ground.site(ground.sizes.restore) as site:
        site.back_up(Kind.FIRST)
        return Found(restores=(site.restore("/Restored"),))


def budget(ground: Ground) -> Found:
    """A first run and an unchanged night within the budgets of a deployment."""
    with ground.site(ground.sizes.budget, budget=RATE) as site:
        first = _told(ground, site.back_up(Kind.FIRST, budget=RATE))
        return Found(runs=(first, _unchanged(ground, site)))


def peers(ground: Ground) -> Found:
    """A first run, beside the guide's engine and the SDK's export alone."""
    with ground.site(ground.sizes.peers, with_storage=False) as site:
        site.slow_down(LATENCY_MS)
        run = _told(ground, site.back_up(Kind.FIRST))
        found = (
            programs.guide(site, ground.folder),
            programs.sdk_loop(site, ground.folder),
        )
    return Found(runs=(run,), programs=found)


def instances(ground: Ground) -> Found:
    """The same first run on two instances of the app, as where the platform scales."""
    with ground.site(ground.sizes.peers, hosts=2, with_storage=False) as site:
        site.slow_down(LATENCY_MS)
        return Found(runs=(_told(ground, site.back_up(Kind.FIRST)),))


def slow(ground: Ground) -> Found:
    """A first run, beside a program that asks for one object after the other."""
    with ground.site(ground.sizes.slow, with_storage=False) as site:
        site.slow_down(LATENCY_MS)
        run = _told(ground, site.back_up(Kind.FIRST))
        found = programs.export_dir(site, ground.folder)
    return Found(runs=(run,), programs=(found,))


def forecast(ground: Ground) -> Found:
    """A first run and a night within the budgets, beside what was foretold of them."""
    with ground.site(ground.sizes.forecast, budget=RATE) as site:
        first = site.forecast(sample=200)["first"]
        runs = [_told(ground, site.back_up(Kind.FIRST))]
        night = site.forecast(sample=200, change_percent=NIGHT)["nightly"]
        site.edit_exactly(NIGHT)
        runs.append(_told(ground, site.back_up(Kind.CHANGED, percent=NIGHT)))
    foretold = (
        _foretold("first run", first, runs[0]),
        _foretold("night", night, runs[1]),
    )
    return Found(runs=tuple(runs), foretold=foretold)


PARTS: Mapping[str, Callable[[Ground], Found]] = {
    part.__name__: part
    for part in (
        work,
        curve,
        planning,
        folder,
        restore,
        budget,
        peers,
        instances,
        slow,
        forecast,
    )
}
"""All parts, in the order in which they are measured."""


def _unchanged(ground: Ground, site: Site) -> BackupRun:
    site.rest()
    return _told(ground, site.back_up(Kind.UNCHANGED))


def _told(ground: Ground, run: BackupRun) -> BackupRun:
    percent = f" {run.percent:g} %" if run.percent else ""
    cost = run.cost
    ground.say(
        f"{run.kind}{percent}: {run.status}, {cost.seconds:.1f} s, "
        f"{cost.cpu:.1f} s of CPU, {cost.peak / 2**20:.0f} MiB, "
        f"{cost.databricks.total:,} + {cost.azure_devops.total:,} requests"
    )
    return run


_CALLS = {
    "databricks.list": LIST,
    "databricks.export": EXPORT,
    "databricks.identity": "/Me",
    "databricks.repos": "/repos",
    "azuredevops.push": PUSHES,
    "azuredevops.tip": "/refs",
    "azuredevops.items": "/itemsBatch",
    "azuredevops.blobs": "/blobs",
    "azuredevops.tag": "/annotatedTags",
}
"""The routes by which the servers count what the app counts by these names."""


def _foretold(name: str, told: Mapping[str, Any], run: BackupRun) -> Foretold:
    servers = (run.cost.databricks, run.cost.azure_devops)
    real = {call: sum(s.of(end) for s in servers) for call, end in _CALLS.items()}
    return Foretold(
        run=name,
        minutes=told["minutes"],
        calls={call: told["calls"].get(call, 0) for call in _CALLS},
        real_minutes=run.cost.seconds / 60,
        real_calls=real,
    )
