"""docs/faults.md says which alerts a fault raises; of each kind, one is tried."""

from pathlib import Path

import pytest

from tests.alerts.faults import Judge, read, table_of, telemetry_of
from tests.matrix.__main__ import kind_of
from tests.matrix.cases import Case
from tests.matrix.conftest import site  # noqa: F401 - a fixture
from tests.matrix.site import Site
from tests.matrix.test_fault_matrix import CASES

TABLE = read((Path(__file__).parents[2] / "docs/faults.md").read_text())
ONE_OF_EACH = {(kind_of(case), case.remote): case for case in CASES}
JUDGE = Judge()


def test_the_table_has_every_kind_of_fault_of_every_remote() -> None:
    kinds = table_of((case, frozenset()) for case in CASES)

    assert {k: {*row} for k, row in TABLE.items()} == {
        k: {*row} for k, row in kinds.items()
    }


@pytest.mark.filterwarnings(
    # What the storage SDK leaves of an answer that was cut off.
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    "case", ONE_OF_EACH.values(), ids=[" at ".join(key) for key in ONE_OF_EACH]
)
def test_a_fault_raises_no_alert_but_those_that_are_told(
    site: Site,  # noqa: F811 - the fixture
    case: Case,
) -> None:
    scene, telemetry = telemetry_of(site, case)

    alerts = JUDGE.alerts(scene, telemetry)

    assert alerts <= TABLE[kind_of(case)][case.remote]
    assert bool(alerts) <= (scene.app.row(scene.app.run_ids[0]).status != "complete")
