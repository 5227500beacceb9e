"""Prints how large the matrices are: `python -m tests.matrix`."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.matrix.cases import Case
from tests.matrix.test_fault_matrix import CASES
from tests.matrix.test_killed_processes import POINTS as KILLED
from tests.unit.services.test_crashes import POINTS as CRASHES

TOTAL = "all"


def kind_of(case: Case) -> str:
    """What goes wrong in a row, roughly."""
    if case.outage is not None:
        return "an outage"
    if not case.faults:
        return "no answer's fault"
    fault = case.faults[0]
    effect = str(fault.get("effect", ""))
    late = " after the effect" if fault.get("when") == "after" else ""
    return f"{effect}{late}" if effect else f"answer {fault['status']}"


def table(cases: Iterable[Case]) -> Iterator[str]:
    """Kinds of faults by remote, and how many rows each has."""
    rows = Counter((kind_of(case), case.remote) for case in cases)
    remotes = sorted({remote for _, remote in rows})
    kinds = sorted({kind for kind, _ in rows})
    yield _line("", *remotes, TOTAL)
    for kind in kinds:
        counts = [rows[kind, remote] for remote in remotes]
        yield _line(kind, *counts, sum(counts))
    totals = [sum(rows[kind, remote] for kind in kinds) for remote in remotes]
    yield _line(TOTAL, *totals, rows.total())


def _line(name: str, *cells: object) -> str:
    return f"{name:24}" + "".join(f"{cell!s:>14}" for cell in cells)


def main() -> None:
    """Print it."""
    lines = (
        "Faults, by what goes wrong and at which remote:\n",
        *table(CASES),
        f"\nCrashes at a call of a port, in memory: {len(CRASHES)}",
        f"Processes killed at one, with real storage and servers: {len(KILLED)}",
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
