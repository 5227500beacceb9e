"""Every fault, wherever it applies: the run is complete and true, or says what is not.

Each row is data (`*_cases.py`). The run that meets the fault comes after a first backup
and a day's work; the run after it, without the fault, makes good exactly what was
missing.
"""

import re
from functools import partial

import pytest

from shared.domain.runs import Run
from tests.backup_app import BEFORE_A_RUN
from tests.matrix.azure_devops_cases import azure_devops_cases
from tests.matrix.cases import Case
from tests.matrix.databricks_cases import databricks_cases
from tests.matrix.push_cases import push_cases
from tests.matrix.scene import BOARD, Scene, a_scene
from tests.matrix.site import Remote, Site, StorageSite
from tests.matrix.storage_cases import storage_cases

CASES = [
    *databricks_cases(),
    *azure_devops_cases(),
    *push_cases(),
    *storage_cases(),
]


@pytest.mark.filterwarnings(
    # What the storage SDK leaves of an answer that was cut off, `_take_back_and_tidy`.
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
@pytest.mark.parametrize(
    "case", CASES, ids=[f"{case.remote}: {case.name}" for case in CASES]
)
def test_a_fault_ends_well(site: Site, case: Case) -> None:
    scene = a_scene(site)
    scene.begin()
    scene.a_day()
    arm(scene, case)

    run = scene.run()
    disarm(scene, case)
    left = scene.differs()
    told(scene, run, case)
    honest(scene, run, left - {*case.expected.unseen})
    healing = scene.run()

    assert scene.fired or not case.faults, "the fault never came"
    assert scene.app.poisoned == []
    assert run.status != "failed" or scene.differs() <= left
    assert healing.status == "complete", healing.error
    assert scene.exported() == exports_due(scene, case, left)
    assert scene.differs() == set(case.expected.exceptions)
    assert scene.strays() == set()
    assert scene.run().unchanged


def remote_of(scene: Scene, case: Case) -> Remote | StorageSite:
    site = scene.site
    remotes: dict[str, Remote | StorageSite] = {
        "databricks": site.databricks,
        "azure_devops": site.azure_devops,
        "tables": site.storage.tables,
        "blobs": site.storage.blobs,
        "queues": site.storage.queues,
        "storage": site.storage,
    }
    return remotes[case.remote]


def arm(scene: Scene, case: Case) -> None:
    if case.prepare:
        case.prepare(scene)
    remote_of(scene, case).arm(*case.faults)
    if case.outage is not None:
        scene.clock.call(BEFORE_A_RUN + case.outage, partial(end_faults, scene, case))


def end_faults(scene: Scene, case: Case) -> None:
    remote = remote_of(scene, case)
    scene.fired += remote.fired
    remote.disarm()


def disarm(scene: Scene, case: Case) -> None:
    end_faults(scene, case)
    if case.repair:
        case.repair(scene)


def told(scene: Scene, run: Run, case: Case) -> None:
    """The run ended as expected, and its record names what it should, no more."""
    expected = case.expected
    assert run.status == expected.status, run.error
    assert re.search(expected.error, run.error), run.error
    if expected.status == "failed":
        return
    assert scene.named(run, "failures") == sorted(expected.failures)
    assert scene.named(run, "held_deletions") == sorted(expected.held)
    assert scene.named(run, "vanished") == sorted(expected.vanished)
    for failure in scene.record(run)["failures"]["named"]:
        assert failure["detail"]
        assert failure["remedy"]
        assert isinstance(failure["heals"], bool)
    new = [x["path"] for x in scene.record(run)["exceptions"]["named"]]
    assert sorted(new) == sorted(expected.exceptions)


def honest(scene: Scene, run: Run, left: set[str]) -> None:
    """I1: nothing is missing that is not named, and only what is complete is tagged."""
    tagged = f"refs/tags/backup/{run.id}" in scene.tags
    assert tagged == (run.status == "complete")
    if run.status == "failed":
        return
    record = scene.record(run)
    names = [
        fact["path"]
        for kind in ("failures", "held_deletions", "vanished", "exceptions")
        for fact in record[kind]["named"]
    ]
    names += [f"/{fact['path']}" for fact in record["foreign_changes"]["named"]]
    unnamed = {p for p in left if not any(_covers(name, p) for name in names)}
    assert unnamed == set()


def _covers(name: str, path: str) -> bool:
    """Whether it names the object, a folder above it, or its file in Git."""
    below = path.startswith(f"{name}/")
    return name in {"/", path} or below or name.rpartition(".")[0] == path


def exports_due(scene: Scene, case: Case, left: set[str]) -> list[str]:
    """What a run has to export now: what Git lacks, and what has no time."""
    shown = {path for path, _ in scene.shown()}
    lacking = left & shown - {*case.expected.exceptions}
    return sorted(lacking | {BOARD, *case.expected.again})
