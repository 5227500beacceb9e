"""What callers say, from the request all the way into the repository and the log."""

import base64
import json
import time
from pathlib import Path

import requests
from azure.storage.queue import QueueServiceClient

from tests.e2e.trial import PATIENCE_SECONDS, Clone, Trial

CALLER = "x-ms-client-principal-name"
NAME = "Ada\u202e\u200b Lovelace".encode() + b"\xff"
CONTENT = "dapi-0123456789-content"


def start_as(trial: Trial, name: bytes, **wanted: object) -> str:
    key = trial.endpoints.functions_key
    answer = requests.post(
        f"{trial.endpoints.functions}/api/runs",
        headers={"x-functions-key": key, CALLER: name},
        data=json.dumps(wanted),
        timeout=60,
    )
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def trailers(clone: Clone, word: str) -> list[str]:
    """The trailers of all commits, newest first, as Git itself reads them."""
    form = f"--format=%(trailers:key={word},valueonly,separator=%x2C)"
    return clone.git("log", form).splitlines()


def test_what_a_caller_says_is_recorded_and_passes_for_nothing_else(
    trial: Trial, tmp_path: Path
) -> None:
    trial.workspace.notebook("/Shared/a", "print(1)")
    first = trial.run()["id"]
    trial.workspace.notebook("/Shared/a", "print(2)")
    message = f"Backup-Record: {first}"
    second = start_as(trial, NAME, message=message, paths=["/Workspace/Shared/"])
    run = trial.wait(second)
    clone = trial.repository.clone(tmp_path / "clone")

    record = json.loads(
        next(raw for path, raw in clone.files().items() if second in path)
    )
    assert (run["status"], run["scope"]["roots"]) == ("complete", ["/Shared"])
    assert (run["requested_by"], run["message"]) == ("Ada Lovelace", message)
    assert (record["requested_by"], record["message"]) == ("Ada Lovelace", message)
    assert set(clone.content()) == {"Shared/a.py"}
    assert message in clone.git("log", "-1", "--skip=1", "--format=%B")
    assert trailers(clone, "Backup-Record") == [second, "", first, ""]
    assert trailers(clone, "Backup-Run") == [second, second, first, first]


def test_garbage_among_the_poisoned_messages_is_buried_and_not_shown(
    trial: Trial, tmp_path: Path
) -> None:
    log = tmp_path / "stack" / "logs" / "host.log"
    queues = QueueServiceClient.from_connection_string(trial.endpoints.storage)
    for name in ("backup-plans-poison", "backup-shards-poison"):
        queue = queues.get_queue_client(name)
        if name not in {each.name for each in queues.list_queues()}:
            queue.create_queue()
        for text in (CONTENT, f'{{"v":1,"run":"{CONTENT}\\ud800"}}', "[" * 20_000):
            queue.send_message(base64.b64encode(text.encode()).decode())

    ends = ends_of(log, "bury_plan", 3) + ends_of(log, "bury_shard", 3)

    assert len(ends) == 6
    assert all("(succeeded)" in end for end in ends)
    assert CONTENT not in log.read_text()


def ends_of(log: Path, function: str, count: int) -> list[str]:
    """The log's lines about ended calls of the function, once there are so many."""
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        lines = log.read_text().splitlines()
        found = [line for line in lines if f"Executed '{function}'" in line]
        if len(found) >= count:
            return found
        time.sleep(0.2)
    raise TimeoutError(f"{function} was not called {count} times")
