import json
from dataclasses import fields
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.objects import DASHBOARD, DIRECTORY, FILE, NOTEBOOK, Format
from shared.domain.restore_outcomes import (
    RESTORE_OUTCOMES_VERSION,
    Action,
    Found,
    RestoreOutcome,
    Result,
    batches,
    outcome_lines,
    outcomes_from,
    planned_tally,
    written_tally,
)
from shared.domain.restores import RestoreTally
from shared.errors import UnknownVersion

words = st.text(max_size=20)
outcomes = st.builds(
    RestoreOutcome,
    path=words,
    action=st.sampled_from(Action),
    found=st.sampled_from(Found),
    type=st.sampled_from([NOTEBOOK, FILE, DASHBOARD, DIRECTORY, "LIBRARY"]),
    stored=words,
    language=st.none() | words,
    format=st.sampled_from(Format),
    blob=words,
    size=st.integers(0, 100),
    detail=words,
    there=words,
    older=words,
    removes=st.booleans(),
    result=st.sampled_from(Result),
)
many = st.lists(outcomes, max_size=20)


@given(many)
def test_outcomes_come_back_as_they_were_one_a_line(
    told: list[RestoreOutcome],
) -> None:
    lines = outcome_lines(told)

    assert [*outcomes_from(lines)] == told
    assert lines.count(b"\n") == len(lines.splitlines()) == len(told)
    assert lines.isascii()


def test_half_a_character_in_a_name_comes_back() -> None:
    told = RestoreOutcome(path="/a\ud800\u2028\r\n", action=Action.CREATE)

    assert [*outcomes_from(outcome_lines([told]))] == [told]


def test_a_line_says_only_what_is_not_usual_and_what_it_lacks_is_usual() -> None:
    told = RestoreOutcome(path="/a", action=Action.SAME)

    line = outcome_lines([told])

    assert json.loads(line) == {"path": "/a", "action": "same"}


def test_what_a_newer_version_wrote_is_refused() -> None:
    facts = {"path": "/a", "action": "unheard of", "news": 1}
    line = json.dumps({**facts, "version": RESTORE_OUTCOMES_VERSION + 1})

    with pytest.raises(UnknownVersion):
        [*outcomes_from(line.encode())]


@given(many, st.integers(1, 5), st.integers(1, 200))
def test_batches_hold_every_object_once_in_order_and_are_as_full_as_may_be(
    told: list[RestoreOutcome], most: int, most_bytes: int
) -> None:
    cut = list(batches(told, most, most_bytes))

    assert [outcome for batch in cut for outcome in batch] == told
    for batch in cut:
        assert 1 <= len(batch) <= most
        assert len(batch) == 1 or sum(o.size for o in batch) <= most_bytes
    for batch, later in pairwise(cut):
        more = [*batch, later[0]]
        assert len(more) > most or sum(o.size for o in more) > most_bytes


planned = st.builds(
    RestoreOutcome,
    path=words,
    action=st.sampled_from([a for a in Action if a is not Action.NONE]),
    found=st.sampled_from([f for f in Found if f is not Found.EXTRA]),
    type=st.sampled_from([NOTEBOOK, FILE, DASHBOARD]),
    size=st.integers(0, 100),
    older=words,
)


@given(st.lists(planned, max_size=20))
def test_the_counts_of_a_plan_add_up(told: list[RestoreOutcome]) -> None:
    tally = planned_tally(told)

    acted = tally.to_create + tally.to_replace
    assert acted + tally.same + tally.skipped + tally.blocked == len(told)
    assert tally.bytes_to_write == sum(o.size for o in told if o.to_write)
    assert tally.older == sum(bool(o.older) for o in told)


@given(st.lists(outcomes, max_size=20))
def test_the_counts_of_the_work_are_of_what_was_tried(
    told: list[RestoreOutcome],
) -> None:
    tally = written_tally(told)

    objects = [o for o in told if not o.is_folder and o.result]
    tried = tally.verified + tally.differs + tally.failed + tally.overtaken
    assert tried == len(objects)
    assert tally.verified == sum(o.result is Result.VERIFIED for o in objects)


def test_folders_and_what_is_in_the_workspace_alone_are_counted_apart() -> None:
    made = RestoreOutcome(path="/a", action=Action.CREATE, result=Result.VERIFIED)
    failed = RestoreOutcome(path="/b", action=Action.CREATE, result=Result.FAILED)
    held = RestoreOutcome(path="/c", action=Action.BLOCKED)
    extra = RestoreOutcome(path="/d", action=Action.NONE, found=Found.EXTRA)

    tally = planned_tally([made, failed, held, extra])
    done = written_tally([made, failed, held, extra])

    assert tally == RestoreTally(folders_to_make=2, folders_blocked=1, extra=1)
    assert done == RestoreTally(folders_made=1, folders_failed=1)


def test_tallies_add_field_by_field() -> None:
    names = [field.name for field in fields(RestoreTally)]
    one = RestoreTally(**{name: n for n, name in enumerate(names)})

    both = one + one

    assert [getattr(both, name) for name in names] == [2 * n for n in range(len(names))]
