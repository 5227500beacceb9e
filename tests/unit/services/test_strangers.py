"""Other people's commits, rewritten history and lost state."""

from collections.abc import Callable

import pytest

from shared.domain.git import Push
from tests.backup_app import BackupApp
from tests.unit.services.scenes import (
    TOP_FILES,
    a_backed_up_app,
    a_dashboard,
    an_app,
    assert_mirrored,
    exports,
    forget_calls,
    manifest_at,
    named,
    once,
    record_of,
    records,
    shown,
    stored,
    stranger_commits,
)

LOAD = "Clients/acme/load.py"
MANIFEST = manifest_at("Clients/acme")


def test_a_strangers_files_are_kept_wherever_they_lie() -> None:
    app = a_backed_up_app()
    theirs: dict[str, bytes | None] = {"docs/x.md": b"x", "Clients/acme/own.txt": b"y"}
    stranger_commits(app, theirs)
    app.workspace.edit("/Clients/acme/load", b"# edited")

    run = app.run()

    assert run.status == "complete"
    assert named(app, run, "foreign_changes") == []
    assert_mirrored(app, strangers=theirs)


def test_a_strangers_file_survives_the_deletion_of_its_folder() -> None:
    app = a_backed_up_app()
    stranger_commits(app, {"Clients/acme/own.txt": b"y"})
    app.workspace.delete("/Clients/acme")

    app.run()

    assert_mirrored(app, strangers=["Clients/acme/own.txt"])


def test_a_strangers_commit_beside_ours_leaves_an_unchanged_run_unchanged() -> None:
    app = a_backed_up_app()
    head = stranger_commits(app, {"docs/x.md": b"x"})

    first, second = app.run(), app.run()

    assert (first.unchanged, second.unchanged) == (True, True)
    assert app.git.head == head
    assert exports(app) == []


@pytest.mark.parametrize("change", [b"# by hand", None])
def test_a_managed_file_changed_between_runs_is_put_right_and_named(
    change: bytes | None,
) -> None:
    app = a_backed_up_app()
    stranger_commits(app, {LOAD: change})

    run = app.run()
    again = app.run()

    assert (run.status, again.unchanged) == ("complete", True)
    assert exports(app) == ["/Clients/acme/load"]
    assert "/Clients/acme/load" in named(app, run, "foreign_changes")
    assert_mirrored(app)


@pytest.mark.parametrize("change", [b"no manifest", None])
def test_a_manifest_changed_between_runs_is_put_right_and_named(
    change: bytes | None,
) -> None:
    app = a_backed_up_app()
    before = app.git.files()
    stranger_commits(app, {MANIFEST: change})

    run = app.run()

    assert run.status == "complete"
    assert app.git.files()[MANIFEST] == before[MANIFEST]
    assert "Clients/acme" in named(app, run, "foreign_changes")
    assert_mirrored(app)


def test_a_folder_wiped_between_runs_is_stored_anew() -> None:
    app = a_backed_up_app()
    wiped: dict[str, bytes | None] = {
        path: None for path in app.git.files() if "Clients" in path
    }
    stranger_commits(app, wiped)

    run = app.run()

    assert run.status == "complete"
    assert len(exports(app)) == 6
    assert_mirrored(app)


def during(app: BackupApp, moment: int, files: dict[str, bytes | None]) -> None:
    """The stranger commits while the run's push of that number is under way."""
    pushes: list[str] = []

    def now(call: str, _subject: str) -> bool:
        pushes.extend([call] if call == "push" else [])
        return call == "push" and len(pushes) == moment

    app.git.fault = once(now, lambda: stranger_commits(app, files))


def test_a_foreign_commit_before_a_push_is_kept_and_the_run_complete() -> None:
    app = an_app()
    during(app, 1, {"docs/x.md": b"x"})

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app, strangers=["docs/x.md"])


