"""A small benchmark: what its table says of requests and memory holds at any size."""

from pathlib import Path

import pytest

from local.benchmark.measured import BackupRun, Kind, Measured, Part, RestoreRun
from local.benchmark.processes import this_machine
from local.benchmark.rules_of_speed import PEAK_BYTES
from local.benchmark.site import site
from local.benchmark.targets import judged

NOTEBOOKS = 1_500
STORAGE_A_RUN = 70
"""Transactions of a night with nothing changed, however many folders there are."""

STORAGE_PER_FOLDER = 30 / 1_000


def parts(runs: tuple[BackupRun, ...], restore: RestoreRun) -> Measured:
    facts = {
        "invocation": "",
        "at": "",
        "version": "",
        "machine": this_machine(),
        "seconds": 0.0,
        "command": "",
    }
    return Measured(
        (
            Part(name="work", runs=runs, **facts),  # type: ignore[arg-type]
            Part(name="restore", restores=(restore,), **facts),  # type: ignore[arg-type]
        )
    )


@pytest.mark.timeout(300)
def test_every_target_that_is_a_count_is_reached(tmp_path: Path) -> None:
    with site(tmp_path / "stack") as ground:
        ground.generate(NOTEBOOKS)
        first = ground.back_up(Kind.FIRST)
        still = ground.back_up(Kind.UNCHANGED)
        ground.edit(1.0)
        night = ground.back_up(Kind.CHANGED, percent=1.0)
        restore = ground.restore("/Restored")

    lines = {
        line.target.what: line for line in judged(parts((first, still, night), restore))
    }
    exact = (
        "Databricks requests, first run",
        "Databricks requests, nothing changed",
        "Azure DevOps requests, nothing changed",
        "Databricks requests, a changed night",
        "Azure DevOps requests, a changed night",
        "pushes, first run",
    )
    assert {what: lines[what].found for what in exact if not lines[what].reached} == {}
    assert still.cost.storage is not None
    folders = still.truth.folders
    assert still.cost.storage.total <= STORAGE_A_RUN + STORAGE_PER_FOLDER * folders
    assert max(run.cost.peak for run in (first, still, night)) <= PEAK_BYTES
    assert restore.verified == restore.objects
