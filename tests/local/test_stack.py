"""The stack as a whole: all of it answers, and none of it stays."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import ContainerClient
from azure.storage.queue import QueueClient

from local.azurite import SERVICES, base_urls
from local.children import ROOT, ChildError
from local.endpoints import Endpoints, read_endpoints
from local.occupancy import OccupiedError, holder
from local.stack import Stack, host_names, remove_content
from tests.local.host.bench import eventually

COMMAND = (sys.executable, "-m", "local")
CHILDREN = {"azurite", "databricks", "azure_devops", "host"}


@contextmanager
def up(data: Path, *options: str) -> Iterator["subprocess.Popen[str]"]:
    """`python -m local up`, once it has printed that it runs."""
    with subprocess.Popen(
        [*COMMAND, "up", "--data", str(data), "--ports", "0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("Ctrl-C"):
                break
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            local("down", data)


def local(command: str, data: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, command, "--data", str(data)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def pids(data: Path) -> list[int]:
    return [int(pid) for pid in json.loads((data / "children.json").read_text())]


def still_there(processes: list[int]) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, processes))],
        capture_output=True,
        text=True,
        check=False,
    )
    rows = (line.split() for line in listing.stdout.splitlines())
    return [int(pid) for pid, state in rows if not state.startswith("Z")]


def status_of(url: str, **headers: str) -> int:
    request = urllib.request.Request(url, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


def everything_answers(endpoints: Endpoints) -> bool:
    key = {"x-functions-key": endpoints.functions_key}
    bearer = {"Authorization": f"Bearer {endpoints.databricks_token}"}
    with ContainerClient.from_connection_string(endpoints.storage, "none") as missing:
        return (
            status_of(f"{endpoints.functions}/admin/functions", **key) == 200
            and status_of(
                f"{endpoints.databricks}/api/2.0/workspace/list?path=/", **bearer
            )
            == 200
            and status_of(f"{endpoints.clone_url}/info/refs?service=git-upload-pack")
            == 200
            and not missing.exists()
        )


def test_two_stacks_run_side_by_side(tmp_path: Path) -> None:
    with Stack(tmp_path / "a") as one, Stack(tmp_path / "b") as other:
        answering = [everything_answers(one), everything_answers(other)]
        written = json.loads((tmp_path / "a/endpoints.json").read_text())

    assert answering == [True, True]
    assert one.functions != other.functions
    assert one.storage != other.storage
    assert set(written) == {
        *("functions", "functionsKey", "databricks", "databricksToken"),
        *("azureDevOps", "project", "repository", "cloneUrl", "storage", "pid"),
        "named",
    }
    assert written["pid"] == os.getpid()


def test_an_app_can_run_on_several_hosts(tmp_path: Path) -> None:
    with Stack(tmp_path, hosts=2) as endpoints:
        answering = everything_answers(endpoints)
        said = [(tmp_path / f"logs/{name}.out").read_text() for name in host_names(2)]
        key = {"x-functions-key": endpoints.functions_key}
        statuses = [
            status_of(f"{text.split()[-1]}/admin/functions", **key) for text in said
        ]

    assert answering
    assert statuses == [200, 200]
    assert said[0] != said[1]


def test_storage_can_be_given_faults(tmp_path: Path) -> None:
    with (
        Stack(tmp_path, storage_faults=True) as endpoints,
        QueueClient.from_connection_string(
            endpoints.storage, "proxied", retry_total=0
        ) as queue,
    ):
        answering = everything_answers(endpoints)
        queue.create_queue()
        fault: Any = {
            "method": "POST",
            "path": "/proxied/messages",
            "status": 503,
            "times": 1,
        }
        address = base_urls(endpoints.storage)[SERVICES.index("queue")]
        requests.post(f"{address}/_local/faults", json=[fault], timeout=10)
        with pytest.raises(HttpResponseError):
            queue.send_message("refused")
        queue.send_message("taken")
        found = [message.content for message in queue.peek_messages(max_messages=9)]

    assert answering
    assert found == ["taken"]


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    with (
        Stack(tmp_path) as first,
        ContainerClient.from_connection_string(first.storage, "kept") as container,
    ):
        container.create_container()
    with (
        Stack(tmp_path) as second,
        ContainerClient.from_connection_string(second.storage, "kept") as container,
    ):
        kept = container.exists()

    assert kept
    assert first.functions_key == second.functions_key
    assert first.databricks_token == second.databricks_token
    assert read_endpoints(tmp_path) is None


def test_settings_override_and_stand_in_for_the_server(tmp_path: Path) -> None:
    real = "https://adb-1.2.azuredatabricks.net"
    settings = {"DATABRICKS_HOST": real, "DATABRICKS_TOKEN": "a real one"}

    with Stack(tmp_path, settings=settings) as endpoints:
        logs = {path.stem for path in (tmp_path / "logs").iterdir()}
        files = [p for p in tmp_path.rglob("*") if p.is_file()]
        leaking = [p for p in files if b"a real one" in p.read_bytes()]

    assert endpoints.databricks == real
    assert endpoints.databricks_token == ""
    assert endpoints.named == {"DATABRICKS_HOST": real}
    assert logs == CHILDREN - {"databricks"}
    assert leaking == []


def test_one_folder_has_one_stack(tmp_path: Path) -> None:
    with Stack(tmp_path):
        with pytest.raises(OccupiedError, match=f"process {os.getpid()}"):
            Stack(tmp_path).start()
        with pytest.raises(OccupiedError):
            remove_content(tmp_path)
        second = local("up", tmp_path)
        untouched = read_endpoints(tmp_path) is not None

    assert second.returncode == 1
    assert "a stack runs in" in second.stderr
    assert untouched


def test_a_part_that_dies_is_noticed(tmp_path: Path) -> None:
    stack = Stack(tmp_path)
    try:
        stack.start()
        stack.check()
        os.kill(pids(tmp_path)[0], signal.SIGKILL)

        with pytest.raises(ChildError, match="azurite was killed by signal 9"):
            eventually(stack.check)
    finally:
        stack.stop()


def test_a_part_that_does_not_start_is_named_with_its_reason(tmp_path: Path) -> None:
    with pytest.raises(ChildError, match="nightly"):
        Stack(tmp_path, settings={"BACKUP_SCHEDULE": "nightly"}).start()

    assert holder(tmp_path) is None
    assert not (tmp_path / "endpoints.json").exists()


def test_up_ends_with_1_and_stops_the_rest_when_a_part_dies(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        children = pids(tmp_path)
        os.kill(children[1], signal.SIGKILL)
        code = process.wait(30)
        assert process.stderr is not None
        said = process.stderr.read()

    assert code == 1
    assert "databricks was killed by signal 9" in said
    assert still_there(children) == []


def test_down_stops_a_stack_and_clean_removes_its_content(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("not the stack's")

    with up(tmp_path) as process:
        children = pids(tmp_path)
        refused = local("clean", tmp_path)
        stopped = local("down", tmp_path)
        code = process.wait(30)
    cleaned = local("clean", tmp_path)

    assert refused.returncode == 1
    assert "a stack runs in" in refused.stderr
    assert (stopped.returncode, stopped.stdout) == (0, "stopped\n")
    assert code == 0
    assert still_there(children) == []
    assert cleaned.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_ctrl_c_stops_all_of_it(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        children = pids(tmp_path)
        process.send_signal(signal.SIGINT)
        code = process.wait(30)

    assert code == 0
    assert still_there(children) == []


def test_what_a_killed_stack_left_is_ended_by_the_next_command(tmp_path: Path) -> None:
    with up(tmp_path) as process:
        children = pids(tmp_path)
        process.kill()
        process.wait()
        left = still_there(children)
        stopped = local("down", tmp_path)

    assert len(left) == len(CHILDREN)
    assert stopped.stdout == "stopped\n"
    eventually(lambda: still_there(children) == [])


def test_down_without_a_stack_says_so(tmp_path: Path) -> None:
    done = local("down", tmp_path)

    assert done.returncode == 0
    assert "no stack runs in" in done.stdout


def test_a_taken_port_is_replaced_by_a_free_one(tmp_path: Path) -> None:
    with (
        Stack(tmp_path / "a", ports="default") as one,
        Stack(tmp_path / "b", ports="default") as other,
    ):
        assert one.functions != other.functions
        assert everything_answers(other)


def test_a_setting_without_a_value_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "up", "--data", str(tmp_path), "--setting", "BACKUP_SCHEDULE"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == 1
    assert "is not NAME=VALUE" in done.stderr
