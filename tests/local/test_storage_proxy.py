"""Azurite behind the proxy: the real clients as ever, and whatever goes wrong."""

import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from azure.core import MatchConditions
from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ServiceRequestError,
    ServiceResponseError,
)
from azure.data.tables import TableClient
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient

from local.azurite import SERVICES, base_urls, connection_string
from local.serving import serve_in_thread
from local.storage_proxy import create_app


@dataclass(frozen=True)
class Behind:
    """Clients whose every request passes the proxies, none of which retries."""

    urls: dict[str, str]
    container: ContainerClient
    queue: QueueClient
    table: TableClient

    def arm(self, service: str, **fault: object) -> None:
        self._ask("POST", service, "faults", [fault])

    def limit(self, service: str, **limits: object) -> None:
        self._ask("POST", service, "limits", limits)

    def stats(self, service: str) -> dict[str, int]:
        routes = self._ask("GET", service, "stats", None).json()["routes"]
        assert isinstance(routes, dict)
        return routes

    def _ask(
        self, method: str, service: str, name: str, body: Any
    ) -> requests.Response:
        answer = requests.request(
            method, f"{self.urls[service]}/_local/{name}", json=body, timeout=20
        )
        assert answer.status_code == 200, answer.text
        return answer


@pytest.fixture
def behind(storage: str) -> Iterator[Behind]:
    name = f"proxied{uuid.uuid4().hex[:12]}"
    with ExitStack() as opened:
        upstreams = zip(SERVICES, base_urls(storage), strict=True)
        urls = {
            service: opened.enter_context(serve_in_thread(create_app(url, service)))
            for service, url in upstreams
        }
        address = connection_string(list(urls.values()))
        open_ = opened.enter_context
        container = open_(
            ContainerClient.from_connection_string(address, name, retry_total=0)
        )
        queue = open_(QueueClient.from_connection_string(address, name, retry_total=0))
        table = open_(TableClient.from_connection_string(address, name, retry_total=0))
        container.create_container()
        queue.create_queue()
        table.create_table()
        yield Behind(urls, container, queue, table)


def code_of(error: HttpResponseError) -> str:
    response: Any = error.response
    return str(response.headers["x-ms-error-code"])


def test_blobs_pass_whole(behind: Behind) -> None:
    content = bytes(range(256)) * 40_000
    name = "a b/ü|é %25.json"

    behind.container.upload_blob(name, content, metadata={"run": "1"})
    listed = [blob.name for blob in behind.container.list_blobs()]
    properties = behind.container.get_blob_client(name).get_blob_properties()

    assert behind.container.download_blob(name).readall() == content
    assert listed == [name]
    assert (properties.size, properties.metadata) == (len(content), {"run": "1"})
    with pytest.raises(ResourceExistsError):
        behind.container.upload_blob(name, b"again")


def test_a_blob_that_is_marked_as_compressed_stays_as_it_is(behind: Behind) -> None:
    import gzip  # noqa: PLC0415

    from azure.storage.blob import ContentSettings  # noqa: PLC0415

    packed = gzip.compress(b"text" * 1_000)
    marked = ContentSettings(content_encoding="gzip")

    behind.container.upload_blob("x", packed, content_settings=marked)

    stored = behind.container.download_blob("x", decompress=False).readall()
    assert stored == packed


def test_leases_and_conditions_hold(behind: Behind) -> None:
    blob = behind.container.get_blob_client("lease")
    blob.upload_blob(b"")

    lease = blob.acquire_lease(15)
    with pytest.raises(HttpResponseError) as refused:
        blob.upload_blob(b"x", overwrite=True)
    lease.release()

    assert refused.value.status_code == 412


def test_messages_pass(behind: Behind) -> None:
    behind.queue.send_message("<one> & é")

    message = behind.queue.receive_message()

    assert message is not None
    assert message.content == "<one> & é"
    behind.queue.update_message(message, visibility_timeout=0)
    again = behind.queue.receive_message()
    assert again is not None
    behind.queue.delete_message(again)
    assert behind.queue.peek_messages() == []


def test_entities_and_transactions_pass(behind: Behind) -> None:
    rows = [{"PartitionKey": "p 1", "RowKey": f"r'{n}", "n": n} for n in range(40)]

    behind.table.submit_transaction([("create", row) for row in rows])
    first = behind.table.get_entity("p 1", "r'0")
    behind.table.update_entity({**first, "n": 7})
    with pytest.raises(ResourceModifiedError):
        behind.table.update_entity(
            first,
            etag=first.metadata["etag"],
            match_condition=MatchConditions.IfNotModified,
        )

    found = behind.table.query_entities("PartitionKey eq 'p 1' and n lt 10")
    assert sorted(row["n"] for row in found) == [1, 2, 3, 4, 5, 6, 7, 7, 8, 9]


def test_requests_are_counted_by_what_they_concern(behind: Behind) -> None:
    behind.container.upload_blob("a/b", b"x")
    behind.queue.send_message("x")
    behind.table.upsert_entity({"PartitionKey": "p", "RowKey": "r"})

    name = behind.queue.queue_name
    assert behind.stats("blob")[f"PUT /{name}/{{blob}}"] == 1
    assert behind.stats("queue")[f"POST /{name}/messages"] == 1
    assert behind.stats("table")[f"PATCH /{name}(entity)"] == 1


def test_a_busy_service_says_so_in_its_own_words(behind: Behind) -> None:
    for service in ("blob", "table"):
        behind.arm(service, path="/", status=503, times=1)

    with pytest.raises(HttpResponseError) as blob:
        behind.container.upload_blob("a", b"x")
    with pytest.raises(HttpResponseError) as table:
        behind.table.get_entity("p", "r")

    assert (blob.value.status_code, code_of(blob.value)) == (503, "ServerBusy")
    assert (table.value.status_code, code_of(table.value)) == (503, "ServerBusy")
    behind.container.upload_blob("a", b"x")


def test_an_account_over_its_limit_is_busy_and_never_429(behind: Behind) -> None:
    behind.limit("queue", requests_per_second={"POST": 0.001}, burst=1)
    behind.queue.send_message("the first")

    with pytest.raises(HttpResponseError) as refused:
        behind.queue.send_message("one too many")

    assert refused.value.status_code == 503


@pytest.mark.parametrize(("when", "sent"), [("before", 0), ("after", 1)])
def test_a_cut_hides_whether_a_message_was_sent(
    behind: Behind, when: str, sent: int
) -> None:
    behind.arm(
        "queue", method="POST", path="messages", effect="cut", when=when, times=1
    )

    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        behind.queue.send_message("perhaps")

    assert len(behind.queue.peek_messages(max_messages=5)) == sent


def test_a_flip_reaches_the_reader(behind: Behind) -> None:
    behind.container.upload_blob("plan", b'{"version": 1, "name": "abcdef"}')
    behind.arm("blob", method="GET", path="/plan", effect="flip", times=1)

    damaged = behind.container.download_blob("plan").readall()

    whole = behind.container.download_blob("plan").readall()
    assert damaged != whole
    assert len(damaged) == len(whole)
