"""LOCAL: the real Azurite for blobs, queues and tables; knows nothing of the app."""

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.children import ROOT, Child, ChildError

PROGRAM = ROOT / "node_modules/azurite/dist/src/azurite.js"
OWN_NODE = ROOT / ".venv/bin/node"
SERVICES = ("blob", "queue", "table")
LISTENING = re.compile(r"service is successfully listening at (http://\S+)")
START_SECONDS = 60.0

# Published by Microsoft for every emulator; it protects nothing.
ACCOUNT = "devstoreaccount1"
KEY = (
    "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/"
    "K1SZFPTOtr/KBHBeksoGMGw=="
)


def find_node() -> str:
    """Return the Node to run; raises `ChildError` if setup has not been run."""
    node = str(OWN_NODE) if OWN_NODE.exists() else shutil.which("node")
    if node is None or not PROGRAM.exists():
        raise ChildError("Azurite is not installed here: run `make setup`")
    return node


def connection_string(urls: Sequence[str]) -> str:
    """Return the connection string for blob, queue and table base URLs."""
    names = (f"{service.capitalize()}Endpoint" for service in SERVICES)
    endpoints = (f"{n}={u}/{ACCOUNT}" for n, u in zip(names, urls, strict=True))
    account = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={KEY}"
    return ";".join((account, *endpoints)) + ";"


def base_urls(storage: str) -> list[str]:
    """Return the base URLs of blob, queue and table out of a connection string."""
    fields = dict(part.split("=", 1) for part in storage.split(";") if part)
    suffix = f"/{ACCOUNT}"
    names = [f"{service.capitalize()}Endpoint" for service in SERVICES]
    return [fields[name].removesuffix(suffix) for name in names]


def start_azurite(
    logs: Path, data: Path | None, ports: Sequence[int] = (0, 0, 0)
) -> tuple[Child, str]:
    """Start Azurite; returns its process and its connection string, ready to use.

    Without a data folder everything stays in memory. Port 0 takes a free one.
    """
    command = [find_node(), str(PROGRAM), "--silent"]
    # Without it, Azurite reports home and logs failures where there is no network.
    command.append("--disableTelemetry")
    # The SDKs know newer API versions than Azurite does.
    command.append("--skipApiVersionCheck")
    for service, port in zip(SERVICES, ports, strict=True):
        command += [f"--{service}Host", "127.0.0.1", f"--{service}Port", str(port)]
    if data is None:
        command.append("--inMemoryPersistence")
    else:
        data.mkdir(parents=True, exist_ok=True)
        command += ["--location", str(data)]
    child = Child("azurite", command, logs)
    try:
        urls = child.wait_for(LISTENING, len(SERVICES), START_SECONDS)
    except BaseException:
        child.end()
        raise
    return child, connection_string(urls)


@contextmanager
def azurite(logs: Path, data: Path | None = None) -> Iterator[str]:
    """Run Azurite on free ports; yields its connection string."""
    child, storage = start_azurite(logs, data)
    try:
        yield storage
    finally:
        child.end()
