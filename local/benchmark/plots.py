"""LOCAL, benchmark: pictures of what was measured; measures and judges nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import matplotlib as mpl
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from local.benchmark.measured import BackupRun, Kind, Measured
from local.benchmark.site import EXPORT, LIST

MIB = 2**20
PREFIX = "benchmark-"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture, and what it shows."""

    file: str
    shows: str


type Line = tuple[str, Sequence[BackupRun], Callable[[BackupRun], float]]


def draw_all(measured: Measured, folder: Path) -> list[Image]:
    """All pictures there are numbers for."""
    mpl.use("agg")
    folder.mkdir(parents=True, exist_ok=True)
    first = _by_size(measured.runs("curve", "work", kind=Kind.FIRST))
    night = _by_size(measured.runs("curve", "work", kind=Kind.UNCHANGED))
    planned = _by_size(measured.runs("planning", kind=Kind.PLANNED))
    drawn: list[Image] = []
    if first:
        drawn += [
            _over_size(folder, "requests", "Requests, first run", _requests(first)),
            _over_size(
                folder,
                "time",
                "Seconds of a run",
                [
                    ("first run", first, lambda run: run.cost.seconds),
                    ("first run, CPU", first, lambda run: run.cost.cpu),
                    ("nothing changed", night, lambda run: run.cost.seconds),
                    ("until all is listed", [*first, *planned], _planned),
                ],
            ),
            _over_size(
                folder,
                "memory",
                "Peak memory of the worker, MiB",
                [
                    ("first run", first, _peak),
                    ("nothing changed", night, _peak),
                    ("dry run", planned, _peak),
                ],
            ),
        ]
    drawn += [
        image for image in (_peers(measured, folder), _pace(measured, folder)) if image
    ]
    return drawn


def _requests(runs: Sequence[BackupRun]) -> list[Line]:
    return [
        ("exports", runs, lambda run: run.cost.databricks.of(EXPORT)),
        ("lists", runs, lambda run: run.cost.databricks.of(LIST)),
        ("Azure DevOps", runs, lambda run: run.cost.azure_devops.total),
        (
            "storage",
            runs,
            lambda run: run.cost.storage.total if run.cost.storage else 0,
        ),
    ]


def _over_size(folder: Path, name: str, title: str, lines: Sequence[Line]) -> Image:
    _, axes = plt.subplots(figsize=(7, 3.6), layout="constrained")
    for label, runs, value in lines:
        if runs:
            sizes = [run.truth.notebooks for run in runs]
            axes.plot(sizes, [value(run) for run in runs], marker="o", label=label)
    _dress(axes, title)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("notebooks")
    axes.legend(frameon=False)
    return _saved(folder, name, f"{title}, over the number of notebooks")


def _peers(measured: Measured, folder: Path) -> Image | None:
    part = measured.part("peers")
    if part is None or not part.runs:
        return None
    run = part.runs[0]
    rates = {"this app": run.truth.objects / run.cost.seconds}
    rates |= {p.name: p.objects / p.seconds for p in part.programs}
    slow = measured.part("slow")
    rates |= {p.name: p.objects / p.seconds for p in (slow.programs if slow else ())}
    _, axes = plt.subplots(figsize=(7, 2.4), layout="constrained")
    axes.barh(list(rates), list(rates.values()))
    axes.invert_yaxis()
    title = f"Objects a second, each answer {run.latency_ms} ms later"
    _dress(axes, title)
    return _saved(folder, "peers", title)


def _pace(measured: Measured, folder: Path) -> Image | None:
    run = next(iter(measured.runs("budget", kind=Kind.FIRST)), None)
    if run is None or run.pace is None:
        return None
    _, axes = plt.subplots(figsize=(7, 2.8), layout="constrained")
    axes.step(range(len(run.pace.by_second)), run.pace.by_second, where="post")
    axes.axhline(run.pace.budget, linestyle=":", color="grey")
    title = f"Exports in each second, with a budget of {run.pace.budget:g} a second"
    _dress(axes, title)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds since the run was asked for")
    return _saved(folder, "budget", title)


def _dress(axes: Axes, title: str) -> None:
    axes.set_title(title)
    axes.spines[["top", "right"]].set_visible(False)


def _saved(folder: Path, name: str, shows: str) -> Image:
    file = f"{PREFIX}{name}.png"
    plt.savefig(folder / file, dpi=100)
    plt.close()
    return Image(file, shows)


def _by_size(runs: Sequence[BackupRun]) -> list[BackupRun]:
    return sorted(runs, key=lambda run: run.truth.notebooks)


def _peak(run: BackupRun) -> float:
    return run.cost.peak / MIB


def _planned(run: BackupRun) -> float:
    return run.moments.planned or 0.0
