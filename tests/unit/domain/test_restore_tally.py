"""When the counts of a comparison mean that workspace and backup differ."""

from dataclasses import replace

import pytest

from shared.domain.restores import RestoreTally

ALIKE = RestoreTally(folders=3, objects=7, bytes=70, same=7)


def test_where_all_is_the_same_nothing_has_drifted() -> None:
    assert not ALIKE.drifted


@pytest.mark.parametrize(
    "name",
    [
        "different",
        "missing",
        "extra",
        "unreadable",
        "folders_to_make",
        "folders_blocked",
    ],
)
def test_whatever_is_not_the_same_is_drift(name: str) -> None:
    assert replace(ALIKE, **{name: 1}).drifted
