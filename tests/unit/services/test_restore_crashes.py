"""A crash anywhere in a restore, before or after any call of any port: it goes on.

Never a wrong byte in the workspace, never an outcome "verified" that is not, and in the
end the same as without the crash.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from shared import ports
from shared.domain.blob_ids import blob_id
from shared.domain.objects import NOTEBOOK
from shared.domain.restore_outcomes import RestoreOutcome, Result
from shared.domain.restore_plan import Bounds
from shared.domain.restores import OnConflict, Restore
from shared.errors import Throttled, Unavailable
from shared.services.steps import RestoreStep
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint, crash_points
from tests.unit.services.scenes import forget_calls

FEW = Bounds(shard_objects=3, shard_folders=2, batch_objects=2, batch_bytes=400)
OVER = OnConflict.OVERWRITE

PORTS: tuple[tuple[str, type, set[str]], ...] = (
    ("workspace", ports.Workspace, {"git_folders", "identity"}),
    ("writes", ports.WorkspaceWriter, set()),
    ("git", ports.GitReader, {"log", "compare"}),
    ("git", ports.GitHistory, set()),
    ("restores", ports.RestoreStore, {"opened_before", "forget"}),
    ("place", ports.RestorePlace, set()),
    ("blobs", ports.Blobs, {"delete", "names"}),
)
"""And what of them no restore needs: unless something goes wrong, or to clean up."""


@dataclass(frozen=True)
class Story:
    """`before` gives the app in which a process is to die while it does `act`."""

    name: str
    before: Callable[[], BackupApp]
    act: Callable[[BackupApp], Restore]


def backed_up(**facts: Any) -> BackupApp:
    """A few folders that make several small shards, all stored."""
    app = BackupApp(bounds=FEW, **facts)
    for path in ("/a/x", "/a/y", "/a/z", "/b/x", "/b/c/z", "/d"):
        app.workspace.add_notebook(path, path)
    app.workspace.add_file("/b/file", b"\x00\xff" * 150)
    app.workspace.add("/board", "DASHBOARD", b"{}")
    app.workspace.mkdir("/empty")
    app.run()
    return app


def emptied(**facts: Any) -> BackupApp:
    app = backed_up(**facts)
    for path in ("/a", "/b", "/d", "/board", "/empty"):
        app.workspace.delete(path)
    forget_calls(app)
    return app


def disturbed() -> BackupApp:
    """Edited, of another type, of another language, gone, unknown."""
    app = backed_up()
    app.workspace.edit("/a/x", b"edited")
    app.workspace.delete("/a/y")
    app.workspace.add_file("/a/y", b"a file by now")
    app.workspace.delete("/a/z")
    app.workspace.add_notebook("/a/z", "select 1", "SQL")
    app.workspace.delete("/b/c")
    app.workspace.add_notebook("/b/unknown", "1")
    app.workspace.rewrite("/board", b"{1}")
    forget_calls(app)
    return app


def troubled() -> BackupApp:
    app = emptied()
    errors = iter([Unavailable("down"), Unavailable("down"), Throttled("slower", 2.0)])

    def fault(call: str, _: str) -> None:
        error = next(errors, None) if call == "import" else None
        if error is not None:
            raise error

    app.writes.fault = fault
    return app


def old() -> BackupApp:
    """With a restore that is to be forgotten."""
    app = emptied()
    app.restore("/a/x")
    app.clock.advance(91 * 86_400)
    app.calls.clear()
    return app


def restored(*paths: str, **wanted: Any) -> Callable[[BackupApp], Restore]:
    return lambda app: app.restore(*(paths or ("/",)), apply=True, **wanted)


STORIES = [
    Story("an empty workspace", emptied, restored()),
    Story("a disturbed workspace", disturbed, restored(on_conflict=OVER)),
    Story("what is there is kept", disturbed, restored()),
    Story("another root", backed_up, restored("/a", "/b", target_root="/R/S")),
    Story("some objects", emptied, restored("/a/x", "/a/y", "/b/file")),
    Story("a plan", disturbed, lambda app: app.restore("/")),
    Story("in pieces", lambda: emptied(restore_seconds=0), restored()),
    Story("a troubled workspace", troubled, restored()),
    Story("after an old one", old, lambda app: swept(app, restored()(app))),
]


def swept(app: BackupApp, restore: Restore) -> Restore:
    app.repair()
    return restore


@dataclass(frozen=True)
class Ending:
    """What is left of a story."""

    status: str
    error: str
    tally: object
    outcomes: tuple[RestoreOutcome, ...]
    facts: dict[str, tuple[str, str | None, bytes]]


def ending(app: BackupApp, restore: Restore) -> Ending:
    row = app.restore_row(restore.id)
    return Ending(row.status, row.error, row.tally, app.outcomes(row), facts(app))


def facts(app: BackupApp) -> dict[str, tuple[str, str | None, bytes]]:
    scene = app.workspace
    return {
        path: (obj.type, obj.language, scene.contents[path])
        for path, obj in scene.objects.items()
    }


def assert_true(app: BackupApp, restore: Restore) -> None:
    """What is verified is there, to the byte, and of its kind."""
    for outcome in app.outcomes(restore):
        if outcome.result is Result.VERIFIED and not outcome.is_folder:
            there = app.workspace.objects[outcome.path]
            assert blob_id(app.workspace.contents[outcome.path]) == outcome.blob
            assert (there.type, there.language) == (outcome.type, outcome.language)


@cache
def undisturbed(name: str) -> tuple[BackupApp, Ending]:
    (story,) = [story for story in STORIES if story.name == name]
    app = story.before()
    restore = story.act(app)
    return app, ending(app, restore)


POINTS = [
    (story, point)
    for story in STORIES
    for point in crash_points(
        call
        for call in undisturbed(story.name)[0].calls.log
        if isinstance(call.step, RestoreStep)
    )
]


@pytest.mark.parametrize(
    ("story", "point"),
    POINTS,
    ids=[f"{n} {story.name}: {point}" for n, (story, point) in enumerate(POINTS, 1)],
)
def test_a_crash_at_any_point_ends_as_if_it_had_not_been(
    story: Story, point: CrashPoint
) -> None:
    app = story.before()
    app.crash = point

    restore = story.act(app)

    assert app.crash is None, "the point was never reached"
    assert ending(app, restore) == undisturbed(story.name)[1]
    assert_true(app, restore)
    assert app.place.held is None
    ends = [e for e in app.events.emitted if e.name == "restore.finished"]
    assert len([e for e in ends if e.facts["restore_id"] == restore.id]) <= 1


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_the_stories_end_well(story: Story) -> None:
    app, end = undisturbed(story.name)
    assert end.status in {"complete", "planned"}, end
    assert app.unfinished is False


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_every_message_may_come_twice_and_in_any_order(story: Story) -> None:
    app = story.before()
    app.twice = True

    restore = story.act(app)

    assert ending(app, restore) == undisturbed(story.name)[1]
    assert_true(app, restore)


def test_the_stories_lead_through_every_step_and_no_effect_is_outside_of_one() -> None:
    steps = {call.step for s in STORIES for call in undisturbed(s.name)[0].calls.log}

    assert None not in steps
    assert {*RestoreStep} <= steps


def test_the_stories_call_every_method_of_every_port() -> None:
    calls = [c for s in STORIES for c in undisturbed(s.name)[0].calls.log]
    called = {c.name for c in calls if isinstance(c.step, RestoreStep)}
    methods = {
        f"{name}.{method}"
        for name, port, unused in PORTS
        for method in dir(port)
        if not method.startswith("_") and method not in unused
    }

    assert methods <= called, methods - called


@pytest.mark.parametrize("number", range(2, 60, 4))
def test_a_cancelled_restore_ends_whole_wherever_it_is_cancelled(number: int) -> None:
    app = emptied(restore_seconds=0)
    point = CrashPoint("restores.write", number)
    restore_id = ""

    def cancel() -> None:
        app.restoring().cancel()(app.restore_ids[0])

    app.happenings = {point: cancel}
    restore_id = app.begin_restore("/", apply=True)
    app.pump()

    row = app.restore_row(restore_id)
    assert row.status in {"cancelled", "complete"}
    assert_true(app, row)
    assert app.place.held is None
    done = row.tally.verified + row.tally.failed
    written = [o for o in app.outcomes(row) if o.result is Result.VERIFIED]
    assert done == len([o for o in written if not o.is_folder])


def test_whatever_the_workspace_makes_of_it_nothing_is_verified_that_is_not() -> None:
    app = emptied()

    def mangling(call: str, path: str) -> None:
        if call == "import" and path.endswith("x"):
            app.workspace.rewrite(path, b"mangled")
        if call == "import" and path == "/b/c/z":
            found = app.workspace.objects[path]
            app.workspace.objects[path] = type(found)(path, NOTEBOOK, 5, "SQL", 9)

    app.writes.after = mangling

    restore = app.restore("/", apply=True)

    differs = {o.path for o in app.outcomes(restore) if o.result is Result.DIFFERS}
    assert differs == {"/a/x", "/b/x", "/b/c/z"}
    assert_true(app, restore)
