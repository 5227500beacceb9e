"""The real storage behind the contract suites: Azurite, or what a variable names."""

import os
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.storage_clients import StorageClients, connect
from shared.adapters.tables import Table

_AZURITE = Path(__file__).parents[2] / "node_modules" / ".bin" / "azurite"
_KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
    "K1SZFPTOtr/KBHBeksoGMGw=="
)


@pytest.fixture(scope="session")
def storage_connection() -> Iterator[str]:
    """A connection string; of a real account where BACKUP_TEST_STORAGE has one."""
    named = os.environ.get("BACKUP_TEST_STORAGE")
    if named:
        yield named
        return
    ports = _free_ports(3)
    arguments = (
        "--inMemoryPersistence --skipApiVersionCheck --disableTelemetry --silent"
    )
    options = [
        part
        for service, port in zip(("blob", "queue", "table"), ports, strict=True)
        for part in (f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port))
    ]
    process = subprocess.Popen(
        [str(_AZURITE), *arguments.split(), *options], stdout=subprocess.DEVNULL
    )
    try:
        _await(ports, process)
        yield _connection_string(ports)
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="session")
def storage(storage_connection: str) -> Iterator[StorageClients]:
    clients = connect(storage_connection)
    yield clients
    clients.close()


@pytest.fixture
def table(storage: StorageClients) -> Iterator[Table]:
    """A table of its own for every test; the first write creates it."""
    name = f"test{uuid.uuid4().hex}"
    yield Table(storage.tables, name)
    storage.tables.delete_table(name)


@pytest.fixture
def container(storage: StorageClients) -> Iterator[str]:
    """A container's name for every test; the first write creates it."""
    name = f"test-{uuid.uuid4().hex}"
    yield name
    if storage.blobs.get_container_client(name).exists():
        storage.blobs.delete_container(name)


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _await(ports: list[int], process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError("Azurite ended at once")
        if all(_answers(port) for port in ports):
            return
        time.sleep(0.1)
    raise RuntimeError("Azurite does not answer")


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _connection_string(ports: list[int]) -> str:
    account = "devstoreaccount1"
    parts = ["DefaultEndpointsProtocol=http", f"AccountName={account}"]
    parts.append(f"AccountKey={_KEY}")
    for service, port in zip(("Blob", "Queue", "Table"), ports, strict=True):
        parts.append(f"{service}Endpoint=http://127.0.0.1:{port}/{account}")
    return ";".join(parts)
