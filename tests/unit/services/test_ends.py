"""How runs end before their work is done: cancelled, too late, poisoned."""

import pytest

from shared.domain.messages import PlanMessage, ShardMessage
from shared.domain.runs import Mode
from shared.errors import Unavailable
from tests.backup_app import BackupApp
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    assert_whole,
    exports,
    named,
    once,
    raising,
    record_of,
    records,
    stranger_commits,
)


def test_a_cancelled_run_ends_without_a_record_and_keeps_what_it_pushed() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.git.after = once(lambda call, _: call == "push", lambda: app.cancel_run(run_id))

    app.pump()

    run = app.row(run_id)
    statuses = [shard.status for shard in app.shards(run)]
    assert (run.status, run.commit) == ("cancelled", "")
    assert records(app) == []
    assert len(app.git.commits) == 1
    assert "queued" not in statuses
    assert "waiting" not in statuses
    assert app.calls["queue.shard"] == 1
    assert app.index.holder is None
    assert_whole(app.git)


@pytest.mark.parametrize(
    "moment", ["identity", "repos", "list", "export", "tip", "items"]
)
def test_a_cancelled_run_stops_before_its_next_push(moment: str) -> None:
    app = a_backed_up_app(largest_shard=2, window=1)
    for path in ("/Clients/acme/load", "/Clients/bolt/load", "/notes.txt"):
        app.workspace.edit(path, b"edited")
    commits = len(app.git.commits)
    run_id = app.begin()
    fault = once(lambda call, _: call == moment, lambda: app.cancel_run(run_id))
    app.workspace.fault = app.git.fault = fault

    app.pump()

    assert app.row(run_id).status == "cancelled"
    assert len(app.git.commits) == commits


def test_a_cancelled_run_soon_exports_no_more() -> None:
    app = an_app()
    run_id = app.begin()
    app.step()

    def cancel(call: str, _subject: str) -> None:
        app.clock.advance(3)
        if call == "export":
            app.cancel_run(run_id)

    app.workspace.fault = cancel
    app.pump()

    assert app.row(run_id).status == "cancelled"
    assert len(exports(app)) <= 2 * app.concurrency


def test_cancelling_does_not_wait_for_a_sweep() -> None:
    app = an_app(largest_shard=2, window=2)
    run_id = app.begin()
    app.step()
    start = app.clock.monotonic()

    app.cancel_run(run_id)
    app.pump()

    assert app.row(run_id).status == "cancelled"
    assert app.clock.monotonic() - start < 60


def test_cancelling_in_the_midst_of_the_walk_does_not_wait_for_a_sweep_either() -> None:
    app = an_app(largest_shard=2, window=1, plan_seconds=20)
    run_id = app.begin()
    app.workspace.fault = lambda call, _: app.clock.advance(15 if call == "list" else 0)
    while app.row(run_id).shards < 2:
        app.step()
    start = app.clock.monotonic()
    app.git.fault = once(lambda call, _: call == "push", lambda: app.cancel_run(run_id))

    app.pump()

    assert app.row(run_id).status == "cancelled"
    assert app.clock.monotonic() - start < 120


def test_after_a_cancelled_run_the_next_does_the_rest_only() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.git.after = once(lambda call, _: call == "push", lambda: app.cancel_run(run_id))
    app.pump()
    already = len(exports(app))

    run = app.run()

    assert run.status == "complete"
    assert already < 7
    assert len(exports(app)) <= 7 + 1
    assert_mirrored(app)


def test_cancelling_a_run_that_has_ended_changes_nothing() -> None:
    app = a_backed_up_app()
    (run_id,) = app.index.runs
    before = app.row(run_id)

    app.cancel_run(run_id)

    assert app.row(run_id) == before
    assert app.queue.sent == []


def test_a_run_past_its_deadline_is_recorded_as_incomplete() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    pushes: list[str] = []

    def late(call: str, _subject: str) -> None:
        pushes.extend([call] if call == "push" else [])
        if call == "push" and len(pushes) == 2:
            app.clock.advance(5 * 3_600)
            app.repair()

    app.git.fault = late
    app.pump()

    run = app.row(run_id)
    facts = record_of(app, run)
    assert (run.status, facts["status"]) == ("incomplete", "incomplete")
    assert "deadline" in facts["error"]
    assert all("deadline" in fact["detail"] for fact in facts["failures"]["named"])
    assert app.git.tags == {}
    assert_whole(app.git)


