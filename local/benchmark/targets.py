"""LOCAL, benchmark: what is to be reached, and whether it was; measures nothing.

Each target is a rule over what was measured. What was not measured is neither reached
nor missed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from local.benchmark import rules_of_requests as requests
from local.benchmark import rules_of_speed as speed
from local.benchmark.findings import Finding
from local.benchmark.measured import Measured
from local.benchmark.programs import EXPORT_DIR, GUIDE

TIMES_EXPORT_DIR, TIMES_GUIDE = 10.0, 1.2


@dataclass(frozen=True, slots=True)
class Target:
    """One line of the table: what, the rule in words, and the rule."""

    what: str
    rule: str
    judge: Callable[[Measured], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A target with what was found; `reached` is None where nothing was measured."""

    target: Target
    found: str
    reached: bool | None


def judged(measured: Measured) -> list[Judged]:
    """All targets, in the order of the table."""
    return [_judged(target, list(target.judge(measured))) for target in TARGETS]


def _judged(target: Target, findings: Sequence[Finding]) -> Judged:
    if not findings:
        return Judged(target, "not measured", None)
    # Of several, those that miss it: nobody has to look for them among the others.
    missed = [finding for finding in findings if not finding.reached]
    shown = missed or findings[:1]
    return Judged(target, "; ".join(each.found for each in shown), not missed)


TARGETS = (
    Target(
        "Databricks requests, first run",
        "list = folders, export = objects, others ≤ 10",
        requests.first_requests,
    ),
    Target(
        "Databricks requests, nothing changed",
        "list = folders, no export but of objects that are listed without a time "
        "(dashboards), others ≤ 10",
        requests.unchanged_databricks,
    ),
    Target(
        "Azure DevOps requests, nothing changed",
        "the branch's tip, and the package's discovery",
        requests.unchanged_azure_devops,
    ),
    Target(
        "storage transactions, nothing changed",
        "≤ 30 per 1,000 folders, without what the host polls by the minute",
        requests.unchanged_storage,
    ),
    Target(
        "Databricks requests, a changed night",
        "list = folders, export = what changed or has no time, others ≤ 10",
        requests.night_requests,
    ),
    Target(
        "Azure DevOps requests, a changed night",
        "≤ 10 + 5 a push, discovery included",
        requests.night_azure_devops,
    ),
    Target(
        "CPU of the app, first run",
        "≤ 1.5 × that of the bare SDK export loop, an object",
        speed.cpu,
    ),
    Target(
        "wall time at 50 ms latency, beside `export_dir` + git",
        "≥ 10 × faster, an object",
        speed.faster("slow", EXPORT_DIR, TIMES_EXPORT_DIR),
    ),
    Target(
        "wall time at 50 ms latency, beside the guide's engine",
        "≥ 1.2 × faster, an object; it pushes nothing",
        speed.faster("peers", GUIDE, TIMES_GUIDE),
    ),
    Target(
        "a budget of 30 exports a second",
        "≥ 95 % used while shards wait, ≥ 85 % of the whole run, never above it over "
        "any 10 s",
        speed.budget_used,
    ),
    Target(
        "planning overlaps exporting",
        "the first notebook is stored before 20 % of the folders are listed",
        speed.overlap,
    ),
    Target("last export to the run's close", "≤ 5 % of the run", speed.close),
    Target(
        "pushes, first run",
        "≤ 1.1 × bytes ÷ 25 MiB, + one a shard",
        requests.pushes_made,
    ),
    Target(
        "peak memory of the worker",
        "≤ 450 MiB, and of the first run ≤ 1.3 × that of the smallest",
        speed.peak_memory,
    ),
    Target(
        "growth",
        "every cost linear in notebooks: exponent ≤ 1.05",
        speed.growth,
    ),
    Target(
        "a restore",
        "Azure DevOps requests ≤ objects ÷ 100; import = objects; all verified",
        requests.restored,
    ),
    Target(
        "forecast: requests",
        "lists, exports and other requests to Databricks exact",
        requests.foretold_calls,
    ),
    Target("forecast: minutes", "within 20 %", requests.foretold_minutes),
)
"""The table, in its order."""
