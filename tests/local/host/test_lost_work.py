"""What becomes of work whose worker, host or lock is lost."""

import os
import signal
import urllib.error
import urllib.request

import pytest

from local.host.channel import End
from local.host.pace import Pace
from tests.local.host.bench import Bench, eventually

pytestmark = pytest.mark.conforms(
    "documented: azure-sdk-for-net, QueueListener.cs (lock of ten minutes)"
)

KEY = {"x-functions-key": "local-functions-key"}


def status_of(url: str) -> int:
    try:
        request = urllib.request.Request(url, headers=KEY)
        with urllib.request.urlopen(request) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_a_killed_workers_message_comes_back_when_its_lock_ends(bench: Bench) -> None:
    bench.send(wait_for="open")

    with bench.host() as host:
        first = bench.wait_for("work")[0]
        host.kill_worker()
        second = bench.wait_for("work", 2)[1]
        bench.open_gate("open")
        bench.wait_for("done")
        bench.wait_until_empty()
        starts = host.worker_starts

    assert (first["dequeued"], second["dequeued"]) == (1, 2)
    assert first["pid"] != second["pid"]
    assert starts == 2


def test_a_killed_workers_message_stays_locked_until_then(bench: Bench) -> None:
    bench.send(wait_for="never")

    with bench.host(pace=Pace(1)) as host:
        bench.wait_for("work")
        host.kill_worker()
        eventually(lambda: host.worker_starts == 2)
        host.run("tick")
        with bench._client(bench.queue) as queue:
            visible = queue.peek_messages()

    assert visible == []
    assert len(bench.notes("work")) == 1


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueProcessor.cs")
def test_a_host_that_outlives_its_worker_gives_the_message_back(bench: Bench) -> None:
    bench.send(wait_for="never")

    # At this pace the lock takes 20 s, the visibility timeout one second.
    with bench.host(pace=Pace(30), survives_worker=True, grace=0.1) as host:
        bench.wait_for("work")
        host.kill_worker()
        second = bench.wait_for("work", 2)[1]

    assert second["dequeued"] == 2


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueProcessor.cs")
def test_a_message_that_kills_its_worker_ends_in_the_poison_queue_unrun(
    bench: Bench,
) -> None:
    bench.send(die=True)

    with bench.host() as host:
        bench.wait_for("poisoned")
        bench.wait_until_empty()
        starts = host.worker_starts

    # Run three times; fetched a fourth time, it was moved without being run.
    assert [note["dequeued"] for note in bench.notes("work")] == [1, 2, 3]
    assert starts == 4


def test_a_frozen_host_loses_its_lock_and_its_message_runs_twice(bench: Bench) -> None:
    bench.send(wait_for="open")

    with bench.host_process() as frozen:
        bench.wait_for("work")
        frozen.popen.send_signal(signal.SIGSTOP)
        with bench.host_process():
            bench.wait_for("work", 2)
            bench.open_gate("open")
            bench.wait_for("done", 2)
            bench.wait_until_empty()
        frozen.popen.send_signal(signal.SIGCONT)
        eventually(lambda: "is no longer ours" in frozen.log.read_text())
        bench.send(name="the next one")
        bench.wait_for("done", 3)

        assert frozen.popen.poll() is None
    assert [note["dequeued"] for note in bench.notes("work")] == [1, 2, 1]


def test_a_function_that_outlasts_its_lock_keeps_it(bench: Bench) -> None:
    bench.send(wait_for="open")

    with bench.host():
        bench.wait_for("work")
        # Storage locks for one second here. Its own clock says when three have passed.
        bench.send_later(3, name="three seconds later")
        bench.wait_for("done")
        bench.open_gate("open")
        bench.wait_until_empty()

    assert [note["dequeued"] for note in bench.notes("work")] == [1, 1]


@pytest.mark.conforms("guess")
def test_a_request_whose_worker_dies_is_a_bad_gateway(bench: Bench) -> None:
    with bench.host() as host:
        died = status_of(f"{host.url}/api/control/die")
        after = status_of(f"{host.url}/api/control/pid")

    assert (died, after) == (502, 200)


@pytest.mark.conforms("guess")
def test_a_timer_run_whose_worker_dies_has_failed(bench: Bench) -> None:
    (bench.outbox / "tick-waits").write_text("never")

    with bench.host() as host:
        run = host.start("tick")
        bench.wait_for("tick")
        host.kill_worker()
        verdict = run.result()

    assert verdict.end is End.LOST


@pytest.mark.conforms("documented: host.json, functionTimeout", "hosting plans")
def test_function_timeout_restarts_the_worker_and_its_neighbours(
    bench: Bench,
) -> None:
    app = bench.app(functionTimeout="00:00:01")
    bench.send(wait_for="never")

    with bench.host(app_dir=app) as host:
        run = host.start("tick")
        assert run.result().end is End.SUCCEEDED
        (bench.outbox / "tick-waits").write_text("never")
        bench.wait_for("work")
        neighbour = host.start("tick")
        bench.wait_for("poisoned")
        end = neighbour.result().end
        starts = host.worker_starts

    assert end in {End.LOST, End.TIMED_OUT}
    assert starts > 3
    assert [note["dequeued"] for note in bench.notes("work")] == [1, 2, 3]


@pytest.mark.conforms("ours")
def test_the_worker_ends_with_its_host(bench: Bench) -> None:
    bench.send(wait_for="never")

    with bench.host_process() as process:
        worker = bench.wait_for("work")[0]["pid"]
        process.popen.kill()
        process.popen.wait()

        eventually(lambda: not _exists(worker))


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.conforms("documented: azure-functions-host, drain mode")
def test_a_host_that_stops_lets_running_work_finish(bench: Bench) -> None:
    bench.send(wait_for="open")

    with bench.host_process() as process:
        bench.wait_for("work")
        process.popen.terminate()
        # A signal is heard when the host gets to it, not when it is sent.
        eventually(lambda: "no new work" in process.log.read_text())
        bench.send(name="too late")
        bench.open_gate("open")
        code = process.popen.wait(20)

    assert code == 0
    assert [note["order"] for note in bench.notes("done")] == [{"wait_for": "open"}]
    assert bench.length() == 1


@pytest.mark.conforms("ours")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_host_stops_cleanly(bench: Bench, number: signal.Signals) -> None:
    with bench.host_process() as process:
        process.popen.send_signal(number)

        assert process.popen.wait(20) == 0


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueListener.cs")
def test_what_outlasts_the_grace_is_given_back(bench: Bench) -> None:
    bench.send(wait_for="never")

    with bench.host(pace=Pace(30), grace=0.1):
        bench.wait_for("work")
    with bench.host():
        second = bench.wait_for("work", 2)[1]
        bench.open_gate("never")
        bench.wait_until_empty()

    assert second["dequeued"] == 2
