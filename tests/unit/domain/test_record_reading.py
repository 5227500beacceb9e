import json
from typing import Any

import pytest

from shared.domain.known_failures import KnownFailures
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.record import RECORD_VERSION, Named, write_record
from shared.domain.record_reading import RecordReading, read_record
from shared.domain.runs import RunStatus
from tests.run_builders import a_run

FAILED = OutcomeKind.FAILED


def facts(*failing: str, total: int = 0) -> dict[str, Any]:
    """A record in which these paths failed."""
    outcomes = tuple(Outcome(kind=FAILED, path=path) for path in failing)
    named = {FAILED: Named(outcomes, max(total, len(failing)))}
    raw = write_record(a_run(), RunStatus.INCOMPLETE, "2026-11-22T03:00:00Z", named, ())
    record: dict[str, Any] = json.loads(raw)
    return record


def reading(record: object) -> RecordReading:
    return read_record(json.dumps(record).encode())


def test_reading_is_the_status_and_what_could_not_be_read() -> None:
    told = reading(facts("/a", "/b", total=7))

    assert told == RecordReading(
        "incomplete", KnownFailures(frozenset({"/a", "/b"}), 7), a_run().request.scope
    )


def test_what_lies_in_an_unread_folder_was_not_read_either() -> None:
    told = reading(facts("/a/b"))

    assert told.could_read("/a")
    assert told.could_read("/a/bc")
    assert not told.could_read("/a/b")
    assert not told.could_read("/a/b/c/d")


def test_a_reading_knows_the_scope_as_far_as_the_record_says() -> None:
    record = facts("/a")
    record["scope"] = {"roots": ["/Shared", 5], "exclude": [".bundle"]}

    assert reading(record).covers("/Shared/x")
    assert not reading(record).covers("/Users")
    assert not reading(record).covers("/Shared/.bundle/x")
    assert reading({}).covers("/anything")


def test_what_was_not_tried_again_counts_as_unread() -> None:
    record = facts("/a") | {"still_failing": ["/old", "/a"]}

    told = reading(record).unread

    assert told == KnownFailures(frozenset({"/a", "/old"}), 2)


def test_record_of_the_first_days_is_read() -> None:
    record = facts("/a")
    del record["still_failing"]

    assert reading(record).unread.paths == {"/a"}


def test_record_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    record = facts("/a") | {"version": RECORD_VERSION + 1, "more": {"x": [1]}}
    record["failures"]["named"] += [{"path": 5}, "/b", {"where": "/c"}]
    record["still_failing"] = {"paths": ["/d"]}

    assert reading(record) == RecordReading(
        "incomplete", KnownFailures(frozenset({"/a"}), 1), a_run().request.scope
    )


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"5", b"null", b"\xff", b"[" * 9_999, b'{"failures": []}']
)
def test_what_is_no_record_says_nothing(raw: bytes) -> None:
    assert read_record(raw) == RecordReading()
