"""What of the state is due to go, and what stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.messages import PlanMessage, RestoreMessage, ShardMessage, encode
from shared.domain.restores import RestoreStatus
from shared.domain.retention import (
    POISON_KEPT,
    Due,
    Kind,
    Poisoned,
    Rule,
    StoredBlob,
    judged_poison,
    next_clean_up,
    rule_of,
    summed,
)
from shared.domain.runs import RunStatus
from tests.run_builders import SOME_NIGHT, a_restore, a_run

RUN = "20261122T020000Z-3f9a1c"
SECRET = "dapi-0123456789-secret"
HOUR = timedelta(hours=1)
LATER = SOME_NIGHT + POISON_KEPT


def poisoned(text: str, minutes: int = 0) -> Poisoned:
    inserted_at = SOME_NIGHT + timedelta(minutes=minutes)
    return Poisoned("backup-shards-poison", "7", inserted_at, text)


def test_what_is_open_stays_however_old_it_is() -> None:
    horizon = SOME_NIGHT + timedelta(days=999)

    assert rule_of(a_run(status=RunStatus.RUNNING), horizon) is Rule.OPEN
    assert rule_of(a_restore(), horizon) is Rule.OPEN


def test_what_began_before_the_horizon_and_ended_after_it_stays() -> None:
    run = a_run(status=RunStatus.COMPLETE, finished_at=SOME_NIGHT + HOUR)
    restore = replace(a_restore(), status=RestoreStatus.COMPLETE)
    restore = replace(restore, finished_at=SOME_NIGHT + HOUR)

    assert rule_of(run, SOME_NIGHT + HOUR) is Rule.RECENT
    assert rule_of(restore, SOME_NIGHT + HOUR) is Rule.RECENT
    assert rule_of(run, SOME_NIGHT + 2 * HOUR) is None
    assert rule_of(restore, SOME_NIGHT + 2 * HOUR) is None


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (PlanMessage(RUN), f"run {RUN}"),
        (ShardMessage(RUN, 7), f"run {RUN}, shard 7"),
        (RestoreMessage(f"restore-{RUN}"), f"restore-{RUN}"),
    ],
)
def test_a_message_that_nobody_buried_for_a_week_is_due_and_says_whose_it_was(
    message: PlanMessage | ShardMessage | RestoreMessage, said: str
) -> None:
    due, kept = judged_poison([poisoned(encode(message))], LATER)

    assert [one.name for one in due] == [f"backup-shards-poison: {said}"]
    assert (due[0].since, kept) == (SOME_NIGHT, [])


def test_a_younger_message_is_evidence() -> None:
    young = poisoned(encode(PlanMessage(RUN)), minutes=1)

    assert judged_poison([young], LATER) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET,
        f'["{SECRET}"]',
        f'{{"v":1,"run":"{SECRET}"}}',
        f'{{"v":1,"run":"{SECRET}","shard":2}}',
        f'{{"v":1,"restore":"{SECRET}"}}',
        "[" * 50_000,
    ],
)
def test_what_nobody_can_read_goes_without_a_word_of_it_being_told(text: str) -> None:
    (due,), kept = judged_poison([poisoned(text)], LATER)

    assert due.name == f"backup-shards-poison: unreadable, {len(text)} characters"
    assert kept == []


def test_a_message_of_a_newer_version_is_left_to_that_one() -> None:
    due, (kept,) = judged_poison([poisoned(f'{{"v":2,"run":"{SECRET}"}}')], LATER)

    assert due == []
    assert (kept.name, kept.rule) == ("backup-shards-poison: 7", Rule.NEWER_VERSION)


def test_a_clean_up_is_due_a_day_after_the_last_one() -> None:
    last, day = SOME_NIGHT, timedelta(days=1)

    assert next_clean_up(None, last) == last
    assert next_clean_up(last, last + HOUR) == last + day
    assert next_clean_up(last, last + day) == last + day
    assert next_clean_up(last, last + 2 * day) == last + 2 * day


def test_a_last_time_that_lies_ahead_keeps_nothing_from_being_cleaned_up() -> None:
    assert next_clean_up(SOME_NIGHT + HOUR, SOME_NIGHT) == SOME_NIGHT


def test_what_goes_in_pieces_counts_by_its_blobs_alone() -> None:
    blobs = (StoredBlob("a", 3), StoredBlob("b", 4))
    due = [
        Due(kind=Kind.RUNS, name="1", since=SOME_NIGHT + HOUR, blobs=blobs),
        Due(kind=Kind.RUNS, name="2", since=SOME_NIGHT, blobs=blobs, whole=False),
        Due(kind=Kind.BLOBS, name="3", blobs=blobs),
    ]

    runs, poison = summed(due, Kind.RUNS), summed(due, Kind.POISON)

    assert (runs.number, runs.blobs, runs.bytes) == (1, 4, 14)
    assert (runs.oldest, runs.names) == (SOME_NIGHT, ("1", "2"))
    assert (poison.number, poison.bytes, poison.oldest) == (0, None, None)
