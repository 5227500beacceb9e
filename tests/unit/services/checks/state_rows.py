"""What is met in the app's memory, beside the branch; and what the app runs on."""

import json
from collections.abc import Callable
from typing import Any

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.run_ids import record_path
from shared.domain.runs import RunStatus
from shared.errors import SettingError
from shared.ports import Write
from shared.services.catch_up import LATEST, index_name
from shared.services.checks import app, state
from shared.services.diagnose import Check
from tests.backup_app import BackupApp
from tests.fakes.diagnostics import FakeInstallation
from tests.fakes.storage import FakeRunIndex, FakeRunStore
from tests.run_builders import a_run
from tests.unit.services.checks.rows import Row

type Change_ = Callable[[BackupApp], object]


def backed_up() -> BackupApp:
    """After one complete backup."""
    done = BackupApp()
    done.workspace.add_notebook("/Clients/load", "print(1)")
    assert done.run().status is RunStatus.COMPLETE
    return done


def after(*changes: Change_) -> Callable[[], Check]:
    def made() -> Check:
        done = backed_up()
        for change in changes:
            change(done)
        runs = state.Runs(lambda: done.index, lambda: done.store)
        return state.StateAgrees(
            runs, lambda: done.blobs, lambda: done.git, lambda: "main"
        )

    return made


def nothing_yet() -> Check:
    new = BackupApp()
    runs = state.Runs(lambda: new.index, lambda: new.store)
    return state.StateAgrees(runs, lambda: new.blobs, lambda: new.git, lambda: "main")


def commit_by_hand(done: BackupApp) -> None:
    change = Change(ChangeKind.ADD, "notes.md", b"mine")
    done.git.commit(Push(done.git.head, "By hand", (change,)))


def rewrite(done: BackupApp) -> None:
    change = Change(ChangeKind.ADD, "a", b"a")
    done.git.commit(Push(None, "anew", (change,)))


def lose_branch(done: BackupApp) -> None:
    done.git.head = None


def lose_index(done: BackupApp) -> None:
    done.blobs.delete(LATEST)


def forge_record(done: BackupApp) -> None:
    path = record_path(done.run_ids[0])
    change = Change(ChangeKind.EDIT, path, b"{}")
    done.git.commit(Push(done.git.head, "Forged", (change,)))


def edit_record(**facts: Any) -> Change_:
    """A record that reads well, but is not the one that the run wrote."""

    def edit(done: BackupApp) -> None:
        path = record_path(done.run_ids[0])
        told = json.dumps({**json.loads(done.git.files()[path]), **facts}).encode()
        change = Change(ChangeKind.EDIT, path, told)
        done.git.commit(Push(done.git.head, "Improved", (change,)))

    return edit


def remove_record(done: BackupApp) -> None:
    change = Change(ChangeKind.DELETE, record_path(done.run_ids[0]))
    done.git.commit(Push(done.git.head, "Tidied", (change,)))


def edit_index(**facts: Any) -> Change_:
    def edit(done: BackupApp) -> None:
        name = index_name((done.blobs.get(LATEST) or b"").decode())
        head, *lines = (done.blobs.get(name) or b"").split(b"\n")
        told = json.dumps({**json.loads(head), **facts}).encode()
        done.blobs.put(name, b"\n".join([told, *lines]))

    return edit


def run_again(done: BackupApp) -> None:
    assert done.run().unchanged


def ended(*statuses: RunStatus, **more: Any) -> Callable[[], Check]:
    """The oldest first."""
    store, index = FakeRunStore(), FakeRunIndex()
    for status in statuses:
        run = a_run(status=status, **more)
        store.write(Write(run))
        index.enter(run.request)
    return lambda: state.LastErrors(state.Runs(lambda: index, lambda: store))


def settings(*errors: SettingError) -> Callable[[], Check]:
    return lambda: app.SettingsValid(lambda: errors)


def versions(**installed: Any) -> Callable[[], Check]:
    return lambda: app.VersionsKnown(lambda: FakeInstallation(**installed))


COMPLETE, FAILED = RunStatus.COMPLETE, RunStatus.FAILED
INCOMPLETE, RUNNING = RunStatus.INCOMPLETE, RunStatus.RUNNING
ROWS = (
    Row("nothing yet", nothing_yet, state.NOTHING_YET),
    Row("as recorded", after(), state.AGREES),
    Row("recorded, then unchanged", after(run_again), state.AGREES),
    Row("a stranger's commit", after(commit_by_hand), state.REBUILT_NEXT),
    Row("no index", after(lose_index), state.REBUILT_NEXT),
    Row("no record", after(edit_index(record=None)), state.REBUILT_NEXT),
    Row("rewritten", after(rewrite), state.REWRITTEN),
    Row("no branch", after(lose_branch), state.REWRITTEN),
    Row("forged", after(forge_record), state.DISAGREES),
    Row("another end", after(edit_record(status="incomplete")), state.DISAGREES),
    Row("another run", after(edit_record(run="another")), state.DISAGREES),
    Row("removed", after(remove_record), state.DISAGREES),
    Row("newer", after(edit_index(version=99)), state.NEWER),
    Row("no runs", ended(), state.NO_RUNS),
    Row("only an open one", ended(RUNNING), state.NO_RUNS),
    Row("well", ended(FAILED, COMPLETE), state.ALL_WELL),
    Row("cancelled", ended(RunStatus.CANCELLED), state.ALL_WELL),
    Row("incomplete", ended(COMPLETE, INCOMPLETE), state.LAST_INCOMPLETE),
    Row("failed", ended(COMPLETE, FAILED, RUNNING), state.LAST_FAILED),
    Row("all settings", settings(), app.VALID),
    Row("a setting", settings(SettingError("A", "is bad", "b")), app.INVALID),
    Row("as built", versions(), app.AS_BUILT),
    Row("no msal", versions(packages={"msal": ""}), app.PACKAGE_MISSING),
    Row("older Python", versions(python="3.12.9"), app.OTHER_PYTHON),
    Row("other Python", versions(python="3.130.0"), app.OTHER_PYTHON),
)
