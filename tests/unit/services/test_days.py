"""Ordinary nights: what is exported, stored and recorded, and what is left alone."""

from dataclasses import replace

import pytest

from shared.domain.objects import REPO, GitFolder
from shared.domain.runs import Mode
from tests.unit.services.scenes import (
    a_backed_up_app,
    a_dashboard,
    an_app,
    assert_mirrored,
    assert_whole,
    changed,
    exports,
    forget_calls,
    listed,
    named,
    record_of,
    records,
)


def test_a_first_run_stores_records_tags_and_indexes_everything() -> None:
    app = an_app()

    run = app.run(message="before the release", requested_by="ops@example.com")

    assert run.status == "complete"
    assert (run.tally.listed, run.tally.stored, run.tally.exported) == (7, 7, 7)
    assert_mirrored(app)
    assert_whole(app.git)
    assert app.git.tags == {f"backup/{run.id}": run.commit}
    assert app.git.head == run.commit
    assert record_of(app, run)["status"] == "complete"
    assert "before the release" in app.git.commits[run.commit].comment
    assert app.blobs.get("index/latest") == run.commit.encode()
    assert app.index.holder is None


def test_i7_when_nothing_changed_nothing_is_done() -> None:
    app = a_backed_up_app()
    first = app.git.head

    run = app.run()

    assert (run.status, run.unchanged) == ("complete", True)
    assert (run.commit, run.tally.equal) == (first, 7)
    assert app.git.head == first
    assert app.git.calls == ["tip"]
    assert exports(app) == []
    assert listed(app) == ["/", "/Clients", "/Clients/acme", "/Clients/bolt"]
    assert len(app.workspace.calls) == len(listed(app)) + 2


def test_i7_a_confirmed_restore_point_is_the_last_recorded_one() -> None:
    app = an_app()
    first = app.run()

    second, third = app.run(), app.run()

    assert second.confirms == third.confirms == first.id
    assert len(records(app)) == len(app.git.tags) == 1


def test_i7_a_dashboard_is_exported_each_night_and_nothing_else() -> None:
    app = an_app()
    a_dashboard(app.workspace, "/Clients/acme/sales", b'{"pages": []}')
    app.run()
    forget_calls(app)

    run = app.run()

    assert run.unchanged
    assert exports(app) == ["/Clients/acme/sales"]
    assert app.git.calls == ["tip"]
    assert (run.tally.equal, run.tally.exported) == (8, 1)


def test_a_dashboard_that_differs_is_stored_alone() -> None:
    app = an_app()
    a_dashboard(app.workspace, "/Clients/acme/sales", b'{"pages": []}')
    app.run()
    before = app.git.files()
    app.workspace.contents["/Clients/acme/sales"] = b'{"pages": [1]}'
    forget_calls(app)

    run = app.run()

    assert exports(app) == ["/Clients/acme/sales"]
    assert changed(before, app.git.files()) == ["Clients/acme/sales"]
    assert (run.tally.stored, run.tally.equal) == (1, 7)


def test_exactly_what_changed_differs_and_is_exported() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.workspace.add_notebook("/Clients/acme/new", "# new\n", "SQL")
    app.workspace.delete("/Clients/bolt/report")

    run = app.run()

    assert run.status == "complete"
    assert changed(before, app.git.files()) == [
        "Clients/acme/load.py",
        "Clients/acme/new.sql",
        "Clients/bolt/report.py",
    ]
    assert exports(app) == ["/Clients/acme/load", "/Clients/acme/new"]
    assert (run.tally.stored, run.tally.deleted) == (2, 1)
    assert named(app, run, "deletions") == ["/Clients/bolt/report"]
    assert_mirrored(app)
    assert_whole(app.git)


def test_an_object_edited_to_the_same_bytes_changes_its_manifest_only() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit("/notes.txt", before["notes.txt"])

    run = app.run()
    again = app.run()

    assert changed(before, app.git.files()) == []
    assert (run.status, run.unchanged, run.tally.stored) == ("complete", False, 0)
    assert again.unchanged


def test_a_renamed_folder_is_moved_and_not_deleted() -> None:
    app = a_backed_up_app()
    app.workspace.move("/Clients/acme", "/Clients/zenith")

    run = app.run()

    assert run.status == "complete"
    assert (run.tally.moved, run.tally.deleted, run.tally.stored) == (3, 0, 3)
    assert [fact["origin"] for fact in record_of(app, run)["moves"]["named"]] == [
        "/Clients/acme/extract",
        "/Clients/acme/load",
        "/Clients/acme/report",
    ]
    assert_mirrored(app)
    assert not any("acme" in path for path in app.git.files())


