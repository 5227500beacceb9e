"""Writes docs/faults.md anew, over the whole matrix: `python -m tests.alerts`."""

import sys
import tempfile
from pathlib import Path

import pytest

from local.azurite import azurite
from shared.adapters import storage_errors
from tests.alerts.faults import Judge, table_of, telemetry_of, written
from tests.matrix.site import a_site
from tests.matrix.test_fault_matrix import CASES

DOCUMENT = Path(__file__).parents[2] / "docs/faults.md"
INTRODUCTION = """# Which fault raises which alert

Each fault of the matrix (`tests/matrix/`) comes into a run after a first backup and a
day's work. This is what the alert rules find in what the app told until that run had
ended; *none* where the run was complete all the same. Of several rows of a kind, all
alerts are named. Written by `python -m tests.alerts`, checked by the tests.

"""


def main() -> None:
    """Go through the matrix, and write down what is found."""
    judge, found = Judge(), []
    with (
        tempfile.TemporaryDirectory() as folder,
        pytest.MonkeyPatch.context() as patch,
        azurite(Path(folder)) as storage,
        a_site(Path(folder) / "organization", storage) as site,
    ):
        # Between two attempts at storage real time passes.
        patch.setattr(storage_errors, "_PAUSE_SECONDS", 0)
        for number, case in enumerate(CASES, 1):
            found.append((case, judge.alerts(*telemetry_of(site, case))))
            sys.stderr.write(f"\r{number}/{len(CASES)}, {len(judge.known)} kinds")
    DOCUMENT.write_text(INTRODUCTION + "".join(written(table_of(found))))


if __name__ == "__main__":
    main()
