"""How the backups stand, in words."""

from collections.abc import Mapping
from typing import Any

from client.checks.health import told

RUN = {
    "id": "20261126T020000Z-3f9a1c",
    "status": "failed",
    "unchanged": False,
    "finished_at": "2026-11-26T02:10:00Z",
    "commit": None,
    "error": "the PAT\x1b[2J has\nexpired",
}
WELL: Mapping[str, Any] = {
    "status": "healthy",
    "reasons": [],
    "last_good": {**RUN, "status": "complete", "error": None},
    "last_good_age_seconds": 3725.0,
    "max_age_seconds": 90_000,
    "paused": False,
    "runs": [],
}


def test_all_well_takes_few_words() -> None:
    assert list(told(WELL)) == [
        "Healthy: the backups are as they should be.",
        "",
        f"  last good   run {RUN['id']}, 1 h 02 min ago; too old after 25 h 00 min",
    ]


def test_what_is_wrong_is_named_and_the_runs_say_why() -> None:
    reason = {"name": "backup_too_old", "level": "critical", "detail": "30 h old"}
    ill = {**WELL, "status": "critical", "reasons": [reason], "runs": [RUN]}

    lines = list(told(ill | {"paused": True}))

    assert lines[0].startswith("Critical: ")
    assert "  critical    30 h old (backup_too_old)" in lines
    assert "  paused      the schedule starts nothing (BACKUP_PAUSED)" in lines
    assert lines[-1].endswith(r"2026-11-26 02:10:00  the PAT\x1b[2J has\nexpired")


def test_before_the_first_run_there_is_none() -> None:
    new = {**WELL, "last_good": None, "last_good_age_seconds": None}

    assert list(told(new))[-1].startswith("  last good   none yet; too old after")
