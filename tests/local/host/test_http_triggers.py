"""HTTP triggers, keys and the admin API, as the real host answers."""

import http.client
import json
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from local.host.background import RunningHost
from tests.local.host.bench import Bench, eventually

pytestmark = pytest.mark.conforms("documented: HTTP trigger")

KEY = "local-functions-key"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    host: RunningHost,
    path: str,
    method: str = "GET",
    *,
    key: str | None = KEY,
    body: bytes | None = None,
    **headers: str,
) -> Answer:
    connection = http.client.HTTPConnection(urlsplit(host.url).netloc, timeout=20)
    try:
        sent = dict(headers) | ({"x-functions-key": key} if key else {})
        connection.request(method, path, body, sent)
        answer = connection.getresponse()
        return Answer(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()


def test_a_request_reaches_the_function_and_its_answer_comes_back(
    bench: Bench,
) -> None:
    with bench.host() as host:
        answer = ask(
            host,
            "/api/echo/hello/a%20b%0A?x=1&x=2&y=%C3%BC",
            "POST",
            body=b"\x00\xff",
            **{"X-Given": "there"},
        )

    seen = json.loads(answer.body)
    assert answer.status == 201
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Made"] == "here"
    assert answer.headers["Location"] == "/there"
    assert seen["method"] == "POST"
    assert seen["url"].startswith(host.url + "/api/echo/hello/")
    assert (seen["word"], seen["rest"]) == ("hello", "a b\n")
    assert seen["query"] == {"x": "1,2", "y": "ü"}
    assert seen["header"] == "there"
    assert seen["body"] == "\x00\xff"


@pytest.mark.conforms("documented: Function access keys")
def test_without_a_key_the_answer_is_an_empty_401(bench: Bench) -> None:
    with bench.host() as host:
        none = ask(host, "/api/echo/hello", key=None)
        wrong = ask(host, "/api/echo/hello", key="guess")
        query = ask(host, f"/api/echo/hello?code={KEY}", key=None)

    assert (none.status, none.body) == (401, b"")
    assert wrong.status == 401
    assert query.status == 201


@pytest.mark.conforms("documented: Function access keys")
def test_an_anonymous_function_needs_none(bench: Bench) -> None:
    with bench.host() as host:
        answer = ask(host, "/api/public", key=None)

    assert (answer.status, answer.body) == (200, b"hello GET")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "method"),
    [
        ("/api/nothing", "GET"),
        ("/echo/hello", "GET"),
        ("/api/echo/h3llo", "GET"),
        ("/api/echo/hello/a/b", "GET"),
        ("/api/echo/hello", "DELETE"),
        ("/api/echo/hello", "HEAD"),
    ],
)
def test_what_no_route_matches_is_not_found(
    bench: Bench, path: str, method: str
) -> None:
    with bench.host() as host:
        assert ask(host, path, method).status == 404


@pytest.mark.conforms("documented: ASP.NET Core routing, template precedence")
def test_literal_routes_win_over_catch_alls(bench: Bench) -> None:
    with bench.host() as host:
        literal = ask(host, "/api/files/known")
        deep = ask(host, "/api/FILES/a/b%2Fc")

    assert literal.body == b"the literal route of GET"
    assert deep.body == b"a/b/c"


@pytest.mark.conforms("reported: azure-functions-host")
def test_an_exception_is_an_empty_500(bench: Bench) -> None:
    with bench.host() as host:
        answer = ask(host, "/api/control/raise")

    assert (answer.status, answer.body) == (500, b"")


@pytest.mark.conforms("documented: HTTP trigger, limits (230 s)")
def test_the_gateway_gives_up_while_the_function_goes_on(bench: Bench) -> None:
    with bench.host(gateway_seconds=0.2) as host:
        answer = ask(host, "/api/control/wait?for=open")
        running = host.in_flight
        bench.open_gate("open")
        eventually(lambda: host.in_flight == 0)

    assert answer.status == 504
    assert running == 1


@pytest.mark.conforms("documented: Manually run a non-HTTP function")
def test_the_admin_api_wants_the_key_and_lists_the_functions(bench: Bench) -> None:
    with bench.host() as host:
        refused = ask(host, "/admin/functions", key=None)
        listed = json.loads(ask(host, "/admin/functions").body)
        one = json.loads(ask(host, "/admin/functions/ECHO").body)
        status = json.loads(ask(host, "/admin/host/status").body)
        ping = ask(host, "/admin/host/ping", key=None)

    assert refused.status == 401
    assert {f["name"] for f in listed} >= {"work", "poisoned", "tick", "echo"}
    assert one["invoke_url_template"].endswith("/api/echo/{word:alpha}/{rest?}")
    assert status["state"] == "Running"
    assert ping.status == 200


@pytest.mark.conforms("documented: Manually run a non-HTTP function")
@pytest.mark.parametrize(
    ("function", "body", "status"),
    [
        ("tick", b'{"input": ""}', 202),
        ("nobody", b'{"input": ""}', 404),
        ("tick", b"", 400),
        ("tick", b"[]", 400),
        ("echo", b'{"input": ""}', 400),
    ],
)
def test_the_admin_api_runs_functions_that_are_not_http(
    bench: Bench, function: str, body: bytes, status: int
) -> None:
    with bench.host() as host:
        answer = ask(host, f"/admin/functions/{function}", "POST", body=body)

    assert answer.status == status


@pytest.mark.conforms("documented: Manually run a non-HTTP function")
def test_the_admin_api_runs_a_queue_function_with_the_given_text(
    bench: Bench,
) -> None:
    body = json.dumps({"input": "by hand"}).encode()

    with bench.host() as host:
        ask(host, "/admin/functions/poisoned", "POST", body=body)
        (seen,) = bench.wait_for("poisoned")

    assert seen["body"] == "by hand"
    assert seen["dequeued"] is None


@pytest.mark.conforms("ours")
def test_the_worker_can_be_killed_over_http(bench: Bench) -> None:
    with bench.host() as host:
        before = json.loads(ask(host, "/_local/worker").body)
        ask(host, "/_local/worker", "DELETE")
        eventually(lambda: host.worker_starts == 2)
        after = json.loads(ask(host, "/_local/worker").body)

    assert before["pid"] != after["pid"]


@pytest.mark.conforms("ours")
def test_nothing_of_the_shell_reaches_the_app(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABRICKS_TOKEN", "a real one")
    monkeypatch.setenv("ARM_CLIENT_SECRET", "a real one")
    monkeypatch.setenv("AZURE_DEVOPS_EXT_PAT", "a real one")
    monkeypatch.setenv("LANG", "C.UTF-8")
    settings = bench.settings | {"DATABRICKS_HOST": "http://localhost:1"}

    with bench.host(settings=settings) as host:
        seen = json.loads(ask(host, "/api/control/env").body)

    assert "a real one" not in seen.values()
    assert seen["DATABRICKS_HOST"] == "http://localhost:1"
    assert seen["AzureWebJobsStorage"] == bench.storage
    assert seen["LANG"] == "C.UTF-8"
    assert "PATH" in seen


@pytest.mark.conforms("documented: How to disable functions")
def test_a_disabled_http_function_is_not_found(bench: Bench) -> None:
    settings = bench.settings | {"AzureWebJobs.public.Disabled": "1"}

    with bench.host(settings=settings) as host:
        assert ask(host, "/api/public").status == 404
