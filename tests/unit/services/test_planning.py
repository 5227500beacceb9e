"""Planning: checkpoints, two planners, the window, starts that wait or are refused."""

import itertools
import random
from collections.abc import Iterable
from dataclasses import replace

import pytest

from shared.domain.messages import PlanMessage, ShardMessage
from shared.errors import Conflict, InvalidRequest, Unavailable
from shared.services.open_run import Opening
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    exports,
    listed,
    once,
    raising,
    records,
    timers_run,
    with_folders,
)


def slow_lists(app: BackupApp, seconds: float) -> None:
    def slowly(call: str, _subject: str) -> None:
        app.clock.advance(seconds if call == "list" else 0)

    app.workspace.fault = slowly


def points(call: str, numbers: Iterable[int]) -> list[CrashPoint]:
    return [CrashPoint(call, n, after) for n in numbers for after in (False, True)]


BETWEEN_RUNS = [
    *("index.close", "index.waiting", "index.open", "index.enter"),
    *("index.stop_waiting", "queue.plan"),
]


def test_a_walk_over_several_invocations_lists_every_folder_once() -> None:
    app = with_folders(20, largest_shard=4, plan_seconds=60)
    slow_lists(app, 13)

    run = app.run()

    assert run.status == "complete"
    assert len(listed(app)) == len({*listed(app)}) == 24
    assert app.calls["workspace.git_folders"] > 3
    assert_mirrored(app)


def test_an_unchanged_walk_over_several_invocations_lists_every_folder_once() -> None:
    app = with_folders(20, plan_seconds=60)
    app.run()
    app.workspace.calls.clear()
    slow_lists(app, 13)

    run = app.run()

    assert run.unchanged
    assert len(listed(app)) == len({*listed(app)}) == 24


def test_counts_of_the_walk_do_not_depend_on_how_often_it_was_interrupted() -> None:
    app = with_folders(20, plan_seconds=60)
    slow_lists(app, 13)

    run = app.run()

    assert (run.tally.folders, run.tally.listed, run.tally.stored) == (24, 20, 20)


@pytest.mark.parametrize("point", points("blobs.create", range(2, 9)))
def test_folders_that_are_being_listed_at_a_crash_are_not_forgotten(
    point: CrashPoint,
) -> None:
    app = with_folders(12, largest_shard=3, concurrency=4)
    app.crash = point

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)


def test_a_message_for_a_run_with_a_live_planner_comes_back_later() -> None:
    app = with_folders(3)
    run_id = app.begin()

    def meanwhile() -> None:
        app.deliver(PlanMessage(run_id))
        delays.extend(delay for message, delay in app.queue.sent)

    delays: list[float] = []
    app.workspace.fault = once(lambda call, _: call == "list", meanwhile)
    app.pump()

    assert len(delays) == 1
    assert delays[0] > 60
    assert app.row(run_id).status == "complete"


@pytest.mark.parametrize("point", points("blobs.create", range(1, 11)))
def test_a_crash_between_plan_blob_and_row_loses_and_doubles_nothing(
    point: CrashPoint,
) -> None:
    app = with_folders(12, largest_shard=3)
    app.crash = point

    run = app.run()

    assert app.crash is None
    assert (run.status, run.tally.stored) == ("complete", 12)
    assert len(exports(app)) == 12
    assert_mirrored(app)


def test_a_busy_row_does_not_cost_a_planner_its_message() -> None:
    app = with_folders(6, largest_shard=2)
    app.run()
    app.workspace.add_notebook("/team0/new", "")
    app.clock.advance(3_600)
    run_id = app.begin()
    write = app.store.write
    faults = itertools.count()

    def busy(*writes: object) -> tuple[str, ...]:
        if next(faults) < 3:
            raise Conflict("a shard was faster")
        return write(*writes)  # type: ignore[arg-type]

    app.store.write = busy  # type: ignore[method-assign]
    start = app.clock.monotonic()
    app.pump()

    assert app.row(run_id).status == "complete"
    assert app.clock.monotonic() - start < 60


@pytest.mark.parametrize("window", [1, 2, 4])
def test_never_more_shards_are_queued_than_the_window_holds(window: int) -> None:
    app = with_folders(24, largest_shard=2, window=window, twice=True)
    app.shuffled = random.Random(window)
    run_id = app.begin()
    queued = []
    while app.row(run_id).status.open:
        app.step()
        run = app.row(run_id)
        shards = app.shards(run)
        if run.status.open:
            queued.append(sum(shard.status == "queued" for shard in shards))
            assert run.places == queued[-1]
            assert run.shards_open == sum(shard.status.open for shard in shards)

    assert max(queued) == window
    assert app.row(run_id).status == "complete"
    assert_mirrored(app)


def test_the_first_shards_are_small() -> None:
    app = BackupApp()
    for number in range(60):
        for name in range(10):
            app.workspace.add_file(f"/{number}/{name}", b"")

    run = app.run()

    assert [shard.objects for shard in app.shards(run)] == [100, 200, 300]


