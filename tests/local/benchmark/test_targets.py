"""The table of the benchmark: what is missed is shown as missed."""

from dataclasses import replace
from typing import Any

import pytest

from local.benchmark.measured import BackupRun, Kind, Measured
from local.benchmark.rules_of_speed import exponent
from local.benchmark.targets import TARGETS, Judged, judged
from tests.local.benchmark.figures import (
    EXPORT,
    IDENTITY,
    ITEMS,
    LIST,
    MIB,
    PUSH,
    TIP,
    a_budgeted_run,
    a_program,
    a_restore,
    a_run,
    foretold,
    measured,
)

FIRST = "Databricks requests, first run"
STILL = "Databricks requests, nothing changed"
STILL_GIT = "Azure DevOps requests, nothing changed"
STILL_STORAGE = "storage transactions, nothing changed"
NIGHT = "Databricks requests, a changed night"
NIGHT_GIT = "Azure DevOps requests, a changed night"
CPU = "CPU of the app, first run"
BESIDE_GIT = "wall time at 50 ms latency, beside `export_dir` + git"
BESIDE_GUIDE = "wall time at 50 ms latency, beside the guide's engine"
BUDGET = "a budget of 30 exports a second"
OVERLAP = "planning overlaps exporting"
CLOSE = "last export to the run's close"
PUSHES = "pushes, first run"
PEAK = "peak memory of the worker"
GROWTH = "growth"
RESTORE = "a restore"
CALLS = "forecast: requests"
MINUTES = "forecast: minutes"


def verdict(found: Measured, what: str) -> Judged:
    """The line of the table."""
    return next(line for line in judged(found) if line.target.what == what)


def asked(run: BackupRun, server: str, route: str, more: int) -> BackupRun:
    """The same run with more requests to a route."""
    traffic = getattr(run.cost, server)
    requests = {**traffic.requests, route: traffic.requests.get(route, 0) + more}
    changed = replace(traffic, requests=requests)
    return replace(run, cost=replace(run.cost, **{server: changed}))


def spent(run: BackupRun, **changes: Any) -> BackupRun:
    """The same run at another cost."""
    return replace(run, cost=replace(run.cost, **changes))


def at(run: BackupRun, **changes: Any) -> BackupRun:
    """The same run at other moments."""
    return replace(run, moments=replace(run.moments, **changes))


def runs(*found: BackupRun) -> dict[str, Any]:
    return {"runs": found}


def test_everything_as_it_should_be_reaches_every_target() -> None:
    lines = judged(measured())

    assert [line.target for line in lines] == list(TARGETS)
    assert [line for line in lines if line.reached is not True] == []


def test_what_was_not_measured_is_neither_reached_nor_missed() -> None:
    lines = judged(Measured(()))

    assert {line.reached for line in lines} == {None}
    assert {line.found for line in lines} == {"not measured"}


MISSED = {
    "a folder listed twice": (
        FIRST,
        {"work": runs(asked(a_run(), "databricks", LIST, 1))},
    ),
    "an export too many": (
        FIRST,
        {"work": runs(asked(a_run(), "databricks", EXPORT, 1))},
    ),
    "eleven others": (
        FIRST,
        {"work": runs(asked(a_run(), "databricks", IDENTITY, 10))},
    ),
    "a run that is incomplete": (FIRST, {"work": runs(a_run(status="incomplete"))}),
    "an export of what is the same": (
        STILL,
        {"work": runs(asked(a_run(Kind.UNCHANGED), "databricks", EXPORT, 1))},
    ),
    "a second look at the tip": (
        STILL_GIT,
        {"work": runs(asked(a_run(Kind.UNCHANGED), "azure_devops", TIP, 1))},
    ),
    "a look at folders": (
        STILL_GIT,
        {"work": runs(asked(a_run(Kind.UNCHANGED), "azure_devops", ITEMS, 1))},
    ),
    "31 transactions per 1,000 folders": (
        STILL_STORAGE,
        {"work": runs(asked(a_run(Kind.UNCHANGED), "storage", IDENTITY, 14))},
    ),
    "a night that exports more than what changed": (
        NIGHT,
        {"work": runs(asked(a_run(Kind.CHANGED), "databricks", EXPORT, 1))},
    ),
    "a night that asks Git too much": (
        NIGHT_GIT,
        {"work": runs(asked(a_run(Kind.CHANGED), "azure_devops", ITEMS, 14))},
    ),
    "more CPU than 1.5 loops": (
        CPU,
        {
            "peers": runs(spent(a_run(), cpu=158.0))
            | {"programs": (a_program("bare SDK loop", 9),)}
        },
    ),
    "not ten times as fast": (
        BESIDE_GIT,
        {"slow": runs(a_run()) | {"programs": (a_program("export_dir + git", 11),)}},
    ),
    "not faster than the guide": (
        BESIDE_GUIDE,
        {"peers": runs(a_run()) | {"programs": (a_program("guide's engine", 90),)}},
    ),
    "a budget that idles": (
        BUDGET,
        {"budget": runs(a_budgeted_run(exported_waiting=750))},
    ),
    "a run that idles": (
        BUDGET,
        {"budget": runs(a_budgeted_run(by_second=(10,) * 80))},
    ),
    "a budget that is not kept": (
        BUDGET,
        {"budget": runs(a_budgeted_run(most_in_ten_seconds=101))},
    ),
    "nothing stored until a fifth is listed": (
        OVERLAP,
        {"work": runs(at(a_run(), listed=2_800))},
    ),
    "a close that takes long": (CLOSE, {"work": runs(at(a_run(), last_export=660.0))}),
    "pushes that are not full": (
        PUSHES,
        {"work": runs(asked(a_run(), "azure_devops", PUSH, 13))},
    ),
    "too much memory": (PEAK, {"work": runs(spent(a_run(), peak=451 * MIB))}),
    "memory that grows": (PEAK, {"work": runs(spent(a_run(), peak=261 * MIB))}),
    "CPU that grows faster than the work": (
        GROWTH,
        {"work": runs(spent(a_run(), cpu=180.0))},
    ),
    "a restore that asks for each object": (
        RESTORE,
        {"restore": {"restores": (a_restore(objects=4_999, verified=4_999),)}},
    ),
    "a restore that is not verified": (
        RESTORE,
        {"restore": {"restores": (a_restore(verified=4_999),)}},
    ),
    "a list that was not foretold": (
        CALLS,
        {"forecast": {"foretold": (foretold(real_calls={"databricks.list": 11}),)}},
    ),
    "minutes that are off": (
        MINUTES,
        {"forecast": {"foretold": (foretold(minutes=1.21),)}},
    ),
}


@pytest.mark.parametrize("name", MISSED)
def test_a_target_is_missed_by(name: str) -> None:
    what, parts = MISSED[name]

    line = verdict(measured(**parts), what)

    assert line.reached is False


def test_of_several_runs_those_that_miss_the_target_are_shown() -> None:
    wrong = asked(a_run(notebooks=7_000), "databricks", LIST, 1)

    line = verdict(measured(curve=runs(wrong)), FIRST)

    assert line.found.startswith("7,000: 1,401 lists of 1,400 folders")
    assert "70,000" not in line.found


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_exponent_is_the_power_by_which_it_grows(power: float) -> None:
    points = [(n, 3.0 * n**power) for n in (7_000.0, 21_000.0, 70_000.0)]

    assert exponent(points) == pytest.approx(power)
    assert exponent(points[:1]) is None
