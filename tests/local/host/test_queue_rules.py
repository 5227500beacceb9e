"""The queue listener's rules, one test each, over real queues.

Source of the rules: Azure/azure-sdk-for-net, QueueListener.cs, QueueProcessor.cs and
QueuesOptions.cs of the storage extension.
"""

import base64
import json
from datetime import datetime
from itertools import pairwise
from typing import Any

import pytest

from local.host.host_json import HostOptions, QueueOptions
from local.host.pace import Pace
from local.host.queues import Backoff
from tests.local.host.bench import Bench, eventually

pytestmark = pytest.mark.conforms("documented: azure-sdk-for-net, QueueProcessor.cs")


def queues(**options: Any) -> dict[str, Any]:
    basic = {"maxPollingInterval": "00:00:00.200", "maxDequeueCount": 3}
    return {"extensions": {"queues": basic | options}}


def test_a_message_is_run_once_and_deleted(bench: Bench) -> None:
    bench.send(name="one")

    with bench.host():
        bench.wait_for("done")
        bench.wait_until_empty()

    assert [note["order"] for note in bench.notes("work")] == [{"name": "one"}]


@pytest.mark.conforms("documented: Queue trigger, message metadata")
def test_the_function_sees_what_the_message_is(bench: Bench) -> None:
    bench.send()

    with bench.host():
        (seen,) = bench.wait_for("work")

    assert seen["dequeued"] == 1
    assert len(seen["id"]) == 36
    assert seen["pop_receipt"]
    assert seen["inserted"] < seen["next_visible"] < seen["expires"]
    assert seen["inserted"].endswith("+00:00")


def test_a_failed_message_comes_back_until_it_succeeds(bench: Bench) -> None:
    bench.send(fail_times=2)

    with bench.host():
        bench.wait_for("done")
        bench.wait_until_empty()

    assert [note["dequeued"] for note in bench.notes("work")] == [1, 2, 3]
    assert bench.length("-poison") is None


@pytest.mark.conforms("documented: azure-sdk-for-net, QueuesOptions.cs")
def test_a_failed_message_waits_for_the_visibility_timeout(bench: Bench) -> None:
    bench.send(fail_times=1)

    # At this pace the lock takes a minute and the 30 s of host.json three seconds.
    with bench.host(pace=Pace(10)):
        first, second = bench.wait_for("work", 2)

    fetched = [datetime.fromisoformat(run["next_visible"]) for run in (first, second)]
    assert 2 <= (fetched[1] - fetched[0]).total_seconds() < 30


@pytest.mark.conforms("documented: azure-sdk-for-net, QueuesOptions.cs")
def test_without_a_visibility_timeout_a_failed_message_comes_back_at_once(
    bench: Bench,
) -> None:
    app = bench.app(**queues())
    bench.send(fail_times=1)

    # No shortened time: its lock would keep it for ten minutes.
    with bench.host(app_dir=app, pace=Pace(1)):
        bench.wait_for("done")

    assert [run["dequeued"] for run in bench.notes("work")] == [1, 2]


def test_a_message_that_always_fails_ends_in_the_poison_queue(bench: Bench) -> None:
    bench.send(fail=True)

    with bench.host():
        (poisoned,) = bench.wait_for("poisoned")
        bench.wait_until_empty()
        eventually(lambda: bench.length("-poison") == 0)

    runs = bench.notes("work")
    assert [run["dequeued"] for run in runs] == [1, 2, 3]
    assert json.loads(poisoned["body"]) == {"fail": True}
    assert poisoned["id"] != runs[0]["id"]
    assert poisoned["dequeued"] == 1


def test_the_last_failure_poisons_at_once(bench: Bench) -> None:
    bench.send(fail=True)
    bench.fetch_and_give_back(2)

    # No shortened time: a wait for the visibility timeout would take 30 s.
    with bench.host(pace=Pace(1)):
        bench.wait_for("poisoned")

    assert [run["dequeued"] for run in bench.notes("work")] == [3]


def test_a_message_fetched_too_often_is_poisoned_unrun(bench: Bench) -> None:
    bench.send(name="crash loop")
    bench.fetch_and_give_back(3)

    with bench.host():
        bench.wait_for("poisoned")
        bench.wait_until_empty()

    assert bench.notes("work") == []


