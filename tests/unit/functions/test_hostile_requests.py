"""Requests of somebody who has a key and means no good."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions import request_bodies, request_fields, run_requests
from shared.domain.objects import is_within
from shared.domain.runs import Request
from shared.domain.scope import Scope
from shared.services.read_runs import Mark
from tests.run_builders import a_run
from tests.unit.functions.api import Answer, Api, Bound

CALLER = "x-ms-client-principal-name"


def requested(bound: Bound, answer: Answer) -> Request:
    """The request of the run that the answer tells of."""
    assert answer.status == 202, answer.body
    stored = bound.store.run(answer.body["id"])
    assert stored
    return stored.row.request


def nothing_started(bound: Bound) -> bool:
    return bound.store.rows == {} and bound.index.holder is None


@pytest.mark.parametrize(
    "path",
    [
        "/Shared/..",
        "/Shared/../Private",
        "/Shared/a/../../Private",
        "/Shared/./../Private",
        "/../Private",
        "//Private",
        "//Shared",
        "/Shared//../Private",
        "/Workspace/../Private",
        "/Workspace/Shared/../Private",
        "/Workspace//Shared",
        "/Workspace/Workspace/Shared",
        "/Workspace/Private",
        "/workspace/Shared",
        "/Sharedx",
        "/Shared.",
        "/Shared /a",
        " /Shared",
        "\t/Shared",
        "/shared",
        "/SHARED/a",
        "/Ｓhared/a",
        "/Sh\u0430red/a",  # a Cyrillic а
        "\u2215Shared",  # a division slash
        "/Shared\u2215a",
        "\\Shared",
        "/Private/Shared",
        "/Shared\0/../Private",
        "Shared",
        "~",
        "",
        "file:///Shared",
        "dbfs:/Shared",
    ],
)
def test_no_path_leads_out_of_the_roots(api: Api, bound: Bound, path: str) -> None:
    answer = api.post("/api/runs", {"paths": ["/Users/me", path]})

    assert (answer.status, answer.body["field"]) == (400, "paths[1]")
    assert nothing_started(bound)


@pytest.mark.parametrize(
    "path",
    [
        "/Shared/%2e%2e/Private",
        "/Shared/%2E%2E%2FPrivate",
        "/Shared/..%2fPrivate",
        "/Shared/.../Private",
        "/Shared/．．/Private",
        "/Shared/\u2025/Private",
        "/Shared/..\\Private",
        "/Shared/a\n/b",
        "/Shared/*",
        "/Shared/a;/Private",
    ],
)
def test_what_only_looks_like_a_way_out_is_a_name(
    api: Api, bound: Bound, path: str
) -> None:
    answer = api.post("/api/runs", {"paths": [path]})

    assert requested(bound, answer).scope.roots == (path,)


hostile_paths = st.lists(
    st.sampled_from(
        ["Shared", "Workspace", "Private", "..", ".", "", "%2e%2e", "shared", "a", "．"]
    ),
    max_size=6,
).map(lambda parts: "/" + "/".join(parts))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(hostile_paths, max_size=3))
def test_whatever_is_accepted_lies_within_the_roots(
    api: Api, bound: Bound, paths: list[str]
) -> None:
    bound.scope, bound.index.holder = Scope(("/Shared",)), None

    answer = api.post("/api/runs", {"paths": paths, "dry_run": True})

    if answer.status == 202:
        roots = requested(bound, answer).scope.roots
        assert all(is_within(root, "/Shared") for root in roots)
        assert not {"..", ".", ""} & {p for r in roots for p in r.split("/")[1:]}


@pytest.mark.parametrize("path", ["/Workspace/Workspace", "/Workspace/Workspace/Users"])
def test_the_alias_inside_the_alias_is_refused_though_all_is_backed_up(
    api: Api, bound: Bound, path: str
) -> None:
    bound.scope = Scope(("/",))

    answer = api.post("/api/runs", {"paths": [path]})

    assert (answer.status, answer.body["field"]) == (400, "paths[0]")


@pytest.mark.parametrize(
    "raw",
    [
        b'{"dry_run": true, "dry_run": false}',
        b'{"mode": "full", "mode": "full"}',
        b'{"paths": [{"a": 1, "a": 2}]}',
        b'{"x": NaN}',
        b'{"x": Infinity}',
        b'{"x": -Infinity}',
        b'{"dry_run": true}{"dry_run": false}',
        b'{"dry_run": true,}',
        b"{'dry_run': true}",
        b'{"message": "a\nb"}',
        b'{"message": "\xff"}',
        b'{"message": "\xc0\xaf"}',
        b'{"message": "\xed\xa0\x80"}',
        b"\xef\xbb\xbf{}",
        '{"dry_run": true}'.encode("utf-16"),
        b"\x1f\x8b\x08\x00",
        b"dry_run=true",
        b"<run/>",
        b"\v",
        b" \r\n",
        b'{"x": ' + b"9" * 5_000 + b"}",
        b"[" * 30_000 + b"]" * 30_000,
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"\0",
    ],
)
def test_what_is_not_strictly_a_json_object_starts_nothing(
    api: Api, bound: Bound, raw: bytes
) -> None:
    answer = api.post("/api/runs", raw=raw)

    assert answer.status == 400
    assert nothing_started(bound)


@pytest.mark.parametrize("number", ["1e400", "-1e400", "1" * 4_000, "0.1e-999", "-0"])
@pytest.mark.parametrize("name", ["mode", "dry_run", "paths", "message", "x"])
def test_no_number_is_taken_for_anything(
    api: Api, bound: Bound, name: str, number: str
) -> None:
    answer = api.post("/api/runs", raw=f'{{"{name}": {number}}}'.encode())

    assert (answer.status, answer.body["field"]) == (400, name)
    assert nothing_started(bound)


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "application/x-www-form-urlencoded", "x", ""],
)
def test_what_a_body_says_counts_and_not_what_it_is_called(
    api: Api, bound: Bound, content_type: str
) -> None:
    headers = {"Content-Type": content_type}

    good = api.call("POST", "/api/runs", b'{"dry_run": true}', headers)
    bad = api.call("POST", "/api/runs", b"dry_run=true", headers)

    assert requested(bound, good).dry_run
    assert bad.status == 400


@pytest.mark.parametrize("spare", [0, 1])
def test_a_body_has_as_many_bytes_as_it_may(api: Api, bound: Bound, spare: int) -> None:
    raw = b"{}".ljust(request_bodies.MAX_BODY_BYTES + spare)

    assert api.post("/api/runs", raw=raw).status == (413 if spare else 202)
    assert nothing_started(bound) is bool(spare)


def test_lists_and_texts_are_as_long_as_they_may_be(api: Api, bound: Bound) -> None:
    longest = "/Shared/" + "x" * (request_fields.MAX_PATH_CHARACTERS - 8)
    paths = [longest, *["/Users"] * (request_bodies.MAX_PATHS - 1)]
    message = "\U0001f600" * run_requests.MAX_MESSAGE_CHARACTERS

    answer = api.post("/api/runs", {"paths": paths, "message": message})

    assert requested(bound, answer).scope.roots == (longest, "/Users")
    assert requested(bound, answer).message == message


def test_a_thousand_wrong_fields_get_a_bounded_answer(api: Api) -> None:
    answer = api.post("/api/runs", {f"x{n}": n for n in range(3_000)})

    assert answer.status == 400
    assert len(answer.body["errors"]) == 100


@pytest.mark.parametrize(
    "message",
    [
        "skip-secret-scanning:true",
        "before the migration skip-secret-scanning:true",
        "Skip-Secret-Scanning: TRUE",
        "skip-secret-scanning=true",
        "ｓｋｉｐ-secret-scanning:true",
    ],
)
def test_no_message_switches_the_search_for_secrets_off(
    api: Api, bound: Bound, message: str
) -> None:
    answer = api.post("/api/runs", {"message": message})

    assert (answer.status, answer.body["field"]) == (400, "message")
    assert nothing_started(bound)


@pytest.mark.parametrize(
    "char", [*"\0\a\b\t\n\v\f\r\x1b\x7f\x85\x9b", *"\u2028\u2029\u202e\u2066\u2069"]
)
def test_no_message_breaks_or_turns_its_line(api: Api, bound: Bound, char: str) -> None:
    answer = api.post("/api/runs", {"message": f"a{char}Backup-Record: x"})

    assert (answer.status, answer.body["field"]) == (400, "message")
    assert nothing_started(bound)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("ada@example.com", "ada@example.com"),
        ("Ada Lovelace", "Ada Lovelace"),
        ("zoë", "zoë"),
        ("ada\r\nX-Other: 1", "adaX-Other: 1"),
        ("\x1b]0;ada\x07\u202e\u2028\u200b", "]0;ada"),
        ("\ud800ada", "ada"),
        ("", ""),
        ("x" * 10_000, "x" * request_bodies.MAX_CALLER_CHARACTERS),
    ],
)
def test_who_asked_is_recorded_without_what_could_deceive(
    api: Api, bound: Bound, name: str, kept: str
) -> None:
    answer = api.call("POST", "/api/runs", b"", {CALLER: name})
    details = api.get(f"/api/runs/{answer.body['id']}")

    assert requested(bound, answer).requested_by == kept
    assert details.body["requested_by"] == (kept or None)


def test_nobody_can_say_in_the_body_who_asked(api: Api, bound: Bound) -> None:
    body: dict[str, Any] = {"requested_by": "ada", "trigger": "timer"}

    answer = api.post("/api/runs", body)

    assert [error["field"] for error in answer.body["errors"]] == [*body]
    assert nothing_started(bound)


long_marks = [
    Mark("x" * 2_000, 0).to_text(),
    Mark("", 10**1_200).to_text(),
    "A" * 1_025,
]


@pytest.mark.parametrize(
    "mark", [*long_marks, "MDo=", "LTE6", "4pGgOg", "KzE6", "MTo%0A"]
)
@pytest.mark.parametrize("name", ["failures", "changes", "foreign"])
def test_only_marks_that_were_given_are_taken(
    api: Api, bound: Bound, name: str, mark: str
) -> None:
    run = bound.enter(a_run())

    answer = api.call("GET", f"/api/runs/{run.id}?{name}_after={mark}")

    assert (answer.status, answer.body["field"]) == (400, f"{name}_after")


@pytest.mark.parametrize(
    "mark",
    [
        "garbage",
        "run-",
        "run-'",
        "run-1%27%20or%20RowKey%20ge%20%27a",
        "open",
        "waiting",
    ],
)
def test_a_list_of_runs_goes_on_only_from_where_it_was(
    api: Api, bound: Bound, mark: str
) -> None:
    bound.enter(a_run())

    answer = api.get(f"/api/runs?next={mark}")

    assert (answer.status, answer.body["field"]) == (400, "next")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300) | st.text(max_size=100).map(json.dumps).map(str.encode))
def test_no_body_is_a_surprise(api: Api, bound: Bound, raw: bytes) -> None:
    bound.index.holder = None

    assert api.post("/api/runs", raw=raw).status in {202, 400}