def test_a_notebook_of_another_language_gets_another_name() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    path = "/Clients/acme/load"
    app.workspace.edit(path, b"-- Databricks notebook source\nselect 1")
    found = app.workspace.objects[path]
    app.workspace.objects[path] = replace(found, language="SQL")

    app.run()

    assert changed(before, app.git.files()) == [
        "Clients/acme/load.py",
        "Clients/acme/load.sql",
    ]
    assert exports(app) == [path]
    assert_mirrored(app)


def test_a_folder_deleted_in_the_workspace_leaves_no_manifest() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients")

    run = app.run()

    assert (run.status, run.tally.deleted) == ("complete", 6)
    assert_mirrored(app)
    assert not any("Clients" in path for path in app.git.files())


def test_an_empty_workspace_is_recorded_too() -> None:
    app = an_app()
    app.workspace.delete("/Clients")
    app.workspace.delete("/notes.txt")

    run = app.run()

    assert run.status == "complete"
    assert {".gitattributes", "README.md"} <= app.git.files().keys()


def test_a_git_folder_is_named_and_told_apart_by_its_head() -> None:
    app = an_app()
    app.workspace.add("/Clients/repo", REPO)
    key = app.workspace.objects["/Clients/repo"].object_id
    url = "https://example.com/x"
    app.workspace.folders = [GitFolder("/Clients/repo", key, url, "main", "c" * 8)]
    first = app.run()
    app.workspace.folders = [GitFolder("/Clients/repo", key, url, "main", "d" * 8)]

    second, third = app.run(), app.run()

    assert named(app, first, "exceptions") == ["/Clients/repo"]
    assert (first.tally.new_exceptions, second.tally.new_exceptions) == (1, 0)
    assert (second.unchanged, third.unchanged) == (False, True)


def test_a_full_run_exports_all_and_commits_nothing_if_nothing_differs() -> None:
    app = a_backed_up_app()
    head = app.git.head

    run = app.run(mode=Mode.FULL)

    assert len(exports(app)) == 7
    assert (run.status, run.unchanged, app.git.head) == ("complete", True, head)


def test_a_full_run_finds_what_changed_without_its_time() -> None:
    app = a_backed_up_app()
    app.workspace.contents["/notes.txt"] = b"changed by stealth"

    nightly, full = app.run(), app.run(mode=Mode.FULL)

    assert nightly.unchanged
    assert full.tally.stored == 1
    assert_mirrored(app)


def test_a_run_of_some_paths_stores_there_and_deletes_nothing() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.workspace.edit("/notes.txt", b"outside")
    app.workspace.delete("/Clients/acme/report")

    run = app.run(paths=("/Clients/acme",))

    assert run.status == "complete"
    assert changed(before, app.git.files()) == ["Clients/acme/load.py"]
    assert listed(app) == ["/Clients/acme"]
    assert run.tally.deleted == 0


def test_the_record_of_a_run_of_some_paths_is_no_last_good_one() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")

    partial = app.run(paths=("/Clients/acme",))
    full = app.run()

    assert f"backup/{partial.id}" not in app.git.tags
    assert record_of(app, partial)["scope"]["full"] is False
    assert (full.unchanged, exports(app)) == (False, ["/Clients/acme/load"])
    assert app.git.tags[f"backup/{full.id}"] == full.commit


def test_what_a_run_of_some_paths_left_undeleted_the_next_full_run_deletes() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients/acme/report")
    app.run(paths=("/Clients/acme",))

    app.run()

    assert_mirrored(app)


def test_a_first_run_of_some_paths_and_then_of_all_name_folders_alike() -> None:
    app = an_app()
    app.run(paths=("/Clients/acme",))
    forget_calls(app)

    app.run()

    assert "/Clients/acme/load" not in exports(app)
    assert_mirrored(app)


@pytest.mark.parametrize("mode", [Mode.INCREMENTAL, Mode.FULL])
def test_a_dry_run_tells_and_writes_nothing(mode: Mode) -> None:
    app = a_backed_up_app()
    before = (app.git.head, dict(app.git.tags), app.blobs.get("index/latest"))
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.workspace.delete("/Clients/bolt/report")
    app.workspace.move("/Clients/acme/extract", "/Clients/bolt/extract2")

    run = app.run(dry_run=True, mode=mode)

    assert run.status == "complete"
    assert exports(app) == []
    assert run.tally.to_export == (2 if mode is Mode.INCREMENTAL else 6)
    assert (run.tally.deleted, run.tally.moved, run.tally.held) == (1, 1, 0)
    assert (app.git.head, dict(app.git.tags)) == before[:2]
    assert app.blobs.get("index/latest") == before[2]
    assert app.calls["index.open"] == app.calls["git.push"] == 0


def test_a_dry_run_takes_no_place() -> None:
    app = a_backed_up_app()
    first = app.begin()

    second = app.open(dry_run=True)

    assert second.opening == "started"
    assert app.index.holder is not None
    assert app.index.holder.run_id == first
