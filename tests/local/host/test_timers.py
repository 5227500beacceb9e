"""Timers: when they run, what they are told, and who runs them.

Source of the rules: Azure/azure-webjobs-sdk-extensions, TimerListener.cs and
ScheduleMonitor.cs; the WebJobs SDK's singleton listener lock.
"""

import json
import urllib.request
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.blob import BlobClient

from local.host.channel import End
from local.host.pace import ManualClock
from tests.local.host.bench import Bench, eventually

pytestmark = pytest.mark.conforms("documented: Timer trigger")

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
AFTER_THREE = timedelta(hours=15, seconds=1)
DAY = timedelta(days=1)

RETRYING = """
import os
import pathlib
import azure.functions as func

app = func.FunctionApp()

@app.timer_trigger(arg_name="timer", schedule="0 0 3 * * *")
@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:01:00")
def tick(timer: func.TimerRequest, context: func.Context) -> None:
    retry = context.retry_context
    name = f"{retry.retry_count} of {retry.max_retry_count}"
    (pathlib.Path(os.environ["OUTBOX"]) / name).touch()
    raise RuntimeError("told to fail")
"""


def status_blob(bench: Bench) -> BlobClient:
    return BlobClient.from_connection_string(
        bench.storage,
        "azure-webjobs-hosts",
        f"timers/{bench.queue}/Host.Functions.tick/status",
    )


def status(bench: Bench) -> dict[str, str]:
    with status_blob(bench) as blob:
        found: dict[str, str] = json.loads(blob.download_blob().readall())
        return found


def moved(clock: ManualClock, by: timedelta) -> bool:
    clock.advance(by)
    return True


def has_status(bench: Bench) -> bool:
    with status_blob(bench) as blob:
        return blob.exists()


def test_a_timer_runs_when_it_is_due_and_not_before(bench: Bench) -> None:
    clock = ManualClock(NOON)

    with bench.host(timers=True, clock=clock):
        eventually(lambda: has_status(bench))
        before = bench.notes("tick")
        clock.advance(AFTER_THREE)
        (run,) = bench.wait_for("tick")

    assert before == []
    assert run["past_due"] is False
    assert run["status"]["Next"] == "2026-11-23T03:00:00+00:00"


@pytest.mark.conforms(
    "documented: azure-webjobs-sdk-extensions, StorageScheduleMonitor.cs"
)
def test_the_status_blob_remembers_last_and_next(bench: Bench) -> None:
    clock = ManualClock(NOON)

    with bench.host(timers=True, clock=clock):
        eventually(lambda: has_status(bench))
        fresh = status(bench)
        clock.advance(AFTER_THREE)
        eventually(lambda: status(bench) != fresh)

    assert fresh["Last"].startswith("0001-01-01")
    assert fresh["Next"] == "2026-11-23T03:00:00+00:00"
    assert status(bench)["Last"] == "2026-11-23T03:00:01+00:00"
    assert status(bench)["Next"] == "2026-11-24T03:00:00+00:00"


def test_missed_runs_are_made_up_for_once(bench: Bench) -> None:
    with bench.host(timers=True, clock=ManualClock(NOON)):
        eventually(lambda: has_status(bench))

    with bench.host(timers=True, clock=ManualClock(NOON + 5 * DAY)):
        (run,) = bench.wait_for("tick")
        eventually(lambda: status(bench)["Next"].startswith("2026-11-28"))

    assert run["past_due"] is True
    assert len(bench.notes("tick")) == 1


@pytest.mark.conforms("documented: azure-webjobs-sdk-extensions, ScheduleMonitor.cs")
def test_a_changed_schedule_forgets_what_was_missed(bench: Bench) -> None:
    with bench.host(timers=True, clock=ManualClock(NOON)):
        eventually(lambda: has_status(bench))
    moved = bench.settings | {"TICK": "0 0 4 * * *"}

    with bench.host(timers=True, settings=moved, clock=ManualClock(NOON + 5 * DAY)):
        eventually(lambda: status(bench)["Next"] == "2026-11-28T04:00:00+00:00")

    assert bench.notes("tick") == []


