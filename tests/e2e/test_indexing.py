"""The app as the platform's own worker library sees it, with no setting at all."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.host.channel import Channel
from tests.e2e.stacks import a_stack
from tests.e2e.trial import Trial

ROOT = Path(__file__).parents[2]
BARE = {"PATH": os.environ["PATH"]}
TRIGGERS = {
    "backup_schedule": ("timerTrigger", "%BACKUP_SCHEDULE%"),
    "audit_schedule": ("timerTrigger", "%AUDIT_SCHEDULE%"),
    "sweep": ("timerTrigger", "0 */10 * * * *"),
    "advance_run": ("queueTrigger", "backup-plans"),
    "back_up_shard": ("queueTrigger", "backup-shards"),
    "bury_plan": ("queueTrigger", "backup-plans-poison"),
    "bury_shard": ("queueTrigger", "backup-shards-poison"),
    "advance_restore": ("queueTrigger", "restore-shards"),
    "bury_restore": ("queueTrigger", "restore-shards-poison"),
    "sweep_restores": ("timerTrigger", "30 */10 * * * *"),
    "start_restore": ("httpTrigger", "restores"),
    "list_restores": ("httpTrigger", "restores"),
    "show_restore": ("httpTrigger", "restores/{restore_id}"),
    "cancel_restore": ("httpTrigger", "restores/{restore_id}"),
    "show_drift": ("httpTrigger", "drift"),
    "show_health": ("httpTrigger", "health"),
    "show_history": ("httpTrigger", "history"),
    "show_content": ("httpTrigger", "content"),
    "show_forecast": ("httpTrigger", "forecast"),
    "show_diff": ("httpTrigger", "diff"),
    "start_run": ("httpTrigger", "runs"),
    "list_runs": ("httpTrigger", "runs"),
    "show_run": ("httpTrigger", "runs/{run_id}"),
    "cancel_run": ("httpTrigger", "runs/{run_id}"),
    "show_diagnostics": ("httpTrigger", "diagnostics"),
    "start_setup": ("httpTrigger", "setup"),
    "show_retention": ("httpTrigger", "retention"),
    "openapi": ("httpTrigger", "openapi.json"),
}
HEAVY = ("databricks.sdk", "azure.devops", "azure.data.tables", "azure.storage.blob")


def indexed(log: Path) -> list[Mapping[str, Any]]:
    async def ask() -> list[Mapping[str, Any]]:
        with log.open("w") as log_file:
            channel = Channel(ROOT, BARE, None, log_file, lambda: None)
            try:
                return await channel.start()
            finally:
                await channel.close()

    return asyncio.run(ask())


def trigger_of(function: Mapping[str, Any]) -> tuple[str, str]:
    bindings = [
        json.loads(b) if isinstance(b, str) else b for b in function["bindings"]
    ]
    trigger = next(b for b in bindings if b["type"].endswith("Trigger"))
    where = ("schedule", "queueName", "route")
    return trigger["type"], next(trigger[key] for key in where if key in trigger)


def test_the_worker_library_lists_every_function_without_any_setting(
    tmp_path: Path,
) -> None:
    functions = indexed(tmp_path / "worker.log")

    assert {f["name"]: trigger_of(f) for f in functions} == TRIGGERS


def test_importing_the_app_opens_nothing_and_waits_for_no_sdk() -> None:
    script = (
        f"import sys, function_app; print([m for m in {HEAVY} if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=BARE,
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert done.stdout.strip() == "[]"


def test_a_missing_setting_is_named_at_first_use(tmp_path: Path) -> None:
    with a_stack(tmp_path, AZURE_DEVOPS_PROJECT="") as endpoints:
        answer = Trial(endpoints).http("POST", "/api/runs", json={})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("AZURE_DEVOPS_PROJECT is missing")
