"""What the stack's README has to say, whatever else it says."""

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
COMMAND = re.compile(r"^([a-z-]+):.*\n\t@.*-m local \w", re.MULTILINE)


def test_every_make_command_of_the_stack_is_in_the_readme() -> None:
    commands = COMMAND.findall((HOUSE / "Makefile").read_text())
    readme = (HOUSE / "local/README.md").read_text()

    assert {"up", "backup", "restore", "drift"} <= set(commands)
    assert [name for name in commands if f"\nmake {name} " not in readme] == []


def test_the_runbook_says_where_a_named_host_is_kept() -> None:
    runbook = (HOUSE / "docs/restore.md").read_text()

    assert "DATABRICKS_HOST=https://" in runbook
    assert ".local/targets/" in runbook
