"""Poisoned messages: whatever they say and whatever happens, nobody raises."""

import logging
import traceback
from collections.abc import Callable
from typing import Any, Never

import azure.functions as func
import pytest

from functions import queues
from functions.surprises import UnexpectedError
from shared.domain.messages import PlanMessage, ShardMessage, encode
from shared.errors import SettingError, Unavailable
from tests.backup_app import BackupApp
from tests.unit.services.scenes import an_app

SECRET = "dapi-0123456789-secret"
RUN = "20261122T020000Z-3f9a1c"

type Bury = Callable[[str | bytes], None]


def function(name: str) -> Any:
    """The function that the platform would call."""
    indexed = func.FunctionApp()
    indexed.register_functions(queues.bp)
    found = {built.get_function_name(): built for built in indexed.get_functions()}
    return found[name].get_user_function()


@pytest.fixture(params=["bury_plan", "bury_shard"])
def bury(request: pytest.FixtureRequest) -> Bury:
    called = function(request.param)

    def call(body: str | bytes) -> None:
        raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
        called(func.QueueMessage(id="1", body=raw))

    return call


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> BackupApp:
    app = an_app()
    monkeypatch.setattr(queues, "app", lambda: app)
    return app


@pytest.mark.parametrize(
    "body",
    [
        b"",
        SECRET,
        b"\xff\xfe\x00" + SECRET.encode(),
        f'["{SECRET}"]',
        f'"{SECRET}"',
        f'{{"v":1,"run":["{SECRET}"]}}',
        f'{{"v":2,"run":"{SECRET}"}}',
        f'{{"v":{"9" * 5_000},"run":"{SECRET}"}}',
        f'{{"v":1e999,"run":"{SECRET}"}}',
        f'{{"v":NaN,"run":"{SECRET}"}}',
        f'{{"v":1,"run":"{SECRET}","shard":-1}}',
        f'{{"v":1,"run":"{SECRET}","shard":1e3}}',
        f'{{"v":1,"run":"\\ud800{SECRET}"}}',
        "[" * 50_000,
        '{"v":' * 10_000,
    ],
)
def test_no_message_breaks_a_burial_or_is_shown(
    bury: Bury, app: BackupApp, caplog: pytest.LogCaptureFixture, body: str | bytes
) -> None:
    with caplog.at_level(logging.DEBUG):
        bury(body)

    assert app.store.rows == {}
    assert SECRET not in caplog.text


@pytest.mark.parametrize("message", [PlanMessage(RUN), ShardMessage(RUN, 7)])
def test_a_run_that_is_not_there_is_buried_quietly(
    bury: Bury, app: BackupApp, message: PlanMessage | ShardMessage
) -> None:
    bury(encode(message))

    assert app.store.rows == {}
    assert app.queue.take() is None


class Down:
    """An app whose every part fails in the same way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def __getattr__(self, name: str) -> Never:
        raise self.error


@pytest.mark.parametrize(
    "error",
    [
        Unavailable(f"storage is down: {SECRET}"),
        SettingError("AZURE_DEVOPS_PAT", f"is wrong: {SECRET}", "x"),
        KeyError(SECRET),
        UnicodeDecodeError("utf-8", SECRET.encode(), 0, 1, SECRET),
        RecursionError(SECRET),
        MemoryError(SECRET),
        TypeError(SECRET),
    ],
)
@pytest.mark.parametrize("bound", [True, False])
def test_no_error_leaves_a_burial_or_shows_what_it_quotes(
    bury: Bury,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    *,
    bound: bool,
) -> None:
    def no_app() -> Never:
        raise error

    monkeypatch.setattr(queues, "app", (lambda: Down(error)) if bound else no_app)

    with caplog.at_level(logging.DEBUG):
        bury(encode(PlanMessage(RUN)))
        bury(encode(ShardMessage(RUN, 1)))

    assert f"unexpected {type(error).__name__} while burying" in caplog.text
    assert "queues.py" in caplog.text
    assert SECRET not in caplog.text


def test_a_poisoned_plan_ends_its_run(app: BackupApp) -> None:
    run_id = app.begin()
    message = func.QueueMessage(id="1", body=encode(PlanMessage(run_id)).encode())

    function("bury_plan")(message)

    assert app.row(run_id).status == "failed"
    assert app.index.holder is None


def test_a_poisoned_shard_leaves_its_run_to_end_as_incomplete(app: BackupApp) -> None:
    run_id = app.begin()
    app.step()
    body = encode(ShardMessage(run_id, 1)).encode()

    function("bury_shard")(func.QueueMessage(id="1", body=body))
    app.pump()

    assert app.row(run_id).status == "incomplete"


@pytest.mark.parametrize("name", ["advance_run", "back_up_shard"])
def test_what_nobody_expected_reaches_the_platform_without_its_words(
    name: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> Never:
        raise KeyError(SECRET)

    monkeypatch.setattr(queues, "app", broken)
    wanted = PlanMessage(RUN) if name == "advance_run" else ShardMessage(RUN, 1)

    with pytest.raises(UnexpectedError) as caught:
        function(name)(func.QueueMessage(id="1", body=encode(wanted).encode()))

    told = "".join(traceback.format_exception(caught.value)) + caplog.text
    assert "KeyError" in told
    assert SECRET not in told
