"""Answers that are none, and what is asked again."""

import pytest

from client.answers import Answer, RefusedError
from client.passing import Time
from client.web import LONGEST_PAUSE_SECONDS, NoAnswerError, Web
from tests.client.servers import SILENCE, an_answer, json_answer, server_of

FINE = json_answer("200 OK", '{"runs": []}')
BUSY = an_answer("503 Service Unavailable")
LATER = json_answer("503 Busy", '{"detail": "storage is away"}', "Retry-After: 5")
HALF = an_answer("200 OK", '{"runs": []}')[:-4]


def got(*answers: bytes) -> tuple[Answer, list[str], list[float]]:
    slept: list[float] = []
    with server_of(answers) as (url, heard):
        passing = Time(sleep=slept.append, clock=lambda: 0.0)
        with Web(url, {"x-functions-key": "s3cret"}, passing) as web:
            return web.get("/api/runs"), heard, slept


@pytest.mark.parametrize("stumble", [BUSY, HALF, an_answer("429 Slow")])
def test_what_is_only_read_is_asked_for_again(stumble: bytes) -> None:
    answer, heard, slept = got(stumble, stumble, FINE)

    assert answer.accepted() == {"runs": []}
    assert len(heard) == 3
    assert slept == [2.0, 4.0]


def test_asking_again_has_an_end() -> None:
    answer, heard, _ = got(BUSY, BUSY, BUSY)

    assert len(heard) == 3
    with pytest.raises(RefusedError, match="does not run right now"):
        answer.accepted()


def test_the_pause_is_what_the_app_asks_for_and_no_longer_than_people_wait() -> None:
    endless = LATER.replace(b"Retry-After: 5", b"Retry-After: 900")

    _, _, slept = got(LATER, endless, FINE)

    assert slept == [5.0, LONGEST_PAUSE_SECONDS]


def test_an_answer_that_is_one_is_not_asked_for_again() -> None:
    critical = json_answer("503 Critical", '{"status": "critical", "reasons": []}')
    refused = json_answer("502 Refused", '{"detail": "the PAT has expired"}')

    for answer in (critical, refused, an_answer("401 Unauthorized")):
        assert len(got(answer)[1]) == 1


def test_what_writes_is_asked_for_once() -> None:
    broken = pytest.raises(NoAnswerError, match="broke off in the middle")
    with server_of([HALF]) as (url, heard), Web(url) as web, broken:
        web.call("POST", "/api/runs", {})

    assert [request.split()[0] for request in heard] == ["POST"]


def test_silence_is_told_with_how_long_it_was() -> None:
    silent = pytest.raises(NoAnswerError, match="did not answer within 0 seconds")
    with server_of([SILENCE]) as (url, _), Web(url) as web, silent:
        web.call("GET", "/api/runs", seconds=0.05)


def test_nobody_there_is_told_by_its_address() -> None:
    nobody = pytest.raises(NoAnswerError, match=r"^http://127.0.0.1:1 does not answer$")
    with Web("http://127.0.0.1:1") as web, nobody:
        web.call("GET", "/api/runs")


def test_a_proxy_learns_where_to_and_no_key() -> None:
    refused = pytest.raises(NoAnswerError, match="not reached through the proxy")
    key = {"x-functions-key": "s3cret"}
    with (
        server_of([an_answer("403 Forbidden")]) as (proxy, heard),
        Web("https://backup.example.com", key, proxy=proxy) as web,
        refused,
    ):
        web.call("GET", "/api/runs")

    assert heard[0].startswith("CONNECT backup.example.com:443 HTTP/1.1")
    assert "s3cret" not in heard[0]


def test_it_is_not_led_elsewhere_with_its_key() -> None:
    elsewhere = "https://login.microsoftonline.com/common?client=1"
    answer, heard, _ = got(an_answer("302 Found", "", f"Location: {elsewhere}"))

    assert len(heard) == 1
    assert answer.words.startswith("it sends us to login.microsoftonline.com (is it")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (an_answer("401 Unauthorized"), "the key or token is not accepted"),
        (an_answer("403 Ip Forbidden"), "it does not let us in"),
        (an_answer("404 Not Found"), "there is no such function"),
        (an_answer("418 Teapot"), "status 418"),
        (an_answer("200 OK", "<p>", "Content-Type: text/html"), "a page for people"),
        (json_answer("200 OK", "[1]"), "is not what the app says"),
        (json_answer("400 Bad", '{"detail": "a\\u001b[2J\\nb"}'), r"a\x1b[2J\nb"),
    ],
)
def test_each_refusal_has_a_sentence(answer: bytes, words: str) -> None:
    with pytest.raises(RefusedError) as told:
        got(answer)[0].accepted()

    assert words in str(told.value)


def test_a_page_is_no_download() -> None:
    page = an_answer("200 OK", "<p>Sign in</p>", "Content-Type: text/html")

    with pytest.raises(RefusedError, match="a page for people"):
        got(page)[0].downloaded()
    assert got(an_answer("200 OK", "bytes"))[0].downloaded() == b"bytes"


def test_neither_the_key_nor_content_is_in_what_is_shown_of_them() -> None:
    answer, _, _ = got(FINE)

    assert repr(answer) == "Answer(status=200)"
