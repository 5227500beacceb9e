"""The rolling audit on the whole stack: its timer, a slice, and what it finds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stacks import a_stack, events
from tests.e2e.trial import Trial


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with a_stack(tmp_path / "stack", AUDIT_SLICES="1") as endpoints:
        yield Trial(endpoints)


def test_the_audits_timer_finds_what_changed_without_its_time(
    trial: Trial, tmp_path: Path
) -> None:
    for number in range(12):
        path = f"/Clients/c{number % 4}/n{number}"
        trial.workspace.notebook(path, f"print({number})")
    trial.run()
    path = "/Clients/c1/n1"
    before = trial.workspace.objects()[path]
    trial.workspace.place(
        path, "NOTEBOOK", content="print('x')", modified_at=before["modified_at"]
    )
    unseen = trial.run()
    trial.fire("audit_schedule")
    audit = trial.wait(trial.newest("audit"))
    clone = trial.repository.clone(tmp_path / "clone")

    assert unseen["unchanged"]
    assert (audit["trigger"], audit["scope"]["slice"]) == ("audit", "1/1")
    assert audit["status"] == "complete"
    assert audit["counts"]["exported"] == 12
    assert audit["counts"]["mismatched"] == audit["counts"]["stored"] == 1
    assert clone.read("Clients/c1/n1.py") == trial.workspace.source(path)
    (mismatch,) = events(tmp_path / "stack", "audit.mismatch")
    assert (mismatch["run_id"], mismatch["first"]) == (audit["id"], path)


def test_a_slice_can_be_asked_for(trial: Trial) -> None:
    trial.workspace.notebook("/Clients/acme/load", "print(1)")
    trial.run()
    run = trial.run(slice="1/1")

    assert (run["status"], run["unchanged"]) == ("complete", True)
    assert run["counts"]["exported"] == 1
