"""Which alerts a fault of the matrix raises: over what the app tells of the run."""

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from shared.domain.state_changes import heartbeat
from shared.services.read_health import ReadHealth
from tests.alerts.telemetry import Telemetry, TimedEvents
from tests.matrix.__main__ import kind_of
from tests.matrix.cases import Case
from tests.matrix.scene import Scene, a_scene
from tests.matrix.site import Site
from tests.matrix.test_fault_matrix import arm, disarm

REMOTES = ("databricks", "azure_devops", "tables", "blobs", "queues", "storage")
NONE = "none"

type Table = Mapping[str, Mapping[str, frozenset[str]]]


def telemetry_of(site: Site, case: Case) -> tuple[Scene, Telemetry]:
    """What the app told until the run that met the fault had ended."""
    scene = a_scene(site)
    events = TimedEvents(clock=scene.clock)
    scene.app.events = events
    scene.begin()
    scene.a_day()
    arm(scene, case)
    scene.run()
    disarm(scene, case)
    app = scene.app
    read = ReadHealth(
        store=app.store,
        index=app.index,
        blobs=app.blobs,
        clock=scene.clock,
        max_age=Telemetry.MAX_AGE,
        paused=False,
    )
    events.emit(heartbeat(read()))
    return scene, events.telemetry


@dataclass
class Judge:
    """Runs the queries once for all telemetry that is the same to them."""

    known: dict[str, frozenset[str]] = field(default_factory=dict)

    def alerts(self, scene: Scene, telemetry: Telemetry) -> frozenset[str]:
        """The names of the alerts that are raised now."""
        key = json.dumps([_gist(json.loads(text)) for _, text in telemetry.traces])
        if key not in self.known:
            fired = telemetry.fired(scene.clock.now())
            self.known[key] = frozenset(fired)
        return self.known[key]


def _gist(event: Mapping[str, Any]) -> dict[str, Any]:
    """The event without names, texts and sizes: those change no verdict."""
    left_out = {"run_id", "shard_id", "calls", "seconds", "alive_seconds"}
    return {
        name: bool(value) if name in {"commit", "error", "newly_failed"} else value
        for name, value in event.items()
        if name not in left_out
    }


def table_of(found: Iterable[tuple[Case, frozenset[str]]]) -> Table:
    """The alerts by kind of fault and by remote, of all rows of the matrix."""
    table: dict[str, dict[str, frozenset[str]]] = defaultdict(dict)
    for case, alerts in found:
        cells = table[kind_of(case)]
        cells[case.remote] = cells.get(case.remote, frozenset()) | alerts
    return table


def written(table: Table) -> Iterator[str]:
    """The table as Markdown."""
    yield "| fault | " + " | ".join(REMOTES) + " |\n"
    yield "| --- |" + " --- |" * len(REMOTES) + "\n"
    for kind in sorted(table):
        cells = [_cell(table[kind].get(remote)) for remote in REMOTES]
        yield f"| {kind} | " + " | ".join(cells) + " |\n"


def _cell(alerts: frozenset[str] | None) -> str:
    if alerts is None:
        return ""
    return ", ".join(f"[{a}](operations.md#{a})" for a in sorted(alerts)) or NONE


def read(text: str) -> Table:
    """What `written` wrote."""
    table: dict[str, dict[str, frozenset[str]]] = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("| ") and cells[0] not in {"fault", "---"}:
            table[cells[0]] = {
                remote: frozenset(re.findall(r"\[([\w-]+)\]", cell))
                for remote, cell in zip(REMOTES, cells[1:], strict=True)
                if cell
            }
    return table
