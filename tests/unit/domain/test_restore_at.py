from datetime import UTC, datetime

import pytest

from shared.domain.restore_at import AtCommit, AtRun, AtTime, parse_at
from shared.errors import InvalidRequest

RUN = "20261122T020000Z-3f9a1c"
COMMIT = "0123456789abcdef" * 2 + "01234567"
TWO = datetime(2026, 11, 22, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T02:00:00Z",
        "2026-11-22t02:00:00z",
        "2026-11-22 02:00:00+00:00",
        "2026-11-22T03:30:00+01:30",
        "2026-11-21T21:00:00.000-05:00",
        "2026-11-22T02:00:00.0000000000Z",
    ],
)
def test_time_is_a_moment_whatever_its_offset(text: str) -> None:
    assert parse_at(text) == AtTime(TWO)


def test_run_id_is_a_run() -> None:
    assert parse_at(RUN) == AtRun(RUN)


@pytest.mark.parametrize("text", [COMMIT, COMMIT.upper()])
def test_forty_hex_digits_are_a_commit(text: str) -> None:
    assert parse_at(text) == AtCommit(COMMIT)


def test_nothing_is_the_last_restore_point() -> None:
    assert parse_at("") == AtTime(None)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-11-22",
        "2026-11-22T02:00:00",
        "2026-11-22T02:00Z",
        "20261122T020000Z",
        "2026-13-22T02:00:00Z",
        "2026-11-31T02:00:00Z",
        "2026-11-22T02:00:60Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "0000-01-01T00:00:00Z",
        "٢٠٢٦-11-22T02:00:00Z",
        "2026-11-22T02:00:00Z\n",
        "20261322T020000Z-3f9a1c",
        COMMIT[:39],
        COMMIT + "0",
        f" {RUN}",
    ],
)
def test_any_other_text_is_the_callers_mistake(text: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        parse_at(text, "from")

    assert raised.value.field == "from"
