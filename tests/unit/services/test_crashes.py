"""I5: a crash anywhere, before or after any call of a port, and the run goes on.

Each point of each story is a test of its own; its name tells the step of a run in which
the call is made. Cancelling and burying have no step: each is one transition, and is
tested where it is told (`test_ends.py`, `test_failures.py`).
"""

import json
from collections import Counter
from typing import Any

import pytest

from shared import ports
from shared.domain.decision import inside
from shared.domain.git import Push
from shared.domain.repository_texts import is_record_comment
from shared.domain.run_ids import record_path
from shared.services.open_run import RETRY
from shared.services.steps import Step
from tests.backup_app import BackupApp
from tests.builders import manifests_of
from tests.crashes import Call, CrashPoint, crash_points
from tests.unit.services.scenes import assert_whole, exports, without_records
from tests.unit.services.stories import STORIES, Story

DECISIONS = {Step.P4, Step.S4}
"""These only decide."""

OPENS_BY_R1 = Step.W5
"""A retry is decided on, and then opened like any other run."""

LOST_COUNTS = {"stored", "stored_bytes", "exported", "pushes"}

PORTS = {
    "workspace": ports.Workspace,
    "store": ports.RunStore,
    "index": ports.RunIndex,
    "blobs": ports.Blobs,
    "queue": ports.Queue,
    "events": ports.Events,
}
GIT = (ports.GitReader, ports.GitWriter)


def undisturbed(story: Story) -> BackupApp:
    app = story.before()
    story.act(app)
    return app


UNDISTURBED = {story.name: undisturbed(story) for story in STORIES}
LOGS = {name: tuple(app.calls.log) for name, app in UNDISTURBED.items()}
POINTS = [
    (story, point) for story in STORIES for point in crash_points(LOGS[story.name])
]


def test_the_stories_lead_through_every_step_and_no_effect_is_outside_of_one() -> None:
    reached = {call.step for log in LOGS.values() for call in log}

    assert None not in reached
    assert {*Step} - reached == DECISIONS | {OPENS_BY_R1}


def test_the_stories_call_every_method_of_every_port() -> None:
    called = {call.name for log in LOGS.values() for call in log}
    named = [*PORTS.items(), *(("git", port) for port in GIT)]
    methods = {
        f"{name}.{method}"
        for name, port in named
        for method in dir(port)
        if not method.startswith("_")
    }

    assert methods - called == set()


def test_the_stories_try_a_run_again() -> None:
    triggers = {
        request.trigger
        for app in UNDISTURBED.values()
        for request in app.index.runs.values()
    }

    assert RETRY in triggers


@pytest.mark.parametrize(
    ("story", "point"),
    POINTS,
    ids=[
        f"{number} {story.name}: {point}"
        for number, (story, point) in enumerate(POINTS, 1)
    ],
)
def test_i5_a_crash_at_any_point_ends_as_if_it_had_not_been(
    story: Story, point: CrashPoint
) -> None:
    plain = UNDISTURBED[story.name]
    app = story.before()
    app.crash = point

    story.act(app)

    assert app.crash is None, "the point was never reached"
    assert without_records(app.git.files()) == without_records(plain.git.files())
    assert statuses(app) == statuses(plain)
    assert recorded(app) == recorded(plain)
    assert told(app) == told(plain)
    assert_whole(app.git)
    lost = lost_exports(app)
    assert len(lost) <= story.exports_a_push
    assert Counter(exports(app)) - Counter(exports(plain)) <= Counter(lost)


def statuses(app: BackupApp) -> list[tuple[str, bool]]:
    """How each run ended, oldest first; the last one is complete."""
    runs = sorted(app.index.runs.values(), key=lambda request: request.opened_at)
    rows = [app.row(request.run_id) for request in runs]
    assert rows[-1].status == "complete"
    return [(row.status.value, row.unchanged) for row in rows]


def recorded(app: BackupApp) -> list[tuple[int, bool]]:
    """How many records each run has in Git's history, and whether it is tagged."""
    comments = [commit.comment for commit in app.git.commits.values()]
    assert len(app.git.tags) == len({*app.git.tags.values()})
    return [
        (
            sum(is_record_comment(comment, run_id) for comment in comments),
            f"backup/{run_id}" in app.git.tags,
        )
        for run_id in sorted(app.index.runs)
    ]


def lost_exports(app: BackupApp) -> list[str]:
    """What the process that died had exported, and neither pushed nor accounted for.

    What has no time is exported again until its folder's place is saved.
    """
    own = [call for call in app.calls.log if call.process is app.calls.dead]
    saves = [place for place, call in enumerate(own) if is_save(call)]
    since = max(saves, default=0)
    exported = [
        (place, str(call.about))
        for place, call in enumerate(own)
        if call.name == "workspace.export"
    ]
    pushed = timed_in([call.about for call in own if isinstance(call.about, Push)], app)
    return [
        path
        for place, path in exported
        if path not in pushed and (has_time(app, path) or place > since)
    ]


def told(app: BackupApp) -> list[object]:
    """What the records of complete runs name, and count."""
    files = app.git.files()
    found = [files.get(record_path(run_id)) for run_id in sorted(app.index.runs)]
    records = [json.loads(raw) for raw in found if raw is not None]
    return [_told(record) for record in records if record["status"] == "complete"]


def _told(record: dict[str, Any]) -> dict[str, object]:
    """What was pushed by who died before it could count, counts as equal."""
    counts = record["counts"]
    counts["equal"] += counts["stored"]
    facts = {key: n for key, n in counts.items() if key not in LOST_COUNTS}
    named = {key: value for key, value in record.items() if "named" in dict_of(value)}
    return {**facts, **named}


def dict_of(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def is_save(call: Call) -> bool:
    return (call.step, call.name) == (Step.S6, "store.write")


def has_time(app: BackupApp, path: str) -> bool:
    return app.workspace.objects[path].modified_at is not None


def timed_in(pushes: list[Push], app: BackupApp) -> set[str]:
    """The workspace paths of what was pushed, but for what has no time."""
    there = {change.path for push in pushes for change in push.changes}
    return {
        f"{manifest.path.rstrip('/')}/{entry.name}"
        for manifest in manifests_of(app.git.files()).values()
        for entry in manifest.entries
        if entry.modified_at is not None
        and inside(manifest.git_path, entry.file) in there
    }
