import pytest

from shared.domain.objects import Format
from shared.errors import InvalidRequest, NotFound
from shared.services.read_content import ReadContent, ReadDiff
from shared.services.restore_points import RestorePoints
from tests.backup_app import BackupApp
from tests.unit.services.scenes import an_app, forget_calls

LOAD = "/Clients/acme/load"
HEAD = " # Databricks notebook source\n"


def two_runs() -> tuple[BackupApp, str, str]:
    """A notebook in two versions, and the runs that stored them."""
    app = an_app()
    app.git.now = app.clock.now
    first = app.run()
    app.clock.advance(60)
    app.workspace.add_notebook(LOAD, "# two\n")
    app.workspace.add_notebook("/Clients/acme/new", "# new\n")
    second = app.run()
    forget_calls(app)
    return app, first.id, second.id


def contents(app: BackupApp) -> ReadContent:
    return ReadContent(RestorePoints(app.git, app.git, app.store), app.git)


def diff(app: BackupApp, before: str, after: str, path: str = LOAD) -> str:
    return ReadDiff(contents(app), app.workspace, Format.SOURCE)(path, before, after)


def test_content_is_what_the_restore_point_holds() -> None:
    app, first, _ = two_runs()

    then, now = contents(app)(LOAD, first), contents(app)(LOAD, "")

    assert then.content.endswith(b"# load\n")
    assert now.content.endswith(b"# two\n")
    assert now.entry.blob == app.git.trees[app.git.head or ""]["Clients/acme/load.py"]
    assert then.point.run_id == first


def test_bytes_are_given_out_as_they_are() -> None:
    app, _, _ = two_runs()

    assert contents(app)("/notes.txt", "").content == b"one\r\ntwo\x00\xff"


@pytest.mark.parametrize("path", ["/", "/Clients", "/Clients/acme"])
def test_folder_has_no_bytes(path: str) -> None:
    app, _, _ = two_runs()

    with pytest.raises(InvalidRequest) as raised:
        contents(app)(path, "")

    assert raised.value.field == "path"


def test_object_that_was_not_there_yet_is_not_found() -> None:
    app, first, _ = two_runs()

    with pytest.raises(NotFound, match="/Clients/acme/new"):
        contents(app)("/Clients/acme/new", first)


def test_two_restore_points_are_compared() -> None:
    app, first, second = two_runs()

    assert diff(app, first, second) == (
        f"--- a{LOAD}\t{first}\n+++ b{LOAD}\t{second}\n"
        f"@@ -1,2 +1,2 @@\n{HEAD}-# load\n+# two\n"
    )


def test_workspace_is_compared_as_it_is_now() -> None:
    app, _, second = two_runs()
    app.workspace.edit(LOAD, b"# Databricks notebook source\n# three\n")

    assert diff(app, "", "live") == (
        f"--- a{LOAD}\t{second}\n+++ b{LOAD}\tlive\n"
        f"@@ -1,2 +1,2 @@\n{HEAD}-# two\n+# three\n"
    )
    assert diff(app, "live", "").splitlines()[0] == f"--- a{LOAD}\tlive"


def test_what_the_workspace_holds_unchanged_has_no_diff() -> None:
    app, _, _ = two_runs()

    assert diff(app, "", "live") == ""


def test_object_that_the_workspace_no_longer_has_is_all_gone() -> None:
    app, _, _ = two_runs()
    app.workspace.delete(LOAD)

    assert diff(app, "", "live").splitlines()[1] == "+++ /dev/null"


@pytest.mark.parametrize("path", ["/Clients/acme/fresh", "/fresh.txt"])
def test_object_that_the_backup_has_not_is_all_new(path: str) -> None:
    app, _, _ = two_runs()
    app.workspace.add_notebook("/Clients/acme/fresh", "# fresh\n")
    app.workspace.add_file("/fresh.txt", b"# fresh\n")

    told = diff(app, "", "live", path)

    assert told.startswith("--- /dev/null\n")
    assert told.endswith("+# fresh\n")


def test_object_that_came_in_between_is_all_new() -> None:
    app, first, second = two_runs()

    assert diff(app, first, second, "/Clients/acme/new").startswith("--- /dev/null\n")


@pytest.mark.parametrize("after", ["live", ""])
def test_object_on_neither_side_is_not_found(after: str) -> None:
    app, first, _ = two_runs()

    with pytest.raises(NotFound, match="either side"):
        diff(app, first, after, "/Clients/acme/none")


def test_side_that_is_no_restore_point_is_named() -> None:
    app, _, _ = two_runs()

    for before, after, field in (("x", "", "from"), ("", "x", "to")):
        with pytest.raises(InvalidRequest) as raised:
            diff(app, before, after)

        assert raised.value.field == field


def test_restore_point_that_is_not_there_is_no_missing_side() -> None:
    app, _, _ = two_runs()

    with pytest.raises(NotFound, match="knows no commit"):
        diff(app, "1234567890" * 4, "live")


def test_bytes_that_are_no_text_are_not_compared() -> None:
    app, first, _ = two_runs()

    with pytest.raises(InvalidRequest, match="no text"):
        diff(app, first, "live", "/notes.txt")
