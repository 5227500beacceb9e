"""Outcomes come back from their lines."""

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.outcomes import Outcome, OutcomeKind, from_lines, to_lines
from tests.unit.domain.test_index import ids, texts

outcomes = st.builds(
    Outcome,
    kind=st.sampled_from(OutcomeKind),
    path=texts.filter(bool),
    type=texts.filter(bool),
    object_id=st.none() | ids,
    detail=texts,
    known=st.booleans(),
    size=st.none() | st.integers(0),
    origin=texts,
)


@given(st.lists(outcomes, max_size=5))
def test_every_outcome_comes_back(told: list[Outcome]) -> None:
    assert list(from_lines(to_lines(told))) == told


def test_an_empty_object_has_a_size() -> None:
    outcome = Outcome(kind=OutcomeKind.ADDED, path="/x", size=0)

    assert b'"size": 0' in to_lines([outcome])


def test_a_line_holds_what_there_is_to_say() -> None:
    outcome = Outcome(kind=OutcomeKind.VANISHED, path="/x")

    assert to_lines([outcome]) == (
        b'{"kind": "vanished", "path": "/x", "type": "DIRECTORY"}\n'
    )
