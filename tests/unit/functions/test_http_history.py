from urllib.parse import quote

import pytest

from functions.history_answers import attachment
from shared.errors import AccessDenied, Unavailable
from tests.backup_app import BackupApp
from tests.unit.functions.api import Answer, Api, Bound
from tests.unit.services.scenes import an_app, failing

LOAD = "/Clients/acme/load"


@pytest.fixture
def runs(bound: Bound) -> list[str]:
    """Two runs' ids; the second one stored another version of a notebook."""
    app = an_app()
    app.git.now = app.clock.now
    first = app.run()
    app.workspace.add_notebook(LOAD, "# two\n")
    second = app.run()
    hold(bound, app)
    return [first.id, second.id]


def hold(bound: Bound, app: BackupApp) -> None:
    bound.git, bound.store, bound.workspace = app.git, app.store, app.workspace


def get(api: Api, what: str, **query: str) -> Answer:
    words = "&".join(f"{name.strip('_')}={quote(q)}" for name, q in query.items())
    return api.get(f"/api/{what}?{words}")


def test_history_tells_versions_from_the_newest_on(api: Api, runs: list[str]) -> None:
    answer = get(api, "history", path=LOAD)

    assert (answer.status, answer.body["kind"]) == (200, "object")
    versions = answer.body["versions"]
    assert [version["run"] for version in versions] == runs[::-1]
    assert [version["at"] for version in versions] == runs[::-1]
    assert {version["language"] for version in versions} == {"PYTHON"}
    assert answer.body["next"] is None


def test_history_goes_on_from_its_mark(api: Api, runs: list[str]) -> None:
    first = get(api, "history", path=LOAD, limit="1").body
    second = get(api, "history", path=LOAD, limit="1", next=first["next"]).body

    told = first["versions"] + second["versions"]
    assert [version["run"] for version in told] == runs[::-1]
    assert second["next"] is None


def test_history_of_a_folder_has_no_bytes(api: Api, runs: list[str]) -> None:
    answer = get(api, "history", path="/Workspace/Clients/")

    assert (answer.body["path"], answer.body["kind"]) == ("/Clients", "folder")
    assert {version["run"] for version in answer.body["versions"]} == set(runs)
    assert {version["blob"] for version in answer.body["versions"]} == {None}


def test_content_is_a_download_of_the_very_bytes(api: Api, runs: list[str]) -> None:
    answer = get(api, "content", path=LOAD, at=runs[0])

    assert (answer.status, answer.type) == (200, "application/octet-stream")
    assert answer.body == b"# Databricks notebook source\n# load\n"
    blob = get(api, "history", path=LOAD).body["versions"][1]["blob"]
    assert answer.headers["ETag"] == f'"{blob}"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'filename="load.py"' in answer.headers["Content-Disposition"]


def test_content_is_that_of_the_last_run_unless_told(
    api: Api,
    runs: list[str],  # noqa: ARG001 - stored something
) -> None:
    assert get(api, "content", path=LOAD).body.endswith(b"# two\n")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("load.py", "attachment; filename=\"load.py\"; filename*=UTF-8''load.py"),
        (
            'a"b\r\nX.py',
            "attachment; filename=\"a_b__X.py\"; filename*=UTF-8''a%22b%0D%0AX.py",
        ),
        ("é.sql", "attachment; filename=\"_.sql\"; filename*=UTF-8''%C3%A9.sql"),
    ],
)
def test_name_of_a_download_cannot_leave_its_header(name: str, told: str) -> None:
    assert attachment(name) == told


def test_diff_is_against_the_workspace_unless_told(
    api: Api, bound: Bound, runs: list[str]
) -> None:
    bound.workspace.edit(LOAD, b"# Databricks notebook source\n# three\n")

    answer = get(api, "diff", path=LOAD)

    assert (answer.status, answer.type) == (200, "text/x-diff")
    assert answer.body.decode().splitlines()[:2] == [
        f"--- a{LOAD}\t{runs[1]}",
        f"+++ b{LOAD}\tlive",
    ]


