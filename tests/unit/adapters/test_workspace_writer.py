"""What is sent to write a workspace: exactly that, exactly once, and not into a log."""

import base64
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.identity import StaticToken
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.domain.objects import DASHBOARD, FILE, NOTEBOOK, Format, NewObject
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    Throttled,
    Unavailable,
)
from shared.ports import WorkspaceWriter
from tests.unit.adapters.scripted import Answer, Script, scripted

TOKEN = "dapi0123456789abcdef"
DONE = Answer.of({})
SOURCE = NewObject("/a/x.py", NOTEBOOK, Format.SOURCE, b"print(1)", "PYTHON")

type Request = Callable[[WorkspaceWriter], None]
REQUESTS: list[Request] = [
    lambda writer: writer.make_folder("/a"),
    lambda writer: writer.put(SOURCE, replace=True),
    lambda writer: writer.put(SOURCE, replace=False),
    lambda writer: writer.delete("/a"),
]


def writer_to(script: Script) -> DatabricksWorkspaceWriter:
    return DatabricksWorkspaceWriter(DatabricksClient(script.url, StaticToken(TOKEN)))


def sent(request: Request) -> tuple[str, str, dict[str, Any]]:
    """The one request that is made: method, path and JSON."""
    with scripted(DONE) as script:
        request(writer_to(script))
        (asked,) = script.asked
    return asked.method, asked.path, json.loads(asked.body)


def imported(new: NewObject) -> dict[str, Any]:
    """What an import of it says besides its path and content."""
    method, path, body = sent(lambda writer: writer.put(new, replace=False))
    assert (method, path) == ("POST", "/api/2.0/workspace/import")
    assert body.pop("path") == new.path
    assert base64.b64decode(body.pop("content")) == new.content
    return body


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (SOURCE, {"format": "SOURCE", "language": "PYTHON"}),
        (
            NewObject("/a/x", NOTEBOOK, Format.JUPYTER, b"{}", "PYTHON"),
            {"format": "JUPYTER"},
        ),
        (NewObject("/a/x.py", FILE, Format.RAW, bytes(range(256))), {"format": "RAW"}),
        (NewObject("/a/x", FILE, Format.RAW, b""), {"format": "RAW"}),
        (
            NewObject("/a/x.lvdash.json", DASHBOARD, Format.RAW, b"{}"),
            {"format": "AUTO"},
        ),
        (NewObject("/日本 — ü/😀", FILE, Format.RAW, b"x"), {"format": "RAW"}),
    ],
)
def test_what_is_imported_says_what_is_to_become_of_it(
    new: NewObject, expected: dict[str, str]
) -> None:
    assert imported(new) == {**expected, "overwrite": False}


def test_what_is_there_is_overwritten_only_if_wanted() -> None:
    _, _, body = sent(lambda writer: writer.put(SOURCE, replace=True))

    assert body["overwrite"] is True


def test_a_folder_is_made_by_its_path() -> None:
    told = sent(lambda writer: writer.make_folder("/a/b"))

    assert told == ("POST", "/api/2.0/workspace/mkdirs", {"path": "/a/b"})


def test_what_holds_something_is_never_removed() -> None:
    method, path, body = sent(lambda writer: writer.delete("/a/b"))

    assert (method, path) == ("POST", "/api/2.0/workspace/delete")
    assert body == {"path": "/a/b", "recursive": False}


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize(
    "answer",
    [
        Answer(429),
        Answer(429, headers={"Retry-After": "100"}),
        Answer(503),
        Answer(500),
        Answer(400, b'{"error_code": "X", "message": "Unexpected error"}'),
        Answer(200, b"x" * 100, cut=50),
    ],
)
def test_nothing_is_written_twice(answer: Answer, request_: Request) -> None:
    with scripted(answer) as script, pytest.raises((Throttled, Unavailable)):
        request_(writer_to(script))

    assert len(script.asked) == 1


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(401, b""), CredentialsRefused),
        (Answer(403, b"Invalid access token."), CredentialsRefused),
        (Answer(302, b"", {"Location": "/login.html"}), CredentialsRefused),
        (Answer.of({"error_code": "PERMISSION_DENIED"}, 403), AccessDenied),
        (Answer(200, b"<html>maintenance</html>"), Unavailable),
        (Answer(200, b"[]"), Unavailable),
        (Answer.of({"message": "no"}, 400), RequestRefused),
    ],
)
def test_refusals_are_told_in_our_errors(
    answer: Answer, expected: type[BackupError], request_: Request
) -> None:
    with scripted(answer) as script, pytest.raises(expected) as raised:
        request_(writer_to(script))

    assert type(raised.value) is expected
    assert "/a" in str(raised.value) or expected is CredentialsRefused
    assert TOKEN not in str(raised.value)


def test_what_is_gone_is_removed_but_nothing_is_put_or_made_into_it() -> None:
    gone = Answer.of({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404)

    with scripted(gone) as script:
        writer_to(script).delete("/a")
        for request in REQUESTS[:3]:
            with pytest.raises(NotFound):
                request(writer_to(script))


def test_each_request_is_told_also_one_that_fails() -> None:
    asked: list[int] = []

    with scripted(DONE, DONE, DONE, Answer(503)) as script:
        telling = writer_to(script).telling(lambda: asked.append(1))
        for request in REQUESTS[:3]:
            request(telling)
        with pytest.raises(Unavailable):
            telling.delete("/a")

    assert len(asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        Answer(400, b"%s"),
        Answer(500, b"<p>%s</p>"),
        Answer(200, b"%s"),
        Answer(200, b"[]"),
        Answer(503),
        DONE,
    ],
)
def test_what_is_imported_reaches_neither_log_nor_error(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = b"secret source " * 10
    new = NewObject("/a/x", NOTEBOOK, Format.SOURCE, secret, "PYTHON")
    encoded = base64.b64encode(secret)
    echoing = Answer(answer.status, answer.body.replace(b"%s", encoded))
    told = ""

    with scripted(echoing) as script:
        writer = writer_to(script)
        caplog.set_level(logging.DEBUG)
        try:
            writer.put(new, replace=True)
        except BackupError as error:
            told = str(error)

    assert caplog.records
    for text in (caplog.text, told):
        assert TOKEN not in text
        assert encoded.decode()[:40] not in text
        assert "secret source" not in text
