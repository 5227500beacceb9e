"""The webhook over real sockets: one that listens, and all kinds that do not."""

import json
import logging
import re
import socket

import pytest

from shared.adapters.slack_message import slack_message
from shared.adapters.teams_message import teams_message
from shared.adapters.webhook import NobodyListens, Webhook, form_of, repository_page
from shared.domain.notices import notice_of
from shared.domain.runs import RunStatus
from shared.errors import BackupError, RequestRefused, Unavailable
from tests.notices import an_end
from tests.receivers import (
    OK,
    SECRET,
    Behaviour,
    Receiver,
    answers,
    drips,
    hangs,
    hangs_up,
    receiving,
    resets,
)

NOTICE = notice_of(an_end(RunStatus.INCOMPLETE, commit="c" * 40, error="naïve"))
PAGE = repository_page("https://dev.azure.com/contoso", "Data Platform", "backup")
SOON = 0.3
"""Seconds that a webhook gets which never comes to an end."""

pytestmark = pytest.mark.timeout(120)


def webhook(receiver: Receiver, seconds: float = 60) -> Webhook:
    return Webhook(receiver.url, PAGE, seconds=seconds)


def refusal(receiver: Receiver, seconds: float = 60) -> str:
    """What is said of a webhook that was not told."""
    with pytest.raises(BackupError) as caught:
        webhook(receiver, seconds).tell(NOTICE)
    refused = re.search("answered [34](?!29)", str(caught.value))
    assert type(caught.value) is (RequestRefused if refused else Unavailable)
    assert caught.value.__cause__ is caught.value.__context__ is None
    return str(caught.value)


@pytest.fixture(autouse=True)
def nothing_shows_the_address(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def test_a_message_is_sent_once_as_json() -> None:
    with receiving(answers(OK)) as receiver:
        webhook(receiver).tell(NOTICE)

    (head,), (body,) = receiver.heads, receiver.bodies
    page = f"{PAGE}/commit/{'c' * 40}"
    assert head.startswith(f"POST /services/{SECRET}?sig={SECRET} HTTP/1.1".encode())
    assert b"content-type: application/json; charset=utf-8" in head.lower()
    assert json.loads(body) == teams_message(NOTICE, page)
    assert "naïve".encode() in body


@pytest.mark.parametrize("status", ["200 OK", "202 Accepted", "204 No Content"])
def test_any_success_will_do_whatever_is_said_with_it(status: str) -> None:
    start = f"HTTP/1.1 {status}\r\nContent-Length: 9\r\n\r\n".encode()

    with receiving(drips(start, b"<")) as receiver:
        webhook(receiver).tell(NOTICE)

    assert len(receiver.bodies) == 1


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (hangs, "no answer in time"),
        (drips(b"", b"H"), "no answer in time"),
        (drips(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"), "no answer in time"),
        (drips(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"), "no answer in time"),
        (drips(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "no answer in time"),
        (drips(b"HTTP/1.1 400 No\r\nContent-Length: 99\r\n\r\n", b"a"), "answered 400"),
    ],
    ids=["hangs", "drips", "many headers", "a long header", "go on", "a long refusal"],
)
def test_what_never_ends_is_given_up_and_cut_off(
    behaviour: Behaviour, said: str
) -> None:
    with receiving(behaviour) as receiver:
        told = refusal(receiver, SOON)
        receiver.cut.wait()

    assert said in told
    assert len(receiver.bodies) == 1
    assert SECRET not in told


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (resets, "ConnectionResetError"),
        (hangs_up, "RemoteDisconnected"),
        (answers(b"220 smtp.example.com\r\n\r\n"), "BadStatusLine"),
        (answers(b"\x16\x03\x01\x00\xff" * 99 + b"\r\n"), "BadStatusLine"),
        (answers(b"HTTP/1.1 999999 No\r\n\r\n"), "BadStatusLine"),
        (answers(b"HTTP/1.1 200 " + b"x" * 70_000), "LineTooLong"),
        (answers(b"HTTP/1.1 429 Slow down\r\n\r\n"), "answered 429"),
        (answers(b"HTTP/1.1 503 Down\r\nContent-Length: 9\r\n\r\n<html>"), "503"),
        (answers(b"HTTP/1.1 403 No\r\nContent-Length: 99\r\n\r\n{}"), "answered 403"),
    ],
)
def test_a_webhook_that_fails_is_told_without_its_address(
    behaviour: Behaviour, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    with receiving(behaviour) as receiver:
        told = refusal(receiver)

    assert said in told
    assert len(receiver.bodies) == 1
    for shown in (told, caplog.text):
        assert SECRET not in shown
        assert str(receiver.port) not in shown


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with receiving(answers(OK)) as elsewhere:
        moved = f"HTTP/1.1 {status} Moved\r\nLocation: {elsewhere.url}\r\n\r\n"
        with receiving(answers(moved.encode())) as receiver:
            told = refusal(receiver)

    assert f"answered {status}" in told
    assert (len(receiver.bodies), elsewhere.bodies) == (1, [])


@pytest.mark.parametrize(
    ("body", "word"),
    [
        (b"invalid_blocks", " invalid_blocks"),
        (b"no_service\n", " no_service"),
        (SECRET.encode(), ""),
        (b"<html>", ""),
        (b"a_" * 200, ""),
        (b"", ""),
    ],
)
def test_of_a_refusal_only_slacks_own_words_are_told(body: bytes, word: str) -> None:
    head = f"HTTP/1.1 400 No\r\nContent-Length: {len(body)}\r\n\r\n".encode()

    with receiving(answers(head + body)) as receiver:
        assert refusal(receiver) == f"the webhook answered 400{word}"


def test_where_nobody_is_the_connection_is_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    nobody = Receiver(hangs, port)

    assert refusal(nobody) == "the webhook: ConnectionRefusedError"


def test_a_name_that_nobody_knows_is_told_without_it() -> None:
    lost = Webhook(f"https://webhook.invalid/{SECRET}", PAGE, seconds=60)

    with pytest.raises(Unavailable, match="gaierror") as caught:
        lost.tell(NOTICE)
    assert "invalid" not in str(caught.value)


def test_nothing_is_said_to_who_cannot_prove_a_name() -> None:
    with receiving(answers(OK)) as receiver:
        unproven = receiver.url.replace("http://", "https://")
        with pytest.raises(Unavailable):
            Webhook(unproven, PAGE, seconds=SOON).tell(NOTICE)

    assert receiver.bodies == []


@pytest.mark.parametrize(
    "host", ["hooks.slack.com", "slack.com", "HOOKS.SLACK.COM", "x.slack.com"]
)
def test_slack_gets_blocks(host: str) -> None:
    assert Webhook(f"https://{host}/services/x", PAGE)._form is slack_message


@pytest.mark.parametrize(
    "host",
    ["prod-1.westeurope.logic.azure.com", "notslack.com", "slack.com.example.com"],
)
def test_everybody_else_gets_a_card(host: str) -> None:
    assert form_of(host) is teams_message


def test_the_page_of_a_repository_has_no_character_that_needs_quoting() -> None:
    page = repository_page("https://dev.azure.com/x>|y", "a b/c", "d?<e>")

    assert page == "https://dev.azure.com/x%3E%7Cy/a%20b%2Fc/_git/d%3F%3Ce%3E"


def test_without_a_webhook_nothing_happens() -> None:
    NobodyListens().tell(NOTICE)
