"""How the benchmark measures: processes, events, and who counts as the app."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.backup.options import UsageError
from local.benchmark.happened import Log
from local.benchmark.options import read_options
from local.benchmark.parts import FULL, QUICK
from local.benchmark.processes import ChangedError, Workers, workers_below
from local.benchmark.site import most_within
from local.benchmark.traffic import of_the_app
from local.children import ROOT

TEN_MIB = 10 * 2**20
BUSY = f"""
import sys
held = bytearray(b"x") * {TEN_MIB}
print("held", flush=True)
sys.stdin.readline()
del held
print("gone", flush=True)
for number in range(3_000_000): pass
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def worker(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that looks like a worker, and is one step ahead of each line."""
    program = tmp_path / "local.host.worker"
    program.write_text(BUSY)
    command = [sys.executable, str(program)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        yield process
        process.kill()


def says(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == f"{line}\n"


def go_on(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_workers_peak_and_cpu_are_counted_from_when_one_says_so(
    worker: subprocess.Popen[str],
) -> None:
    says(worker, "held")
    workers = workers_below(os.getpid(), 1)
    high, cpu = workers.peak(), workers.cpu()
    go_on(worker)
    says(worker, "gone")
    says(worker, "done")
    workers.forget_peak()

    assert workers.pids == (worker.pid,)
    assert workers.peak() <= high - TEN_MIB // 2
    assert workers.cpu() > cpu


def test_a_worker_that_was_replaced_spoils_the_measurement() -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()

    with pytest.raises(ChangedError):
        Workers((process.pid,)).cpu()


def said(event: str, **facts: str) -> str:
    return f"time INFO backup.events: {json.dumps({'event': event, **facts})}\n"


def test_events_are_read_from_when_the_log_was_opened_until_the_last(
    tmp_path: Path,
) -> None:
    file = tmp_path / "host.log"
    file.write_text(said("run.finished", run_id="before"))
    log = Log([file])
    with file.open("a") as more:
        more.write("a line of somebody else\n")
        more.write(said("run.planned", run_id="1"))
        more.write(said("run.finished", run_id="1"))

    found = log.until(lambda e: e.concerns("run.finished", "run_id", "1"), lambda: None)

    assert [e.facts["event"] for e in found] == ["run.planned", "run.finished"]


def test_the_most_within_so_many_seconds_is_over_any_of_them() -> None:
    assert most_within([0.0, 1.0, 9.5, 10.5, 10.9], 10.0) == 4
    assert most_within([], 10.0) == 0


def test_what_the_host_does_by_the_minute_is_not_the_apps() -> None:
    routes = {
        "GET /backup-plans/messages": 50,
        "PUT /azure-webjobs-hosts/{blob}?comp=lease": 9,
        "POST /backup-plans/messages": 2,
        "DELETE /backup-plans/messages/{id}": 2,
        "GET /runs(entity)": 7,
    }

    counted = of_the_app({"routes": routes, "bytes_in": {}, "bytes_out": routes})

    assert sum(counted["routes"].values()) == 11
    assert counted["bytes_in"] == {}
    assert counted["bytes_out"] == counted["routes"]


def test_a_quick_benchmark_leaves_what_is_published_alone() -> None:
    full, quick = read_options([]), read_options(["QUICK=1", "PARTS=peers, curve"])

    assert (full.sizes, quick.sizes) == (FULL, QUICK)
    assert full.places.page == ROOT / "docs/benchmarks.md"
    assert ROOT / "docs" not in quick.places.page.parents
    assert quick.named == ("peers", "curve")
    assert quick.command == "make bench QUICK=1 PARTS=peers, curve"


@pytest.mark.parametrize("word", ["PARTS=nights", "SIZE=7", "QUICK=maybe", "fast"])
def test_what_cannot_be_meant_is_refused(word: str) -> None:
    with pytest.raises(UsageError):
        read_options([word])
