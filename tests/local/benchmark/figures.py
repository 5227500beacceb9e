"""What a benchmark found, made up: all of it as it should be, to be spoilt by tests."""

from dataclasses import replace
from typing import Any

from local.benchmark.measured import (
    BackupRun,
    Cost,
    Foretold,
    Kind,
    Machine,
    Measured,
    Moments,
    Pace,
    Part,
    Program,
    RestoreRun,
    Traffic,
    Truth,
)
from local.benchmark.programs import EXPORT_DIR, GUIDE, SDK_LOOP

MIB = 2**20
LIST = "GET /api/2.0/workspace/list"
EXPORT = "GET /api/2.0/workspace/export"
IMPORT = "POST /api/2.0/workspace/import"
IDENTITY = "GET /api/2.0/preview/scim/v2/Me"
TIP = "GET /_apis/git/repositories/{repository}/refs"
ITEMS = "POST /_apis/git/repositories/{repository}/itemsBatch"
PUSH = "POST /_apis/git/repositories/{repository}/pushes"


def traffic(received: dict[str, int] | None = None, **requests: int) -> Traffic:
    """Requests by the names above."""
    routes = {globals()[name]: n for name, n in requests.items()}
    return Traffic(requests=routes, received=received or {}, sent={})


def a_run(
    kind: Kind = Kind.FIRST, notebooks: int = 70_000, **changes: Any
) -> BackupRun:
    """A run as it should be; costs grow with its notebooks."""
    folders, objects = notebooks // 5, notebooks + 10
    changed = notebooks // 100 if kind is Kind.CHANGED else 0
    exports = {Kind.FIRST: objects, Kind.CHANGED: changed + 10}.get(kind, 10)
    pushes = {Kind.FIRST: 1 + notebooks // 1_000, Kind.CHANGED: 2}.get(kind, 0)
    run = BackupRun(
        kind=kind,
        status="complete",
        percent=1.0 if kind is Kind.CHANGED else 0.0,
        latency_ms=0,
        truth=Truth(
            notebooks=notebooks,
            objects=objects,
            folders=folders,
            untimed=10,
            changed=changed,
        ),
        stored=exports,
        shards=4,
        cost=Cost(
            seconds=notebooks / 100,
            cpu=notebooks / 500,
            peak=200 * MIB,
            databricks=traffic(LIST=folders, EXPORT=exports, IDENTITY=1),
            azure_devops=traffic(
                {PUSH: 25 * MIB * pushes}, TIP=1, ITEMS=2 * pushes, PUSH=pushes
            ),
            storage=traffic(IDENTITY=folders * 30 // 1_000),
        ),
        moments=Moments(
            stored=1.0,
            listed=folders // 10,
            planned=9.0,
            last_export=notebooks / 100 * 0.96,
        ),
    )
    return replace(run, **changes)


def a_program(name: str, rate: float) -> Program:
    """It copies so many objects a second."""
    return Program(
        name=name,
        latency_ms=50,
        objects=1_000,
        seconds=1_000 / rate,
        cpu=1.5,
        peak=100 * MIB,
        databricks=traffic(EXPORT=1_000),
    )


def a_restore(**changes: Any) -> RestoreRun:
    """All of it came back, by as many requests as it may take."""
    cost = replace(
        a_run().cost,
        databricks=traffic(IMPORT=5_000),
        azure_devops=traffic(TIP=1, ITEMS=49),
    )
    restore = RestoreRun(status="complete", objects=5_000, verified=5_000, cost=cost)
    return replace(restore, **changes)


def a_budgeted_run(**changes: Any) -> BackupRun:
    """1,000 of the 1,000 exports that a budget of 10 allows in 100 seconds."""
    pace = Pace(
        budget=10,
        waiting=80.0,
        exported_waiting=790,
        most_in_ten_seconds=100,
        by_second=(10,) * 100,
    )
    run = a_run(notebooks=10_000)
    return replace(run, pace=replace(pace, **changes))


def a_part(name: str, **found: Any) -> Part:
    """A part that found this."""
    return Part(
        name=name,
        invocation="one",
        at="2026-11-26T02:00:00+00:00",
        version="abc",
        machine=Machine(
            processor="A processor",
            cores=2,
            memory=8 * 2**30,
            system="Linux 6",
            python="3.13.0",
        ),
        seconds=60.0,
        command="make bench",
        **found,
    )


def measured(**parts: dict[str, Any]) -> Measured:
    """Everything as it should be, but for the parts that are given."""
    usual: dict[str, dict[str, Any]] = {
        "work": {"runs": (a_run(), a_run(Kind.UNCHANGED), a_run(Kind.CHANGED))},
        "curve": {"runs": (a_run(notebooks=7_000), a_run(Kind.UNCHANGED, 7_000))},
        "planning": {"runs": (a_run(Kind.PLANNED, 210_000),)},
        "restore": {"restores": (a_restore(),)},
        "budget": {"runs": (a_budgeted_run(),)},
        "peers": {
            "runs": (a_run(),),
            "programs": (a_program(GUIDE, 80), a_program(SDK_LOOP, 90)),
        },
        "slow": {
            "runs": (a_run(notebooks=2_000),),
            "programs": (a_program(EXPORT_DIR, 9),),
        },
        "forecast": {"foretold": (foretold(),)},
    }
    found = {name: parts.get(name, given) for name, given in usual.items()}
    return Measured(tuple(a_part(name, **given) for name, given in found.items()))


def foretold(**changes: Any) -> Foretold:
    """As it came."""
    calls = {"databricks.list": 10, "azuredevops.items": 3}
    real = {"databricks.list": 10, "azuredevops.items": 4}
    told = Foretold(
        run="night", minutes=1.1, calls=calls, real_minutes=1.0, real_calls=real
    )
    return replace(told, **changes)
