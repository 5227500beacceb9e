"""The message at the end of a run, from the whole stack to a webhook's socket."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stacks import a_stack, wait_until
from tests.e2e.trial import Trial
from tests.receivers import OK, SECRET, Behaviour, Receiver, answers, hangs, receiving
from tests.unit.adapters.test_chat_messages import assert_teams_takes, texts_in

DATA = "stack"


@pytest.fixture
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    behave: Behaviour = request.param
    with receiving(behave) as receiver:
        yield receiver


@pytest.fixture
def trial(tmp_path: Path, receiver: Receiver) -> Iterator[Trial]:
    stack = a_stack(
        tmp_path / DATA, NOTIFY_WEBHOOK_URL=receiver.url, NOTIFY_ON="always"
    )
    with stack as endpoints:
        yield Trial(endpoints)
    logs = [path.read_text() for path in (tmp_path / DATA / "logs").iterdir()]
    assert not [log for log in logs if SECRET in log]


def log_of(tmp_path: Path) -> str:
    return (tmp_path / DATA / "logs" / "host.log").read_text()


@pytest.mark.parametrize("receiver", [answers(OK)], indirect=True)
def test_a_run_sends_one_message(trial: Trial, receiver: Receiver) -> None:
    trial.workspace.notebook("/Clients/acme/load", "print(1)")

    first = trial.run()
    wait_until(lambda: len(receiver.bodies) == 1)
    second = trial.run()
    wait_until(lambda: len(receiver.bodies) == 2)

    messages = [json.loads(body) for body in receiver.bodies]
    for message, run in zip(messages, (first, second), strict=True):
        assert_teams_takes(message)
        assert run["id"] in {*texts_in(message)}
    card = messages[0]["attachments"][0]["content"]
    url = card["actions"][0]["url"]
    assert url.startswith(trial.endpoints.azure_devops)
    assert url.endswith(f"/_git/workspace/commit/{first['commit']}")
    assert {"/Clients/acme", " 1 changed"} <= {*texts_in(card)}
    assert "Backup complete, nothing changed" in {*texts_in(messages[1])}


@pytest.mark.parametrize("receiver", [hangs], indirect=True)
def test_a_webhook_that_hangs_keeps_no_run(
    trial: Trial, receiver: Receiver, tmp_path: Path
) -> None:
    trial.workspace.notebook("/Clients/acme/load", "print(1)")

    run = trial.run()
    wait_until(lambda: trial.http("POST", "/api/runs", json={}).status_code == 202)
    again = trial.wait(trial.newest("http"))
    wait_until(lambda: log_of(tmp_path).count("nobody was told") == 2)

    assert (run["status"], again["unchanged"]) == ("complete", True)
    assert len(receiver.bodies) == 2
    assert f"how run {run['id']} ended: the webhook: no answer" in log_of(tmp_path)
