"""How a setup reads, and what is asked for it."""

from client.checks.diagnosis import Check
from client.checks.setup import Setup, setup_table

FINE = Check("project", "ok", "The project is there.", "")
MADE = Check("repository", "done", "The repository was created.", "")
MISSING = Check("branch", "to_do", "The branch is not there.", "Apply: it is created.")
ODD = Check("access", "warning", "Others may push.", "Take it from them.")
BAD = Check("pushing", "failed", "We may not push.", "Ask for it.")


def told(
    *steps: Check, applied: bool = False, changes: tuple[str, ...] = ()
) -> list[str]:
    return list(setup_table(Setup(applied, "ok", changes, steps), "make it so"))


def test_what_is_to_do_is_told_with_the_line_that_does_it() -> None:
    lines = told(FINE, MISSING, changes=("branch",))

    assert lines == [
        "✓ project  The project is there.",
        "→ branch   The branch is not there.",
        "    do  Apply: it is created.",
        "",
        "To do: branch.",
        "to do it: make it so",
    ]


def test_what_was_done_leaves_nothing_to_do() -> None:
    lines = told(MADE, applied=True, changes=("repository",))

    assert lines == [
        "+ repository  The repository was created.",
        "",
        "Done: repository.",
    ]


def test_trouble_is_counted_before_what_changes() -> None:
    assert told(BAD, ODD, ODD)[-1] == (
        "1 failed, 2 warnings of 3 steps. Nothing is left to do."
    )


def test_a_second_time_says_that_nothing_was_left() -> None:
    assert told(FINE, applied=True)[-1] == "Nothing was left to do."