def test_after_a_deadline_the_next_run_does_the_rest() -> None:
    app = an_app(largest_shard=2, window=1)
    app.begin()

    def too_late() -> None:
        app.clock.advance(5 * 3_600)
        app.repair()

    app.git.after = once(lambda call, _: call == "push", too_late)
    app.pump()

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)


def test_a_deadline_before_the_deletions_names_them_and_tries_again() -> None:
    app = a_backed_up_app(window=1, largest_shard=2)
    app.workspace.edit("/notes.txt", b"edited")
    app.workspace.delete("/Clients/bolt/load")
    app.clock.advance(60)
    run_id = app.begin()

    def late() -> None:
        app.clock.advance(5 * 3_600)
        app.repair()

    app.git.after = once(lambda call, _: call == "push", late)
    app.pump()
    run = app.row(run_id)
    app.clock.advance(3_600)
    app.repair()
    app.pump()

    retry = app.row(app.run_ids[0])
    assert (run.status, run.tally.held, run.tally.deleted) == ("incomplete", 1, 0)
    assert named(app, run, "held_deletions") == ["/Clients/bolt/load"]
    assert (retry.request.trigger, retry.status) == ("retry", "complete")
    assert_mirrored(app)


def test_a_deadline_in_the_midst_of_the_walk_deletes_nothing_and_tells_it() -> None:
    app = a_backed_up_app(plan_seconds=10)
    app.workspace.delete("/Clients/acme")
    run_id = app.begin()

    def late(call: str, path: str) -> None:
        if (call, path) == ("list", "/Clients"):
            app.clock.advance(5 * 3_600)
            app.repair()

    app.workspace.fault = late
    app.pump()

    run = app.row(run_id)
    assert (run.status, run.walk_complete, run.tally.deleted) == (
        "incomplete",
        False,
        0,
    )
    assert "Clients/acme/load.py" in app.git.files()
    held = named(app, run, "held_deletions")
    assert "/Clients/acme/load" in held
    assert all(path.startswith("/Clients/acme/") for path in held)
    assert run.tally.held == len(held)


def test_a_deadline_before_anything_was_compared_fails_the_run() -> None:
    app = a_backed_up_app()

    def down(call: str, _subject: str) -> None:
        if call == "identity":
            app.clock.advance(3_600)
            raise Unavailable("down")

    app.workspace.fault = down
    run_id = app.begin()
    while app.row(run_id).status.open:
        app.step()
        app.repair()

    run = app.row(run_id)
    assert (run.status, run.commit) == ("failed", "")
    assert "deadline" in run.error
    assert len(records(app)) == 1
    assert app.index.holder is None


def test_a_poisoned_shard_is_closed_as_failed_and_the_run_goes_on() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.step()

    app.bury_shard(run_id, 1)
    app.bury_shard(run_id, 1)
    app.pump()

    run = app.row(run_id)
    statuses = [shard.status for shard in app.shards(run)]
    assert (run.status, run.places) == ("incomplete", 0)
    assert (statuses[0], {*statuses[1:]}) == ("failed", {"done"})
    assert app.events.facts("shard.poisoned")
    assert named(app, run, "failures") != []
    assert app.run().status == "complete"
    assert_mirrored(app)


def test_a_poisoned_shard_frees_its_place_for_the_next() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.step()
    app.pending.clear()
    app.queue.sent.clear()

    app.bury_shard(run_id, 1)

    assert [message for message, _ in app.queue.sent] == [ShardMessage(run_id, 2)]


def test_burying_what_has_ended_or_never_was_changes_nothing() -> None:
    app = a_backed_up_app()
    (run_id,) = app.index.runs
    before = dict(app.store.rows)

    app.bury_shard(run_id, 1)
    app.bury_shard(run_id, 99)
    app.bury_shard("20200101T000000Z-000000", 1)
    app.bury_plan(run_id)
    app.bury_plan("20200101T000000Z-000000")

    assert app.store.rows == before
    assert app.queue.sent == []


