"""The adapter's manners before the local server: what it asks, hears and hides."""

import base64
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azure_devops.app import create_app
from local.serving import serve_in_thread
from shared.adapters import git_reader
from shared.adapters.azure_devops_client import AzureDevOpsClient, Scheme
from shared.adapters.git_history import AzureDevOpsHistory
from shared.adapters.git_reader import AzureDevOpsReader
from shared.adapters.git_writer import AzureDevOpsWriter
from shared.adapters.identity import StaticToken
from shared.adapters.metering import Meter, MeteredGitReader, MeteredGitWriter
from shared.domain.blob_ids import blob_id
from shared.domain.git import Change, ChangeKind, Push
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    NotFound,
    PushRefused,
    RefMoved,
    Throttled,
    Unavailable,
)

TOKEN = "a-very-secret-token"
REPOSITORY = "/_apis/git/repositories/{repository}"


class SleptClock:
    def __init__(self) -> None:
        self.slept: list[float] = []

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)

    def monotonic(self) -> float:
        return 1000 + sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


class Service:
    """The local server, an adapter before it, and what a test does to it."""

    def __init__(self, url: str, root: Path) -> None:
        self.url = url
        self.root = root
        self.clock = SleptClock()
        self.delays: list[float] = []
        self.reader, self.writer = self.adapters(TOKEN)
        self.history = AzureDevOpsHistory(self.reader)

    def adapters(
        self, token: str, scheme: Scheme = "Basic"
    ) -> tuple[AzureDevOpsReader, AzureDevOpsWriter]:
        client = AzureDevOpsClient(
            f"{self.url}/acme",
            project="backup",
            repository="workspace",
            tokens=StaticToken(token),
            scheme=scheme,
            clock=self.clock,
            on_delay=self.delays.append,
        )
        return AzureDevOpsReader(client, "main"), AzureDevOpsWriter(client, "main")

    def tell(self, what: str, body: dict[str, Any]) -> None:
        requests.post(
            f"{self.url}/_local/{what}", json=body, timeout=9
        ).raise_for_status()

    def asked(self) -> dict[str, int]:
        """Requests by method and the route's end, since the last time."""
        stats: dict[str, Any] = requests.get(
            f"{self.url}/_local/stats", timeout=9
        ).json()
        requests.delete(f"{self.url}/_local/stats", timeout=9)
        routes: dict[str, int] = stats["routes"]
        return {
            route.lower().replace(REPOSITORY, ""): count
            for route, count in routes.items()
            if not route.startswith("OPTIONS")
        }

    def push(self, *changes: Change) -> str:
        return self.writer.push(Push(self.reader.tip(), "pushed", changes))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serve_in_thread(create_app(tmp_path, pat=TOKEN)) as url:
        yield Service(url, tmp_path)


def add(path: str, content: bytes = b"1") -> Change:
    return Change(ChangeKind.ADD, path, content)


def test_importing_the_adapters_does_not_import_the_package() -> None:
    program = (
        "import sys, shared.adapters.git_reader, shared.adapters.git_writer;"
        "sys.exit('azure.devops.client' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_home_that_cannot_be_written_does_no_harm() -> None:
    program = (
        "import os; from shared.adapters.azure_devops_package import package;"
        "package('git.git_client');"
        "assert 'AZURE_DEVOPS_CACHE_DIR' not in os.environ"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"HOME": "/dev/null/nowhere", "PYTHONPATH": "."},
        check=False,
    )

    assert done.returncode == 0


@pytest.mark.parametrize(
    ("state", "scheme"),
    [
        ("expired", "Basic"),
        ("expired", "Bearer"),
        ("refused", "Bearer"),
        ("redirected", "Basic"),
        ("redirected", "Bearer"),
    ],
)
def test_refused_credential_is_one_clear_error(
    service: Service, state: str, scheme: Scheme
) -> None:
    service.tell("credentials", {"token": "bad", "state": state})
    reader, writer = service.adapters("bad", scheme)

    for request in (reader.tip, lambda: writer.push(Push(None, "c", (add("a"),)))):
        with pytest.raises(CredentialsRefused, match="expired") as raised:
            request()
        assert "bad" not in str(raised.value)


def test_credential_nobody_knows_is_refused_in_the_middle_of_things(
    service: Service,
) -> None:
    commit = service.push(add("a"))
    service.tell("credentials", {"token": TOKEN, "state": "expired"})

    for request in (
        service.reader.tip,
        lambda: service.reader.items(commit, [""], []),
        lambda: service.reader.blobs([blob_id(b"1")]),
        lambda: service.writer.push(Push(commit, "c", (add("b"),))),
    ):
        with pytest.raises(CredentialsRefused):
            request()


