from collections.abc import Callable

import pytest

from shared.domain.manifest import manifest_path
from shared.domain.objects import DIRECTORY
from shared.domain.runs import Run
from shared.domain.scope import Scope
from shared.domain.versions import Version
from shared.errors import NotFound
from shared.services import read_history
from shared.services.read_history import ReadHistory, VersionsPage
from shared.services.restore_points import RestorePoints
from tests.backup_app import BackupApp
from tests.unit.services.scenes import an_app, forget_calls, stranger_commits

LOAD = "/Clients/acme/load"

type Edit = Callable[[BackupApp], object]


def backed_up(
    *edits: Edit, app: BackupApp | None = None
) -> tuple[BackupApp, list[Run]]:
    """A first run, and one after each of the edits."""
    app = app or an_app()
    app.git.now = app.clock.now
    runs = [app.run()]
    for edit in edits:
        edit(app)
        app.clock.advance(60)
        runs.append(app.run())
    forget_calls(app)
    return app, runs


def writing(text: str, path: str = LOAD) -> Edit:
    return lambda app: app.workspace.add_notebook(path, text)


def deleting(path: str) -> Edit:
    return lambda app: app.workspace.delete(path)


def page(app: BackupApp, path: str, limit: int = 50) -> VersionsPage:
    return ReadHistory(app.git, app.git)(path, limit)


def versions(app: BackupApp, path: str = LOAD) -> tuple[Version, ...]:
    return page(app, path).versions


def content(app: BackupApp, version: Version) -> bytes | None:
    return app.git.contents[version.entry.blob] if version.entry else None


def all_pages(app: BackupApp, path: str, limit: int) -> list[Version]:
    found: list[Version] = []
    following = None
    for _ in range(1_000):
        read = ReadHistory(app.git, app.git)(path, limit, following)
        assert len(read.versions) <= limit
        found += read.versions
        following = read.next
        if following is None:
            return found
    raise AssertionError("the pages do not come to an end")


def test_versions_are_told_from_the_newest_on() -> None:
    app, runs = backed_up(writing("# two"), writing("# three"))

    found = versions(app)

    assert [v.run_id for v in found] == [run.id for run in reversed(runs)]
    assert [v.at for v in found] == [v.run_id for v in found]
    assert [content(app, v) for v in found] == [
        b"# Databricks notebook source\n# three",
        b"# Databricks notebook source\n# two",
        b"# Databricks notebook source\n# load\n",
    ]
    assert [v.time for v in found] == [
        app.git.commits[v.commit].committed_at for v in found
    ]


def test_version_says_what_it_is() -> None:
    app, _ = backed_up()

    (version,) = versions(app)

    assert version.entry
    assert (version.entry.type, version.entry.language) == ("NOTEBOOK", "PYTHON")
    assert version.entry.size == len(app.workspace.contents[LOAD])
    assert not version.deleted


def test_changes_of_other_objects_in_the_folder_are_no_versions() -> None:
    app, runs = backed_up(writing("# x", "/Clients/acme/extract"), writing("# new"))

    assert [v.run_id for v in versions(app)] == [runs[2].id, runs[0].id]


def test_other_time_with_the_same_bytes_is_no_version() -> None:
    app, runs = backed_up(lambda a: a.workspace.edit(LOAD, a.workspace.contents[LOAD]))

    assert [v.run_id for v in versions(app)] == [runs[0].id]


def test_other_language_is_a_version() -> None:
    def to_sql(app: BackupApp) -> None:
        app.workspace.delete(LOAD)
        app.workspace.add_notebook(LOAD, "select 1", "SQL")

    app, _ = backed_up(to_sql)

    assert [v.entry and v.entry.language for v in versions(app)] == ["SQL", "PYTHON"]


def test_object_that_is_gone_still_has_its_versions() -> None:
    app, runs = backed_up(writing("# two"), deleting(LOAD), writing("# x", "/other"))

    found = versions(app)

    assert [(v.deleted, v.run_id) for v in found] == [
        (True, runs[2].id),
        (False, runs[1].id),
        (False, runs[0].id),
    ]
    assert [v.at for v in found] == [None, runs[1].id, runs[0].id]


def test_object_that_came_back_has_both_its_lives() -> None:
    app, _ = backed_up(deleting(LOAD), writing("# again"))

    assert [v.deleted for v in versions(app)] == [False, True, False]


def test_object_of_a_folder_that_is_gone_still_has_its_versions() -> None:
    app, runs = backed_up(writing("# two"), deleting("/Clients"))

    found = versions(app)

    assert [(v.deleted, v.at) for v in found] == [
        (True, None),
        (False, runs[1].id),
        (False, runs[0].id),
    ]


def test_folder_of_an_unlikely_name_that_is_gone_is_found_by_its_parents_past() -> None:
    app = BackupApp()
    app.workspace.add_notebook("/x/ACME/deep/n", "upper")
    app, runs = backed_up(
        writing("lower", "/x/acme/deep/n"), deleting("/x/acme"), app=app
    )

    found = versions(app, "/x/acme/deep/n")

    assert [content(app, v) for v in found] == [
        None,
        b"# Databricks notebook source\nlower",
    ]
    assert found[1].at == runs[1].id


def test_every_version_can_be_had_at_its_restore_point() -> None:
    app, _ = backed_up(writing("# 2"), deleting(LOAD), writing("# 3"), writing("# 4"))
    points = RestorePoints(app.git, app.git, app.store)

    for version in versions(app):
        if version.entry and version.at:
            held = app.git.trees[points(version.at).commit]
            assert held["Clients/acme/load.py"] == version.entry.blob


