from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.credentials import Credential, CredentialKind
from shared.domain.diagnosis_limits import (
    LARGEST_REPOSITORY_BYTES,
    MOST_MESSAGES,
    RECOMMENDED_REPOSITORY_BYTES,
    SKEW_FAILED,
    SKEW_WARNING,
    SLOW_LIST_SECONDS,
    backlog_verdict,
    latency_verdict,
    size_verdict,
    skew_verdict,
)
from shared.domain.diagnostics import (
    OF_ANY,
    About,
    Diagnosis,
    Finding,
    Verdict,
    failed,
    result_of,
    warning,
    well,
    worst,
)

OK, WARNING, FAILED = Verdict.OK, Verdict.WARNING, Verdict.FAILED
NOW = datetime(2026, 11, 22, 2, tzinfo=UTC)


def about(*after: str) -> About:
    return About("a_check", "this and that", (), after)


@given(st.lists(st.sampled_from(Verdict)))
def test_the_worst_is_the_worst_whatever_the_order(verdicts: list[Verdict]) -> None:
    expected = next((v for v in reversed(Verdict) if v in verdicts), OK)

    assert worst(verdicts) is expected


def test_a_diagnosis_is_as_bad_as_its_worst_check() -> None:
    results = [
        result_of(about(), Finding(case), 0)
        for case in (well("a"), failed("b", "c"), warning("d", "e"))
    ]

    assert Diagnosis(tuple(results)).verdict is FAILED
    assert Diagnosis(tuple(results[::2])).verdict is WARNING


def test_a_finding_says_what_it_means_what_was_found_and_what_to_do() -> None:
    case = failed("No {thing} here.", "Buy {thing} at {shop}.")

    result = result_of(about(), Finding(case, "looked twice", {"thing": "tea"}), 0.1234)

    assert (result.name, result.verdict) == ("a_check", FAILED)
    assert result.means == "No tea here. (looked twice)"
    assert result.do == "Buy tea at <shop>."
    assert result.seconds == 0.123


def test_what_a_finding_fills_in_is_not_filled_in_again() -> None:
    result = result_of(about(), Finding(failed("{a}", "x"), "{b}", {"a": "{c}"}), 0)

    assert result.means == "{c} ({b})"


def test_who_could_not_look_says_who_knows_why() -> None:
    blocked, _, late = OF_ANY

    assert "one and two" in result_of(about("one", "two"), Finding(blocked), 0).do
    assert "the app's log" in result_of(about(), Finding(late), 0).do


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    ("apart", "expected"),
    [
        (timedelta(0), OK),
        (SKEW_WARNING - timedelta(seconds=1), OK),
        (SKEW_WARNING, WARNING),
        (SKEW_FAILED - timedelta(seconds=1), WARNING),
        (SKEW_FAILED, FAILED),
    ],
)
def test_a_clock_may_be_off_either_way(
    apart: timedelta, expected: Verdict, sign: int
) -> None:
    assert skew_verdict(sign * apart) is expected


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, OK),
        (RECOMMENDED_REPOSITORY_BYTES - 1, OK),
        (RECOMMENDED_REPOSITORY_BYTES, WARNING),
        (LARGEST_REPOSITORY_BYTES - 1, WARNING),
        (LARGEST_REPOSITORY_BYTES, FAILED),
    ],
)
def test_a_repository_becomes_too_large_in_two_steps(
    size: int, expected: Verdict
) -> None:
    assert size_verdict(size) is expected


def test_only_slow_listings_and_full_queues_are_worth_a_warning() -> None:
    assert latency_verdict(SLOW_LIST_SECONDS - 0.01) is OK
    assert latency_verdict(SLOW_LIST_SECONDS) is WARNING
    assert backlog_verdict({}) is OK
    assert backlog_verdict({"a": MOST_MESSAGES}) is OK
    assert backlog_verdict({"a": 0, "b": MOST_MESSAGES + 1}) is WARNING


@pytest.mark.parametrize(
    ("audience", "resource", "expected"),
    [
        ("", "an-id", True),
        ("an-id", "an-id", True),
        ("AN-ID", "an-id", True),
        ("api://an-id", "an-id", True),
        ("https://storage.azure.com/", "https://storage.azure.com", True),
        ("https://management.azure.com", "an-id", False),
    ],
)
def test_a_credential_is_for_whom_it_names(
    audience: str, resource: str, *, expected: bool
) -> None:
    credential = Credential(kind=CredentialKind.TOKEN, audience=audience)

    assert credential.is_for(resource) is expected


@pytest.mark.parametrize(
    ("kind", "left", "expired", "soon"),
    [
        (CredentialKind.TOKEN, None, False, False),
        (CredentialKind.TOKEN, 0, True, True),
        (CredentialKind.TOKEN, 200, False, True),
        (CredentialKind.TOKEN, 1000, False, False),
        (CredentialKind.MANAGED_IDENTITY, 200, False, False),
        (CredentialKind.MANAGED_IDENTITY, -1, True, False),
    ],
)
def test_only_what_nobody_renews_expires_soon(
    kind: CredentialKind, left: int | None, *, expired: bool, soon: bool
) -> None:
    end = None if left is None else NOW + timedelta(seconds=left)
    credential = Credential(kind=kind, expires_at=end)

    assert credential.expired(NOW) is expired
    assert credential.expires_soon(NOW) is soon
