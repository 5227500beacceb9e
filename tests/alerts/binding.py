"""Queries against the tables' schemas, by Microsoft's own language service (npm)."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from local.azurite import find_node
from tests.alerts.telemetry import TABLES

ROOT = Path(__file__).parents[2]


def bound(queries: Mapping[str, str]) -> dict[str, list[str]]:
    """What is wrong with each query, by its name; nothing where it is right."""
    done = subprocess.run(
        [find_node(), Path(__file__).with_name("bind.js")],
        cwd=ROOT,
        check=True,
        input=json.dumps({"tables": TABLES, "queries": queries}),
        capture_output=True,
        text=True,
    )
    told: dict[str, list[str]] = json.loads(done.stdout)
    return told
