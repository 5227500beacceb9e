"""LOCAL, benchmark: what rules have in common; judges nothing."""

from dataclasses import dataclass

from local.benchmark.measured import BackupRun, Kind, Measured


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one target: in words, and whether it is reached."""

    found: str
    reached: bool


def all_runs(measured: Measured, kind: Kind) -> list[BackupRun]:
    """The runs of all parts, the largest first: it is the one that is shown."""
    names = [part.name for part in measured.parts]
    runs = measured.runs(*names, kind=kind)
    return sorted(runs, key=lambda run: -run.truth.notebooks)


def named(run: BackupRun) -> str:
    """The run, as a row of the table names it."""
    percent = f", {run.percent:g} %" if run.percent else ""
    return f"{run.truth.notebooks:,}{percent}"
