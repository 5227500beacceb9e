"""LOCAL: the whole stack: Azurite, both servers, the host; knows none from inside."""

import hashlib
import os
import secrets
import shutil
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Literal

from local.azurite import base_urls, connection_string, start_azurite
from local.children import ROOT, URL, Child, ChildError, free_or_any
from local.endpoints import FILE, SERVICES, Endpoints
from local.host.settings import worker_environment
from local.occupancy import CHILDREN, LOCK, note_children, occupy

Ports = Literal["default", "free"]

ORGANIZATION, PROJECT, REPOSITORY = "local", "backup", "workspace"
BLOB, QUEUE, TABLE, HOST, DATABRICKS, AZURE_DEVOPS = (
    10000,
    10001,
    10002,
    7071,
    7072,
    7073,
)
START_SECONDS = 60.0
GRACE = 5.0  # for what runs when the stack stops; its message comes back
HOST_KEY = "LOCAL_FUNCTIONS_KEY"
UNHURRIED = "5000"
NEVER = "0 0 0 31 2 *"  # a trial starts nothing by itself; name a schedule to have one
CONTENT = ("storage", "databricks", "azure-devops", "cache", "logs", "targets")
KEY_FILE = "secret"
FILES = (KEY_FILE, FILE, CHILDREN, LOCK)
PURPOSES = ("databricks", "azure-devops", "functions")


