from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Never

import pytest

from client import follow
from client.answers import RefusedError
from client.web import NoAnswerError
from local.backup import command
from local.backup.command import NotLoadedError, run
from local.backup.options import Options
from local.backup.places import Ground
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.runs import Mode, Phase, RunStatus, Tally
from shared.errors import SettingError
from shared.services.open_run import Wanted
from tests.local.backup.conftest import Functions, Teller

type Telling = Callable[..., Teller]


def complete(functions: Functions, run_id: str) -> None:
    functions.end(run_id, RunStatus.COMPLETE, commit="c" * 40, tally=Tally(stored=2))


def incomplete(functions: Functions, run_id: str) -> None:
    failed = Outcome(kind=OutcomeKind.FAILED, path="/a", detail="not listed: 403")
    functions.outcomes(run_id, failed)
    functions.end(run_id, RunStatus.INCOMPLETE, tally=Tally(failed=1))


def listed(functions: Functions, run_id: str) -> None:
    functions.change(run_id, phase=Phase.WALKED, tally=Tally(folders=3))


def test_a_complete_run_is_followed_to_its_end_and_told(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [listed, complete]
    told = teller()

    code = told.backup.on(stack)

    assert code == 0
    assert "Complete: everything is in Git" in told.text
    assert "look at it  git clone it" in told.text
    assert functions.script == []
    assert told.slept == [follow.LOOK_SECONDS]


def test_an_incomplete_run_is_not_success(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [incomplete]
    told = teller()

    code = told.backup.on(stack)

    assert code == 1
    assert "not listed: 403 (1)" in told.text


@pytest.mark.parametrize(
    "status", [RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.INCOMPLETE]
)
def test_only_complete_is_success(
    stack: Ground, functions: Functions, teller: Telling, status: RunStatus
) -> None:
    functions.script = [lambda f, run_id: f.end(run_id, status)]

    assert teller().backup.on(stack) == 1


def test_the_run_is_the_one_that_was_asked_for(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [complete]

    teller(mode="full", dry_run=True).backup.on(stack)

    [request] = functions.bound.index.runs.values()
    assert request.mode is Mode.FULL
    assert request.dry_run


def test_an_empty_workspace_is_filled_with_the_sample_once(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [complete, complete]
    first, second = teller(), teller()

    first.backup.on(stack)
    second.backup.on(stack)

    assert "the workspace was empty" in first.text
    assert "the workspace was empty" not in second.text


def test_a_folder_is_loaded_before_the_run(
    stack: Ground, functions: Functions, teller: Telling, tmp_path: Path
) -> None:
    functions.script = [complete]
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.txt").write_text("x")
    told = teller(workspace=source)

    told.backup.on(stack)

    assert "1 file imported, 0 there already" in told.text
    assert "the workspace was empty" not in told.text


def test_nothing_is_backed_up_where_not_all_could_be_loaded(
    stack: Ground, functions: Functions, teller: Telling, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "nowhere").symlink_to(tmp_path / "not there")
    told = teller(workspace=source)

    with pytest.raises(NotLoadedError, match="1 file could not be loaded"):
        told.backup.on(stack)

    assert "not loaded: nowhere: it is no file" in told.text
    assert functions.bound.index.runs == {}


def test_so_many_notebooks_are_there_and_not_twice_as_many(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [complete] * 3
    first, second, third = teller(notebooks=5), teller(notebooks=5), teller(notebooks=7)

    for told in (first, second, third):
        told.backup.on(stack)

    assert "generating 5 notebooks" in first.text
    assert "generating" not in second.text
    assert "generating 2 notebooks" in third.text


def test_a_real_workspace_is_never_filled(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    functions.script = [complete]
    nobody = replace(stack.endpoints, databricks="http://127.0.0.1:1")
    told = teller(settings={"DATABRICKS_HOST": "http://127.0.0.1:1"})

    code = told.backup.on(replace(stack, endpoints=nobody))

    assert code == 0


def test_a_run_that_was_left_open_is_finished_first(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    left = functions.bound.open_run(Wanted(trigger="timer")).request.run_id
    functions.script = [complete, complete]
    told = teller()

    code = told.backup.on(stack)

    assert code == 0
    assert f"run {left} is still open" in told.text
    assert len(functions.bound.index.runs) == 2
    assert "POST /admin/functions/sweep" in functions.asked


def test_a_host_that_stumbles_is_asked_again(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    def stumble(found: Functions, run_id: str) -> None:
        listed(found, run_id)
        found.broken = 3

    functions.script = [stumble, complete]

    assert teller().backup.on(stack) == 0


def test_a_host_that_stays_silent_ends_the_command(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    def break_down(found: Functions, run_id: str) -> None:
        listed(found, run_id)
        found.broken = 10_000

    functions.script = [break_down]
    told = teller()

    with pytest.raises(NoAnswerError, match="nothing was heard from http"):
        told.backup.on(stack)

    assert sum(told.slept) > follow.PATIENCE_SECONDS


def test_an_app_that_stands_still_is_told_to_look_for_lost_work(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    looks = int(follow.STILL_SECONDS / follow.LOOK_SECONDS)
    functions.script = [*[listed] * (looks + 5), complete]

    teller().backup.on(stack)

    assert functions.asked.count("POST /admin/functions/sweep") == 1


def test_an_app_at_work_is_left_alone(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    def work(found: Functions, run_id: str) -> None:
        stored = found.bound.store.run(run_id)
        assert stored
        exported = stored.row.calls.get("databricks.export", 0) + 1
        found.change(run_id, calls={"databricks.export": exported})

    looks = int(follow.STILL_SECONDS / follow.LOOK_SECONDS)
    functions.script = [*[work] * (looks + 5), complete]

    teller().backup.on(stack)

    assert "POST /admin/functions/sweep" not in functions.asked


def test_a_part_of_the_own_stack_that_died_ends_the_command(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    def dead() -> Never:
        raise TimeoutError("host has ended")

    functions.script = [listed]

    with pytest.raises(TimeoutError, match="host has ended"):
        teller().backup.on(replace(stack, check=dead))


def test_a_refusal_is_told_in_the_words_of_the_app(
    stack: Ground,
    functions: Functions,
    teller: Telling,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = SettingError("BACKUP_ROOTS", "is empty", "/")

    class Unset:
        def __getattr__(self, name: str) -> Never:
            raise error

    monkeypatch.setattr("functions.http_runs.app", Unset)

    with pytest.raises(RefusedError, match="BACKUP_ROOTS is empty"):
        teller().backup.on(stack)

    assert functions.bound.index.runs == {}


def test_what_was_ignored_is_named(teller: Telling) -> None:
    told = teller(ignored=("ARM_CLIENT_ID", "DATABRICKS_HOST"))

    assert told.text == (
        "ignored from the environment: ARM_CLIENT_ID, DATABRICKS_HOST\n"
    )


def test_farewell_says_how_to_go_on(
    stack: Ground, functions: Functions, teller: Telling
) -> None:
    def interrupt(found: Functions, run_id: str) -> None:
        listed(found, run_id)

    def stop() -> Never:
        raise KeyboardInterrupt

    functions.script = [interrupt]
    mine, theirs = teller(), teller()

    with pytest.raises(KeyboardInterrupt):
        mine.backup.on(replace(stack, check=stop))
    functions.bound.index.holder = None
    with pytest.raises(KeyboardInterrupt):
        theirs.backup.on(replace(stack, check=stop, own=False))

    assert "was stopped in the middle" in mine.backup.farewell()
    assert "`make backup` goes on from there" in mine.backup.farewell()
    assert f"goes on at {functions.url}" in theirs.backup.farewell()
    assert teller().backup.farewell() == "stopped before a run was started"


def test_an_error_is_one_sentence_and_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def nothing_there(*_: object) -> Never:
        raise NoAnswerError("http://127.0.0.1:1 does not answer")

    monkeypatch.setattr(command, "ground", nothing_there)
    monkeypatch.setattr("signal.signal", lambda *_: None)

    code = run(Options())

    assert code == 1
    assert capsys.readouterr().out == "backup: http://127.0.0.1:1 does not answer\n"