@pytest.mark.parametrize("scheme", ["Basic", "Bearer"])
def test_either_kind_of_token_signs_in(service: Service, scheme: Scheme) -> None:
    reader, _ = service.adapters(TOKEN, scheme)

    assert reader.tip() is None


def test_netrc_file_does_not_sign_in(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ambient password ambient\n")
    monkeypatch.setenv("NETRC", str(netrc))

    assert service.reader.tip() is None


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"status": 500}, Unavailable),
        ({"status": 502, "body": "<html>"}, Unavailable),
        ({"status": 503, "headers": {"Retry-After": "1"}}, Unavailable),
        ({"status": 429, "headers": {"Retry-After": "9"}}, Throttled),
        ({"status": 429}, Throttled),
        ({"effect": "cut"}, Unavailable),
        ({"effect": "truncate"}, Unavailable),
        ({"status": 200, "body": "not json"}, Unavailable),
        ({"status": 302, "headers": {"Location": "/_signin"}}, CredentialsRefused),
        (
            {"status": 200, "body": "<html>", "headers": {"Content-Type": "text/html"}},
            CredentialsRefused,
        ),
        ({"status": 203, "body": "<html>"}, CredentialsRefused),
        ({"status": 403}, AccessDenied),
    ],
)
@pytest.mark.parametrize("resource", ["refs", "pushes"])
def test_every_trouble_is_one_of_our_errors_after_one_attempt(
    service: Service,
    fault: dict[str, object],
    expected: type[BackupError],
    resource: str,
) -> None:
    tip = service.push(add("a"))
    service.asked()
    service.tell("faults", {"path": f"/{resource}", **fault})

    push = Push(tip, "again", (add("b"),))
    with pytest.raises(expected) as raised:
        service.reader.tip() if resource == "refs" else service.writer.push(push)

    assert type(raised.value) is expected
    assert sum(service.asked().values()) == 1
    assert TOKEN not in str(raised.value)
    if isinstance(raised.value, Throttled) and "headers" in fault:
        assert raised.value.retry_after == 9.0


@pytest.mark.parametrize(
    "body",
    [
        *("", "{}", "[]", "null", "5", '"x"', '{"value": 5}', '{"value": [5]}'),
        *('{"value": [["x"]]}', '{"value": [[{}]]}'),
    ],
)
def test_answer_that_is_none_is_never_taken_for_nothing(
    service: Service, body: str
) -> None:
    commit = service.push(add("a"))
    headers = {"Content-Type": "application/json"}
    service.tell(
        "faults",
        {"path": "/_apis/git", "status": 200, "body": body, "headers": headers},
    )
    requested: list[Callable[[], object]] = [
        service.reader.tip,
        lambda: service.reader.items(commit, [""], ["a"]),
        lambda: service.reader.tree(commit),
        lambda: service.reader.blobs([blob_id(b"1")]),
        lambda: service.reader.compare(commit, commit),
        lambda: service.reader.log(commit, 1),
        lambda: service.history.changes(commit, "a", 1),
        lambda: service.history.blob_at("a", [commit]),
        lambda: service.writer.push(Push(commit, "c", (add("b"),))),
    ]

    for request in requested:
        with pytest.raises(Unavailable):
            request()


def test_comparison_with_what_is_no_ancestor_reads_one_page(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_reader, "CHANGES_A_PAGE", 1)
    base = service.push(add("a"))
    target = service.push(add("b"), add("c"), add("d"))
    service.asked()

    assert not service.reader.compare(target, base).descends
    assert service.asked() == {"get /diffs/commits": 1}


def test_comparison_that_repeats_itself_is_given_up(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_reader, "CHANGES_A_PAGE", 1)
    base = service.push(add("a"))
    target = service.push(add("b"))
    change = {
        "item": {"path": "/b", "objectId": "0" * 40, "gitObjectType": "blob"},
        "changeType": "add",
    }
    page = {"allChangesIncluded": False, "changes": [change], "commonCommit": base}
    headers = {"Content-Type": "application/json"}
    fault = {"path": "/diffs", "status": 200, "body": page, "headers": headers}
    service.tell("faults", fault)

    with pytest.raises(Unavailable, match="again"):
        service.reader.compare(base, target)


def test_connection_cut_after_the_push_leaves_it_in_doubt(service: Service) -> None:
    tip = service.push(add("a"))
    service.tell("faults", {"path": "/pushes", "effect": "cut", "when": "after"})

    with pytest.raises(Unavailable):
        service.writer.push(Push(tip, "again", (add("b"),)))

    assert service.reader.tip() != tip


