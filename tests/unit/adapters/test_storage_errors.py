"""No answer of Azure Storage is forgotten, and none gives a secret away."""

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from azure.core.exceptions import IncompleteReadError
from requests.exceptions import ChunkedEncodingError

from shared.adapters import storage_errors
from shared.adapters.blobs import StorageBlobs
from shared.adapters.queues import StorageQueue
from shared.adapters.storage_clients import StorageClients, connect
from shared.adapters.tables import RowWrite, Table
from shared.errors import (
    AccessDenied,
    AlreadyExists,
    BackupError,
    Conflict,
    CredentialsRefused,
    LeaseHeld,
    NotFound,
    Permanent,
    Throttled,
    TooLarge,
    Unavailable,
)

SIGNATURE = "sIgNaTuReOfTheAccount"

type Answer = tuple[int, dict[str, str]]


class Storage(ThreadingHTTPServer):
    """A storage account that gives one answer to everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer: Answer = (500, {})
        self.cut = False
        self.silent = False
        self.closing = threading.Event()
        self.asked: list[str] = []

    def will(self, status: int, code: str = "", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answer = (status, {"x-ms-error-code": code, **named})


class _Handler(BaseHTTPRequestHandler):
    server: Storage
    protocol_version = "HTTP/1.1"

    def _serve(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append(self.command)
        self.close_connection = True
        if self.server.silent:
            self.server.closing.wait()
        if self.server.cut or self.server.silent:
            return
        status, headers = self.server.answer
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.send_header("Connection", "close")
        self.end_headers()

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve  # noqa: N815

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Storage]:
    with Storage() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.closing.set()
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage_errors, "_PAUSE_SECONDS", 0)


@pytest.fixture
def storage(server: Storage) -> Iterator[StorageClients]:
    clients = connect(account_at(server))
    yield clients
    clients.close()


def account_at(server: Storage) -> str:
    url = f"http://127.0.0.1:{server.server_address[1]}/account"
    endpoints = ";".join(f"{s}Endpoint={url}" for s in ("Blob", "Queue", "Table"))
    signature = f"SharedAccessSignature=sv=2020-08-04&ss=bqt&sig={SIGNATURE}"
    return f"{endpoints};{signature}"


READS: dict[str, Callable[[StorageClients], object]] = {
    "table get": lambda s: Table(s.tables, "runs").get("p", "r"),
    "table query": lambda s: list(Table(s.tables, "runs").query("RowKey gt 'a'")),
    "blob get": lambda s: StorageBlobs(s.blobs).get("a"),
    "blob names": lambda s: list(StorageBlobs(s.blobs).names("a")),
}
REPEATED_WRITES: dict[str, Callable[[StorageClients], object]] = {
    "table put": lambda s: Table(s.tables, "runs").put(_row()),
    "blob put": lambda s: StorageBlobs(s.blobs).put("a", b"x"),
    "blob delete": lambda s: StorageBlobs(s.blobs).delete("a"),
    "queue send": lambda s: StorageQueue(s.queues).plan("run"),
}
WRITES: dict[str, Callable[[StorageClients], object]] = {
    "table write": lambda s: Table(s.tables, "runs").write([RowWrite(_row())]),
    "table delete": lambda s: Table(s.tables, "runs").delete("p", "r", "etag"),
    "blob create": lambda s: StorageBlobs(s.blobs).create("a", b"x"),
}
ALL = {**READS, **REPEATED_WRITES, **WRITES}


def _row() -> dict[str, str]:
    return {"PartitionKey": "p", "RowKey": "r"}


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (400, "InvalidInput", Permanent),
        (401, "", CredentialsRefused),
        (401, "InvalidAuthenticationInfo", CredentialsRefused),
        (403, "AuthenticationFailed", CredentialsRefused),
        (403, "AuthorizationPermissionMismatch", AccessDenied),
        (403, "AuthorizationFailure", AccessDenied),
        (405, "", Permanent),
        (408, "", Unavailable),
        (409, "ContainerBeingDeleted", Unavailable),
        (409, "TableBeingDeleted", Unavailable),
        (413, "RequestBodyTooLarge", TooLarge),
        (400, "EntityTooLarge", TooLarge),
        (429, "", Throttled),
        (503, "ServerBusy", Throttled),
        (500, "InternalError", Unavailable),
        (500, "OperationTimedOut", Unavailable),
        (502, "", Unavailable),
        (503, "", Unavailable),
        (504, "", Unavailable),
    ],
)
def test_every_answer_becomes_the_error_it_means(
    *,
    server: Storage,
    storage: StorageClients,
    call: Callable[[StorageClients], object],
    status: int,
    code: str,
    error: type[BackupError],
) -> None:
    server.will(status, code)

    with pytest.raises(error, match=str(status)) as caught:
        call(storage)
    assert type(caught.value) is error


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, "ResourceNotFound", NotFound),
        (409, "EntityAlreadyExists", AlreadyExists),
        (409, "BlobAlreadyExists", AlreadyExists),
        (409, "LeaseAlreadyPresent", LeaseHeld),
        (409, "Whatever", Conflict),
        (412, "ConditionNotMet", Conflict),
    ],
)
def test_what_calls_answer_by_themselves_is_translated_too(
    server: Storage,
    storage: StorageClients,
    status: int,
    code: str,
    error: type[BackupError],
) -> None:
    server.will(status, code)

    with pytest.raises(error) as caught:
        StorageBlobs(storage.blobs).create("a", b"x")
    assert type(caught.value) is error


@pytest.mark.parametrize("call", [*READS.values(), *REPEATED_WRITES.values()])
def test_what_may_be_repeated_is_tried_a_few_times(
    server: Storage,
    storage: StorageClients,
    call: Callable[[StorageClients], object],
) -> None:
    server.will(500, "InternalError")

    with pytest.raises(Unavailable):
        call(storage)
    assert len(server.asked) == 3


@pytest.mark.parametrize("cut", [True, False])
@pytest.mark.parametrize("call", WRITES.values(), ids=WRITES.keys())
def test_a_write_of_unknown_outcome_is_not_repeated(
    *,
    server: Storage,
    storage: StorageClients,
    call: Callable[[StorageClients], object],
    cut: bool,
) -> None:
    server.will(503)
    server.cut = cut

    with pytest.raises(Unavailable):
        call(storage)
    assert len(server.asked) == 1


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
def test_nobody_sleeps_in_here_for_as_long_as_the_service_says(
    server: Storage,
    storage: StorageClients,
    call: Callable[[StorageClients], object],
) -> None:
    server.will(503, "ServerBusy", Retry_After="86400")

    with pytest.raises(Throttled) as caught:
        call(storage)
    assert caught.value.retry_after == 300
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("said", "heard"), [("7", 7), ("-7", 0), ("nan", None), ("1e308", 300)]
)
def test_a_pause_that_is_none_is_not_passed_on(
    server: Storage, storage: StorageClients, said: str, heard: float | None
) -> None:
    server.will(503, "ServerBusy", Retry_After=said)

    with pytest.raises(Throttled) as caught:
        READS["table get"](storage)
    assert caught.value.retry_after == heard


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
def test_a_service_that_says_nothing_is_given_up(
    server: Storage, call: Callable[[StorageClients], object]
) -> None:
    server.silent = True
    clients = connect(account_at(server), read_seconds=0.05)

    with pytest.raises(Unavailable):
        call(clients)
    clients.close()


def test_an_answer_that_was_cut_off_may_have_been_a_success() -> None:
    error = IncompleteReadError("cut off")
    error.status_code = 202

    with pytest.raises(Unavailable), storage_errors.translated("write a row"):
        raise error
    with pytest.raises(Unavailable), storage_errors.translated("write a row"):
        raise ChunkedEncodingError


@pytest.mark.parametrize("call", ALL.values(), ids=ALL.keys())
def test_no_error_shows_the_signature(
    server: Storage,
    storage: StorageClients,
    call: Callable[[StorageClients], object],
) -> None:
    server.will(400, "InvalidInput")
    with pytest.raises(BackupError) as refused:
        call(storage)
    server.shutdown()
    server.server_close()
    with pytest.raises(Unavailable) as unreachable:
        call(storage)

    assert SIGNATURE not in "".join(traceback.format_exception(refused.value))
    assert SIGNATURE not in "".join(traceback.format_exception(unreachable.value))