@pytest.mark.conforms("documented: azure-webjobs-sdk-extensions, TimerListener.cs")
def test_a_schedule_below_a_minute_is_not_monitored(bench: Bench) -> None:
    often = bench.settings | {"TICK": "*/10 * * * * *"}
    clock = ManualClock(NOON)

    with bench.host(timers=True, settings=often, clock=clock):
        eventually(lambda: moved(clock, timedelta(seconds=10)) and bench.notes("tick"))

    assert not has_status(bench)


@pytest.mark.conforms("documented: azure-webjobs-sdk-extensions, TimerListener.cs")
def test_a_long_run_delays_the_next_one_and_never_overlaps(bench: Bench) -> None:
    clock = ManualClock(NOON)
    (bench.outbox / "tick-waits").write_text("open")

    with bench.host(timers=True, clock=clock) as host:
        eventually(lambda: has_status(bench))
        clock.advance(AFTER_THREE)
        bench.wait_for("tick")
        clock.advance(3 * DAY)
        still = host.in_flight
        bench.open_gate("open")
        eventually(lambda: status(bench)["Last"].startswith("2026-11-2"))
        runs = bench.wait_for("tick", 2)

    assert still == 1
    assert len(runs) == 2


def test_a_failed_run_is_not_tried_again_before_its_next_time(bench: Bench) -> None:
    clock = ManualClock(NOON)
    (bench.outbox / "tick-fails").touch()

    with bench.host(timers=True, clock=clock):
        eventually(lambda: has_status(bench))
        clock.advance(AFTER_THREE)
        eventually(lambda: status(bench)["Last"] == "2026-11-23T03:00:01+00:00")
        after_one = len(bench.notes("tick"))
        clock.advance(DAY)
        bench.wait_for("tick", 2)

    assert after_one == 1


@pytest.mark.conforms("documented: Error handling and retries")
def test_a_retry_policy_tries_again_at_once(bench: Bench, tmp_path: Path) -> None:
    app = tmp_path / "app"
    app.mkdir()
    (app / "host.json").write_text('{"version": "2.0"}')
    (app / "function_app.py").write_text(RETRYING)
    clock = ManualClock(NOON)

    with bench.host(timers=True, clock=clock, app_dir=app):
        eventually(lambda: has_status(bench))
        clock.advance(AFTER_THREE)
        eventually(lambda: status(bench)["Last"] == "2026-11-23T03:00:01+00:00")

    attempts = sorted(path.name for path in bench.outbox.iterdir())
    assert attempts == ["0 of 2", "1 of 2", "2 of 2"]


@pytest.mark.conforms("documented: Timer trigger, singleton lock")
def test_only_one_host_runs_a_timer_and_the_other_takes_over(bench: Bench) -> None:
    clock = ManualClock(NOON)

    with ExitStack() as first_open, ExitStack() as second_open:
        first = first_open.enter_context(bench.host(timers=True, clock=clock))
        eventually(lambda: has_status(bench))
        second = second_open.enter_context(bench.host(timers=True, clock=clock))
        clock.advance(AFTER_THREE)
        bench.wait_for("tick")
        clock.advance(DAY)
        bench.wait_for("tick", 2)
        pids = [first.worker_pid, first.worker_pid, second.worker_pid]
        first_open.close()
        eventually(lambda: moved(clock, DAY) and len(bench.notes("tick")) > 2)

    assert [note["pid"] for note in bench.notes("tick")[:3]] == pids


@pytest.mark.conforms("documented: Manually run a non-HTTP function")
def test_the_admin_api_runs_a_timer_beside_its_schedule(bench: Bench) -> None:
    with bench.host() as host:
        request = urllib.request.Request(
            f"{host.url}/admin/functions/tick",
            data=b'{"input": ""}',
            headers={
                "x-functions-key": "local-functions-key",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request) as answer:
            accepted = answer.status
        (run,) = bench.wait_for("tick")

    assert accepted == 202
    assert run["past_due"] is False


@pytest.mark.conforms("ours")
def test_a_test_can_run_a_timer_and_see_how_it_ended(bench: Bench) -> None:
    with bench.host() as host:
        well = host.run("tick")
        (bench.outbox / "tick-fails").touch()
        badly = host.run("tick")

    assert well.end is End.SUCCEEDED
    assert badly.end is End.FAILED
    assert "told to fail" in badly.error
