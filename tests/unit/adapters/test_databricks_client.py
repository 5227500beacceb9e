import base64
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.identity import StaticToken
from shared.adapters.workspace import DatabricksWorkspace
from shared.domain.objects import Format
from shared.errors import (
    AccessDenied,
    AddressBlocked,
    BackupError,
    CredentialsRefused,
    NotFound,
    RequestRefused,
    Throttled,
    TooLarge,
    Unavailable,
)
from tests.unit.adapters.scripted import Answer, Script, scripted

TOKEN = "dapi0123456789abcdef"


def workspace(script: Script) -> DatabricksWorkspace:
    return DatabricksWorkspace(DatabricksClient(script.url, StaticToken(TOKEN)))


def content(raw: bytes) -> Answer:
    return Answer.of({"content": base64.b64encode(raw).decode(), "file_type": "py"})


def listing(*paths: str) -> Answer:
    rows = [{"path": p, "object_type": "FILE", "object_id": 1} for p in paths]
    return Answer.of({"objects": rows})


def test_constructor_asks_nothing_and_a_call_asks_once() -> None:
    with scripted(Answer.of({})) as script:
        DatabricksClient(script.url, StaticToken(TOKEN))

        assert script.asked == []


def test_ambient_settings_do_not_leak_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ambient password ambient\n")
    (tmp_path / ".databrickscfg").write_text("[DEFAULT]\ntoken = ambient\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("DATABRICKS_TOKEN", "DATABRICKS_CLIENT_ID", "ARM_CLIENT_SECRET"):
        monkeypatch.setenv(name, "ambient")
    monkeypatch.setenv("DATABRICKS_HOST", "http://ambient.invalid")
    monkeypatch.setenv("DATABRICKS_CONFIG_PROFILE", "ambient")

    with scripted(Answer.of({})) as script:
        workspace(script).list("/a")

    assert [asked.headers["Authorization"] for asked in script.asked] == [
        f"Bearer {TOKEN}"
    ]


def test_proxy_of_the_environment_is_gone_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(Answer.of({})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        client = DatabricksClient("http://workspace.invalid", StaticToken(TOKEN))
        DatabricksWorkspace(client).list("/a")

    assert [asked.headers["Host"] for asked in proxy.asked] == ["workspace.invalid"]


def test_host_that_needs_no_proxy_is_asked_directly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted(Answer.of({})) as script, scripted(Answer.of({})) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        workspace(script).list("/a")

    assert (len(script.asked), proxy.asked) == (1, [])


def test_certificates_that_the_environment_names_are_the_ones_asked_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "missing.pem"))
    client = DatabricksClient("https://localhost:1", StaticToken(TOKEN))

    with pytest.raises(Unavailable, match=r"missing\.pem"):
        DatabricksWorkspace(client).list("/a")


def test_environment_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with scripted(Answer.of({})) as script:
        found = workspace(script)
        monkeypatch.setattr(requests.sessions, "get_environ_proxies", pytest.fail)
        found.list("/a")

    assert len(script.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(429),
        Answer(429, headers={"Retry-After": "100"}),
        Answer(503),
        Answer(500),
        Answer(400, b'{"error_code": "X", "message": "Unexpected error"}'),
        Answer(200, b"x" * 100, cut=50),
    ],
)
def test_nothing_is_tried_twice(answer: Answer) -> None:
    with scripted(answer) as script, pytest.raises((Throttled, Unavailable)):
        workspace(script).list("/a")

    assert len(script.asked) == 1


def test_nobody_at_home_is_unavailable() -> None:
    client = DatabricksClient("http://127.0.0.1:1", StaticToken(TOKEN))

    with pytest.raises(Unavailable, match="/a"):
        DatabricksWorkspace(client).list("/a")


