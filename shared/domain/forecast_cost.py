"""DECISIONS: what a month in Azure costs, and how a repository grows; prices are here.

Each price says where it is from; look them up anew for a region and a contract. The
same are used in infra/README.md, which a test compares.
"""

from dataclasses import dataclass

from shared.domain.forecast import Prediction
from shared.domain.forecast_shape import Sizes

CURRENCY, REGION = "USD", "East US"
EURO = 1.15
"""Dollars (infra/README.md)."""

NIGHTS_A_MONTH, NIGHTS_A_YEAR = 30, 365
INSTANCE_GB = 2.0
"""infra/app/function-app.bicep: 2,048 MB."""

SWEEPS_A_DAY = 288
"""Two timers, each every ten minutes."""

SWEEP_SECONDS = 1.0
"""An execution is billed for a second at least (documented:
flex-consumption-plan.md)."""

SWEEP_TRANSACTIONS = 30
"""Guess."""

POLLS_A_DAY = 6 * 4 * 3_600 // 2
"""Six queues looked at every two seconds, four hours a day (guess)."""

EXECUTIONS_A_RUN = 6
"""Besides its shards: start, plan, finish (counted)."""

SPANS_A_SECOND, SPAN_BYTES, EXECUTION_BYTES = 5, 2_500, 10_000
"""Of telemetry (guess): spans a second of work, and an execution's log lines."""

RECORD_BYTES = 1_500
"""A run's record, compressed (counted: 700, and what it names)."""

TREE_BYTES = 2_000
"""What a changed folder adds in Git's own objects: its trees and those above."""


@dataclass(frozen=True, slots=True)
class Price:
    """So much for `per` units, in dollars; from when, and whose word it is."""

    amount: float
    per: float
    unit: str
    date: str
    source: str

    def of(self, units: float) -> float:
        """What so many units cost."""
        return units * self.amount / self.per


_COMPUTE = "modal.com/blog/azure-function-pricing-guide"

PRICES = {
    "executing": Price(0.000026, 1, "GB-s", "2025-05-22", _COMPUTE),
    "executions": Price(0.40, 1_000_000, "executions", "2025-05-22", _COMPUTE),
    "telemetry": Price(2.30, 1, "GB", "2026", "monitoringcost.com/azure-monitor-cost"),
    "storage_requests": Price(
        0.0068 * EURO,
        10_000,
        "transactions",
        "2018-03",
        "medium.com/@xaviergeerinck/azure-queue-storage-the-basics-de6cb16a1a43",
    ),
    "storage": Price(
        0.02,
        1,
        "GB",
        "2026",
        "2kabhishek.github.io/AZ-900/Notes/Azure-Storage-Resources",
    ),
}
"""None of them is Microsoft's own: infra/README.md names those pages."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the bill: so many units of what has a price, and what they cost."""

    units: float
    cost: float


@dataclass(frozen=True, slots=True)
class Growth:
    """Compressed bytes in the repository: after the first run, and each year."""

    first: int
    year: int
    records_a_year: int


def monthly(nightly: Prediction, audit: Prediction) -> dict[str, Item]:
    """A month's bill: each night a run and an audit, and the sweeps.

    Without free grants, alert rules, private endpoints and a vault.
    """
    runs = (nightly, audit)
    seconds = sum(r.worker_seconds for r in runs) + SWEEPS_A_DAY * SWEEP_SECONDS
    executions = SWEEPS_A_DAY + sum(r.load.shards + EXECUTIONS_A_RUN for r in runs)
    requests = sum(r.storage for r in runs) + POLLS_A_DAY
    requests += SWEEPS_A_DAY * SWEEP_TRANSACTIONS
    telemetry = seconds * SPANS_A_SECOND * SPAN_BYTES + executions * EXECUTION_BYTES
    units = {
        "executing": seconds * INSTANCE_GB * NIGHTS_A_MONTH,
        "executions": float(executions * NIGHTS_A_MONTH),
        "telemetry": telemetry * NIGHTS_A_MONTH / 1e9,
        "storage_requests": float(requests * NIGHTS_A_MONTH),
        "storage": 1.0,
    }
    return {name: Item(much, PRICES[name].of(much)) for name, much in units.items()}


def growth(first: Prediction, nightly: Prediction, sizes: Sizes) -> Growth:
    """How the repository grows, where every object is kept as it was pushed.

    Git's packs make less of it, for versions of one file are much alike.
    """
    records = NIGHTS_A_YEAR if nightly.load.pushes else 0
    return Growth(
        first=_pushed(first, sizes) + RECORD_BYTES,
        year=_pushed(nightly, sizes) * NIGHTS_A_YEAR + RECORD_BYTES * records,
        records_a_year=records,
    )


def _pushed(run: Prediction, sizes: Sizes) -> int:
    content = round(run.load.stored_bytes * sizes.compressed)
    return content + run.load.manifests_stored + run.load.touched * TREE_BYTES