def test_a_poisoned_plan_is_an_incomplete_walk() -> None:
    app = a_backed_up_app(plan_seconds=10)
    app.workspace.delete("/Clients/acme/load")
    app.workspace.edit("/notes.txt", b"edited")
    app.workspace.fault = lambda call, _: app.clock.advance(20 if call == "list" else 0)
    run_id = app.begin()
    app.step()
    app.step()
    app.pending = [sent for sent in app.pending if sent[2] != PlanMessage(run_id)]
    app.queue.sent = [s for s in app.queue.sent if s[0] != PlanMessage(run_id)]

    app.bury_plan(run_id)
    app.pump()

    run = app.row(run_id)
    assert (run.status, run.walk_complete, run.tally.deleted) == (
        "incomplete",
        False,
        0,
    )
    assert "Clients/acme/load.py" in app.git.files()
    assert app.git.files()["notes.txt"] == b"edited"


def test_a_poisoned_plan_names_what_it_did_not_get_to() -> None:
    app = a_backed_up_app(plan_seconds=10)
    app.workspace.fault = lambda call, _: app.clock.advance(20 if call == "list" else 0)
    run_id = app.begin()
    app.step()

    app.bury_plan(run_id)
    app.pump()

    run = app.row(run_id)
    assert (run.status, run.tally.held) == ("incomplete", 0)
    assert named(app, run, "failures") == ["/Clients"]


def test_a_plan_poisoned_before_its_walk_is_a_failed_run() -> None:
    app = an_app()
    run_id = app.begin()

    app.bury_plan(run_id)
    app.pump()

    run = app.row(run_id)
    assert (run.status, "too often" in run.error) == ("failed", True)
    assert app.events.facts("run.finished")[0]["status"] == "failed"
    assert app.index.holder is None


def test_a_poisoned_finish_is_a_failed_run_and_the_next_one_records() -> None:
    app = an_app()
    run_id = app.begin()
    app.step()
    app.step()

    app.bury_plan(run_id)
    app.pump()
    run = app.run()

    assert app.row(run_id).status == "failed"
    assert (run.status, run.unchanged) == ("complete", False)
    assert len(exports(app)) == 7
    assert_mirrored(app)


def test_a_lost_plan_blob_fails_its_shard_and_the_next_run_heals() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.step()
    plan = app.shards(app.row(run_id))[0].plan
    app.blobs.delete(plan)

    app.pump()

    assert app.row(run_id).status == "incomplete"
    assert app.run().status == "complete"
    assert_mirrored(app)


def ended(app: BackupApp) -> list[str]:
    return [str(facts["status"]) for facts in app.events.facts("run.finished")]


def test_a_run_that_could_not_set_its_tag_sets_it_later_and_records_once() -> None:
    app = an_app()
    app.git.fault = once(lambda call, _: call == "tag", raising(Unavailable("cut")))

    run = app.run()

    assert (run.status, len(records(app))) == ("complete", 1)
    assert app.git.tags == {f"backup/{run.id}": run.commit}
    assert ended(app) == ["complete"]


def test_a_strangers_commit_after_the_record_does_not_change_what_it_told() -> None:
    app = an_app()

    def covered() -> None:
        stranger_commits(app, {"Clients/acme/load.py": b"# by hand"})
        raise Unavailable("cut")

    app.git.fault = once(lambda call, _: call == "tag", covered)

    run, again = app.run(), app.run()

    assert run.status == "complete"
    assert app.git.tags[f"backup/{run.id}"] == run.commit
    assert record_of(app, run)["status"] == "complete"
    assert app.git.files(run.commit)["Clients/acme/load.py"] != b"# by hand"
    assert again.status == "complete"
    assert_mirrored(app)


def test_a_full_run_that_was_stopped_is_tried_again_incrementally() -> None:
    app = an_app(retries=1)
    app.begin(mode=Mode.FULL)
    app.workspace.fault = once(
        lambda call, path: (call, path) == ("export", "/notes.txt"),
        raising(Unavailable("cut")),
    )
    app.pump()
    app.clock.advance(3_600)

    app.repair()
    app.pump()

    retry = max(map(app.row, app.index.runs), key=lambda run: run.id)
    assert (retry.status, retry.request.mode) == ("complete", Mode.INCREMENTAL)
    assert len(exports(app)) == 8
