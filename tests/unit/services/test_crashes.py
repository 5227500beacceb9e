"""I5: a crash anywhere, before or after any call of a port, and the run goes on.

Each point of each story is a test of its own; its name tells the step of a run in which
the call is made. Cancelling and burying have no step: each is one transition, and is
tested where it is told (`test_ends.py`, `test_failures.py`).
"""

import pytest

from shared import ports
from shared.services.open_run import RETRY
from shared.services.steps import Step
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint, crash_points
from tests.unit.services.endings import assert_as_undisturbed, lost_exports
from tests.unit.services.scenes import without_records
from tests.unit.services.stories import STORIES, Story, undisturbed

DECISIONS = {Step.P4, Step.S4}
"""These only decide."""

OPENS_BY_R1 = Step.W5
"""A retry is decided on, and then opened like any other run."""

PORTS = (
    ("workspace", ports.Workspace),
    ("git", ports.GitReader),
    ("git", ports.GitWriter),
    ("store", ports.RunStore),
    ("index", ports.RunIndex),
    ("blobs", ports.BlobStore),
    ("poison", ports.PoisonQueues),
    ("queue", ports.Queue),
    ("events", ports.Events),
    ("notifier", ports.Notifier),
)
OF_OTHERS = {"queue.restore", "index.opened_before"}
"""What only restores need, and the start of an audit."""

CLEANED_UP = {"restores.get", "restores.opened_before", "restores.forget"}
CLEANED_UP |= {"place.holder"}
"""What no run needs: a sweep removes old restores, too."""

LEASE = {"lease.acquire", "lease.release"}


LOGS = {story.name: tuple(undisturbed(story).calls.log) for story in STORIES}
POINTS = [
    (story, point) for story in STORIES for point in crash_points(LOGS[story.name])
]


def test_the_stories_lead_through_every_step_and_no_effect_is_outside_of_one() -> None:
    reached = {call.step for log in LOGS.values() for call in log}

    assert None not in reached
    assert {*Step} - reached == DECISIONS | {OPENS_BY_R1}


def test_the_stories_call_every_method_of_every_port() -> None:
    calls = [call for log in LOGS.values() for call in log]
    methods = {
        f"{name}.{method}"
        for name, port in PORTS
        for method in dir(port)
        if not method.startswith("_")
    }

    assert {c.name for c in calls if isinstance(c.step, Step)} == (
        (methods - OF_OTHERS) | LEASE | CLEANED_UP
    )


def test_the_stories_try_a_run_again() -> None:
    apps = [undisturbed(story) for story in STORIES]
    triggers = {app.row(run).request.trigger for app in apps for run in app.run_ids}

    assert RETRY in triggers


@pytest.mark.parametrize(
    ("story", "point"),
    POINTS,
    ids=[f"{n} {story.name}: {point}" for n, (story, point) in enumerate(POINTS, 1)],
)
def test_i5_a_crash_at_any_point_ends_as_if_it_had_not_been(
    story: Story, point: CrashPoint
) -> None:
    plain = undisturbed(story)
    app = story.before(BackupApp)
    app.crash = point

    story.act(app)

    assert app.crash is None, "the point was never reached"
    assert without_records(app.git.files()) == without_records(plain.git.files())
    assert len(lost_exports(app)) <= story.exports_a_push
    assert_as_undisturbed(app, plain)
    assert {notice.run_id for notice in app.notifier.told} >= {*app.run_ids}
    assert len(app.notifier.told) - len(plain.notifier.told) in {0, 1}
