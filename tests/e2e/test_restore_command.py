"""`make restore` and `make drift` as a user meets them: words and exit codes."""

import signal
import subprocess
import sys
from pathlib import Path

import requests

from tests.e2e.stacks import a_stack
from tests.e2e.test_backup_command import BARE, ROOT
from tests.e2e.trial import Trial

REPORT = "/Clients/Acme/Weekly report"
SILVER = "/Shared/Retail Analytics/Silver"


def heard(
    data: Path, word: str, *given: str
) -> tuple[subprocess.Popen[str], list[str]]:
    """A restore that goes on, and what it said up to a line with the word."""
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "local", "restore", f"DATA={data}", *given],
        cwd=ROOT,
        env={**BARE, "NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    assert process.stdout
    for line in process.stdout:
        said.append(line)
        if word in line:
            return process, said
    raise AssertionError("".join(said))


def command(name: str, data: Path, *given: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", name, f"DATA={data}", *given],
        cwd=ROOT,
        env={**BARE, "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


def test_something_deleted_is_planned_restored_and_no_drift_is_left(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with a_stack(data) as endpoints:
        trial = Trial(endpoints)
        assert command("backup", data).returncode == 0
        trial.workspace.delete(REPORT)
        trial.workspace.delete(SILVER)
        files = f"FILES='{REPORT}' '{SILVER}'"

        drifted = command("drift", data)
        plan = command("restore", data, files)
        planned = trial.workspace.objects()
        done = command("restore", data, files, "APPLY=1")
        calm = command("drift", data)
        elsewhere = command("restore", data, files, "TO=/Restored", "APPLY=1")
        restored = trial.workspace.objects()

    assert drifted.returncode == 1
    assert "The workspace is not as its backup has it." in drifted.stdout
    assert REPORT in drifted.stdout
    assert plan.returncode == 0, plan.stdout
    assert "nothing was written" in plan.stdout
    assert f"create      {SILVER}/" in plan.stdout
    assert f"FILES=\"'{REPORT}' '{SILVER}'\" AT=" in plan.stdout
    assert REPORT not in planned
    assert (done.returncode, calm.returncode) == (0, 0), done.stdout + calm.stdout
    assert "Complete: all of it is in the workspace" in done.stdout
    assert "verified    3 objects" in done.stdout
    assert "The workspace is as its backup has it." in calm.stdout
    assert elsewhere.returncode == 0
    assert restored[f"/Restored{REPORT}"]["blob_id"] == restored[REPORT]["blob_id"]


def test_what_never_was_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with a_stack(data):
        assert command("backup", data).returncode == 0
        wrong = command("restore", data, "FILES='/Shared/Retail'")
        early = command("restore", data, "FILES=/Shared", "AT=2001-01-01T00:00:00Z")
        none = command("restore", data)
        odd = command("restore", data, "FILES=/", "APPLY=perhaps")

    assert (wrong.returncode, early.returncode) == (1, 1)
    assert "near it: /Shared/Retail Analytics" in wrong.stdout
    assert "there was no backup yet" in early.stdout
    assert (none.returncode, odd.returncode) == (2, 2)
    assert "FILES names workspace paths" in none.stdout
    assert "APPLY=perhaps is neither 1 nor 0" in odd.stdout


def test_a_restore_that_was_left_open_is_told_and_gone_on_with(tmp_path: Path) -> None:
    data = tmp_path / "data"
    wanted = ("FILES=/", "TO=/Restored", "APPLY=1")
    with a_stack(data) as endpoints:
        assert command("backup", data).returncode == 0
        limits = f"{endpoints.databricks}/_local/limits"
        requests.post(limits, json={"latency_ms": 3_000}, timeout=60)

        first, said = heard(data, "finding", *wanted)
        first.send_signal(signal.SIGINT)
        farewell, _ = first.communicate()
        other = command("restore", data, "FILES=/Shared", "APPLY=1")
        again, _ = heard(data, "is open: going on with it", *wanted)
        requests.delete(limits, timeout=60)
        outcome, _ = again.communicate()

    restore_id = next(line for line in said if line.startswith("restore-")).strip()
    assert first.returncode == 130
    assert f"{restore_id} goes on at {endpoints.functions}" in farewell
    assert other.returncode == 1
    assert f"{restore_id} is open, of other paths" in other.stdout
    assert f"make restore CANCEL={restore_id} DATA={data}" in other.stdout
    assert again.returncode == 0, outcome
    assert outcome.splitlines()[1] == restore_id
    assert "Complete: all of it is in the workspace" in outcome
