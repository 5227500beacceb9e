import pytest

from shared.domain.restore_estimate import Estimate, Rates, estimated
from shared.domain.restores import RestoreTally

RATES = Rates(lists=30, exports=30, imports=15)


def test_nothing_to_do_takes_no_time() -> None:
    done = RestoreTally(objects=7, same=7, skipped=3, blocked=2)

    assert estimated(done, 5, RATES) == Estimate(0, 0, 0, 0.0)


def test_each_object_is_written_exported_and_listed_and_folders_are_made() -> None:
    tally = RestoreTally(to_create=1_000, to_replace=800, folders_to_make=900)

    found = estimated(tally, 300, RATES)

    assert found == Estimate(lists=300, exports=1_800, imports=2_700, minutes=3.0)


def test_no_more_folders_are_listed_than_hold_something() -> None:
    assert estimated(RestoreTally(to_create=2), 300, RATES).lists == 2


@pytest.mark.parametrize(
    ("rates", "minutes"),
    [
        (Rates(lists=1, exports=100, imports=100), 1.0),
        (Rates(lists=100, exports=1, imports=100), 2.0),
        (Rates(lists=100, exports=100, imports=1), 3.0),
    ],
)
def test_the_slowest_kind_decides(rates: Rates, minutes: float) -> None:
    tally = RestoreTally(to_create=120, folders_to_make=60)

    assert estimated(tally, 60, rates).minutes == minutes