def test_a_managed_file_changed_before_its_shards_push_is_put_right() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/report", b"# edited")
    during(app, 1, {LOAD: b"# by hand"})

    run = app.run()

    assert run.status == "complete"
    assert LOAD in named(app, run, "foreign_changes")
    assert_mirrored(app)


def test_a_stranger_at_the_very_object_that_is_pushed_loses_and_is_named() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    during(app, 1, {LOAD: b"# by hand"})

    run = app.run()

    assert run.status == "complete"
    assert LOAD in named(app, run, "foreign_changes")
    assert_mirrored(app)


@pytest.mark.parametrize("blocker", ["Clients", ".backup/folders/Clients"])
def test_a_file_in_the_way_of_a_folder_holds_nothing_else_back(blocker: str) -> None:
    app = BackupApp()
    app.workspace.add_notebook("/Shared/n", "")
    app.run()
    stranger_commits(app, {blocker: b"a file"})
    for path in ("/Clients/acme/load", "/Clients/bolt/load", "/Users/ada/x"):
        app.workspace.add_notebook(path, path)

    run = app.run()
    kept = app.git.files()
    stranger_commits(app, {blocker: None})
    healed = app.run()

    folders = ["/Clients", "/Clients/acme", "/Clients/bolt"]
    assert (run.status, run.tally.failed) == ("incomplete", 3)
    assert named(app, run, "failures") == folders
    told = record_of(app, run)["failures"]["named"]
    assert all(blocker in fact["detail"] for fact in told)
    assert not any(fact["heals"] for fact in told)
    assert kept["Users/ada/x.py"].endswith(b"/Users/ada/x")
    assert kept[blocker] == b"a file"
    assert app.calls["git.push"] < 20
    assert healed.status == "complete"
    assert_mirrored(app)


def test_a_folder_in_the_place_of_a_file_at_the_top_holds_nothing_back() -> None:
    app = BackupApp()
    stranger_commits(app, {"README.md/theirs": b"x", ".gitattributes/theirs": b"x"})
    app.workspace.add_notebook("/a/x", "")

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app, {"README.md/theirs", ".gitattributes/theirs"})


def test_i1_a_change_right_before_the_record_is_seen() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    during(app, 2, {LOAD: b"# by hand"})

    first, second = app.run(), app.run()

    assert first.status == "incomplete"
    assert named(app, first, "foreign_changes") == [LOAD]
    assert second.status == "complete"
    assert_mirrored(app)


def test_a_foreign_commit_right_before_the_record_is_kept_beneath_it() -> None:
    app = an_app()
    during(app, 2, {"docs/x.md": b"x"})

    run = app.run()

    assert (run.status, len(records(app))) == ("complete", 1)
    assert app.git.files(run.commit)["docs/x.md"] == b"x"


def test_a_repository_that_others_filled_before_keeps_what_it_holds() -> None:
    app = an_app()
    theirs: dict[str, bytes | None] = {
        "README.md": b"ours",
        "Clients/acme/load.py": b"theirs",
        "src/x.py": b"x",
    }
    stranger_commits(app, theirs)

    run, again = app.run(), app.run()

    files = app.git.files()
    assert (run.status, again.unchanged) == ("complete", True)
    assert {path: files[path] for path in theirs} == theirs
    assert stored(files) == shown(app.workspace)


def rewound(app: BackupApp) -> None:
    """History rewritten to the first commit."""
    oldest = app.git.history(app.git.head or "")[-1]
    app.git.head = oldest.id


def started_anew(app: BackupApp) -> None:
    """Another root commit, without a thing of ours."""
    app.git.head = None
    app.git.commit(Push(None, "squashed", ()))


@pytest.mark.parametrize("rewrite", [rewound, started_anew])
def test_rewritten_history_is_told_and_everything_stored_again(
    rewrite: Callable[[BackupApp], None],
) -> None:
    app = a_backed_up_app()
    app.workspace.add_notebook("/late/x", "x")
    app.run()
    forget_calls(app)
    rewrite(app)

    run = app.run()
    again = app.run()

    assert run.status == "complete"
    assert app.events.facts("history.changed")
    assert again.unchanged
    assert_mirrored(app)


