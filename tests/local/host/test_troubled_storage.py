"""The queue listener while storage itself is in trouble."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests

from local.azurite import SERVICES, base_urls
from local.host.pace import Pace
from local.serving import serve_in_thread
from local.storage_proxy import create_app
from tests.local.host.bench import Bench

pytestmark = pytest.mark.conforms(
    "documented: azure-sdk-for-net, UpdateQueueMessageVisibilityCommand.cs"
)


@contextmanager
def troubled_queues(storage: str, **fault: Any) -> Iterator[tuple[str, str]]:
    """The connection string of a storage with this fault, and its queues' address."""
    straight = base_urls(storage)[SERVICES.index("queue")]
    with serve_in_thread(create_app(straight, "queue")) as url:
        answer = requests.post(f"{url}/_local/faults", json=[fault], timeout=10)
        assert answer.status_code == 200, answer.text
        yield storage.replace(straight, url), url


def fired(url: str) -> int:
    (fault,) = requests.get(f"{url}/_local/faults", timeout=10).json()
    return int(fault["fired"])


def test_a_renewal_that_failed_is_tried_again_before_the_lock_ends(
    bench: Bench,
) -> None:
    bench.send(wait_for="open")

    # A lock of six seconds: renewed after three, and sooner where that failed.
    renewals = troubled_queues(
        bench.storage, method="PUT", path="/messages/", status=403, times=2
    )
    with renewals as (storage, url), bench.host(storage=storage, pace=Pace(100)):
        bench.wait_for("work")
        bench.send_later(7, name="seven seconds later")
        bench.wait_for("done")
        failures = fired(url)
        bench.open_gate("open")
        bench.wait_until_empty()

    assert failures == 2
    assert [note["dequeued"] for note in bench.notes("work")] == [1, 1]


def test_a_listener_outlives_a_storage_that_refuses_to_be_read(bench: Bench) -> None:
    bench.send(name="waited for")

    fetching = troubled_queues(
        bench.storage, method="GET", path="/messages", status=403, times=5
    )
    with fetching as (storage, url), bench.host(storage=storage):
        bench.wait_for("done")
        failures = fired(url)

    assert failures == 5


def test_a_deletion_that_was_answered_to_nobody_is_no_failure(bench: Bench) -> None:
    bench.send(name="once")

    deleting = troubled_queues(
        bench.storage,
        method="DELETE",
        path="/messages/",
        effect="cut",
        when="after",
        times=1,
    )
    with deleting as (storage, _), bench.host(storage=storage):
        bench.wait_for("done")
        bench.wait_until_empty()
        bench.send(name="the next one")
        bench.wait_for("done", 2)

    assert [note["dequeued"] for note in bench.notes("work")] == [1, 1]
