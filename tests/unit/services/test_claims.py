"""I4: messages that come twice, late, or while their twin still works."""

import random

import pytest

from shared.domain.messages import ShardMessage
from tests.crashes import Crash
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    assert_whole,
    at_export,
    exports,
    once,
    raising,
    records,
    stranger_commits,
    to_shard,
    without_records,
)


@pytest.mark.parametrize("seed", range(6))
def test_i4_each_message_twice_and_in_any_order_gives_the_same_tree(seed: int) -> None:
    plain = an_app(largest_shard=3)
    plain.run()
    app = an_app(largest_shard=3, twice=True, shuffled=random.Random(seed))

    run = app.run()

    assert run.status == "complete"
    assert without_records(app.git.files()) == without_records(plain.git.files())
    assert (len(records(app)), len(app.git.tags)) == (1, 1)
    assert len(exports(app)) == 7


@pytest.mark.parametrize("seed", range(4))
def test_i4_days_with_messages_twice_keep_git_a_mirror(seed: int) -> None:
    app = an_app(largest_shard=2, twice=True, shuffled=random.Random(seed))
    app.run()
    app.workspace.move("/Clients/acme", "/Clients/zenith")
    app.workspace.delete("/Clients/bolt/load")
    app.workspace.edit("/notes.txt", b"edited")

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)
    assert_whole(app.git)


def test_a_message_whose_twin_works_is_sent_again_for_when_its_claim_ends() -> None:
    app = an_app()
    run_id = app.begin()
    message = to_shard(app, run_id)
    sent: list[float] = []

    def twin() -> None:
        app.deliver(message)
        sent.extend(delay for other, delay in app.queue.sent if other == message)

    at_export(app, twin)
    app.pump()

    assert len(sent) == 1
    assert sent[0] > 60
    assert app.row(run_id).status == "complete"
    assert len(exports(app)) == 7


def test_a_message_whose_shard_is_closed_is_dropped() -> None:
    app = an_app()
    run_id = app.begin()
    message = to_shard(app, run_id)
    app.step()
    calls = len(app.workspace.calls)
    writes = app.calls["store.write"]

    app.deliver(message)

    assert len(app.workspace.calls) == calls
    assert app.calls["store.write"] == writes


def test_a_worker_that_slept_loses_its_claim_and_does_not_push() -> None:
    app = an_app()
    run_id = app.begin()
    message = to_shard(app, run_id)

    def asleep_while_a_twin_does_it_all() -> None:
        app.clock.advance(600)
        app.deliver(message)

    at_export(app, asleep_while_a_twin_does_it_all)
    app.pump()
    run = app.row(run_id)

    (shard,) = app.shards(run)
    assert run.status == "complete"
    assert (shard.attempts, run.tally.pushes, run.tally.stored) == (2, 1, 7)
    assert len(app.git.commits) == 2
    assert_mirrored(app)


def test_a_worker_that_wakes_up_between_confirming_and_pushing_harms_nothing() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()
    message = to_shard(app, run_id)

    def asleep() -> None:
        app.clock.advance(600)
        app.deliver(message)

    app.git.fault = once(lambda call, _: call == "push", asleep)
    app.pump()

    assert app.row(run_id).status == "complete"
    assert_mirrored(app)


def test_a_worker_that_sleeps_right_before_its_push_does_not_make_it() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()
    message = to_shard(app, run_id)

    def asleep_while_a_twin_does_it_all() -> None:
        app.clock.advance(600)
        app.deliver(message)

    app.git.fault = once(lambda call, _: call == "tip", asleep_while_a_twin_does_it_all)
    app.step()

    assert app.calls["git.push"] == 1
    app.pump()
    assert app.row(run_id).status == "complete"
    assert_mirrored(app)


def test_a_worker_whose_run_was_ended_meanwhile_pushes_nothing() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()
    to_shard(app, run_id)
    at_export(app, lambda: app.bury_plan(run_id))

    app.pump()

    run = app.row(run_id)
    assert (run.status, run.tally.stored, run.shards_open) == ("failed", 0, 1)
    assert app.calls["git.push"] == 0