def test_version_of_a_run_that_left_no_record_is_had_at_the_next_one() -> None:
    app, _ = backed_up()
    app.workspace.add_notebook(LOAD, "# two")
    app.clock.advance(3_600)
    cancelled = app.begin()
    before = app.git.head
    while app.git.head == before:
        app.step()
    app.cancel_run(cancelled)
    app.pump()
    app.workspace.add_notebook("/other", "# x")
    last = app.run()

    newest = versions(app)[0]

    assert app.row(cancelled).status == "cancelled"
    assert (newest.run_id, newest.at) == (cancelled, last.id)


def test_version_that_no_restore_point_holds_has_none() -> None:
    app, runs = backed_up()
    place = manifest_path("Clients/acme")
    other = app.git.files()[place].replace(b'"PYTHON"', b'"SCALA"')
    app.clock.advance(60)
    stranger_commits(app, {place: other})
    last = app.run()

    found = versions(app)

    assert [(v.run_id, v.at) for v in found] == [
        (last.id, last.id),
        ("", None),
        (runs[0].id, runs[0].id),
    ]
    assert all_pages(app, LOAD, 1) == list(found)


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("most", [2, 5, 100])
def test_pages_make_up_the_whole(
    monkeypatch: pytest.MonkeyPatch, limit: int, most: int
) -> None:
    edits = [
        writing(f"# {n // 2}", LOAD if n % 3 else "/Clients/acme/x") for n in range(9)
    ]
    app, _ = backed_up(*edits, deleting(LOAD), writing("# x", "/Clients/acme/y"))
    whole = list(versions(app))
    monkeypatch.setattr(read_history, "MAX_COMMITS", most)
    monkeypatch.setattr(read_history, "COMMITS_A_READ", 2)

    assert all_pages(app, LOAD, limit) == whole
    assert len(whole) > 4


def test_pages_of_a_folder_make_up_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    app, _ = backed_up(*(writing(f"# {n}") for n in range(5)), deleting("/Clients"))
    whole = list(versions(app, "/Clients"))
    monkeypatch.setattr(read_history, "COMMITS_A_READ", 2)

    assert all_pages(app, "/Clients", 2) == whole


def test_pages_are_of_one_moment() -> None:
    app, runs = backed_up(writing("# two"), writing("# three"))
    first = page(app, LOAD, 2)
    app.workspace.add_notebook(LOAD, "# four")
    app.run()

    second = ReadHistory(app.git, app.git)(LOAD, 2, first.next)

    assert [v.run_id for v in second.versions] == [runs[0].id]


def test_an_answer_takes_few_requests_however_long_the_history() -> None:
    app, _ = backed_up(*(writing(f"# {n}") for n in range(30)))

    page(app, LOAD, 10)

    assert sorted(app.git.calls) == [
        *("blob_at", "blobs", "blobs", "changes", "items", "items", "tip"),
    ]


def test_folder_has_the_commits_that_changed_anything_below() -> None:
    app, runs = backed_up(writing("# two"), writing("# x", "/other"))

    found = page(app, "/Clients")

    assert found.is_folder
    assert {v.run_id for v in found.versions} == {runs[0].id, runs[1].id}
    assert found.versions[0].at == runs[1].id
    assert all(v.entry is None and not v.deleted for v in found.versions)


def test_folder_that_is_gone_was_deleted_once() -> None:
    app, runs = backed_up(deleting("/Clients/acme"), writing("# x", "/other"))

    found = versions(app, "/Clients/acme")

    assert [(v.deleted, v.at) for v in found][:2] == [(True, None), (False, runs[0].id)]
    assert found[0].run_id == runs[1].id


def test_folder_above_the_roots_is_never_deleted() -> None:
    app = an_app(scope=Scope(("/Clients/acme",)))
    app, _ = backed_up(writing("# two"), app=app)

    assert not any(v.deleted for v in versions(app, "/Clients"))
    assert versions(app, "/")


def test_top_of_the_workspace_has_every_change() -> None:
    app, runs = backed_up(writing("# two"), writing("# x", "/other"))

    assert {v.run_id for v in versions(app, "/")} == {run.id for run in runs}


def test_name_that_was_an_object_once_and_is_a_folder_now_is_the_folder() -> None:
    def becomes_folder(app: BackupApp) -> None:
        app.workspace.delete(LOAD)
        app.workspace.add(LOAD, DIRECTORY)
        app.workspace.add_notebook(f"{LOAD}/n", "# n")

    app, _ = backed_up(becomes_folder)

    assert page(app, LOAD).is_folder


@pytest.mark.parametrize(
    "path", ["/Clients/acme/laod", "/Clients/Acme/load", "/No/x/y"]
)
def test_what_never_was_there_is_not_found(path: str) -> None:
    app, _ = backed_up(deleting("/Clients/bolt"))

    with pytest.raises(NotFound, match=path):
        page(app, path)


def test_without_a_branch_nothing_was_backed_up_yet() -> None:
    with pytest.raises(NotFound, match="nothing was backed up yet"):
        page(an_app(), LOAD)


def test_manifest_that_nobody_can_read_hides_no_version() -> None:
    app, runs = backed_up(writing("# two"))
    stranger_commits(app, {manifest_path("Clients/acme"): b"{"})
    app.run()

    assert [v.run_id for v in versions(app)] == [runs[1].id, runs[0].id]
