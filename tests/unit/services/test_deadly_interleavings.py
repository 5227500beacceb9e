"""Interleavings that cost a backup its truth elsewhere; here each is a test.

A worker that dies between push and read-back; a stranger's commit to a folder whose
shard is closed; a cancelled run's worker that wakes up in the next run; two planners of
one run; a crash between what a parent and its sub-folder go through; a move whose new
half cannot be stored; a folder wiped between listing and export; a timer that meets an
open partial run.
"""

import pytest

from shared.domain.manifest import manifest_path
from shared.domain.messages import PlanMessage
from shared.errors import Unavailable
from shared.services.open_run import Opening
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.fakes.remotes import no_fault
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    assert_whole,
    at_export,
    changed,
    exports,
    failing,
    named,
    once,
    records,
    stored,
    stranger_commits,
    timers_run,
    to_shard,
    with_folders,
)


@pytest.mark.parametrize("after", [False, True])
def test_a_worker_that_dies_between_push_and_read_back(
    after: bool,  # noqa: FBT001 - drawn
) -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    app.crash = (
        CrashPoint("git.items", 2) if after else CrashPoint("git.push", 1, after=True)
    )

    run = app.run()

    assert app.crash is None
    assert (run.status, run.unchanged) == ("complete", False)
    assert len(records(app)) == 2
    assert app.git.files(run.commit)["notes.txt"] == b"edited"
    assert exports(app) == ["/notes.txt"]


def test_i1_a_folder_changed_after_its_shard_closed_is_never_complete() -> None:
    app = an_app(largest_shard=3, window=1)

    def stored_already() -> list[str]:
        return [path for path in app.git.files() if path.endswith(".py")]

    app.git.fault = once(
        lambda call, _: call == "push" and bool(stored_already()),
        lambda: stranger_commits(app, {stored_already()[0]: b"# by hand"}),
    )
    run_id = app.begin()
    app.pump()
    first = app.row(run_id)
    second = app.run()

    assert first.status == "incomplete"
    assert len(named(app, first, "foreign_changes")) == 1
    assert f"backup/{first.id}" not in app.git.tags
    assert second.status == "complete"
    assert len(exports(app)) == 8
    assert_mirrored(app)


def test_a_cancelled_runs_worker_that_wakes_up_in_the_next_run_pushes_nothing() -> None:
    app = an_app()
    first = app.begin()
    message = to_shard(app, first)

    def meanwhile() -> None:
        app.clock.advance(600)
        app.cancel_run(first)
        app.deliver(message)
        app.pump()
        assert app.row(first).status == "cancelled"
        app.workspace.edit("/notes.txt", b"edited meanwhile")
        app.clock.advance(60)
        app.begin()
        app.pump()

    at_export(app, meanwhile)
    app.pump()

    comments = [commit.comment for commit in app.git.commits.values()]
    assert not any(first in comment for comment in comments)
    assert_mirrored(app)


def test_a_second_planner_loses_and_stops_without_another_effect() -> None:
    app = with_folders(12, largest_shard=2)
    run_id = app.begin()

    def asleep_for_long() -> None:
        app.clock.advance(600)
        app.deliver(PlanMessage(run_id))

    app.workspace.fault = once(
        lambda call, path: (call, path) == ("list", "/team1"), asleep_for_long
    )
    app.pump()
    run = app.row(run_id)

    numbers = [shard.number for shard in app.shards(run)]
    assert run.status == "complete"
    assert numbers == list(range(1, run.shards + 1))
    assert run.tally.stored == len({*exports(app)}) == 12
    assert len(records(app)) == 1
    assert_mirrored(app)