def test_diff_is_between_the_points_that_are_named(api: Api, runs: list[str]) -> None:
    answer = get(api, "diff", path=LOAD, from_=runs[1], to=runs[0])

    assert answer.body.endswith(b"-# two\n+# load\n")


@pytest.mark.parametrize("what", ["history", "content", "diff"])
def test_what_is_not_there_is_told_with_what_is_near(
    api: Api,
    runs: list[str],  # noqa: ARG001 - stored something
    what: str,
) -> None:
    answer = get(api, what, path="/Clients/acme/laod")

    assert (answer.status, answer.body["type"].rpartition(":")[2]) == (404, "not-found")
    assert what == "diff" or LOAD in answer.body["detail"]


@pytest.mark.parametrize("what", ["history", "content", "diff"])
@pytest.mark.parametrize("path", ["", "Clients", "/a/../b", "/a//b", "/" + "x" * 5_000])
def test_wrong_path_is_named(api: Api, what: str, path: str) -> None:
    answer = get(api, what, path=path)

    assert (answer.status, answer.body["field"]) == (400, "path")


@pytest.mark.parametrize(
    ("what", "query", "field"),
    [
        ("history", {"limit": "0"}, "limit"),
        ("history", {"limit": "101"}, "limit"),
        ("history", {"next": "x"}, "next"),
        ("history", {"next": "x" * 1_025}, "next"),
        ("content", {"at": "yesterday"}, "at"),
        ("content", {"at": "x" * 65}, "at"),
        ("content", {"at": "live"}, "at"),
        ("diff", {"from": "yesterday"}, "from"),
        ("diff", {"to": "Live"}, "to"),
        ("diff", {"path": "/notes.txt"}, "path"),
        ("content", {"path": "/Clients"}, "path"),
    ],
)
def test_wrong_field_is_named(
    api: Api,
    runs: list[str],  # noqa: ARG001 - stored something
    what: str,
    query: dict[str, str],
    field: str,
) -> None:
    answer = get(api, what, **{"path": LOAD, **query})

    assert (answer.status, answer.body["field"]) == (400, field)


def test_mark_of_a_commit_that_nobody_knows_is_not_found(
    api: Api,
    runs: list[str],  # noqa: ARG001 - stored something
) -> None:
    mark = f"{'1234567890' * 4}:o:3:"

    assert get(api, "history", path=LOAD, next=mark).status == 404


@pytest.mark.parametrize("what", ["history", "content", "diff"])
def test_before_the_first_backup_nothing_is_there(api: Api, what: str) -> None:
    answer = get(api, what, path=LOAD)

    assert answer.status == 404
    assert "nothing was backed up yet" in answer.body["detail"]


@pytest.mark.parametrize("what", ["history", "content", "diff"])
@pytest.mark.parametrize(
    ("error", "status"), [(Unavailable("down"), 503), (AccessDenied("no"), 502)]
)
def test_trouble_of_the_repository_is_told(
    api: Api, bound: Bound, what: str, error: Exception, status: int
) -> None:
    bound.git.fault = failing(error, "")

    assert get(api, what, path=LOAD).status == status


def test_what_is_too_large_is_not_compared(
    api: Api,
    bound: Bound,
    runs: list[str],  # noqa: ARG001 - stored something
) -> None:
    bound.workspace.edit(LOAD, b"x" * 11_000_000)

    answer = get(api, "diff", path=LOAD)

    assert answer.status == 422
    assert answer.body["type"].endswith(":not-comparable")


def test_object_that_became_a_folder_is_not_compared(
    api: Api,
    bound: Bound,
    runs: list[str],  # noqa: ARG001 - stored something
) -> None:
    bound.workspace.delete(LOAD)
    bound.workspace.mkdir(LOAD)

    assert get(api, "diff", path=LOAD).status == 422
