"""Each part of the guide that people come from has a row: what became of it."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "from-a-cluster.md"
PARTS = {
    "folders": (
        *("check_folder_status", "counting objects", "convert_to_git_folder"),
        *("refusals", "initial commit"),
    ),
    "syncing": (
        *("total", "processed", "successful", "failed", "bytes", "errors"),
        *("files/s", "MB/s", "batch size", "max workers", "pool of clients"),
        *("verbose", "full, incremental", "custom commit message", "dry run"),
        *("intermediate and final commits", "with their text", "first ten errors"),
    ),
    "state": (
        *("start", "progress", "checkpoint data", "complete", "get a session"),
        *("recent sessions with durations", "error log", "metadata", "30 days"),
    ),
    "widgets": (
        *("clients path", "Git folder path", "repository URL", "mode: setup"),
        *("mode: sync", "mode: restore", "workers", "sync mode", "e-mail"),
    ),
    "job": (
        *("name, tags, cluster", "02:00 UTC", "4 and 5 hours", "two retries"),
        *("on timeout too", "one run at a time", "pause", "success and failure"),
        *("different people", "Slack on failure", "skipped runs", "printed results"),
        "notification text",
    ),
    "watching": (
        *("success rate over 30 days", "performance trends", "error analysis"),
        *("no sessions", "25 h", "last one failed", "two of five", "80 %", "roll-up"),
        *("alert e-mail", "environment", "secrets", "Git folder", "list latency"),
        *("state", "100 listed", "10 exported", "70,000"),
    ),
    "troubleshooting": (
        *("times out", "out of memory", "pushes fail", "too large"),
        *("authentication", "high failure rate"),
    ),
    "practice": (
        *("prerequisites", "step by step", "a dry run first", "batch sizing", "pools"),
        *("chunks", "secrets in a scope", "permission check", "event log", "backoff"),
        *("checkpoints", "Git settings"),
    ),
}
"""What the guide has, in the words of the first column."""

TEXT = PAGE.read_text("utf-8")
THERE = re.findall(r"^\| (.+?) \| ", TEXT, re.MULTILINE)


@pytest.mark.parametrize("chapter", PARTS)
def test_every_part_of_the_guide_has_a_row(chapter: str) -> None:
    missing = [part for part in PARTS[chapter] if not any(part in row for row in THERE)]

    assert missing == []


def test_every_class_of_the_guide_is_named() -> None:
    for name in ("GitFolderConverter", "SyncStats", "GitSyncEngine", "StateManager"):
        assert f"`{name}`" in TEXT


def test_every_row_says_what_is_here() -> None:
    rows = [row for row in TEXT.splitlines() if row.startswith("|")]

    assert all(re.fullmatch(r"\| [^|]+ \| [^|]+ \|", row) for row in rows)
