"""What a host test works with: a fixture app, its outbox, its queue, a host."""

import json
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueClient, TextBase64EncodePolicy

from local.host.background import RunningHost, running_host
from local.host.host import HostConfig
from local.host.pace import Pace

APPS = Path(__file__).parent / "apps"
ROOT = Path(__file__).parents[3]
FIFTY_MS_LOCK = Pace(12_000)
PATIENCE = 30.0


def eventually[T](look: Callable[[], T]) -> T:
    """Return the first true thing that `look` sees."""
    deadline = time.monotonic() + PATIENCE
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"never happened: {look}")
        threading.Event().wait(0.01)
    return seen


@dataclass(frozen=True)
class Bench:
    """One test's app, outbox and queue name, over the shared storage."""

    storage: str
    folder: Path
    queue: str

    @property
    def outbox(self) -> Path:
        return self.folder / "outbox"

    @property
    def settings(self) -> dict[str, str]:
        return {
            "WORK_QUEUE": self.queue,
            "TICK": "0 0 3 * * *",
            "OUTBOX": str(self.outbox),
            "AzureFunctionsWebHost__hostid": self.queue,
        }

    def config(self, **changes: Any) -> HostConfig:
        config = HostConfig(
            app_dir=APPS / "basic",
            storage=self.storage,
            settings=self.settings,
            pace=FIFTY_MS_LOCK,
            timers=False,
        )
        return replace(config, **changes)

    def host(self, **changes: Any) -> AbstractContextManager[RunningHost]:
        return running_host(self.config(**changes))

    def app(self, **host_json: Any) -> Path:
        """A copy of the fixture app with another host.json."""
        copy = self.folder / f"app-{uuid.uuid4().hex[:6]}"
        copy.mkdir()
        source = APPS / "basic"
        (copy / "function_app.py").write_bytes(
            (source / "function_app.py").read_bytes()
        )
        document = json.loads((source / "host.json").read_text()) | host_json
        (copy / "host.json").write_text(json.dumps(document))
        return copy

    @contextmanager
    def host_process(self, scale: float = FIFTY_MS_LOCK.scale) -> Iterator["Process"]:
        settings = self.folder / "settings.json"
        settings.write_text(json.dumps(self.settings))
        log = self.folder / f"host-{uuid.uuid4().hex[:6]}.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "local.host"),
                    *("--app-dir", str(APPS / "basic"), "--storage", self.storage),
                    *("--settings", str(settings), "--time-scale", str(scale)),
                    *("--no-timers", "--grace", "20"),
                ],
                stdout=subprocess.PIPE,
                stderr=file,
                cwd=ROOT,
                text=True,
            )
        with process:
            assert process.stdout is not None
            url = process.stdout.readline().split()[-1]
            try:
                yield Process(process, url, log)
            finally:
                process.kill()

    def send(self, **order: Any) -> None:
        self.send_text(json.dumps(order))

    def fetch_and_give_back(self, times: int) -> None:
        """Raise the first message's dequeue count, as crashes would."""
        with self._client(self.queue) as queue:
            for _ in range(times):
                message = queue.receive_message()
                assert message is not None
                queue.update_message(
                    message.id, message.pop_receipt, visibility_timeout=0
                )

    def send_later(self, seconds: int, **order: Any) -> None:
        with self._client(self.queue) as queue:
            queue.send_message(json.dumps(order), visibility_timeout=seconds)

    def send_text(self, text: str, *, base64: bool = True) -> None:
        with self._client(self.queue, base64=base64) as queue:
            queue.send_message(text)

    def create_queue(self) -> None:
        with self._client(self.queue) as queue:
            queue.create_queue()

    def length(self, suffix: str = "") -> int | None:
        """How many messages the queue holds, locked ones too; None if absent."""
        with self._client(self.queue + suffix) as queue:
            try:
                count = queue.get_queue_properties().approximate_message_count
            except ResourceNotFoundError:
                return None
        return count or 0

    def notes(self, kind: str) -> list[dict[str, Any]]:
        """What the app wrote down, oldest first."""
        paths = sorted(self.outbox.glob("*.json"))
        found = [json.loads(path.read_text()) for path in paths]
        return [note for note in found if note["kind"] == kind]

    def wait_for(self, kind: str, count: int = 1) -> list[dict[str, Any]]:
        """The same, once there are so many."""
        eventually(lambda: len(self.notes(kind)) >= count)
        return self.notes(kind)

    def wait_until_empty(self) -> None:
        eventually(lambda: self.length() == 0)

    def open_gate(self, name: str) -> None:
        (self.outbox / name).touch()

    def _client(self, name: str, *, base64: bool = True) -> QueueClient:
        policy = TextBase64EncodePolicy() if base64 else None
        return QueueClient.from_connection_string(
            self.storage, name, message_encode_policy=policy
        )


@dataclass(frozen=True)
class Process:
    """A host process of its own."""

    popen: "subprocess.Popen[str]"
    url: str
    log: Path
