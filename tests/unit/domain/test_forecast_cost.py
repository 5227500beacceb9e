"""The month's bill beside infra/README.md, and how a repository grows."""

import json
import re
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.forecast import (
    Capacity,
    audit_run,
    first_run,
    nightly_run,
    of_notebooks,
)
from shared.domain.forecast_cost import PRICES, RECORD_BYTES, growth, monthly
from shared.domain.forecast_load import EVERYTHING
from shared.domain.forecast_shape import LEVEL, TYPICAL, Sizes
from shared.domain.record import write_record
from shared.domain.runs import RunStatus
from tests.forecasting import RATES
from tests.run_builders import a_run

PERCENT = EVERYTHING // 100
CAPACITY = Capacity(rates=RATES)
README = (Path(__file__).parents[3] / "infra/README.md").read_text()


def a_bill(notebooks: int, rate: int) -> dict[str, float]:
    extent = of_notebooks([TYPICAL], notebooks)
    nightly = nightly_run(extent, Sizes(), CAPACITY, rate)
    items = monthly(nightly, audit_run(extent, Sizes(), CAPACITY))
    return {name: item.cost for name, item in items.items()}


def test_prices_are_those_of_the_readme() -> None:
    told = {float(text) for text in re.findall(r"\$?(\d+\.\d+)(?= |\b)", README)}

    assert {0.000026, 0.40, 2.30, 0.0068, 0.02} <= told
    assert PRICES["executing"].amount == 0.000026
    assert PRICES["executions"].amount == 0.40
    assert PRICES["telemetry"].amount == 2.30
    assert PRICES["storage_requests"].amount == pytest.approx(0.0068 * 1.15)
    assert PRICES["storage"].amount == 0.02


def test_every_price_says_from_when_and_where_it_is() -> None:
    for price in PRICES.values():
        assert price.date[:2] == "20"
        assert price.source in README.replace("\n", "")


def test_seventy_thousand_notebooks_cost_what_the_readme_says() -> None:
    (told,) = re.findall(r"\*\*about \$(\d+\.\d+)\*\*", README)

    bill = a_bill(70_000, 2 * PERCENT)

    assert sum(bill.values()) == pytest.approx(float(told), rel=0.25)


@given(st.integers(0, 20_000), st.integers(0, 20_000))
def test_more_notebooks_never_cost_less(fewer: int, more: int) -> None:
    fewer, more = sorted((fewer, more))
    one, other = a_bill(fewer, PERCENT), a_bill(more, PERCENT)

    assert all(one[name] <= other[name] for name in one)


def test_a_repository_grows_by_what_nights_push_and_by_their_records() -> None:
    extent, sizes = of_notebooks([TYPICAL], 7_000), Sizes(mean=4_000, compressed=0.5)
    first = first_run(extent, sizes, CAPACITY)
    night = nightly_run(extent, sizes, CAPACITY, PERCENT)
    still = nightly_run(extent, sizes, CAPACITY, 0)

    grown = growth(first, night, sizes)
    heavier = growth(first, night, replace(sizes, compressed=1.0))

    assert grown.first > 7_000 * 4_000 * 0.5
    assert grown.year > 365 * 70 * 4_000 * 0.5
    assert heavier.year - grown.year == 365 * 70 * 4_000 * 0.5
    assert grown.records_a_year == 365
    assert growth(first, still, sizes).year == 0


def test_a_record_is_no_larger_than_is_counted() -> None:
    run = a_run()
    raw = write_record(run, RunStatus.COMPLETE, "2026-11-22T02:30:00+00:00", {}, [])

    assert json.loads(raw)["run"] == run.id
    assert len(zlib.compress(raw, LEVEL)) < RECORD_BYTES
