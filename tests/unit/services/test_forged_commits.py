"""Commits that say they are ours: a caller's line, or a person who writes as we do."""

from collections.abc import Callable

import pytest

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.record import write_record
from shared.domain.repository_texts import push_token
from shared.domain.run_ids import record_path
from shared.domain.runs import Run, RunStatus
from shared.errors import Unavailable
from tests.backup_app import BackupApp
from tests.fakes.storage import FakeBlobs
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    named,
    once,
    record_of,
    records,
)

LOAD = "Clients/acme/load.py"


def forge(app: BackupApp, comment: str, files: dict[str, bytes] | None = None) -> str:
    """A person's commit with a message of their choice."""
    held = app.git.files()
    changes = [
        Change(ChangeKind.EDIT if path in held else ChangeKind.ADD, path, raw)
        for path, raw in (files or {"docs/x.md": b"x"}).items()
    ]
    return app.git.commit(Push(app.git.head, f"By hand\n\n{comment}", tuple(changes)))


def as_of(run_id: str) -> str:
    """What stands below the message of a commit that closes a run."""
    return f"Backup-Run: {run_id}\nBackup-Record: {run_id}"


def at_push(app: BackupApp, number: int, act: Callable[[], object]) -> None:
    """Act right before that push of the app's takes effect."""
    pushes: list[str] = []

    def now(call: str, _subject: str) -> bool:
        pushes.extend([call] if call == "push" else [])
        return call == "push" and len(pushes) == number

    app.git.fault = once(now, act)


def lose_state(app: BackupApp) -> None:
    app.blobs = FakeBlobs()


def test_a_callers_line_passes_no_commit_off_as_a_restore_point() -> None:
    app = an_app()
    first = app.run()
    line = f"Backup-Record: {first.id}"
    app.workspace.edit("/notes.txt", b"edited")
    second = app.begin(message=line)
    app.step()
    app.step()
    app.cancel_run(second)
    app.pump()
    pushed = app.git.head
    lose_state(app)

    third = app.run()

    assert line in app.git.commits[pushed or ""].comment
    assert (third.status, third.unchanged) == ("complete", False)
    assert third.commit not in {first.commit, pushed}
    assert app.git.files(third.commit)["notes.txt"] == b"edited"


def test_a_forged_restore_point_is_not_confirmed() -> None:
    app = an_app()
    first = app.run()
    forge(app, as_of(first.id))
    lose_state(app)

    second = app.run()

    assert (second.unchanged, second.confirms) == (True, first.id)
    assert second.commit == first.commit


def test_i1_a_forged_change_after_the_check_is_never_complete() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    first = app.begin()
    at_push(app, 2, lambda: forge(app, as_of(first), {LOAD: b"# by hand"}))

    app.pump()
    second = app.run()

    run = app.row(first)
    assert run.status == "incomplete"
    assert named(app, run, "foreign_changes") == [LOAD]
    assert f"backup/{first}" not in app.git.tags
    assert second.status == "complete"
    assert_mirrored(app)


def test_a_forged_end_is_not_taken_for_the_one_whose_answer_got_lost() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()

    def forge_and_fail() -> None:
        forge(app, as_of(run_id))
        raise Unavailable("cut off")

    at_push(app, 2, forge_and_fail)
    app.pump()

    run = app.row(run_id)
    assert run.status == "complete"
    assert record_path(run_id) in app.git.files(run.commit)
    assert len(records(app)) == 2


@pytest.mark.parametrize("told", ["complete", "planning", "nonsense"])
@pytest.mark.parametrize("together", [True, False])
def test_i1_a_forged_record_makes_no_run_complete(told: str, *, together: bool) -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()

    def forge_record() -> None:
        raw = a_record(app.row(run_id)).replace(b'"complete"', f'"{told}"'.encode())
        edited, record = {LOAD: b"# by hand"}, {record_path(run_id): raw}
        forge(app, as_of(run_id), edited | record if together else edited)
        if not together:
            forge(app, as_of(run_id), record)

    at_push(app, 2, forge_record)
    app.pump()
    again = app.run()

    assert app.row(run_id).status == "incomplete"
    assert f"backup/{run_id}" not in app.git.tags
    assert again.status == "complete"
    assert_mirrored(app)


@pytest.mark.parametrize("comment", ["notes", "Backup-Record: {}"])
def test_what_lies_in_the_records_place_is_replaced(comment: str) -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()
    files = {record_path(run_id): b"{}"}
    at_push(app, 2, lambda: forge(app, comment.format(run_id), files))

    app.pump()

    run = app.row(run_id)
    assert (run.status, record_of(app, run)["run"]) == ("complete", run_id)
    assert record_of(app, run)["status"] == "complete"
    assert app.git.tags[f"backup/{run_id}"] == run.commit == app.git.head


@pytest.mark.parametrize("path", ["{}/x.txt", ".backup/runs"])
def test_a_record_that_finds_no_place_fails_the_run_and_says_why(path: str) -> None:
    app = an_app()
    run_id = app.begin()
    record = record_path(run_id)
    at_push(app, 2, lambda: forge(app, "notes", {path.format(record): b"x"}))

    app.pump()

    run = app.row(run_id)
    assert run.status == "failed"
    assert f"in the way of {record} must be moved or removed" in run.error
    assert app.index.holder is None


def a_record(run: Run) -> bytes:
    return write_record(run, RunStatus.COMPLETE, "2026-11-22T02:00:00", {}, [])


def test_i1_a_forged_push_is_not_taken_for_the_one_whose_answer_got_lost() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    run_id = app.begin()

    def forge_and_fail() -> None:
        forge(app, push_token(run_id, 1, 1, 1), {LOAD: b"# by hand"})
        raise Unavailable("cut off")

    at_push(app, 1, forge_and_fail)
    app.pump()
    again = app.run()

    run = app.row(run_id)
    assert run.status == "incomplete"
    assert named(app, run, "foreign_changes") == [LOAD]
    assert again.status == "complete"
    assert_mirrored(app)


def test_a_forged_first_commit_is_not_taken_for_ours() -> None:
    app = an_app()
    run_id = app.begin()

    def forge_and_fail() -> None:
        forge(app, push_token(run_id, 1, 1, 1))
        raise Unavailable("cut off")

    at_push(app, 1, forge_and_fail)
    app.pump()

    assert app.row(run_id).status == "complete"
    assert_mirrored(app, strangers=["docs/x.md"])


def test_what_only_lies_where_records_lie_is_no_record() -> None:
    app = an_app()
    first = app.run()
    forge(app, "notes", {".backup/runs/2099/01/01/notes.json": b"{}"})
    lose_state(app)

    second = app.run()

    assert (second.unchanged, second.confirms) == (True, first.id)