class Stack:
    """Everything on one machine: `with Stack(data) as endpoints:`.

    `settings` overrides app settings. Where they name a real workspace or a real
    organization, the server of that kind is not started. With `storage_faults` each
    storage service can be given faults at `/_local/` of its address. With several
    `hosts` the app runs on as many instances, as where the platform scales out; HTTP
    is spoken to the first. Raises `ChildError` if something does not start,
    `OccupiedError` if the data folder is in use.
    """

    def __init__(
        self,
        data: Path,
        *,
        ports: Ports = "free",
        settings: Mapping[str, str] | None = None,
        host_options: tuple[str, ...] = (),
        storage_faults: bool = False,
        hosts: int = 1,
    ) -> None:
        self._data = data.resolve()
        self._ports = ports
        self._overrides = dict(settings or {})
        self._host_options = host_options
        self._storage_faults = storage_faults
        self._count_of_hosts = hosts
        self._children: list[Child] = []
        self._open = ExitStack()
        self._running = False

    def __enter__(self) -> Endpoints:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Endpoints:
        """Start everything and return once all of it answers."""
        if not (ROOT / ".venv").exists():
            raise ChildError("nothing is installed here: run `make setup`")
        self._open.enter_context(occupy(self._data))
        self._running = True
        try:
            endpoints = self._start_children()
            endpoints.write(self._data)
        except BaseException:
            self.stop()
            raise
        return endpoints

    def stop(self) -> None:
        """End everything, the host first: it drains while the others still answer.

        Does nothing if this stack does not run: the folder may be another one's.
        """
        if not self._running:
            return
        self._running = False
        (self._data / FILE).unlink(missing_ok=True)
        for child in reversed(self._children):
            child.end()
        self._children.clear()
        (self._data / CHILDREN).unlink(missing_ok=True)
        self._open.close()

    def check(self) -> None:
        """Raise `ChildError` if a part has ended by itself."""
        for child in self._children:
            if child.has_ended:
                raise ChildError(child.obituary())

    def _start_children(self) -> Endpoints:
        token, pat, key = (key_for(self._data, purpose) for purpose in PURPOSES)
        storage = self._storage()
        settings = {
            "DATABRICKS_HOST": self._databricks(token),
            "DATABRICKS_TOKEN": token,
            "AZURE_DEVOPS_ORG_URL": self._azure_devops(pat),
            "AZURE_DEVOPS_PROJECT": PROJECT,
            "AZURE_DEVOPS_REPOSITORY": REPOSITORY,
            "AZURE_DEVOPS_PAT": pat,
            "AZURE_DEVOPS_CACHE_DIR": str(self._data / "cache"),
            "BACKUP_SCHEDULE": NEVER,
            "AUDIT_SCHEDULE": NEVER,
            "AzureWebJobsStorage": storage,
            **self._budgets(),
        } | self._overrides
        project, repository = (
            settings["AZURE_DEVOPS_PROJECT"],
            settings["AZURE_DEVOPS_REPOSITORY"],
        )
        organization = settings["AZURE_DEVOPS_ORG_URL"].rstrip("/")
        return Endpoints(
            functions=self._hosts(settings, key),
            functions_key=key,
            databricks=settings["DATABRICKS_HOST"],
            databricks_token="" if "DATABRICKS_TOKEN" in self._overrides else token,
            azure_devops=organization,
            project=project,
            repository=repository,
            clone_url=f"{organization}/{project}/_git/{repository}",
            storage=storage,
            pid=os.getpid(),
            named={n: t for n, t in self._overrides.items() if n in SERVICES},
        )

    def _storage(self) -> str:
        ports = [self._port(port) for port in (BLOB, QUEUE, TABLE)]
        behind = [0, 0, 0] if self._storage_faults else ports
        logs = self._data / "logs"
        child, storage = start_azurite(logs, self._data / "storage", behind)
        self._add(child)
        if not self._storage_faults:
            return storage
        command = [sys.executable, "-m", "local.storage_proxy", *base_urls(storage)]
        command += ["--ports", *map(str, ports)]
        proxy = Child("storage_proxy", command, logs)
        self._add(proxy)
        return connection_string(proxy.wait_for(URL, len(ports), START_SECONDS))

    def _budgets(self) -> dict[str, str]:
        """The workspace on this machine is nobody else's: no need to be modest."""
        if "DATABRICKS_HOST" in self._overrides:
            return {}
        kinds = ("LIST", "EXPORT", "IMPORT")
        return {f"DATABRICKS_{kind}_RPS": UNHURRIED for kind in kinds}

    def _databricks(self, token: str) -> str:
        if "DATABRICKS_HOST" in self._overrides:
            return ""
        data = str(self._data / "databricks")
        return self._python("databricks", DATABRICKS, "--data", data, "--token", token)

    def _azure_devops(self, pat: str) -> str:
        if "AZURE_DEVOPS_ORG_URL" in self._overrides:
            return ""
        return self._python(
            "azure_devops",
            AZURE_DEVOPS,
            *("--data", str(self._data / "azure-devops")),
            *("--organization", ORGANIZATION, "--project", PROJECT),
            *("--repository", REPOSITORY, "--pat", pat),
        )

    def _hosts(self, settings: Mapping[str, str], key: str) -> str:
        (self._data / "cache").mkdir(exist_ok=True)
        urls = [
            self._python(
                "host",
                HOST,
                *("--app-dir", str(ROOT), "--settings", "env"),
                *("--grace", str(GRACE), *self._host_options),
                environment=worker_environment(settings) | {HOST_KEY: key},
                called=name,
            )
            for name in host_names(self._count_of_hosts)
        ]
        return urls[0]

    def _python(
        self,
        name: str,
        port: int,
        *options: str,
        environment: Mapping[str, str] | None = None,
        called: str = "",
    ) -> str:
        command = [sys.executable, "-m", f"local.{name}"]
        command += ["--port", str(self._port(port)), *options]
        child = Child(called or name, command, self._data / "logs", environment)
        self._add(child)
        return child.wait_for(URL, 1, START_SECONDS)[0]

    def _add(self, child: Child) -> None:
        self._children.append(child)
        note_children(self._data, self._children)

    def _port(self, preferred: int) -> int:
        return free_or_any(preferred) if self._ports == "default" else 0


def host_names(count: int) -> list[str]:
    """Name the log of each of so many hosts."""
    return ["host", *(f"host-{number}" for number in range(2, count + 1))]


def key_for(data: Path, purpose: str) -> str:
    """Return one of a folder's own keys (`PURPOSES`): the same at every start."""
    path = data / KEY_FILE
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32))
    return hashlib.sha256(f"{purpose}:{path.read_text()}".encode()).hexdigest()


def remove_content(data: Path) -> list[str]:
    """Delete what stacks keep in a folder, and nothing else; returns what it was.

    Raises `OccupiedError` while a stack runs there.
    """
    if not data.exists():
        return []
    with occupy(data):
        folders = [name for name in CONTENT if (data / name).exists()]
        for name in folders:
            shutil.rmtree(data / name)
        for name in FILES:
            (data / name).unlink(missing_ok=True)
    return folders
