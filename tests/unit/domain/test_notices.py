"""Which ends of runs are told to people, and what is said of them."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.notices import (
    LONGEST_ERROR,
    LONGEST_HEADLINE,
    LONGEST_PATH,
    MOST_LINES,
    Findings,
    Mood,
    Notice,
    NotifyOn,
    is_trouble,
    most_changed,
    notice_of,
    notice_of_unreadable,
    printable,
)
from shared.domain.record import Named
from shared.domain.remedies import Remedy
from shared.domain.runs import Run, RunStatus, Stop, Tally
from shared.domain.slices import Slice
from tests.notices import HOSTILE, a_failure, an_end, findings, notices
from tests.run_builders import a_request

COMPLETE, INCOMPLETE = RunStatus.COMPLETE, RunStatus.INCOMPLETE
FAILED, CANCELLED = RunStatus.FAILED, RunStatus.CANCELLED


@pytest.mark.parametrize(
    ("run", "trouble"),
    [
        (an_end(), False),
        (an_end(unchanged=True), False),
        (an_end(tally=Tally(stored=9, deleted=9, excepted=3, new_exceptions=1)), False),
        (an_end(INCOMPLETE), True),
        (an_end(FAILED), True),
        (an_end(CANCELLED), True),
        (an_end(tally=Tally(new_failures=1)), True),
        (an_end(tally=Tally(held=1)), True),
        (an_end(tally=Tally(mismatched=1)), True),
        (an_end(rewritten=True), True),
        (an_end(unchanged=True, rewritten=True), True),
    ],
)
def test_trouble_is_any_end_that_somebody_should_look_at(
    run: Run,
    trouble: bool,  # noqa: FBT001 - a parametrized case
) -> None:
    assert is_trouble(run) is trouble
    assert NotifyOn.TROUBLE.wants(run) is trouble
    assert NotifyOn.ALWAYS.wants(run)
    assert not NotifyOn.NEVER.wants(run)


@pytest.mark.parametrize(
    ("run", "headline", "mood"),
    [
        (an_end(), "Backup complete", Mood.GOOD),
        (an_end(unchanged=True), "Backup complete, nothing changed", Mood.GOOD),
        (an_end(FAILED), "Backup failed", Mood.BAD),
        (
            an_end(FAILED, stop=Stop.CREDENTIALS),
            "Backup failed: credentials refused",
            Mood.BAD,
        ),
        (an_end(CANCELLED), "Backup cancelled", Mood.WARNING),
        (
            an_end(INCOMPLETE, stop=Stop.DEADLINE, tally=Tally(failed=1_234, held=2)),
            "Backup incomplete: out of time, 1,234 not stored, 2 deletions held back",
            Mood.WARNING,
        ),
        (
            an_end(request=a_request(slice=Slice(1, 30)), tally=Tally(mismatched=3)),
            "Audit complete: 3 had changed unseen",
            Mood.WARNING,
        ),
        (
            an_end(request=a_request(dry_run=True), rewritten=True),
            "Backup, dry run, complete: history rewritten",
            Mood.WARNING,
        ),
    ],
)
def test_the_headline_says_how_it_ended_and_why(
    run: Run, headline: str, mood: Mood
) -> None:
    notice = notice_of(run)

    assert (notice.headline, notice.mood) == (headline, mood)


def test_counts_that_are_nothing_are_left_out() -> None:
    tally = Tally(listed=70_000, stored=1_400, stored_bytes=12_345, deleted=3)

    assert notice_of(an_end(tally=tally)).facts == (
        ("Objects", "70,000"),
        ("Stored", "1,400 (12,345 bytes)"),
        ("Deleted", "3"),
        ("Took", "1:00:00"),
    )


def test_news_come_first_then_what_does_not_heal_and_the_rest_is_counted() -> None:
    failures = [
        a_failure("/known", known=True, remedy=Remedy.SAVE_ANEW),
        a_failure("/new"),
        a_failure("/new-and-stays", remedy=Remedy.GRANT_READ),
        *(a_failure(f"/{n}", known=True) for n in range(MOST_LINES)),
    ]

    notice = notice_of(an_end(INCOMPLETE), Findings(Named(tuple(failures), 1_000)))

    (passage,) = notice.passages
    paths = [line.path for line in passage.lines]
    assert paths[:3] == ["/new-and-stays", "/new", "/known"]
    assert (len(paths), passage.more) == (MOST_LINES, 1_000 - MOST_LINES)
    assert passage.lines[0].told == (
        f"the workspace said 500 {Remedy.GRANT_READ.advice}"
    )
    assert passage.lines[1].told == "the workspace said 500"


def test_the_folders_with_the_most_changes_are_named() -> None:
    counted = Counter({"/b": 2, "/a": 2, "/c": 1_234} | {f"/{n}": 1 for n in range(9)})

    changed = most_changed(counted)
    (passage,) = notice_of(an_end(), Findings(changed=changed)).passages

    assert changed[:3] == (("/c", 1_234), ("/a", 2), ("/b", 2))
    assert [line.told for line in passage.lines[:2]] == ["1,234 changed", "2 changed"]
    assert len(passage.lines) == MOST_LINES


def test_a_dry_run_held_nothing_back_that_could_be_let_through() -> None:
    tally = Tally(held=2)
    dry = an_end(INCOMPLETE, request=a_request(dry_run=True), tally=tally)
    run = an_end(INCOMPLETE, tally=tally)

    assert notice_of(dry).remarks == ()
    assert any(run.id in remark for remark in notice_of(run).remarks)


def test_of_a_run_that_cannot_be_read_the_error_is_told() -> None:
    notice = notice_of_unreadable("r1", "row version 9")

    assert (notice.run_id, notice.headline) == ("r1", "Backup failed")
    assert notice.remarks == ("row version 9",)


@given(notices)
def test_everything_is_on_one_line_printable_and_short(notice: Notice) -> None:
    lines = [line for passage in notice.passages for line in passage.lines]
    longest_told = LONGEST_ERROR + max(len(r.advice) for r in Remedy)
    limits: list[tuple[str, int]] = [
        (notice.headline, LONGEST_HEADLINE),
        *((remark, LONGEST_ERROR) for remark in notice.remarks),
        *((line.path, LONGEST_PATH) for line in lines),
        *((line.told, longest_told) for line in lines),
        *((value, 80) for _, value in notice.facts),
    ]

    for text, limit in limits:
        assert text.isprintable(), ascii(text)
        assert len(text) <= limit
    assert len(notice.facts) <= 10


@given(st.sampled_from(HOSTILE) | st.text(), st.integers(10, 200))
def test_a_printable_text_shows_where_it_begins_and_ends(text: str, limit: int) -> None:
    shown = printable(text, limit)

    assert shown.isprintable()
    assert len(shown) <= limit
    if text.isprintable() and len(text) <= limit:
        assert shown == text
    elif text.isprintable():
        assert shown[0] == text[0]
        assert shown[-1] == text[-1]


@given(findings())
def test_what_newly_failed_is_what_was_not_known(found: Findings) -> None:
    told: Any = [o.path for o in found.failures.outcomes if not o.known]

    assert found.newly_failed == told


def test_an_error_without_a_word_is_no_remark() -> None:
    assert notice_of(an_end(FAILED, error=" \n")).remarks == ()
