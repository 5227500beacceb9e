"""W1 to W6: what the sweep repairs, tries again and forgets."""

from datetime import timedelta
from typing import Any

import pytest

from shared.domain.deletions import Fuse
from shared.domain.messages import PlanMessage, ShardMessage
from shared.errors import AccessDenied, CredentialsRefused
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.fakes.remotes import no_fault
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    exports,
    failing,
    once,
    raising,
)


def lose_messages(app: BackupApp) -> None:
    app.pending.clear()
    app.queue.sent.clear()


def sweep_after(app: BackupApp, seconds: float) -> list[object]:
    """What the sweep sends after so much time."""
    app.clock.advance(seconds)
    app.sweep(app.process())()
    return [message for message, _ in app.queue.sent]


def retries(app: BackupApp) -> list[str]:
    requests = app.index.runs.values()
    return [r.run_id for r in requests if r.trigger == "retry"]


def test_w1_a_lost_message_of_a_shard_is_sent_again() -> None:
    app = an_app()
    run_id = app.begin()
    app.step()
    lose_messages(app)

    soon = sweep_after(app, 300)
    later = sweep_after(app, 600)

    assert soon == []
    assert later == [ShardMessage(run_id, 1)]


def test_w1_a_shard_whose_worker_lives_is_left_alone() -> None:
    app = an_app()
    app.begin()
    app.step()
    sent: list[object] = []
    app.workspace.fault = once(
        lambda call, _: call == "export", lambda: sent.extend(sweep_after(app, 60))
    )

    app.step()

    assert sent == []


def test_w2_a_dead_plan_is_revived() -> None:
    app = an_app()
    run_id = app.begin()
    lose_messages(app)

    assert sweep_after(app, 300) == []
    assert sweep_after(app, 600) == [PlanMessage(run_id)]


def test_w3_what_nobody_finished_is_finished() -> None:
    app = an_app()
    run_id = app.begin()
    app.step()
    app.step()
    lose_messages(app)

    sent = sweep_after(app, 900)
    app.pump()

    assert sent == [PlanMessage(run_id)]
    assert app.row(run_id).status == "complete"


def test_w3_a_stopped_run_is_finished_although_shards_wait_and_messages_are_lost() -> (
    None
):
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.step()
    app.cancel_run(run_id)
    lose_messages(app)

    app.pump()

    assert app.row(run_id).status == "cancelled"


def test_a_run_that_only_took_its_place_is_begun() -> None:
    app = an_app()
    app.crash = CrashPoint("index.enter", 1)

    run = app.run()

    assert (run.status, len(app.index.runs)) == ("complete", 1)


def test_a_place_that_a_closed_run_kept_is_freed() -> None:
    app = an_app()
    app.crash = CrashPoint("index.close", 1)

    run = app.run()

    assert run.status == "complete"
    assert app.index.holder is None


def test_w4_a_run_past_its_deadline_is_closed() -> None:
    app = an_app(largest_shard=2, window=1)
    run_id = app.begin()
    app.step()
    lose_messages(app)
    app.clock.advance(5 * 3_600)

    app.pump()

    assert app.row(run_id).status == "incomplete"


def test_w4_an_open_run_is_looked_after_however_many_came_after_it() -> None:
    app = an_app()
    run_id = app.begin()
    lose_messages(app)
    for _ in range(30):
        app.clock.advance(1)
        app.open(dry_run=True)
    lose_messages(app)

    assert PlanMessage(run_id) in sweep_after(app, 900)


def an_incomplete_run(**facts: Any) -> BackupApp:
    app = a_backed_up_app(**facts)
    app.workspace.fault = failing(AccessDenied("no"), "/Clients/acme")
    assert app.run().status == "incomplete"
    return app


def test_w5_an_incomplete_run_is_tried_again_half_an_hour_later() -> None:
    app = an_incomplete_run()

    sweep_after(app, 1_200)
    assert retries(app) == []
    sweep_after(app, 1_200)
    sweep_after(app, 600)
    assert len(retries(app)) == 1


def test_w5_a_retry_that_heals_is_the_last() -> None:
    app = an_incomplete_run()
    app.workspace.fault = no_fault

    for _ in range(5):
        sweep_after(app, 1_900)
        app.pump()

    (retry,) = retries(app)
    assert app.row(retry).status == "complete"
    assert app.row(retry).request.attempt == 1
    assert_mirrored(app)


def test_w5_retries_come_to_an_end() -> None:
    app = an_incomplete_run(retries=2)

    for _ in range(8):
        sweep_after(app, 1_900)
        app.pump()

    assert [app.row(run).request.attempt for run in retries(app)] == [1, 2]


