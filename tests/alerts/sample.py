"""A month of made-up runs, told by the app's own events, to show the workbook on."""

import random
from dataclasses import replace
from datetime import timedelta

from shared.domain.restores import RestoreStatus
from shared.domain.runs import RunStatus, ShardStatus, Tally
from shared.domain.state_changes import (
    restore_finished,
    run_finished,
    run_planned,
    run_started,
    shard_finished,
    throttled,
)
from tests.alerts.telemetry import Telemetry
from tests.run_builders import a_restore, a_shard
from tests.standings import DAY, NOW, a_run

NIGHTS = 30
FOLDERS = ("/Shared/etl", "/Users/ada@example.com", "/Repos/ml", "/Shared/reports")


def a_month() -> Telemetry:
    """Thirty nights, three with trouble; a restore; and a run that goes on."""
    telemetry, dice = Telemetry(), random.Random(2026)
    for night in range(NIGHTS, 0, -1):
        objects = 70_000 + 40 * (NIGHTS - night)
        changed = dice.randint(300, 1_500)
        status, error = RunStatus.COMPLETE, ""
        failed = 0
        if night in {9, 23}:
            status, failed = RunStatus.INCOMPLETE, dice.randint(1, 9)
        if night == 16:
            status, error, changed = RunStatus.FAILED, "the branch cannot be read", 0
        ended = night * DAY - timedelta(minutes=dice.randint(0, 20))
        run = a_run(
            status,
            ended,
            error=error,
            tally=Tally(
                folders=14_600,
                listed=objects,
                exported=changed,
                stored=changed - failed,
                failed=failed,
                new_failures=failed,
            ),
            calls={
                "databricks.list": 14_600,
                "databricks.export": changed,
                "azure_devops.push": 4,
            },
        )
        opened = NOW - ended - timedelta(seconds=500 + changed / 5)
        request = replace(run.request, opened_at=opened)
        run = replace(run, request=request, deadline=opened + timedelta(hours=4))
        telemetry.tell(opened, run_started(request))
        if dice.random() < 0.3:
            telemetry.tell(opened, throttled("databricks", 5.0, "export"))
        newly_failed = [f"/Shared/etl/{n}" for n in range(failed)]
        changes = [(folder, changed // (2 + n)) for n, folder in enumerate(FOLDERS)]
        telemetry.tell(NOW - ended, run_finished(run, newly_failed, changes))
    restored = replace(
        a_restore(),
        status=RestoreStatus.COMPLETE,
        finished_at=a_restore().request.opened_at + timedelta(minutes=3),
    )
    telemetry.tell(NOW - 4 * DAY, restore_finished(restored))
    going_on = replace(a_run(), shards=35, tally=Tally(folders=14_600, listed=71_200))
    going_on = replace(going_on, request=replace(going_on.request, run_id="tonight"))
    telemetry.tell(NOW - timedelta(minutes=9), run_started(going_on.request))
    telemetry.tell(NOW - timedelta(minutes=4), run_planned(going_on, folders_failed=0))
    for number in range(1, 13):
        shard = a_shard(going_on, number, tally=Tally(stored=60, failed=0))
        done = shard_finished(shard, ShardStatus.DONE, "")
        telemetry.tell(NOW - timedelta(minutes=3), done)
    return telemetry