def test_a_shard_that_ends_after_its_run_does_not_count_any_more() -> None:
    app = an_app()
    app.workspace.add("/board", "DASHBOARD", b"{}")
    app.run()
    run_id = app.begin()
    to_shard(app, run_id)
    at_export(app, lambda: app.bury_plan(run_id))
    app.step()

    run = app.row(run_id)

    assert (run.status, run.tally.exported, run.shards_open) == ("failed", 0, 1)


def test_a_deleting_shard_sees_what_every_storing_shard_pushed() -> None:
    app = a_backed_up_app(largest_shard=3)
    for client in ("acme", "bolt"):
        app.workspace.edit(f"/Clients/{client}/load", b"# edited")
        app.workspace.delete(f"/Clients/{client}/report")
    run_id = app.begin()
    to_shard(app, run_id)
    app.git.after = once(
        lambda call, _: call == "push", lambda: app.deliver(ShardMessage(run_id, 2))
    )

    app.pump()

    run = app.row(run_id)
    assert (run.status, run.tally.deleted, run.tally.pushes) == ("complete", 2, 3)
    assert_mirrored(app)
    assert_whole(app.git)


def test_a_long_export_keeps_its_claim_alive() -> None:
    app = an_app()
    run_id = app.begin()
    message = to_shard(app, run_id)
    refused: list[int] = []

    def slowly(call: str, _subject: str) -> None:
        if call == "export":
            app.clock.advance(40)
            attempts = app.shards(app.row(run_id))[0].attempts
            refused.append(attempts)
            if len(refused) == 5:
                app.deliver(message)

    app.workspace.fault = slowly
    app.pump()

    assert set(refused) == {1}
    assert len(exports(app)) == 7


def test_a_long_comparison_of_dashboards_keeps_its_claim_alive() -> None:
    app = an_app()
    for number in range(8):
        app.workspace.add(f"/boards/{number}", "DASHBOARD", b"{}")
    app.run()
    run_id = app.begin()
    message = to_shard(app, run_id)

    def slowly(call: str, _subject: str) -> None:
        if call == "export":
            app.clock.advance(40)
            app.deliver(message)

    app.workspace.fault = slowly
    app.pump()

    run = app.row(run_id)
    assert (run.status, run.unchanged) == ("complete", True)
    assert max(shard.attempts for shard in app.shards(run)) == 1


def test_a_twin_that_finds_the_work_done_reads_it_and_exports_nothing_again() -> None:
    app = an_app()
    run_id = app.begin()
    to_shard(app, run_id)
    app.git.after = once(
        lambda call, _: call == "push", raising(Crash("after the push"))
    )
    app.step()

    app.pump()

    run = app.row(run_id)
    assert (run.status, run.unchanged) == ("complete", False)
    assert len(exports(app)) == 7
    assert_mirrored(app)


def test_i5_a_push_of_a_run_that_was_never_recorded_is_recorded_by_the_next() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    first = app.begin()
    app.step()
    app.step()
    app.cancel_run(first)
    app.pump()

    second, third = app.run(), app.run()

    assert app.row(first).status == "cancelled"
    assert exports(app) == ["/notes.txt"]
    assert (second.status, second.unchanged) == ("complete", False)
    assert app.git.files(second.commit)["notes.txt"] == b"edited"
    assert third.unchanged


def test_four_shards_and_a_person_at_once_lose_nothing() -> None:
    app = an_app(largest_shard=2, window=4, twice=True, shuffled=random.Random(7))
    theirs: list[str] = []

    def by_hand(call: str, _subject: str) -> None:
        if call == "push" and len(theirs) < 5:
            theirs.append(f"docs/{len(theirs)}.md")
            stranger_commits(app, {theirs[-1]: b"x"})

    app.git.fault = by_hand

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app, strangers=theirs)
