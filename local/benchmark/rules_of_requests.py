"""LOCAL, benchmark: rules over what the servers counted: exact on every machine."""

import math
from collections.abc import Iterator

from local.benchmark.findings import Finding, all_runs, named
from local.benchmark.measured import BackupRun, Kind, Measured, RestoreRun
from local.benchmark.site import EXPORT, LIST, PUSHES

OTHERS = 10
"""Requests to Databricks beside lists and exports."""

STORAGE_PER_1000_FOLDERS = 30
AZURE_DEVOPS_A_RUN, AZURE_DEVOPS_A_PUSH = 10, 5
PUSH_BYTES = 26_214_400
"""The largest body of a push (documented: Azure DevOps, Git limits)."""

PUSHES_TIMES_FULL = 1.1
OBJECTS_A_REQUEST = 100
FORECAST_WITHIN = 0.2
DISCOVERY = ("/_apis", "/ResourceAreas")
"""How the azure-devops package finds a server's routes, and keeps them for hours."""


def first_requests(measured: Measured) -> Iterator[Finding]:
    """First runs: a list a folder, an export an object, ten others."""
    for run in all_runs(measured, Kind.FIRST):
        yield _databricks(run, run.truth.objects)


def night_requests(measured: Measured) -> Iterator[Finding]:
    """Nights: a list a folder, an export an object that changed, ten others."""
    for run in all_runs(measured, Kind.CHANGED):
        yield _databricks(run, run.truth.changed + run.truth.untimed)


def _databricks(run: BackupRun, exports: int) -> Finding:
    asked, truth = run.cost.databricks, run.truth
    lists, exported = asked.of(LIST), asked.of(EXPORT)
    others = asked.total - lists - exported
    return Finding(
        f"{named(run)}: {lists:,} lists of {truth.folders:,} folders, {exported:,} "
        f"exports of {exports:,} objects, {others} others; {run.status}",
        (lists, exported) == (truth.folders, exports)
        and others <= OTHERS
        and run.status == "complete",
    )


def unchanged_databricks(measured: Measured) -> Iterator[Finding]:
    """Unchanged nights: a list a folder, exports of what has no time."""
    for run in all_runs(measured, Kind.UNCHANGED):
        yield _databricks(run, run.truth.untimed)


def unchanged_azure_devops(measured: Measured) -> Iterator[Finding]:
    """Unchanged nights: the branch's tip, and the package's discovery."""
    for run in all_runs(measured, Kind.UNCHANGED):
        asked = run.cost.azure_devops
        discovery = asked.of(*DISCOVERY)
        tips = asked.of("/refs")
        text = f"{named(run)}: {tips} of the tip, {discovery} of discovery"
        rest = asked.total - tips - discovery
        more = f", {rest} more" if rest else ""
        yield Finding(text + more, tips <= 1 and rest == 0)


def unchanged_storage(measured: Measured) -> Iterator[Finding]:
    """Unchanged nights: transactions per thousand folders.

    Of the largest workspace: about sixty a run come whatever its size.
    """
    for run in measured.runs("work", kind=Kind.UNCHANGED):
        if run.cost.storage is not None:
            rate = 1000 * run.cost.storage.total / run.truth.folders
            text = f"{named(run)}: {run.cost.storage.total:,}, {rate:.1f} per 1,000"
            yield Finding(text, rate <= STORAGE_PER_1000_FOLDERS)


def night_azure_devops(measured: Measured) -> Iterator[Finding]:
    """Nights: ten requests, and five a push."""
    for run in all_runs(measured, Kind.CHANGED):
        asked = run.cost.azure_devops
        pushes = asked.of(PUSHES)
        most = AZURE_DEVOPS_A_RUN + AZURE_DEVOPS_A_PUSH * pushes
        text = f"{named(run)}: {asked.total:,} requests, {pushes:,} pushes"
        yield Finding(text, asked.total <= most)


def pushes_made(measured: Measured) -> Iterator[Finding]:
    """Pushes by what fits one; the record's comes on top."""
    for run in all_runs(measured, Kind.FIRST):
        asked = run.cost.azure_devops
        pushes, size = asked.of(PUSHES) - 1, asked.received_by(PUSHES)
        most = math.floor(PUSHES_TIMES_FULL * size / PUSH_BYTES) + run.shards
        text = (
            f"{named(run)}: {pushes} and the record's; {size / 2**20:,.0f} MiB in "
            f"{run.shards} shards allow {most}"
        )
        yield Finding(text, pushes <= most)


def restored(measured: Measured) -> Iterator[Finding]:
    """Requests for what a restore reads; what it wrote, and read back."""
    part = measured.part("restore")
    for restore in part.restores if part else ():
        yield _of_restore(restore)


def _of_restore(restore: RestoreRun) -> Finding:
    asked = restore.cost.azure_devops.total
    asked -= restore.cost.azure_devops.of(*DISCOVERY)
    imports = restore.cost.databricks.of("/workspace/import")
    return Finding(
        f"{asked} requests to Azure DevOps, {imports:,} imports of "
        f"{restore.objects:,} objects, {restore.verified:,} verified; {restore.status}",
        asked <= restore.objects / OBJECTS_A_REQUEST
        and imports == restore.verified == restore.objects
        and restore.status == "complete",
    )


def foretold_calls(measured: Measured) -> Iterator[Finding]:
    """Requests to the workspace as foretold."""
    part = measured.part("forecast")
    for each in part.foretold if part else ():
        wrong = [
            f"{call} {each.calls[call]:,} for {real:,}"
            for call, real in each.real_calls.items()
            if call.startswith("databricks.") and each.calls[call] != real
        ]
        yield Finding(f"{each.run}: {', '.join(wrong) or 'all exact'}", not wrong)


def foretold_minutes(measured: Measured) -> Iterator[Finding]:
    """Minutes as foretold."""
    part = measured.part("forecast")
    for each in part.foretold if part else ():
        off = each.minutes / each.real_minutes - 1
        text = f"{each.run}: {each.minutes:.2f} for {each.real_minutes:.2f}, {off:+.0%}"
        yield Finding(text, abs(off) <= FORECAST_WITHIN)