def test_nobody_at_home_is_unavailable(tmp_path: Path) -> None:
    service = Service("http://127.0.0.1:1", tmp_path)

    with pytest.raises(Unavailable):
        service.reader.tip()


def test_hint_on_a_success_is_heard_and_heeded(service: Service) -> None:
    service.reader.tip()
    service.tell("throttle", {"warned": 1, "retry_after": 7})

    service.reader.tip()
    assert (service.delays, service.clock.slept) == ([7.0], [])
    service.reader.tip()
    service.reader.tip()

    assert (service.delays, service.clock.slept) == ([7.0], [7.0])


def test_hint_cannot_make_us_wait_for_hours(service: Service) -> None:
    service.reader.tip()
    service.tell("throttle", {"warned": 1, "retry_after": 86_400})

    service.reader.tip()
    service.reader.tip()

    assert service.delays == [300.0]
    assert service.clock.slept == [60.0]


def test_policy_and_permission_are_told_apart(service: Service) -> None:
    service.push(add("a"))

    service.tell("policies", {"repository": "workspace", "branch": "main"})
    with pytest.raises(PushRefused, match="TF402455"):
        service.push(add("b"))
    requests.delete(f"{service.url}/_local/rules", timeout=9)
    service.tell("permissions", {"GenericContribute": False})
    with pytest.raises(AccessDenied, match="GenericContribute"):
        service.push(add("b"))


def test_secrets_are_named_by_their_paths(service: Service) -> None:
    service.tell("secrets", {"pattern": "AIza[a-z]+"})

    with pytest.raises(PushRefused, match=r"VS403654.*/x/bad\.py") as raised:
        service.push(add("good.py"), add("x/bad.py", b"key = 'AIzaabcdef'"))

    assert "AIzaabcdef" not in str(raised.value)


def test_path_that_the_repository_does_not_take_is_refused(service: Service) -> None:
    service.tell("path_rules", {"reserved_names": True})

    with pytest.raises(PushRefused):
        service.push(add("folder/CON"))


def test_items_are_one_request_however_many(service: Service) -> None:
    commit = service.push(*(add(f"{n}/file") for n in range(50)))
    service.asked()

    found = service.reader.items(
        commit, [str(n) for n in range(60)], ["0/none", "none", "1/file"]
    )

    assert len(found) == 50
    assert service.asked() == {"post /itemsbatch": 1}


def test_items_that_are_all_missing_are_one_request_too(service: Service) -> None:
    commit = service.push(add("a"))
    service.asked()

    assert service.reader.items(commit, ["none"], ["none/x"]) == ()
    assert service.asked() == {"post /itemsbatch": 1}


def test_both_ends_of_a_rename_are_named(service: Service) -> None:
    base = service.push(add("a"))
    target = service.push(add("b"))

    def row(kind: str, path: str, **more: str) -> dict[str, object]:
        item = {"path": path, "objectId": "1" * 40, "gitObjectType": "blob"}
        return {"item": item, "changeType": kind, **more}

    changes = [
        row("edit, rename", "/new", sourceServerItem="/old"),
        row("delete, sourceRename", "/old"),
        row("rename", "/swapped", sourceServerItem="/taken"),
        row("add", "/taken"),
        row("delete", "/taken"),
    ]
    page = {"allChangesIncluded": True, "changes": changes, "commonCommit": base}
    headers = {"Content-Type": "application/json"}
    fault = {"path": "/diffs", "status": 200, "body": page, "headers": headers}
    service.tell("faults", fault)

    comparison = service.reader.compare(base, target)

    assert {item.path: item.object_id for item in comparison.changed} == {
        "new": "1" * 40,
        "old": "",
        "swapped": "1" * 40,
        "taken": "1" * 40,
    }


@pytest.mark.parametrize("status", [400, 404])
def test_items_are_right_even_if_a_missing_one_fails_the_batch(
    service: Service, status: int
) -> None:
    commit = service.push(add("a/b/x"), add("a/y"), add("z"))
    fault = {"path": "(?i)/itemsbatch", "status": status, "body": {"message": "no"}}
    service.tell("faults", fault)

    found = service.reader.items(commit, ["a", "none"], ["z", "none/x"])

    assert {(item.path, item.is_folder) for item in found} == {
        ("a/b", True),
        ("a/y", False),
        ("z", False),
    }


@pytest.mark.parametrize("status", [400, 404])
def test_blobs_of_the_past_are_right_even_if_a_missing_one_fails_the_batch(
    service: Service, status: int
) -> None:
    commits = [service.push(add("a")), service.push(add("b"))]
    fault = {"path": "(?i)/itemsbatch", "status": status, "body": {"message": "no"}}
    service.tell("faults", fault)

    assert service.history.blob_at("b", commits) == {commits[1]: blob_id(b"1")}


