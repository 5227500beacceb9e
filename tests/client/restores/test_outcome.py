"""Plans, outcomes and reports in words."""

from collections.abc import Sequence
from dataclasses import replace

from client.restores.api import NAMED, Outcome, Restore
from client.restores.outcome import drift_of, outcome, report
from tests.client.restores.builders import NOTHING, RUN, Words, a_restore, an_outcome


def told(restore: Restore) -> str:
    return "\n".join(outcome(restore, Words()))


def test_a_plan_ends_with_the_command_that_applies_exactly_it() -> None:
    plan = replace(
        a_restore(an_outcome("/a/x", "create"), objects=1, to_create=1),
        paths=("/a/with space", "/b"),
        to="/R",
        on_conflict="overwrite",
    )

    said = told(plan)

    assert "nothing was written" in said
    assert "create      /a/x" in said
    assert "4 writes, 3 exports, at least 7 min" in said
    assert said.endswith(f"do it       apply /a/with space /b of {RUN}")


def test_where_there_is_nothing_to_do_no_command_is_offered() -> None:
    said = told(a_restore(objects=3, same=3))

    assert "3 objects there already" in said
    assert "there is nothing to do" in said
    assert "do it" not in said


def test_what_is_in_the_way_is_told_by_its_reason() -> None:
    blocked = [
        an_outcome(f"/Users/gone/{n}", "blocked", detail="it is a home")
        for n in range(9)
    ]

    said = told(a_restore(*blocked, objects=9, blocked=9))

    assert "blocked     it is a home (9)" in said
    assert said.count("/Users/gone/") == 5
    assert "and 4 more" in said


def test_of_many_objects_only_so_many_are_named() -> None:
    many = [an_outcome(f"/a/{n}", "create") for n in range(100)]

    said = told(a_restore(*many, objects=100, to_create=100))

    assert said.count("/a/") == NAMED
    assert "and 80 more" in said


def test_content_of_an_earlier_run_is_said_to_be_that() -> None:
    old = an_outcome("/a/x", "create", older="20261120T020000Z-000001")

    said = told(a_restore(old, objects=1, to_create=1, older=1))

    assert "older       1 object: the run could not read them" in said
    assert "20261120T020000Z-000001" in said


def test_what_became_of_it_begins_with_what_needs_somebody() -> None:
    restore = a_restore(
        an_outcome("/a/x", "create", result="verified"),
        an_outcome("/a/y", "create", result="failed", detail="not yours to write"),
        an_outcome("/a/z", "replace", result="differs", detail="3 bytes came back"),
        status="incomplete",
        apply=True,
        objects=3,
        verified=1,
        failed=1,
        differs=1,
    )

    said = told(restore)

    assert said.startswith("Incomplete")
    assert "failed      not yours to write (1)" in said
    assert "differs     3 bytes came back (1)" in said
    assert "verified    1 object" in said


def test_what_was_never_tried_is_told_by_its_number() -> None:
    counts = {"objects": 9, "same": 1, "blocked": 1, "to_create": 7, "verified": 2}
    stopped = a_restore(
        status="cancelled", apply=True, folders_to_make=3, folders_made=1, **counts
    )
    late = replace(stopped, status="incomplete", error="the deadline has passed")
    conflict = a_restore(status="failed", apply=True, objects=5, to_create=4, blocked=1)
    plan = a_restore(status="cancelled", objects=9, same=1, to_create=2)

    for restore in (stopped, late):
        assert "not tried   5 objects\n  not tried   2 folders" in told(restore)
    assert "not tried   4 objects" in told(conflict)
    assert "not tried   6 objects" in told(plan)


def test_what_ended_before_it_was_known_has_no_false_number() -> None:
    early = replace(a_restore(status="cancelled", apply=True), stage="collect")

    said = told(early)

    assert "asked for   0 objects found until then" in said
    assert "not tried   all of it" in said


def test_what_has_its_end_has_nothing_that_was_not_tried() -> None:
    done = a_restore(status="complete", apply=True, objects=2, to_create=2, verified=2)
    failed = replace(done, status="incomplete", counts={**done.counts, "failed": 1})

    for restore in (done, failed, a_restore(objects=1, to_create=1)):
        assert "not tried" not in told(restore)


def test_more_are_there_than_were_read() -> None:
    some = [an_outcome(f"/a/{n}", "create") for n in range(NAMED)]

    said = told(a_restore(*some, objects=70_000, to_create=70_000, folders_to_make=5))

    assert "and 69,985 more" in said


def test_names_cannot_write_over_the_screen() -> None:
    said = told(a_restore(an_outcome("/a/\x1b[2J", "create"), objects=1, to_create=1))

    assert "\x1b" not in said


def in_report(*outcomes: Outcome, **counts: int) -> str:
    plain = a_restore(*outcomes)
    return "\n".join(report(replace(plain, counts=NOTHING | counts)))


def test_a_report_names_what_differs_and_on_which_side() -> None:
    found: Sequence[Outcome] = (
        an_outcome("/a/x", "skip", found="different", detail="its content is another"),
        an_outcome("/a/y", "create", found="missing"),
        an_outcome("/a/z", "none", found="extra"),
    )

    said = in_report(*found, same=7, different=1, missing=1, extra=1)

    assert "is not as its backup" in said
    assert "different   1 object" in said
    assert "not there   1 object" in said
    assert "not stored  1 object" in said
    for path in ("/a/x", "/a/y", "/a/z"):
        assert path in said


def test_where_nothing_differs_there_is_no_drift() -> None:
    assert not drift_of(a_restore(same=7, objects=7))
    assert drift_of(a_restore(unreadable=1))
    assert "is as its backup has it" in in_report(same=7)


def test_a_folder_that_holds_nothing_is_drift_as_well() -> None:
    folder = an_outcome("/a/empty", "create", type="DIRECTORY")

    said = in_report(folder, same=7, folders_to_make=1)

    assert "is not as its backup" in said
    assert "not there   1 folder" in said
    assert "/a/empty/" in said
    assert drift_of(a_restore(same=7, folders_blocked=1))
