"""No row of the matrix hides another, and its size is printed as it is."""

import pytest

from tests.matrix.__main__ import TOTAL, main
from tests.matrix.test_fault_matrix import CASES


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({(case.remote, case.name) for case in CASES}) == len(CASES)


def test_the_printed_table_counts_every_row(capsys: pytest.CaptureFixture[str]) -> None:
    main()

    (total,) = (
        line for line in capsys.readouterr().out.splitlines() if line.startswith(TOTAL)
    )
    *remotes, everything = map(int, total.removeprefix(TOTAL).split())
    assert everything == sum(remotes) == len(CASES)