def test_blobs_of_the_past_are_one_request_even_if_all_are_missing(
    service: Service,
) -> None:
    commits = [service.push(add("a")), service.push(add("b"))]
    service.asked()

    assert service.history.blob_at("c", commits) == {}
    assert service.asked() == {"post /itemsbatch": 1}


@pytest.mark.parametrize("read", ["log", "changes"])
def test_message_that_a_list_cuts_short_is_asked_for(
    service: Service, read: str
) -> None:
    said = "title\n\nBackup-Run: x"
    commit = service.writer.push(Push(None, said, (add("a"),)))
    person = {"name": "b", "email": "b@example.com", "date": "2026-01-01T00:00:00Z"}
    row = {"commitId": commit, "comment": "title", "commentTruncated": True}
    row |= {"parents": [commit], "author": person, "committer": person}
    headers = {"Content-Type": "application/json"}
    fault = {"path": r"(?i)/commits[?]", "status": 200, "headers": headers}
    service.tell("faults", {**fault, "body": {"value": [row], "count": 1}})

    (told,) = {
        "log": lambda: service.reader.log(commit, 1),
        "changes": lambda: service.history.changes(commit, "a", 1),
    }[read]()

    assert told.comment == said


def test_items_do_not_take_trouble_for_absence(service: Service) -> None:
    commit = service.push(add("a"))
    service.tell("faults", {"path": "(?i)/itemsbatch", "status": 403})

    with pytest.raises(AccessDenied):
        service.reader.items(commit, [""], [])


@pytest.mark.parametrize(
    "fault", [{"effect": "flip", "at": 75}, {"effect": "truncate"}, {"effect": "cut"}]
)
def test_blob_that_is_not_what_its_id_says_is_not_given_out(
    service: Service, fault: dict[str, object]
) -> None:
    content = b"precious " * 1000
    service.push(add("a", content))
    service.tell("faults", {"path": "/blobs", **fault})

    with pytest.raises((Unavailable, NotFound)):
        service.reader.blobs([blob_id(content)])


def test_every_page_and_chunk_is_counted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_reader, "CHANGES_A_PAGE", 4)
    monkeypatch.setattr(git_reader, "BLOBS_A_REQUEST", 2)
    meter = Meter()
    reader = MeteredGitReader(service.reader, meter)
    writer = MeteredGitWriter(service.writer, meter)
    base = writer.push(Push(None, "1", (add("a"),)))
    changes = tuple(add(f"f{n}", f"{n}".encode()) for n in range(10))
    target = writer.push(Push(base, "2", changes))
    service.asked()

    reader.compare(base, target)
    reader.blobs([blob_id(f"{n}".encode()) for n in range(5)])
    reader.tree(target)

    counts = dict(meter.counts())
    asked = service.asked()
    assert counts.pop("azuredevops.push") == 2
    assert counts == {
        "azuredevops.compare": asked["get /diffs/commits"],
        "azuredevops.blobs": asked["post /blobs"],
        "azuredevops.tree": 2,
    }
    assert asked["get /diffs/commits"] >= 3
    assert asked["post /blobs"] == 3


def test_tag_marks_the_commit_it_was_made_for(service: Service) -> None:
    first = service.push(add("a"))
    second = service.push(add("b"))
    (home,) = requests.get(f"{service.url}/_local/repositories", timeout=9).json()

    service.writer.tag("backup/1", first, "complete")
    service.writer.tag("backup/1", second, "complete")

    shown = subprocess.run(
        ["git", "-C", home["path"], "rev-parse", "backup/1^{commit}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.strip() == first


def test_one_client_serves_many_threads(service: Service) -> None:
    tip = service.push(add("a"))

    def race(number: int) -> str:
        try:
            return service.writer.push(Push(tip, "race", (add(f"{number}"),)))
        except RefMoved:
            return ""

    with ThreadPoolExecutor(4) as threads:
        commits = list(threads.map(race, range(4)))

    assert len([commit for commit in commits if commit]) == 1
    assert service.reader.tip() in commits


def test_log_shows_neither_token_nor_content(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.DEBUG, "urllib3")  # quiet once storage is in use
    secret = b"secret source " * 10

    service.push(add("a", secret))
    service.reader.blobs([blob_id(secret)])
    with pytest.raises(BackupError):
        service.push(add("a", secret))

    assert caplog.records
    for shown in (TOKEN, base64.b64encode(f":{TOKEN}".encode()).decode(), "secret so"):
        assert shown not in caplog.text
    assert base64.b64encode(secret).decode()[:40] not in caplog.text
