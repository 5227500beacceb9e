"""How a diagnosis reads."""

from client.checks.diagnosis import Check, Diagnosis, checks_of
from client.checks.table import WIDTH, rows, table

FINE = Check("settings", "ok", "Every setting can be used.", "", (("a", "b"),))
ODD = Check("a_warning", "warning", "Nobody knows.", "Look there.")
BAD = Check(
    "databricks_roots",
    "failed",
    "A root is missing. " * 9,
    "Share it: `databricks workspace-conf set-status --json '{}'`. " * 3,
    (("roots", "/a"),),
)


def told(*checks: Check, status: str = "ok") -> list[str]:
    return list(table(Diagnosis(status, checks)))


def test_what_is_well_takes_a_line_and_says_so_at_the_end() -> None:
    assert told(FINE) == [
        "✓ settings  Every setting can be used.",
        "",
        "All well: 1 check.",
    ]


def test_what_is_not_well_says_what_it_means_its_facts_and_what_to_do() -> None:
    lines = told(FINE, ODD, BAD, status="failed")

    assert lines[1] == "! a_warning         Nobody knows."
    assert lines[2] == "    do  Look there."
    assert lines[3].startswith("✗ databricks_roots  A root is missing.")
    assert "    roots: /a" in lines
    assert lines[-1] == "1 failed, 1 warning of 3 checks."


def test_lines_fit_a_terminal_but_those_with_commands_to_copy() -> None:
    lines = told(BAD)

    long = [line for line in lines if len(line) > WIDTH]
    assert [line[:8] for line in long] == ["    do  "]
    assert BAD.do.strip() in long[0]


def test_names_cannot_break_the_table() -> None:
    lines = told(Check("x", "failed", "a\nb\x1b[2J", "c\nd"))

    assert lines[:2] == ["✗ x  a\\nb\\x1b[2J", "    do  c\\nd"]


def test_what_is_well_may_still_have_something_to_do() -> None:
    behind = Check("git_folder", "ok", "It is there.", "Pull.", (("id", "1"),))

    assert list(rows([behind])) == ["✓ git_folder  It is there.", "    do  Pull."]


def test_a_list_reads_as_one() -> None:
    facts = {"folders": ["Shared", "Users"], "files": 2}
    row = {"name": "x", "status": "done", "means": "Made.", "do": "", "facts": facts}

    (check,) = checks_of([row])

    assert check.facts == (("folders", "Shared, Users"), ("files", "2"))