def test_a_failing_poison_handler_is_not_poisoned_again(bench: Bench) -> None:
    bench.send(fail=True, note="poison-fails")

    # Left to its lock, one second at this pace; run three times, then never again.
    with bench.host():
        runs = bench.wait_for("poisoned", 3)
        bench.send(name="the next one")
        bench.wait_for("done")

    assert [run["dequeued"] for run in runs] == [1, 2, 3]
    assert bench.length("-poison-poison") is None
    assert bench.length("-poison") == 1


@pytest.mark.conforms("documented: azure-sdk-for-net, pull request 18326")
def test_a_message_that_is_not_base64_is_poisoned_unrun(bench: Bench) -> None:
    bench.send_text("{not base64}", base64=False)

    with bench.host():
        bench.wait_until_empty()
        eventually(lambda: bench.length("-poison") is not None)

    assert bench.notes("work") == []


@pytest.mark.conforms("documented: host.json, extensions.queues")
def test_encoding_none_takes_the_text_as_it_is(bench: Bench) -> None:
    app = bench.app(**queues(messageEncoding="none"))
    bench.send_text('{"plain": true}', base64=False)

    with bench.host(app_dir=app):
        (seen,) = bench.wait_for("work")

    assert seen["order"] == {"plain": True}


@pytest.mark.conforms("documented: host.json, extensions.queues")
def test_text_beyond_ascii_survives(bench: Bench) -> None:
    text = '{"name": "Übung 🧪"}'
    bench.send_text(base64.b64encode(text.encode()).decode(), base64=False)

    with bench.host():
        (seen,) = bench.wait_for("work")

    assert seen["order"] == {"name": "Übung 🧪"}


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueListener.cs")
def test_no_more_run_at_once_than_batch_size_and_threshold_allow(
    bench: Bench,
) -> None:
    for number in range(5):
        bench.send(number=number, wait_for="open")

    with bench.host() as host:
        bench.wait_for("work", 2)
        still = host.in_flight
        bench.open_gate("open")
        bench.wait_for("done", 5)

    # batchSize 1 and newBatchThreshold 1; the other three had not even been fetched.
    assert still == 2
    assert all(note["dequeued"] == 1 for note in bench.notes("work"))


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueListener.cs")
def test_a_full_batch_is_fetched_before_the_threshold_counts(bench: Bench) -> None:
    app = bench.app(**queues(batchSize=4, newBatchThreshold=0))
    for number in range(6):
        bench.send(number=number, wait_for="open")

    with bench.host(app_dir=app) as host:
        bench.wait_for("work", 4)
        at_once = host.in_flight
        bench.open_gate("open")
        bench.wait_for("done", 6)

    assert at_once == 4


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueListener.cs")
def test_a_queue_that_does_not_exist_yet_is_waited_for(bench: Bench) -> None:
    later = Bench(bench.storage, bench.folder, bench.queue + "-later")

    with later.host():
        later.create_queue()
        later.send(name="first")
        later.wait_for("done")

    assert len(later.notes("work")) == 1


@pytest.mark.conforms("documented: How to disable functions")
def test_a_disabled_function_fetches_nothing(bench: Bench) -> None:
    bench.send(name="left alone")
    settings = bench.settings | {"AzureWebJobs.work.Disabled": "true"}

    with bench.host(settings=settings) as host:
        host.run("tick")

    assert bench.notes("work") == []
    assert bench.length() == 1


@pytest.mark.conforms("documented: azure-sdk-for-net, QueueListener.cs")
def test_polling_backs_off_to_its_limit_and_starts_again() -> None:
    backoff = Backoff(longest=2.0)

    delays = [backoff.next() for _ in range(8)]
    backoff.found()

    assert delays[0] == 0.1
    assert all(a <= b for a, b in pairwise(delays))
    assert 0.17 < delays[1] < 0.23
    assert delays[-1] == 2.0
    assert backoff.next() == 0.1


@pytest.mark.conforms("ours")
def test_a_lock_of_ten_minutes_is_half_a_tenth_of_a_second_at_this_pace() -> None:
    pace = Pace(12_000)

    assert pace.seconds(600) == 0.05
    assert pace.storage_seconds(600) == 1
    assert Pace(1).storage_seconds(600) == 600
    assert Pace(7).storage_seconds(600) == 86


@pytest.mark.conforms("documented: host.json, extensions.queues")
def test_defaults_are_the_documented_ones() -> None:
    options = HostOptions()

    assert options.function_timeout == 1800
    assert options.route_prefix == "api"
    assert QueueOptions() == QueueOptions(16, 8, 60.0, 0.0, 5, base64=True)
