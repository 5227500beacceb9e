"""What the app told of runs."""

from collections.abc import Sequence
from datetime import timedelta

from shared.domain.health import Standing
from shared.domain.runs import Run
from shared.domain.state_changes import heartbeat, run_finished
from tests.alerts.telemetry import Telemetry
from tests.standings import NOW


def told_of(standing: Standing) -> Telemetry:
    """What the app told: the end of each run when it came, and a heartbeat now."""
    telemetry = Telemetry()
    told: Sequence[Run] = [run for run in standing.runs if run.finished_at]
    for run in told:
        telemetry.tell(run.finished_at or NOW, run_finished(run, ["/a/new failure"]))
    telemetry.tell(standing.now - timedelta(minutes=4), heartbeat(standing))
    return telemetry
