import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from shared.domain.diagnostics import About, Diagnosis, Fact, Finding, Verdict, well
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    SettingError,
    Throttled,
    Unavailable,
    UnknownVersion,
)
from shared.services.diagnose import Diagnose
from tests.fakes.storage import FakeClock

SECRET = "dapi-very-secret"
PATIENT = 60.0
"""Real seconds, which nobody waits: all checks of these tests end at once."""


@dataclass
class Stub:
    """A check that does what a test says."""

    name: str
    work: Callable[[], Finding]

    @property
    def about(self) -> About:
        return About(self.name, "something", (), ("the_other",))

    def look(self) -> Finding:
        return self.work()


def fine() -> Finding:
    return Finding(well("Fine."))


def raising(error: Exception) -> Callable[[], Finding]:
    def work() -> Finding:
        raise error

    return work


def diagnosed(*checks: Stub, seconds: float = PATIENT) -> Diagnosis:
    def scrub(text: str) -> str:
        return text.replace(SECRET, "***")

    return Diagnose(checks, FakeClock(), scrub, seconds)()


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """What a check waits for that would never end; it does when the test has."""
    event = threading.Event()
    yield event
    event.set()


def test_results_come_in_the_order_of_the_checks() -> None:
    done = threading.Event()

    def last() -> Finding:
        done.wait()
        return fine()

    def first() -> Finding:
        done.set()
        return fine()

    found = diagnosed(Stub("a", last), Stub("b", first))

    assert [result.name for result in found.results] == ["a", "b"]
    assert found.verdict is Verdict.OK


def test_no_check_takes_another_with_it() -> None:
    found = diagnosed(
        Stub("bad", raising(ZeroDivisionError("1/0"))), Stub("good", fine)
    )

    assert [result.verdict for result in found.results] == [
        Verdict.FAILED,
        Verdict.OK,
    ]


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("it is down"),
        Throttled("it is down"),
        CredentialsRefused("it is down"),
        AccessDenied("it is down"),
        NotFound("it is down"),
    ],
)
def test_what_keeps_a_check_from_looking_is_not_its_failure(error: BackupError) -> None:
    result = diagnosed(Stub("a", raising(error))).results[0]

    assert result.verdict is Verdict.WARNING
    assert "it is down" in result.means
    assert "the_other" in result.do


def test_who_cannot_look_for_a_setting_points_at_the_settings() -> None:
    error = SettingError("DATABRICKS_HOST", "is missing", "https://x")

    result = diagnosed(Stub("a", raising(error))).results[0]

    assert result.verdict is Verdict.WARNING
    assert "DATABRICKS_HOST is missing" in result.means
    assert result.do.startswith("See settings")


@pytest.mark.parametrize("error", [RequestRefused("what?"), UnknownVersion("what?")])
def test_what_nobody_can_explain_is_a_failure_with_its_reason(
    error: BackupError,
) -> None:
    result = diagnosed(Stub("a", raising(error))).results[0]

    assert result.verdict is Verdict.FAILED
    assert "what?" in result.means


def test_the_words_of_an_unexpected_error_are_not_shown() -> None:
    error = ValueError("print('a notebook')")

    result = diagnosed(Stub("a", raising(error))).results[0]

    assert result.verdict is Verdict.FAILED
    assert "unexpected ValueError" in result.means
    assert "notebook" not in repr(result)


def test_who_does_not_answer_in_time_has_failed_and_the_others_have_not(
    never: threading.Event,
) -> None:
    def hangs() -> Finding:
        never.wait()
        return fine()

    found = diagnosed(Stub("slow", hangs), Stub("quick", fine), seconds=0.2)

    assert [result.verdict for result in found.results] == [
        Verdict.FAILED,
        Verdict.OK,
    ]
    assert "no answer in time" in found.results[0].means


def test_a_check_that_never_ends_does_not_keep_the_process_from_ending() -> None:
    daemons: list[bool] = []

    def work() -> Finding:
        daemons.append(threading.current_thread().daemon)
        return fine()

    diagnosed(Stub("a", work))

    assert daemons == [True]


def test_no_secret_leaves_in_any_field() -> None:
    case = well("With {thing}.")
    facts: dict[str, Fact] = {"fact": SECRET, "n": 1, "many": ("a", SECRET)}
    finding = Finding(case, SECRET, {"thing": SECRET}, facts)
    found = diagnosed(
        Stub("a", lambda: finding), Stub("b", raising(Unavailable(SECRET)))
    )

    assert SECRET not in repr(found)
    assert "***" in found.results[0].means
    assert found.results[0].facts == {"fact": "***", "n": 1, "many": ("a", "***")}


def test_every_check_ends_even_where_there_are_none() -> None:
    assert diagnosed().verdict is Verdict.OK