def test_a_planner_that_slept_stops_while_the_other_is_still_at_work() -> None:
    app = with_folders(12, largest_shard=2, plan_seconds=40)
    run_id = app.begin()
    shards: list[int] = []

    def slowly(call: str, path: str) -> None:
        app.clock.advance(15 if call == "list" else 0)
        if (call, path) == ("list", "/team1") and not shards:
            shards.append(0)
            app.clock.advance(600)
            app.deliver(PlanMessage(run_id))
            shards.append(app.row(run_id).shards)

    app.workspace.fault = slowly
    while len(shards) < 2:
        app.step()
    after_waking = app.row(run_id).shards
    app.pump()

    assert after_waking == shards[1]
    assert app.row(run_id).status == "complete"
    assert_mirrored(app)


def test_a_crash_after_the_parents_push_and_before_the_sub_folders_deletion() -> None:
    app = a_backed_up_app()
    app.workspace.add_notebook("/Clients/new", "# new")
    app.workspace.delete("/Clients/bolt")
    app.crash = CrashPoint("git.push", 2)

    run = app.run()

    assert app.crash is None
    assert (run.status, run.tally.deleted) == ("complete", 3)
    assert manifest_path("Clients/bolt") not in app.git.files()
    assert_mirrored(app)
    assert app.run().unchanged


def test_a_crash_between_a_sub_folders_deletion_and_its_parents() -> None:
    app = a_backed_up_app(deletions_a_shard=1)
    app.workspace.delete("/Clients")
    app.crash = CrashPoint("git.push", 2)

    run = app.run()

    assert app.crash is None
    assert (run.status, run.tally.deleted) == ("complete", 6)
    assert [p for p in app.git.files() if "Clients" in p] == []
    assert_mirrored(app)


def test_a_move_whose_new_half_fails_keeps_the_old_half() -> None:
    app = a_backed_up_app()
    app.workspace.move("/Clients/bolt", "/Clients/zenith")
    app.workspace.fault = failing(Unavailable("cut"), "/Clients/zenith/load")

    first = app.run()
    between = stored(app.git.files())
    app.workspace.fault = no_fault
    second = app.run()

    assert (first.status, first.tally.moved, first.tally.held) == ("incomplete", 2, 1)
    assert ("/Clients/bolt/load", "NOTEBOOK") in between
    assert ("/Clients/bolt/report", "NOTEBOOK") not in between
    assert (second.status, second.tally.moved) == ("complete", 1)
    assert_mirrored(app)


def wipe(app: BackupApp) -> None:
    """Everything in the folder is gone, the folder is still there."""
    for name in ("extract", "load", "report"):
        app.workspace.delete(f"/Clients/acme/{name}")


def wipe_and_fill(app: BackupApp) -> None:
    """Everything in the folder is gone and there anew, under other ids."""
    wipe(app)
    for name in ("extract", "load", "report"):
        app.workspace.add_notebook(f"/Clients/acme/{name}", f"# another {name}")


def test_a_folder_wiped_between_listing_and_export() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.workspace.edit("/Clients/acme/report", b"# edited")
    at_export(app, lambda: wipe(app))

    first = app.run()
    between = app.git.files()
    second = app.run()

    assert (first.status, first.tally.vanished) == ("complete", 2)
    assert changed(before, between) == []
    assert (second.status, second.tally.deleted) == ("complete", 3)
    assert_mirrored(app)


def test_a_folder_wiped_and_filled_anew_between_listing_and_export() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    at_export(app, lambda: wipe_and_fill(app))

    first = app.run()
    assert_whole(app.git)
    second = app.run()

    assert (first.status, second.status) == ("complete", "complete")
    assert (first.tally.deleted, second.tally.deleted) == (0, 0)
    assert_mirrored(app)
    assert app.run().unchanged


def test_the_timer_waits_behind_a_partial_run_and_is_begun_by_who_closes_it() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    app.clock.advance(60)
    partial = app.begin(paths=("/Clients",))
    app.clock.advance(60)

    opened = app.open(trigger="timer")
    app.pump()

    assert (opened.opening, opened.request.run_id) == (Opening.WAITING, partial)
    assert timers_run(app).status == "complete"
    assert app.index.waits is None
    assert_mirrored(app)
