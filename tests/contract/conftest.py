"""The real storage behind the contract suites: Azurite, or what a variable names."""

import os
import uuid
from collections.abc import Iterator

import pytest

from shared.adapters.storage_clients import StorageClients, connect
from shared.adapters.tables import Table


@pytest.fixture(scope="session")
def clients(request: pytest.FixtureRequest) -> Iterator[StorageClients]:
    """Connections to Azurite, or to the account that BACKUP_TEST_STORAGE names."""
    named = os.environ.get("BACKUP_TEST_STORAGE")
    clients = connect(named or request.getfixturevalue("storage"))
    yield clients
    clients.close()


@pytest.fixture
def table(clients: StorageClients) -> Iterator[Table]:
    """A table of its own for every test; the first write creates it."""
    name = f"test{uuid.uuid4().hex}"
    yield Table(clients.tables, name)
    clients.tables.delete_table(name)


@pytest.fixture
def container(clients: StorageClients) -> Iterator[str]:
    """A container's name for every test; the first write creates it."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    if clients.blobs.get_container_client(name).exists():
        clients.blobs.delete_container(name)