def test_w5_a_run_that_only_held_deletions_back_is_not_tried_again() -> None:
    app = a_backed_up_app(fuse=Fuse(1, 1))
    app.workspace.delete("/Clients/acme")
    assert app.run().status == "incomplete"

    sweep_after(app, 1_900)

    assert retries(app) == []


def test_w5_neither_cancelled_nor_refused_runs_are_tried_again() -> None:
    app = an_app()
    app.cancel_run(app.begin())
    app.pump()
    sweep_after(app, 1_900)
    app.workspace.fault = once(
        lambda call, _: call == "list", raising(CredentialsRefused("expired"))
    )
    app.run()

    sweep_after(app, 1_900)

    assert retries(app) == []


def test_w5_a_run_of_some_paths_or_a_dry_one_is_not_tried_again() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), "/Clients/acme")
    app.run(paths=("/Clients/acme",))
    app.run(dry_run=True)

    sweep_after(app, 1_900)

    assert retries(app) == []


def test_w5_a_retry_waits_for_the_run_that_is_open() -> None:
    app = an_incomplete_run()
    app.workspace.fault = no_fault
    app.clock.advance(1_500)
    app.begin(paths=("/Clients",))

    sweep_after(app, 400)
    assert retries(app) == []
    app.pump()
    sweep_after(app, 600)

    assert len(retries(app)) == 1


def of_run(app: BackupApp, run_id: str) -> list[str]:
    return [*app.blobs.names(f"runs/{run_id}/")]


def test_w6_an_old_run_is_forgotten_whole() -> None:
    app = an_app(retention=timedelta(days=90))
    old = app.run()
    app.clock.advance(89 * 86_400)
    kept = app.run()

    sweep_after(app, 86_400)

    assert app.store.run(old.id) is None
    assert app.shards(old) == []
    assert of_run(app, old.id) == []
    assert app.index.newest(10).run_ids == (kept.id,)
    assert app.row(kept.id) == kept
    assert f"backup/{old.id}" in app.git.tags


def test_w6_nothing_is_forgotten_before_its_time() -> None:
    app = an_app(retention=timedelta(days=90))
    run = app.run()
    blobs = of_run(app, run.id)

    sweep_after(app, 90 * 86_400 - 3_600)

    assert app.row(run.id) == run
    assert of_run(app, run.id) == blobs


def test_w6_an_open_run_is_not_forgotten() -> None:
    app = an_app(retention=timedelta(days=1))
    app.deadline = timedelta(days=10)
    run_id = app.begin()

    sweep_after(app, 2 * 86_400)

    assert app.row(run_id).status.open
    app.pump()
    assert app.row(run_id).status == "complete"


@pytest.mark.parametrize("after", [CrashPoint("", 1), CrashPoint("", 1, after=True)])
@pytest.mark.parametrize("call", ["blobs.delete", "store.forget", "index.leave"])
def test_w6_forgetting_goes_on_after_a_crash(call: str, after: CrashPoint) -> None:
    app = an_app(retention=timedelta(days=1))
    old = app.run()
    app.clock.advance(2 * 86_400)
    app.crash = CrashPoint(call, 1, after.after)

    app.repair()
    app.repair()

    assert app.crash is None
    assert (app.store.run(old.id), of_run(app, old.id)) == (None, [])
    assert old.id not in app.index.runs


def test_w6_old_indexes_go_and_the_latest_stay() -> None:
    app = an_app()
    runs = []
    for number in range(12):
        app.workspace.edit("/notes.txt", str(number).encode())
        runs.append(app.run())

    sweep_after(app, 600)

    names = {*app.blobs.names("index/")}
    assert {f"index/{run.commit}" for run in runs[-5:]} <= names
    assert f"index/{runs[0].commit}" not in names
    assert len(names) <= 8
    assert app.run().unchanged
    assert exports(app).count("/Clients/acme/load") == 1


def test_w6_the_index_that_an_open_run_is_based_on_stays() -> None:
    app = an_app()
    for number in range(8):
        app.workspace.edit("/notes.txt", str(number).encode())
        app.run()
    app.workspace.edit("/notes.txt", b"edited")
    app.clock.advance(60)
    run_id = app.begin()
    app.step()

    sweep_after(app, 60)

    assert app.row(run_id).status.open
    assert len([*app.blobs.names("index/")]) == 9
    app.pump()
    assert app.row(run_id).status == "complete"


def test_a_sweep_with_nothing_to_do_writes_nothing() -> None:
    app = a_backed_up_app()
    sweep_after(app, 1_000)
    app.calls.clear()

    sweep_after(app, 1_000)
    sweep_after(app, 1_000)

    reads = {"blobs.get", "store.run", "store.shards"}
    reads |= {"index.active", "index.newest", "index.waiting"}
    assert {*app.calls} <= reads
