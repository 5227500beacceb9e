"""Thirty days, and each of them comes back: in place, and below another folder."""

import os
from dataclasses import dataclass

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shared.domain.deletions import Fuse
from shared.domain.objects import DIRECTORY, is_within
from shared.domain.restore_plan import Bounds
from shared.domain.restores import OnConflict, RestoreStatus
from tests.backup_app import BackupApp
from tests.unit.services.people import Edit, do, edits

DAYS = 30
EXAMPLES = 30 if os.environ.get("SOAK") else 4
NO_FUSE = Fuse(100, 10_000_000)
SMALL = Bounds(shard_objects=4, shard_folders=3, batch_objects=3, batch_bytes=200)

type Model = dict[str, tuple[str, str | None, bytes]]


@dataclass(frozen=True)
class Day:
    """What was in the workspace when its run had ended."""

    run: str
    model: Model


def model_of(app: BackupApp, below: str = "/") -> Model:
    """Type, language and bytes of what can be restored, by its path below a folder."""
    scene = app.workspace
    return {
        path.removeprefix(below.rstrip("/")): (
            found.type,
            found.language,
            scene.contents[path],
        )
        for path, found in scene.objects.items()
        if path != below
        and is_within(path, below)
        and (found.storable or found.type == DIRECTORY)
    }


def lived_through(days: list[list[Edit]]) -> tuple[BackupApp, list[Day]]:
    app = BackupApp(fuse=NO_FUSE, bounds=SMALL, concurrency=2)
    app.git.now = app.clock.now
    past = []
    for number, day in enumerate(days):
        for edit in day:
            do(app.workspace, edit)
        app.workspace.add_file("/today", str(number).encode())
        run = app.run()
        assert run.status == "complete", run.error
        past.append(Day(run.id, model_of(app)))
    return app, past


few = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    max_examples=EXAMPLES,
    deadline=None,
    # Thirty days are not made shorter within any patience.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
thirty_days = st.lists(st.lists(edits(), max_size=6), min_size=DAYS, max_size=DAYS)


@given(thirty_days)
@few
def test_any_of_thirty_days_comes_back_below_another_folder(
    days: list[list[Edit]],
) -> None:
    app, past = lived_through(days)

    for number, day in enumerate(past):
        root = f"/Restored/{number}"
        restore = app.restore("/", at=day.run, target_root=root, apply=True)
        assert restore.status is RestoreStatus.COMPLETE, app.outcomes(restore)
        assert model_of(app, root) == day.model


@given(thirty_days)
@few
def test_any_of_thirty_days_comes_back_in_place(days: list[list[Edit]]) -> None:
    app, past = lived_through(days)

    for day in past:
        for path in [p for p in app.workspace.objects if p.count("/") == 1]:
            app.workspace.delete(path)
        restore = app.restore("/", at=day.run, apply=True)
        assert restore.status is RestoreStatus.COMPLETE, app.outcomes(restore)
        assert model_of(app) == day.model


@given(thirty_days)
@few
def test_going_back_day_by_day_over_what_is_there_restores_every_object(
    days: list[list[Edit]],
) -> None:
    app, past = lived_through(days)

    for day in reversed(past):
        restore = app.restore(
            "/", at=day.run, on_conflict=OnConflict.OVERWRITE, apply=True
        )
        blocked = {o.path for o in app.outcomes(restore) if o.action == "blocked"}
        there = model_of(app)
        assert restore.tally.failed == restore.tally.differs == 0
        for path, fact in day.model.items():
            in_the_way = any(is_within(path, other) for other in blocked)
            assert there.get(path) == fact or in_the_way, path
