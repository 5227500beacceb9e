"""Connections to the storage account, made without sending anything."""

import time
from typing import Any

import pytest

from shared.adapters.storage_clients import connect, connect_with_identity

CONNECTION = "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=a2V5;"


class Tokens:
    """Counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0

    def token(self) -> str:
        self.asked += 1
        return f"token-{self.asked}"


def test_a_connection_string_leads_to_all_three_services() -> None:
    clients = connect(CONNECTION + "EndpointSuffix=core.windows.net")

    assert clients.blobs.url == "https://acme.blob.core.windows.net/"
    assert clients.queues.url == "https://acme.queue.core.windows.net/"
    assert clients.tables.url == "https://acme.table.core.windows.net"


@pytest.mark.parametrize("part", ["blobs", "queues", "tables"])
def test_an_identity_signs_in_with_a_fresh_token_each_time(part: str) -> None:
    tokens = Tokens()
    clients = connect_with_identity(
        "https://acme.blob.core.windows.net",
        "https://acme.queue.core.windows.net",
        "https://acme.table.core.windows.net",
        tokens,
    )
    credential: Any = getattr(clients, part).credential

    first = credential.get_token("https://storage.azure.com/.default")
    second = credential.get_token("https://storage.azure.com/.default")

    assert (first.token, second.token) == ("token-1", "token-2")
    assert time.time() < first.expires_on < time.time() + 300


def test_all_services_share_one_pool_of_connections() -> None:
    clients = connect(CONNECTION)
    adapter = clients.transport.session.get_adapter("https://acme")

    assert adapter._pool_maxsize == 32
    clients.close()
    assert clients.transport.session is None
