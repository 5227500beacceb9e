"""`make backup` as a new user meets it: the command, its words, its exit code."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.e2e.stacks import a_stack
from tests.e2e.test_first_backups import HOUSEKEEPING
from tests.e2e.trial import Clone, Trial, calls_of

ROOT = Path(__file__).parents[2]
BARE = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
CLONE_LINE = re.compile(r"git clone '?([^'\s]+)'? ")
HEADER = "# Databricks notebook source\n"


def backup(data: Path, *given: str) -> subprocess.CompletedProcess[str]:
    """The command, with a token lying in the shell that is nobody's business."""
    return subprocess.run(
        [sys.executable, "-m", "local", "backup", f"DATA={data}", *given],
        cwd=ROOT,
        env={**BARE, "DATABRICKS_TOKEN": "dapi-lies-around", "NO_COLOR": "1"},
        check=False,
        capture_output=True,
        text=True,
    )


def cloned(said: str, target: Path) -> Clone:
    """The clone that the printed line makes, after the command has ended."""
    match = CLONE_LINE.search(said)
    assert match, said
    subprocess.run(["git", "clone", "-q", match[1], str(target)], check=True)
    return Clone(target)


def test_a_first_backup_stores_the_sample_and_a_second_one_does_nothing(
    tmp_path: Path,
) -> None:
    first = backup(tmp_path / "data")
    second = backup(tmp_path / "data")
    clone = cloned(first.stdout, tmp_path / "clone")

    assert first.returncode == second.returncode == 0, first.stderr + second.stderr
    assert "Complete: everything is in Git" in first.stdout
    assert "Nothing changed" in second.stdout
    assert "ignored from the environment: DATABRICKS_TOKEN" in first.stdout
    assert len(clone.content()) >= 20
    assert clone.git("fsck", "--strict") == ""


def test_a_folder_from_disk_is_stored_byte_for_byte(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "jobs" / "nightly").mkdir(parents=True)
    (source / "jobs" / "load.py").write_text(HEADER + "print('a notebook')")
    (source / "jobs" / "library.py").write_text("print('a file')\n")
    (source / "jobs" / "nightly" / "q.sql").write_text(
        "-- Databricks notebook source\nselect 1"
    )
    (source / "jobs" / "nightly" / "data.bin").write_bytes(bytes(range(256)))

    done = backup(tmp_path / "data", f"WORKSPACE={source}")
    again = backup(tmp_path / "data", f"WORKSPACE={source}")
    clone = cloned(done.stdout, tmp_path / "clone")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nothing changed" in again.stdout
    assert clone.content() == {
        str(path.relative_to(source)): path.read_bytes()
        for path in source.rglob("*")
        if path.is_file()
    }


def test_it_uses_the_stack_that_runs_and_leaves_it_running(tmp_path: Path) -> None:
    with a_stack(tmp_path / "data") as endpoints:
        trial = Trial(endpoints)
        first = backup(tmp_path / "data")
        trial.forget_calls()
        second = backup(tmp_path / "data")
        workspace, repository = trial.workspace.calls(), trial.repository.calls()
        run = trial.http("GET", "/api/runs").json()["runs"][0]

    assert first.returncode == second.returncode == 0, first.stdout + first.stderr
    assert f"git clone {endpoints.clone_url}" in first.stdout
    assert run["unchanged"]
    listings = calls_of(workspace, "/workspace/list")
    assert listings >= run["counts"]["folders"]
    assert calls_of(workspace, "/workspace/export") == 1  # the dashboard
    assert calls_of(workspace, *HOUSEKEEPING) <= 10
    assert calls_of(repository, "/pushes", "/itemsBatch", "/blobs") == 0


def test_a_run_that_is_not_complete_ends_with_an_exit_code(tmp_path: Path) -> None:
    with a_stack(tmp_path / "data") as endpoints:
        Trial(endpoints).workspace.notebook("/Shared/n", "print(1)")
        Trial(endpoints).workspace.fault(
            method="GET",
            path="workspace/export",
            status=400,
            body={"error_code": "INTERNAL", "message": "no"},
        )
        done = backup(tmp_path / "data")

    assert done.returncode == 1
    assert "/Shared/n" in done.stdout
