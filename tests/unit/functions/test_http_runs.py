import json
from datetime import timedelta

import pytest

from functions import request_bodies
from shared.domain.outcomes import Outcome, OutcomeKind, to_lines
from shared.domain.runs import Mode, Phase, RunStatus, ShardStatus, Stop, Tally
from shared.domain.scope import Scope
from shared.domain.slices import Slice
from shared.ports import Write
from tests.run_builders import a_request, a_run, a_shard
from tests.unit.functions.api import HOST, Api, Bound


def test_a_start_is_accepted_and_says_where_to_look(api: Api, bound: Bound) -> None:
    answer = api.post("/api/runs?code=a-key")

    run_id = answer.body["id"]
    assert answer.status == 202
    assert answer.body == {"id": run_id, "status": "planning"}
    assert answer.headers["Location"] == f"{HOST}/api/runs/{run_id}"
    assert int(answer.headers["Retry-After"]) > 0
    assert bound.store.run(run_id)


def test_a_start_is_all_that_was_asked_for(api: Api, bound: Bound) -> None:
    asked = {
        "mode": "full",
        "paths": ["/Workspace/Shared/a/", "/Users/me"],
        "message": "before the migration",
        "allow_deletions": "20261121T020000Z-0a0b0c",
    }
    signed_in = {"X-MS-CLIENT-PRINCIPAL-NAME": "ada@example.com"}

    answer = api.call("POST", "/api/runs", json.dumps(asked).encode(), signed_in)

    stored = bound.store.run(answer.body["id"])
    assert stored
    request = stored.row.request
    assert request.mode is Mode.FULL
    assert request.scope.roots == ("/Shared/a", "/Users/me")
    assert not request.full_scope
    assert request.message == "before the migration"
    assert request.allow_deletions == "20261121T020000Z-0a0b0c"
    assert request.trigger == "http"
    assert request.requested_by == "ada@example.com"


def test_a_slice_is_a_full_run_over_a_part(api: Api, bound: Bound) -> None:
    answer = api.post("/api/runs", {"slice": "3/30"})

    stored = bound.store.run(answer.body["id"])
    assert stored
    request = stored.row.request
    assert (request.slice, request.mode) == (Slice(3, 30), Mode.FULL)
    assert not request.full_scope
    told = api.get(f"/api/runs/{answer.body['id']}").body
    assert told["scope"]["slice"] == "3/30"


@pytest.mark.parametrize("path", ["/", "/Workspace", "/Workspace/", "//"])
def test_the_top_of_the_workspace_has_several_names(
    api: Api, bound: Bound, path: str
) -> None:
    bound.scope = Scope(("/",))

    answer = api.post("/api/runs", {"paths": [path]})

    stored = bound.store.run(answer.body["id"])
    assert stored
    assert stored.row.request.scope.roots == ("/",)


def test_a_path_inside_another_is_not_walked_twice(api: Api, bound: Bound) -> None:
    paths = ["/Shared/a/b", "/Shared/a", "/Shared/ab", "/Shared/a"]

    answer = api.post("/api/runs", {"paths": paths})

    stored = bound.store.run(answer.body["id"])
    assert stored
    assert stored.row.request.scope.roots == ("/Shared/a", "/Shared/ab")


def test_an_empty_body_asks_for_everything(api: Api, bound: Bound) -> None:
    answer = api.post("/api/runs", raw=b"")

    stored = bound.store.run(answer.body["id"])
    assert stored
    assert stored.row.request.full_scope
    assert stored.row.request.mode is Mode.INCREMENTAL


def test_a_second_start_is_told_which_run_is_open(api: Api) -> None:
    first = api.post("/api/runs")

    second = api.post("/api/runs")

    assert second.status == 409
    assert second.type == "application/problem+json"
    assert second.body["active_run"] == first.body["id"]


