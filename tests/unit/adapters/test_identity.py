import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.adapters.identity import (
    DATABRICKS,
    AskedOnce,
    ManagedIdentityToken,
    StaticToken,
)
from shared.errors import BackupError, CredentialsRefused, Unavailable
from tests.unit.adapters.scripted import Answer, Script, scripted


@contextmanager
def identity_endpoint(
    monkeypatch: pytest.MonkeyPatch, *answers: Answer
) -> Iterator[Script]:
    with scripted(*answers) as script:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{script.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        yield script


def token(value: str, seconds: int) -> Answer:
    expires = str(int(time.time()) + seconds)
    return Answer.of(
        {"access_token": value, "expires_on": expires, "resource": DATABRICKS}
    )


def test_token_of_a_setting_does_not_show_itself() -> None:
    source = StaticToken("secret")

    assert source.token() == "secret"
    assert "secret" not in repr(source)


def test_token_is_asked_for_once_while_it_is_good(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with identity_endpoint(monkeypatch, token("one", 3600)) as script:
        source = ManagedIdentityToken(DATABRICKS, "client")
        tokens = [source.token(), source.token()]
        source.close()

    assert tokens == ["one", "one"]
    (asked,) = script.asked
    assert asked.query["resource"] == DATABRICKS
    assert asked.query["client_id"] == "client"
    assert asked.headers["X-IDENTITY-HEADER"] == "header"


def test_token_is_renewed_before_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = token("one", 200), token("two", 3600)
    with identity_endpoint(monkeypatch, *answers) as script:
        source = ManagedIdentityToken(DATABRICKS)
        tokens = [source.token(), source.token(), source.token()]
        source.close()

    assert tokens == ["one", "two", "two"]
    assert "client_id" not in script.asked[0].query


def test_identity_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = Answer.of({"statusCode": 400, "message": "no such identity"}, 400)
    with identity_endpoint(monkeypatch, answer):
        source = ManagedIdentityToken(DATABRICKS, "unknown")
        with pytest.raises(CredentialsRefused, match="no such identity"):
            source.token()
        source.close()


@pytest.mark.parametrize(
    "answer",
    [
        Answer.of({"statusCode": 500, "message": "oops"}, 500),
        Answer(503, b"<html>"),
        Answer(200, b"{"),
    ],
)
def test_identity_endpoint_in_trouble_is_unavailable(
    monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    with identity_endpoint(monkeypatch, answer):
        source = ManagedIdentityToken(DATABRICKS)
        with pytest.raises(Unavailable):
            source.token()
        source.close()


def test_endpoint_that_nobody_serves_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", "http://127.0.0.1:1/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", "header")

    source = ManagedIdentityToken(DATABRICKS)
    with pytest.raises(Unavailable):
        source.token()
    source.close()


class CountedTokens:
    """One answer after the other."""

    def __init__(self, *answers: str | BackupError) -> None:
        self.answers = list(answers)

    def token(self) -> str:
        answer = self.answers.pop(0)
        if isinstance(answer, BackupError):
            raise answer
        return answer


def test_who_is_asked_once_gives_the_same_token_to_all() -> None:
    tokens = AskedOnce(CountedTokens("first"))

    assert [tokens.token() for _ in range(3)] == ["first"] * 3


def test_why_there_is_none_is_said_again_without_asking_again() -> None:
    tokens = AskedOnce(CountedTokens(Unavailable("it hangs"), "too late"))

    for _ in range(3):
        with pytest.raises(Unavailable, match="it hangs"):
            tokens.token()
