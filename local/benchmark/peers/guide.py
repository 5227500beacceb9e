"""LOCAL, benchmark: a sync engine as a well-known guide describes its own.

    python -m local.benchmark.peers.guide DIR

Twenty workers, a pool of ten clients, folders listed level by level, batches of a
thousand, always everything. It writes files and pushes nothing: what the guide calls a
commit is no call of the API. Where the description leaves a choice, the faster one was
taken: clients are given out in turn, for a worker that waits for one would be idle.
The environment names the workspace. Prints how many files it wrote, and how many it
could not.
"""

import base64
import itertools
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from databricks.sdk import WorkspaceClient
from databricks.sdk.errors.base import DatabricksError
from databricks.sdk.service.workspace import ExportFormat, ObjectInfo, ObjectType

WORKERS = 20
CLIENTS = 10
BATCH = 1_000
EXTENSIONS = {"PYTHON": ".py", "SQL": ".sql", "SCALA": ".scala", "R": ".r"}


@dataclass(slots=True)
class ClientPool:
    """Clients in turn."""

    clients: Sequence[WorkspaceClient] = field(
        default_factory=lambda: [WorkspaceClient() for _ in range(CLIENTS)]
    )
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> WorkspaceClient:
        """The next one."""
        with self._lock:
            return self.clients[next(self._numbers) % len(self.clients)]


@dataclass(slots=True)
class Engine:
    """Copies every object below a folder into a directory."""

    clients: ClientPool
    target: Path
    failed: int = 0
    written: int = 0

    def __call__(self, root: str) -> None:
        """All of it, whatever is there."""
        with ThreadPoolExecutor(WORKERS) as pool:
            objects = self._listed(pool, root)
            for batch in itertools.batched(objects, BATCH, strict=False):
                outcomes = list(pool.map(self._copied, batch))
                self.written += sum(outcomes)
                self.failed += len(outcomes) - sum(outcomes)

    def _listed(self, pool: ThreadPoolExecutor, root: str) -> list[ObjectInfo]:
        """Level by level: the next one begins when this one is listed."""
        found: list[ObjectInfo] = []
        level = [root]
        while level:
            children = [
                each for some in pool.map(self._children, level) for each in some
            ]
            folders = [c for c in children if c.object_type is ObjectType.DIRECTORY]
            found += [c for c in children if c.object_type is not ObjectType.DIRECTORY]
            level = [str(folder.path) for folder in folders]
        return found

    def _children(self, folder: str) -> list[ObjectInfo]:
        return list(self.clients.next().workspace.list(folder))

    def _copied(self, each: ObjectInfo) -> bool:
        path = str(each.path)
        notebook = each.object_type is ObjectType.NOTEBOOK
        wanted = ExportFormat.SOURCE if notebook else ExportFormat.AUTO
        language = each.language.value if each.language else ""
        file = self.target / (path.lstrip("/") + EXTENSIONS.get(language, ""))
        try:
            answer = self.clients.next().workspace.export(path, format=wanted)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(base64.b64decode(answer.content or ""))
        except (DatabricksError, OSError):
            return False
        return True


def main() -> None:
    """Copy the whole workspace into the directory that is named."""
    engine = Engine(ClientPool(), Path(sys.argv[1]))
    engine("/")
    print(engine.written, engine.failed)


if __name__ == "__main__":
    main()