@pytest.mark.parametrize(
    ("header", "expected"),
    [("7", 7.0), ("100000", 300.0), ("-1", 0.0), ("soon", None), ("nan", None)],
)
def test_pause_asked_for_is_read_and_bounded(
    header: str, expected: float | None
) -> None:
    with (
        scripted(Answer(429, headers={"Retry-After": header})) as script,
        pytest.raises(Throttled) as raised,
    ):
        workspace(script).list("/a")

    assert raised.value.retry_after == expected


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(401, b""), CredentialsRefused),
        (Answer(403, b"Invalid access token."), CredentialsRefused),
        (Answer(302, b"", {"Location": "/login.html"}), CredentialsRefused),
        (
            Answer(302, b"", {"Location": "/x?error=private-link-validation-error"}),
            AddressBlocked,
        ),
        (
            Answer.of(
                {
                    "error_code": 403,
                    "message": "Source IP address: 192.0.2.7 is blocked by Databricks"
                    " IP ACL for workspace: 7474646471015793 [ReqId: d326a0e7]",
                },
                403,
            ),
            AddressBlocked,
        ),
        (Answer.of({"error_code": "PERMISSION_DENIED"}, 403), AccessDenied),
        (Answer.of({"error_code": "RESOURCE_DOES_NOT_EXIST"}, 404), NotFound),
        (Answer(502, b""), Unavailable),
        (Answer(502, b"<html><pre>bad</pre></html>"), Unavailable),
        (Answer(200, b"<html>maintenance</html>"), Unavailable),
        (Answer(200, b"[]"), Unavailable),
        (
            Answer.of(
                {
                    "error_code": "BAD_REQUEST",
                    "details": [
                        {
                            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                            "reason": "MAX_READ_SIZE_EXCEEDED",
                            "domain": "d",
                        }
                    ],
                },
                400,
            ),
            TooLarge,
        ),
        (Answer.of({"message": "no"}, 400), RequestRefused),
    ],
)
def test_refusals_are_told_in_our_errors(
    answer: Answer, expected: type[BackupError]
) -> None:
    with scripted(answer) as script, pytest.raises(expected) as raised:
        workspace(script).export("/a", Format.SOURCE)

    assert type(raised.value) is expected
    assert TOKEN not in str(raised.value)


def test_exported_bytes_are_exact() -> None:
    raw = bytes(range(256)) + b"\r\n\xef\xbb\xbf"

    with scripted(content(raw)) as script:
        assert workspace(script).export("/a b|ü", Format.SOURCE) == raw

    assert script.asked[0].query == {"path": "/a b|ü", "format": "SOURCE"}


def test_files_are_exported_as_they_are() -> None:
    with scripted(content(b"x")) as script:
        workspace(script).export("/a.bin", Format.RAW)

    assert script.asked[0].query["format"] == "AUTO"


def test_empty_object_has_no_bytes() -> None:
    with scripted(content(b""), Answer.of({"file_type": "py"})) as script:
        assert workspace(script).export("/a", Format.SOURCE) == b""
        assert workspace(script).export("/a", Format.SOURCE) == b""


@pytest.mark.parametrize(
    "answer",
    [
        Answer.of({}),
        Answer.of({"content": "YWJ", "file_type": "py"}),
        Answer.of({"content": "YW!Jj", "file_type": "py"}),
        Answer.of({"content": 5, "file_type": "py"}),
        Answer(200, content(b"x" * 4000).body, cut=100),
    ],
)
def test_content_that_came_short_is_no_content(answer: Answer) -> None:
    with scripted(answer) as script, pytest.raises(Unavailable):
        workspace(script).export("/a", Format.SOURCE)


def test_folder_that_took_a_files_place_is_not_its_content() -> None:
    archive = Answer.of({"content": "UEsDBA==", "file_type": "zip"})

    with scripted(archive) as script:
        with pytest.raises(NotFound):
            workspace(script).export("/a/file.bin", Format.RAW)
        assert workspace(script).export("/a/x.zip", Format.RAW) == b"PK\x03\x04"


def test_listing_knows_types_that_the_sdk_does_not() -> None:
    row = {"path": "/Workspace/a/x", "object_type": "GENIE_SPACE", "object_id": 3}

    with scripted(Answer.of({"objects": [row]})) as script:
        (found,) = workspace(script).list("/Workspace/a/")

    assert (found.path, found.type, found.object_id) == ("/a/x", "GENIE_SPACE", 3)
    assert script.asked[0].query == {"path": "/a"}