def test_a_folder_larger_than_a_shard_is_a_shard_of_its_own() -> None:
    app = BackupApp(largest_shard=5)
    for name in range(12):
        app.workspace.add_file(f"/b/big/{name:02d}", b"")
    app.workspace.add_file("/a/small", b"")
    app.workspace.add_file("/c/small", b"")

    run = app.run()

    sizes = [shard.objects for shard in app.shards(run)]
    assert sorted(sizes)[-1] == 12
    assert sum(sizes) == 14


def test_http_is_refused_while_a_run_is_open() -> None:
    app = a_backed_up_app()
    run_id = app.begin()

    opened = app.open()

    assert (opened.opening, opened.request.run_id) == (Opening.REFUSED, run_id)


def test_paths_outside_the_roots_are_refused_before_anything_is_opened() -> None:
    app = an_app()
    app.scope = type(app.scope)(("/Clients",))

    with pytest.raises(InvalidRequest, match="outside"):
        app.open(paths=("/Users/me",))

    assert app.index.holder is None


def test_the_timer_plans_its_run_itself() -> None:
    app = an_app()

    run_id = app.begin(trigger="timer")

    assert app.row(run_id).shards == 1
    app.pump()
    assert app.row(run_id).status == "complete"


def test_the_timer_joins_an_open_run_of_full_scope() -> None:
    app = a_backed_up_app()
    run_id = app.begin()

    opened = app.open(trigger="timer")
    app.pump()

    assert (opened.opening, opened.request.run_id) == (Opening.JOINED, run_id)
    assert app.events.facts("run.skipped")
    assert len(app.index.runs) == 2


def test_the_deadline_of_a_start_that_waited_counts_from_its_beginning() -> None:
    app = a_backed_up_app()
    app.begin(paths=("/Clients",))
    app.open(trigger="timer")
    app.clock.advance(3 * 3_600)

    app.pump()

    waited = timers_run(app)
    assert waited.status == "complete"
    assert (waited.deadline - waited.request.opened_at).total_seconds() >= 7 * 3_600


@pytest.mark.parametrize(
    "point",
    [p for call in BETWEEN_RUNS for p in points(call, [1])],
    ids=str,
)
def test_i5_a_crash_between_two_runs_does_not_lose_the_start_that_waits(
    point: CrashPoint,
) -> None:
    app = a_backed_up_app()
    app.clock.advance(60)
    partial = app.begin(paths=("/Clients",))
    app.clock.advance(60)
    app.open(trigger="timer")
    app.crash = replace(point, number=app.calls[point.call] + 1)

    app.pump()

    assert app.row(partial).status == "complete"
    assert timers_run(app).status == "complete"
    assert app.index.waits is None


def test_a_start_that_waits_goes_on_waiting_behind_another_partial_run() -> None:
    app = a_backed_up_app()
    app.begin(paths=("/Clients",))
    app.open(trigger="timer")
    waiting = app.index.waits
    assert app.index.holder is not None
    app.index.close(app.index.holder.run_id)
    app.clock.advance(60)
    app.begin(paths=("/notes.txt",))

    app.open_run(app.process()).begin_waiting()

    assert app.index.waits == waiting


def test_a_start_that_meets_a_run_of_full_scope_waits_no_longer() -> None:
    app = a_backed_up_app()
    app.begin(paths=("/Clients",))
    app.open(trigger="timer")
    assert app.index.holder is not None
    app.index.close(app.index.holder.run_id)
    app.clock.advance(60)
    app.begin()

    app.open_run(app.process()).begin_waiting()

    assert app.index.waits is None


def test_storage_that_is_down_costs_no_message() -> None:
    app = an_app(largest_shard=2)
    app.begin()
    real = app.store.run

    def down(run_id: str) -> object:
        if app.clock.monotonic() < 600:
            raise Unavailable("tables are down")
        return real(run_id)

    app.store.run = down  # type: ignore[method-assign, assignment]
    while app.clock.monotonic() < 600:
        app.step()

    app.pump()

    assert_mirrored(app)


@pytest.mark.parametrize("number", range(2, 16))
def test_a_write_whose_answer_got_lost_does_not_stop_the_run(number: int) -> None:
    app = an_app(largest_shard=4)
    write = app.store.write
    calls = itertools.count(1)

    def cut(*writes: object) -> tuple[str, ...]:
        etags = write(*writes)  # type: ignore[arg-type]
        if next(calls) == number:
            raise Unavailable("cut")
        return etags

    app.store.write = cut  # type: ignore[method-assign]

    run = app.run()

    assert run.status == "complete"
    assert len(records(app)) == len(app.git.tags) == 1
    assert_mirrored(app)


def test_messages_of_unknown_runs_and_shards_are_dropped() -> None:
    app = a_backed_up_app()
    run_id = next(iter(app.index.runs))

    app.deliver(PlanMessage("20200101T000000Z-000000"))
    app.deliver(ShardMessage("20200101T000000Z-000000", 1))
    app.deliver(ShardMessage(run_id, 99))
    app.deliver(PlanMessage(run_id))
    app.deliver(ShardMessage(run_id, 1))

    assert app.queue.sent == []
    assert app.pending == []
    assert app.calls["store.write"] == 0


def test_an_unexpected_fault_is_not_swallowed() -> None:
    app = an_app()
    app.workspace.fault = once(lambda *_: True, raising(ZeroDivisionError()))
    app.begin()

    with pytest.raises(ZeroDivisionError):
        app.pump()