def test_history_rewritten_during_a_run_is_never_complete() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/notes.txt", b"edited")
    app.git.fault = once(lambda call, _: call == "push", lambda: started_anew(app))

    first, second = app.run(), app.run()

    assert first.status == "incomplete"
    assert app.events.facts("history.changed")
    assert second.status == "complete"
    assert_mirrored(app)


def test_a_branch_that_was_deleted_is_filled_again() -> None:
    app = a_backed_up_app()
    app.git.head = None

    run = app.run()

    assert run.status == "complete"
    assert app.events.facts("history.changed")
    assert_mirrored(app)


def lose_blobs(app: BackupApp) -> None:
    app.blobs.contents.clear()


def lose_tables(app: BackupApp) -> None:
    app.store.rows.clear()
    app.index.runs.clear()


def lose_all(app: BackupApp) -> None:
    lose_blobs(app)
    lose_tables(app)


@pytest.mark.parametrize("lose", [lose_blobs, lose_tables, lose_all])
def test_i6_lost_state_is_rebuilt_from_git_and_nothing_exported(
    lose: Callable[[BackupApp], None],
) -> None:
    app = an_app()
    a_dashboard(app.workspace, "/sales", b"{}")
    app.run()
    head = app.git.head
    forget_calls(app)
    lose(app)

    run = app.run()

    assert (run.status, run.unchanged) == ("complete", True)
    assert exports(app) == ["/sales"]
    assert app.git.head == head


def test_i6_with_lost_state_only_what_changed_is_exported() -> None:
    app = a_backed_up_app()
    lose_all(app)
    app.workspace.edit("/notes.txt", b"edited")
    app.workspace.delete("/Clients/bolt/load")

    run = app.run()

    assert run.status == "complete"
    assert exports(app) == ["/notes.txt"]
    assert_mirrored(app)


def test_i6_a_strangers_edit_is_found_also_with_lost_state() -> None:
    app = a_backed_up_app()
    stranger_commits(app, {LOAD: b"# by hand"})
    lose_all(app)

    run = app.run()

    assert run.status == "complete"
    assert exports(app) == ["/Clients/acme/load"]
    assert_mirrored(app)


def test_i6_a_manifest_that_somebody_moved_is_of_use_even_with_lost_state() -> None:
    app = a_backed_up_app()
    raw = app.git.files()[MANIFEST]
    stranger_commits(app, {MANIFEST: None, manifest_at("Clients/else"): raw})
    lose_all(app)

    run = app.run()

    assert run.status == "complete"
    assert {path for path in app.git.files() if path.startswith("Clients/acme/")} == {
        "Clients/acme/extract.py",
        "Clients/acme/load.py",
        "Clients/acme/report.py",
    }


def test_an_index_that_lags_far_behind_is_caught_up() -> None:
    app = an_app()
    app.run()
    old = dict(app.blobs.contents)
    for number in range(5):
        app.workspace.add_notebook(f"/more/{number}", "")
        app.run()
    app.blobs.contents.clear()
    app.blobs.contents |= {k: v for k, v in old.items() if k.startswith("index/")}
    forget_calls(app)

    run = app.run()

    assert run.unchanged
    assert exports(app) == []


def test_the_files_at_the_top_come_back_and_a_strangers_readme_stays() -> None:
    app = a_backed_up_app()
    gone: dict[str, bytes | None] = {".gitattributes": None, "README.md": b"ours"}
    stranger_commits(app, gone)
    app.workspace.edit("/notes.txt", b"edited")

    app.run()

    assert app.git.files().keys() >= TOP_FILES
    assert app.git.files()["README.md"] == b"ours"
