"""What comes from outside is bounded before anybody waits for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.adapters.remote_words import LONGEST_WAIT, wait_of


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        (" 7.5 ", 7.5),
        ("0", 0.0),
        ("-1", 0.0),
        ("-inf", 0.0),
        ("300.1", LONGEST_WAIT),
        ("1e308", LONGEST_WAIT),
        ("1e309", LONGEST_WAIT),
        ("inf", LONGEST_WAIT),
        ("9" * 60_000, LONGEST_WAIT),
        ("nan", None),
        ("-NaN", None),
        ("", None),
        ("soon", None),
        ("Wed, 25 Nov 2026 22:00:00 GMT", None),
        ("5, 7", None),
        ("0x10", None),
        (None, None),
    ],
)
def test_a_pause_is_read_and_bounded(said: str | None, seconds: float | None) -> None:
    assert wait_of(said) == seconds


@given(st.text() | st.floats().map(str) | st.integers().map(str))
def test_no_header_makes_anybody_wait_for_long(said: str) -> None:
    seconds = wait_of(said)

    assert seconds is None or 0.0 <= seconds <= LONGEST_WAIT
