"""A setup that is applied while a run is open: neither gets into the other's way."""

import pytest

from shared.services.setup_steps.branch import BRANCH, MakeBranch
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint, crash_points
from tests.unit.services.scenes import an_app, assert_mirrored, assert_whole, named
from tests.unit.services.setup_scenes import TARGET


def set_up(app: BackupApp) -> None:
    """What a setup does to the backup branch; its probes are on refs of their own."""
    git = app.git
    finding = MakeBranch(lambda: git, lambda: git, lambda: TARGET).apply()
    assert finding.case in BRANCH.cases


def places() -> list[CrashPoint]:
    """Each moment of a first run: before and after every call of a port."""
    app = an_app()
    assert app.run().status == "complete"
    return list(crash_points(app.calls.log))


@pytest.mark.parametrize("place", places(), ids=str)
def test_a_first_run_goes_on_beside_a_setup_at_any_moment(place: CrashPoint) -> None:
    app = an_app()
    app.happenings = {place: lambda: set_up(app)}

    run = app.run()

    assert run.status == "complete"
    assert named(app, run, "foreign_changes") == []
    assert_mirrored(app)
    assert_whole(app.git)


def test_the_run_after_a_setup_finds_nothing_of_it_to_change() -> None:
    app = an_app()
    set_up(app)
    made = dict(app.git.files())

    run = app.run()

    assert run.status == "complete"
    assert made.items() <= app.git.files().items()
    assert_mirrored(app)
    again = app.git.head
    set_up(app)
    assert app.git.head == again
    assert app.run().unchanged