def test_a_dry_run_takes_no_place(api: Api) -> None:
    api.post("/api/runs")

    assert api.post("/api/runs", {"dry_run": True}).status == 202


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"mode": "everything"}, "mode"),
        ({"mode": ["full"]}, "mode"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"dry_run": 1}, "dry_run"),
        ({"message": 5}, "message"),
        ({"message": "x" * 501}, "message"),
        ({"message": "two\nlines"}, "message"),
        ({"message": "two\u2028lines"}, "message"),
        ({"message": "half \ud800"}, "message"),
        ({"paths": "/Shared"}, "paths"),
        ({"paths": ["/Shared"] * 101}, "paths"),
        ({"paths": ["/Shared", "Shared"]}, "paths[1]"),
        ({"paths": ["/Shared", "/Users", 7]}, "paths[2]"),
        ({"paths": ["/Shared/../Private"]}, "paths[0]"),
        ({"paths": ["/Shared/./a"]}, "paths[0]"),
        ({"paths": ["/Shared//a"]}, "paths[0]"),
        ({"paths": ["/Shared/\0"]}, "paths[0]"),
        ({"paths": ["/Shared/\udc00"]}, "paths[0]"),
        ({"paths": ["/" + "x" * 5000]}, "paths[0]"),
        ({"paths": ["/Shared", "/Private"]}, "paths[1]"),
        ({"paths": ["/"]}, "paths[0]"),
        ({"paths": ["/Workspace"]}, "paths[0]"),
        ({"paths": ["/SharedToo"]}, "paths[0]"),
        ({"slice": "31/30"}, "slice"),
        ({"slice": 3}, "slice"),
        ({"slice": "1/3", "paths": ["/Shared"]}, "slice"),
        ({"slice": "1/3", "paths": []}, "slice"),
        ({"allow_deletions": "yes"}, "allow_deletions"),
        ({"allow_deletions": ""}, "allow_deletions"),
        ({"allow_deletions": True}, "allow_deletions"),
        ({"Mode": "full"}, "Mode"),
        ({"constructor": {}}, "constructor"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_starts(
    api: Api, bound: Bound, body: dict[str, object], field: str
) -> None:
    answer = api.post("/api/runs", body)

    assert answer.status == 400
    assert answer.body["field"] == field
    assert answer.body["detail"].startswith(f"{field}: ")
    assert bound.store.rows == {}
    assert bound.index.holder is None


def test_all_wrong_fields_are_named_at_once(api: Api) -> None:
    answer = api.post("/api/runs", {"mode": 1, "dry_run": 2, "more": 3})

    assert [error["field"] for error in answer.body["errors"]] == [
        "mode",
        "dry_run",
        "more",
    ]


@pytest.mark.parametrize(
    "raw",
    [b"{", b"[]", b"7", b'"x"', b"null", b"\xff\xfe", b"[" * 60_000, b'{"a":' * 9_000],
)
def test_a_body_that_is_no_json_object_is_refused(api: Api, raw: bytes) -> None:
    assert api.post("/api/runs", raw=raw).status == 400


def test_a_body_over_the_limit_is_refused_unread(api: Api) -> None:
    answer = api.post("/api/runs", raw=b" " * (request_bodies.MAX_BODY_BYTES + 1))

    assert answer.status == 413


def test_who_asked_cannot_write_what_they_like(api: Api, bound: Bound) -> None:
    name = {"x-ms-client-principal-name": "ada\x1b[31m\r\n" + "x" * 5000}

    answer = api.call("POST", "/api/runs", b"", name)

    stored = bound.store.run(answer.body["id"])
    assert stored
    assert stored.row.request.requested_by.startswith("ada[31mxxx")
    assert len(stored.row.request.requested_by) == request_bodies.MAX_CALLER_CHARACTERS


def test_runs_are_listed_newest_first_in_pages(api: Api, bound: Bound) -> None:
    entered = [bound.enter(a_run()).id for _ in range(3)]

    first = api.get("/api/runs?limit=2")
    second = api.get(f"/api/runs?limit=2&next={first.body['next']}")

    ids = [run["id"] for run in first.body["runs"] + second.body["runs"]]
    assert ids == entered[::-1]
    assert second.body["next"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=%D9%A3", "limit"),
        ("limit=" + "9" * 5000, "limit"),
        ("next=" + "x" * 1025, "next"),
        ("next=%00", "next"),
        ("next=%C3%A9", "next"),
    ],
)
def test_a_wrong_query_of_the_list_is_named(api: Api, query: str, field: str) -> None:
    answer = api.get(f"/api/runs?{query}")

    assert answer.status == 400
    assert answer.body["field"] == field


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=1001", "limit"),
        ("limit=1.5", "limit"),
        ("failures_after=nonsense", "failures_after"),
        ("changes_after=%20", "changes_after"),
        ("held_after=%ED%A0%80", "held_after"),
    ],
)
def test_a_wrong_query_of_a_run_is_named(
    api: Api, bound: Bound, query: str, field: str
) -> None:
    run = bound.enter(a_run())

    answer = api.get(f"/api/runs/{run.id}?{query}")

    assert answer.status == 400
    assert answer.body["field"] == field