def test_object_without_id_gets_one_of_its_own() -> None:
    rows = [{"path": "/a", "object_type": "X"}, {"path": "/b", "object_type": "X"}]

    with scripted(Answer.of({"objects": rows})) as script:
        first, second = workspace(script).list("/")

    assert first.object_id < 0
    assert first.object_id != second.object_id


def test_listing_of_what_is_no_folder_is_not_found() -> None:
    with scripted(listing("/a/x")) as script, pytest.raises(NotFound):
        workspace(script).list("/a/x")


def test_listing_that_names_strangers_is_not_believed() -> None:
    with scripted(listing("/a/x", "/b/y")) as script, pytest.raises(Unavailable):
        workspace(script).list("/a")


@pytest.mark.parametrize(
    "rows", [5, [5], [{}], [{"path": 5}], [{"path": "/a/x", "object_id": "?"}]]
)
def test_listing_of_another_shape_is_not_believed(rows: object) -> None:
    with (
        scripted(Answer.of({"objects": rows})) as script,
        pytest.raises(Unavailable),
    ):
        workspace(script).list("/a")


def test_git_folders_are_read_to_the_last_page() -> None:
    def page(number: int, token: str) -> Answer:
        repos = [{"id": number, "path": f"/Workspace/Repos/{number}", "url": "u"}]
        return Answer.of({"repos": repos, "next_page_token": token})

    with scripted(page(1, "two"), page(2, "")) as script:
        asked: list[int] = []
        telling = workspace(script).telling(lambda: asked.append(1))
        found = telling.git_folders("/Repos")

    assert [folder.path for folder in found] == ["/Repos/1", "/Repos/2"]
    assert script.asked[0].query == {"path_prefix": "/Repos"}
    assert script.asked[1].query == {"path_prefix": "/Repos", "next_page_token": "two"}
    assert len(asked) == 2


def test_git_folders_that_never_end_are_given_up() -> None:
    with (
        scripted(Answer.of({"repos": [], "next_page_token": "same"})) as script,
        pytest.raises(Unavailable),
    ):
        workspace(script).git_folders("/Repos")


@pytest.mark.parametrize(("group", "admin"), [("admins", True), ("users", False)])
def test_administrator_is_a_member_of_admins(group: str, *, admin: bool) -> None:
    me = {"userName": "app@example.com", "groups": [{"display": group}]}

    with scripted(Answer.of(me)) as script:
        identity = workspace(script).identity()

    assert (identity.name, identity.admin) == ("app@example.com", admin)


def test_token_is_asked_for_at_every_request() -> None:
    class Renewed:
        def __init__(self) -> None:
            self.number = 0

        def token(self) -> str:
            self.number += 1
            return f"token-{self.number}"

    with scripted(Answer.of({})) as script:
        found = DatabricksWorkspace(DatabricksClient(script.url, Renewed()))
        found.list("/a")
        found.list("/a")

    tokens = [asked.headers["Authorization"] for asked in script.asked]
    assert tokens == ["Bearer token-1", "Bearer token-2"]


def test_error_of_the_token_source_comes_through() -> None:
    class Broken:
        def token(self) -> str:
            raise CredentialsRefused("no identity")

    with scripted(Answer.of({})) as script, pytest.raises(CredentialsRefused):
        DatabricksWorkspace(DatabricksClient(script.url, Broken())).list("/a")


def test_log_shows_neither_token_nor_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = b"secret source " * 10

    with scripted(content(secret), Answer(400, secret)) as script:
        workspace(script).export("/a", Format.SOURCE)
        with pytest.raises(RequestRefused):
            workspace(script).export("/a", Format.SOURCE)

    encoded = base64.b64encode(secret).decode()[:40]
    assert caplog.records
    assert TOKEN not in caplog.text
    assert encoded not in caplog.text
    assert "secret source" not in caplog.text


def test_one_client_serves_many_threads() -> None:
    barrier = threading.Barrier(8)

    with scripted(content(b"x")) as script, ThreadPoolExecutor(8) as threads:
        found = workspace(script)

        def export(number: int) -> bytes:
            barrier.wait(10)
            return found.export(f"/{number}", Format.SOURCE)

        assert list(threads.map(export, range(8))) == [b"x"] * 8
