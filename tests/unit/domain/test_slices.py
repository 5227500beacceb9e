"""Slices: together all folders, each of them proved in its turn."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.slices import Slice, parse_slice, slice_due

TODAY = date(2026, 11, 25)
paths = st.text(min_size=1).map(lambda text: f"/{text}")


@given(paths, st.integers(1, 40))
def test_every_folder_is_in_exactly_one_slice(path: str, of: int) -> None:
    holding = [n for n in range(1, of + 1) if Slice(n, of).holds(path)]

    assert len(holding) == 1


def test_slices_are_about_equally_large() -> None:
    counts = [
        sum(Slice(n, 10).holds(f"/Users/{user}") for user in range(2_000))
        for n in range(1, 11)
    ]

    assert max(counts) < 1.4 * min(counts)


@pytest.mark.parametrize("text", ["1/1", "3/30", "366/366"])
def test_a_slice_comes_back_from_its_text(text: str) -> None:
    assert str(parse_slice(text)) == text


@pytest.mark.parametrize(
    "text", ["", "3", "0/3", "4/3", "1/0", "1/367", "-1/3", "1/3 ", "x/y", "١/٣"]
)
def test_what_means_no_slice_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no slice"):
        parse_slice(text)


@given(st.integers(1, 40), st.lists(st.booleans(), min_size=120, max_size=120))
def test_every_slice_has_its_turn_however_many_nights_are_left_out(
    of: int, done: list[bool]
) -> None:
    audited: list[Slice] = []
    for night, is_done in enumerate(done):
        due = slice_due(audited, of, TODAY + timedelta(days=night))
        if is_done:
            audited.insert(0, due)

    for start in range(len(audited) - of + 1):
        assert {s.number for s in audited[start : start + of]} == {*range(1, of + 1)}


def test_slices_of_another_division_do_not_count() -> None:
    other = [Slice(n, 7) for n in range(1, 8)]

    assert slice_due(other, 30, TODAY) == slice_due([], 30, TODAY)