@pytest.mark.parametrize("run_id", ["x", "20261121T020000Z-0a0b0c", "index", "a'b"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_run_that_is_not_there_is_not_found(
    api: Api, method: str, run_id: str
) -> None:
    assert api.call(method, f"/api/runs/{run_id}").status == 404


def test_an_open_run_shows_its_progress(api: Api, bound: Bound) -> None:
    request = a_request(opened_at=bound.clock.start)
    run = bound.enter(a_run(request, phase=Phase.WALKED, tally=Tally(folders=7)))
    tally = Tally(to_export=4, exported=4, equal=1, stored=3, stored_bytes=900)
    calls = {"databricks.export": 4}
    at_work = a_shard(
        run, 1, status=ShardStatus.QUEUED, objects=9, tally=tally, calls=calls
    )
    bound.store.write(Write(at_work))
    bound.clock.advance(2)

    body = api.get(f"/api/runs/{run.id}").body

    assert body["status"] == "planning"
    assert body["finished_at"] is None
    assert body["progress"] == {
        "planning": False,
        "folders": 7,
        "objects": {"done": 5, "total": 9},
        "shards": {"done": 0, "total": 1},
    }
    assert body["counts"]["exported"] == 4
    assert body["calls"] == calls
    assert body["seconds"] == 2
    assert body["rate"] == 2
    assert body["bytes"] == 900


def test_a_run_that_ended_shows_what_became_of_everything(
    api: Api, bound: Bound
) -> None:
    request = a_request(
        message="by hand", requested_by="ada", opened_at=bound.clock.start
    )
    run = bound.enter(
        a_run(
            request,
            status=RunStatus.INCOMPLETE,
            phase=Phase.PLANNED,
            finished_at=bound.clock.start + timedelta(seconds=1.5),
            commit="c" * 40,
            identity="backup@example.com",
            admin=True,
            error="",
        )
    )
    lines = to_lines(
        [
            Outcome(kind=OutcomeKind.FAILED, path="/f", detail="not listed: 403"),
            Outcome(
                kind=OutcomeKind.EXCEPTED,
                path="/l",
                type="LIBRARY",
                object_id=5,
                detail="LIBRARY cannot be exported",
                known=True,
                size=12,
            ),
            Outcome(kind=OutcomeKind.MOVED, path="/b", type="FILE", origin="/a"),
        ]
    )
    bound.blobs.put(f"runs/{run.id}/outcomes/0-found", lines)

    body = api.get(f"/api/runs/{run.id}").body

    assert body["status"] == "incomplete"
    assert body["opened_at"] == "2026-11-22T02:00:00Z"
    assert body["finished_at"] == "2026-11-22T02:00:01.500000Z"
    assert body["commit"] == "c" * 40
    assert (body["identity"], body["admin"]) == ("backup@example.com", True)
    assert (body["message"], body["requested_by"]) == ("by hand", "ada")
    assert body["failures"]["items"] == [
        {
            "kind": "failed",
            "path": "/f",
            "type": "DIRECTORY",
            "known": False,
            "detail": "not listed: 403",
        }
    ]
    assert body["exceptions"]["items"][0]["known"] is True
    assert body["exceptions"]["items"][0]["size"] == 12
    assert body["changes"]["items"][0]["origin"] == "/a"
    assert body["changes"]["next"] is None


def test_long_lists_are_paged_by_their_marks(api: Api, bound: Bound) -> None:
    run = bound.enter(a_run())
    found = [Outcome(kind=OutcomeKind.ADDED, path=f"/{n}") for n in range(5)]
    bound.blobs.put(f"runs/{run.id}/outcomes/0", to_lines(found))

    first = api.get(f"/api/runs/{run.id}?limit=3").body["changes"]
    mark = first["next"]
    second = api.get(f"/api/runs/{run.id}?limit=3&changes_after={mark}").body["changes"]

    paths = [item["path"] for item in first["items"] + second["items"]]
    assert paths == ["/0", "/1", "/2", "/3", "/4"]
    assert second["next"] is None


def test_paths_that_are_no_text_survive_the_answer(api: Api, bound: Bound) -> None:
    run = bound.enter(a_run())
    lone = Outcome(kind=OutcomeKind.ADDED, path="/lone \ud800")
    bound.blobs.put(f"runs/{run.id}/outcomes/0", to_lines([lone]))

    body = api.get(f"/api/runs/{run.id}").body

    assert body["changes"]["items"][0]["path"] == "/lone \ud800"


def test_an_open_run_can_be_cancelled(api: Api, bound: Bound) -> None:
    run = bound.enter(a_run())

    answer = api.delete(f"/api/runs/{run.id}")

    assert answer.status == 202
    assert answer.body == {"id": run.id, "status": "planning"}
    stored = bound.store.run(run.id)
    assert stored
    assert stored.row.stop is Stop.CANCELLED
    assert api.get(f"/api/runs/{run.id}").body["stop"] == "cancelled"


def test_a_run_that_ended_cannot_be_cancelled(api: Api, bound: Bound) -> None:
    run = bound.enter(a_run(status=RunStatus.COMPLETE))

    answer = api.delete(f"/api/runs/{run.id}")

    assert answer.status == 409
    assert answer.body["run_status"] == "complete"
