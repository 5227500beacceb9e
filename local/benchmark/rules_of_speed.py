"""LOCAL, benchmark: rules over time and memory: true of one machine."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from local.benchmark.findings import Finding, named
from local.benchmark.measured import Cost, Kind, Measured
from local.benchmark.programs import SDK_LOOP
from local.benchmark.site import PUSHES, WINDOW

CPU_TIMES_THE_FLOOR = 1.5
BUDGET_WHILE_WAITING, BUDGET_OF_THE_RUN = 0.95, 0.85
LISTED_BEFORE_STORED = 0.2
CLOSE_SHARE = 0.05
PEAK_BYTES, PEAK_TIMES_SMALL = 450 * 2**20, 1.3
EXPONENT = 1.05


def cpu(measured: Measured) -> Iterator[Finding]:
    """The app's CPU, by that of the SDK's export alone."""
    floor = measured.program("peers", SDK_LOOP)
    for run in measured.runs("peers", kind=Kind.FIRST):
        if floor is not None:
            ours, theirs = run.cost.cpu / run.truth.objects, floor.cpu / floor.objects
            text = (
                f"{ours / theirs:.2f} × ({1000 * ours:.2f} ms an object, "
                f"the loop {1000 * theirs:.2f} ms)"
            )
            yield Finding(text, ours <= CPU_TIMES_THE_FLOOR * theirs)


def faster(
    part: str, program: str, times: float
) -> Callable[[Measured], Iterator[Finding]]:
    """The wall time of a program, by that of the app at the same latency."""

    def judge(measured: Measured) -> Iterator[Finding]:
        other = measured.program(part, program)
        for run in measured.runs(part, kind=Kind.FIRST):
            if other is not None:
                ours = run.cost.seconds / run.truth.objects
                theirs = other.seconds / other.objects
                text = (
                    f"{theirs / ours:.2f} × faster ({1 / ours:.0f} objects a second, "
                    f"the other {1 / theirs:.0f})"
                )
                yield Finding(text, theirs >= times * ours)

    return judge


def budget_used(measured: Measured) -> Iterator[Finding]:
    """How much of the budget is used, and that no more is."""
    for run in measured.runs("budget", kind=Kind.FIRST):
        if pace := run.pace:
            may = pace.budget * max(pace.waiting, 1e-9)
            waiting = pace.exported_waiting / may
            whole = pace.exported / (pace.budget * run.cost.seconds)
            text = (
                f"{waiting:.1%} while shards wait, {whole:.1%} of the run, at most "
                f"{pace.most_in_ten_seconds} in {WINDOW:.0f} s"
            )
            yield Finding(
                text,
                waiting >= BUDGET_WHILE_WAITING
                and whole >= BUDGET_OF_THE_RUN
                and pace.most_in_ten_seconds <= WINDOW * pace.budget,
            )


def overlap(measured: Measured) -> Iterator[Finding]:
    """How many folders are listed before the first notebook is stored."""
    for run in measured.runs("work", "peers", kind=Kind.FIRST):
        if run.moments.stored is not None:
            share = run.moments.listed / run.truth.folders
            text = (
                f"{named(run)}: after {share:.1%} of the folders, "
                f"{run.moments.stored:.1f} s"
            )
            yield Finding(text, share < LISTED_BEFORE_STORED)


def close(measured: Measured) -> Iterator[Finding]:
    """How long the run goes on when all is exported."""
    for run in measured.runs("work", "peers", "budget", kind=Kind.FIRST):
        if run.moments.last_export is not None:
            left = run.cost.seconds - run.moments.last_export
            share = left / run.cost.seconds
            text = f"{named(run)}: {left:.1f} s of {run.cost.seconds:.1f}, {share:.1%}"
            yield Finding(text, share <= CLOSE_SHARE)


def peak_memory(measured: Measured) -> Iterator[Finding]:
    """The worker's peak, by itself and by that of a tenth of the work."""
    small = min(
        measured.runs("curve", kind=Kind.FIRST),
        key=lambda run: run.truth.notebooks,
        default=None,
    )
    for run in measured.runs("work"):
        peak = run.cost.peak
        text = f"{named(run)}: {peak / 2**20:.0f} MiB"
        reached = peak <= PEAK_BYTES
        if small is not None and run.kind is Kind.FIRST:
            times = peak / small.cost.peak
            text += f", {times:.2f} × that of {small.truth.notebooks:,}"
            reached = reached and times <= PEAK_TIMES_SMALL
        yield Finding(text, reached)


def growth(measured: Measured) -> Iterator[Finding]:
    """By what power costs grow, the fastest first."""
    found: list[tuple[float, str]] = []
    for kind in (Kind.FIRST, Kind.UNCHANGED):
        runs = measured.runs("curve", "work", kind=kind)
        for name, cost in COSTS.items():
            points = [(run.truth.notebooks, cost(run.cost)) for run in runs]
            slope = exponent([point for point in points if min(point) > 0])
            if slope is not None:
                found.append((slope, f"{kind.value}, {name}: exponent {slope:.2f}"))
    for slope, text in sorted(found, reverse=True):
        yield Finding(text, slope <= EXPONENT)


def exponent(points: Sequence[tuple[float, float]]) -> float | None:
    """By what power of the first number the second grows: least squares of logarithms.

    None where the first numbers are not several.
    """
    logs = [(math.log(x), math.log(y)) for x, y in points]
    if len({x for x, _ in logs}) < 2:
        return None
    middle = sum(x for x, _ in logs) / len(logs)
    height = sum(y for _, y in logs) / len(logs)
    above = sum((x - middle) * (y - height) for x, y in logs)
    return above / sum((x - middle) ** 2 for x, _ in logs)


COSTS: Mapping[str, Callable[[Cost], float]] = {
    "Databricks requests": lambda cost: cost.databricks.total,
    "Azure DevOps requests": lambda cost: cost.azure_devops.total,
    "storage transactions": lambda cost: cost.storage.total if cost.storage else 0,
    "bytes pushed": lambda cost: cost.azure_devops.received_by(PUSHES),
    "CPU": lambda cost: cost.cpu,
    "wall time": lambda cost: cost.seconds,
}
"""What must not grow faster than what there is to do."""
