"""The command as a whole: signals, exit codes, what is said."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from local.backup import command as backup_command
from local.backup.options import Options
from local.backup.places import Ground, OtherStackError
from local.restore import command
from local.restore.options import read_restore
from local.telling import INTERRUPTED
from tests.client.functions import Functions

pytestmark = pytest.mark.usefixtures("usual_signals")
RESTORE = read_restore(["FILES=/Clients/acme/load"], {})


def pressed() -> None:
    os.kill(os.getpid(), signal.SIGINT)


class Standing:
    """A stack of its own on which somebody presses Ctrl-C while it stops."""

    def __init__(self, found: Ground) -> None:
        self.found = found
        self.stopped = 0

    @contextmanager
    def ground(self, _options: Options, _say: object) -> Iterator[Ground]:
        try:
            yield self.found
        finally:
            for _ in range(3):
                pressed()
            self.stopped += 1


@pytest.fixture
def standing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> Standing:
    made = Standing(ground)
    for module in (command, backup_command):
        monkeypatch.setattr(module, "ground", made.ground)
    return made


def test_what_ended_well_stops_in_peace(
    standing: Standing, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command.restore(RESTORE)

    assert (code, standing.stopped) == (0, 1)
    assert "nothing was written" in capsys.readouterr().out


@pytest.mark.parametrize(
    "run",
    [
        lambda: command.restore(RESTORE),
        lambda: command.drift(Options()),
        lambda: backup_command.run(Options(settings={"DATABRICKS_HOST": "x"})),
    ],
)
def test_who_presses_it_twice_leaves_no_half_of_a_stack(
    standing: Standing,
    functions: Functions,
    capsys: pytest.CaptureFixture[str],
    run: Callable[[], int],
) -> None:
    functions.on_request = pressed

    code = run()

    assert (code, standing.stopped) == (INTERRUPTED, 1)
    assert "stopped" in capsys.readouterr().out


def test_an_error_is_one_sentence_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def other(*_: object) -> None:
        raise OtherStackError("another stack runs")

    monkeypatch.setattr(command, "ground", other)

    assert command.restore(RESTORE) == 1
    assert capsys.readouterr().out == "restore: another stack runs\n"
