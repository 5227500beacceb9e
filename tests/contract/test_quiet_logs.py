"""I10: whatever level an operator sets, the app's connections show no secret.

The whole app with its real adapters, before the local servers and Azurite, in this
process: every logger of every library follows the root's DEBUG unless an adapter has
told it otherwise.
"""

import logging
import secrets
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from azure.storage.blob import ResourceTypes, generate_account_sas

from local.azure_devops.app import create_app as azure_devops
from local.azurite import ACCOUNT, KEY, azurite
from local.databricks.app import create_app as databricks
from local.databricks.store import Store
from local.serving import serve_in_thread
from shared.adapters.identity import AZURE_DEVOPS, ManagedIdentityToken
from shared.connections import connections_of
from shared.domain.runs import Run
from shared.errors import CredentialsRefused, Unavailable
from shared.services.open_restore import WantedRestore
from shared.services.open_run import HTTP, Wanted
from shared.settings import read_settings
from shared.wiring import App
from tests.contract.test_workspace_contract import Api
from tests.logs import Watch
from tests.unit.adapters.scripted import Answer, scripted

SOURCE = "a_column_of_acme = 'nobody else has to know'\n" * 9
TOKEN, PAT = (secrets.token_hex(20) for _ in range(2))


@dataclass(frozen=True)
class Remotes:
    """The two servers, and how to make one of them difficult."""

    databricks: str
    azure_devops: str

    def fault(self, **fault: Any) -> None:
        for url in (self.databricks, self.azure_devops):
            requests.post(f"{url}/_local/faults", json=fault, timeout=9)

    def heal(self) -> None:
        for url in (self.databricks, self.azure_devops):
            requests.delete(f"{url}/_local/faults", timeout=9)


@pytest.fixture
def remotes(tmp_path: Path) -> Iterator[Remotes]:
    with ExitStack() as stack:
        store = Store()
        stack.callback(store.close)
        yield Remotes(
            stack.enter_context(serve_in_thread(databricks(store, tokens=[TOKEN]))),
            stack.enter_context(serve_in_thread(azure_devops(tmp_path, pat=PAT))),
        )


def with_signature(storage: str) -> str:
    """A connection string that carries a signature in place of the account's key."""
    signature = generate_account_sas(
        ACCOUNT,
        KEY,
        ResourceTypes(service=True, container=True, object=True),
        "rwdlacup",
        datetime.now(UTC) + timedelta(hours=1),
        services="bqt",
    )
    places = [part for part in storage.split(";") if "Endpoint=" in part]
    return ";".join([*places, f"SharedAccessSignature={signature}"])


def an_app(remotes: Remotes, storage: str) -> App:
    settings = read_settings(
        {
            "DATABRICKS_HOST": remotes.databricks,
            "DATABRICKS_TOKEN": TOKEN,
            "DATABRICKS_LIST_RPS": "5000",
            "DATABRICKS_EXPORT_RPS": "5000",
            "AZURE_DEVOPS_ORG_URL": f"{remotes.azure_devops}/acme",
            "AZURE_DEVOPS_PROJECT": "backup",
            "AZURE_DEVOPS_REPOSITORY": "workspace",
            "AZURE_DEVOPS_PAT": PAT,
            "AzureWebJobsStorage": storage,
        }
    )
    logging.getLogger(__name__).debug("%s", settings)
    return App(settings=settings, outside=connections_of(settings, 20))


def a_run(app: App) -> Run:
    """A run with its shards, message by message, until nothing more can be done."""
    run_id = app.open_run(Wanted(trigger=HTTP)).request.run_id
    app.advance_run()(run_id)
    for stored in list(app.outside.store.shards(run_id)):
        app.back_up_shard()(run_id, stored.row.number)
    app.advance_run()(run_id)
    found = app.outside.store.run(run_id)
    assert found
    return found.row


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of its own, for an app gives its queues and tables always the same names."""
    with azurite(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string


def shown(watch: Watch, caplog: pytest.LogCaptureFixture) -> list[str]:
    lines = caplog.text.splitlines()
    assert lines
    return [f"{what}: {line}" for line in lines for what in watch.shown_by(line)]


@pytest.mark.parametrize("signed", [False, True])
def test_a_backup_shows_no_secret_at_any_level(
    remotes: Remotes,
    storage: str,
    caplog: pytest.LogCaptureFixture,
    *,
    signed: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    author = Api(remotes.databricks, TOKEN)
    author.add_notebook("/Clients/acme", SOURCE)
    author.add_file("/Clients/acme.bin", SOURCE.encode())
    app = an_app(remotes, with_signature(storage) if signed else storage)
    caplog.set_level(logging.DEBUG)

    first = a_run(app)
    author.edit("/Clients/acme.bin", SOURCE.encode() * 2)
    remotes.fault(method="POST", path="/pushes", status=400, body={"message": "no"})
    refused = a_run(app)
    remotes.heal()
    remotes.fault(path="workspace/export", status=400, body=SOURCE)
    garbled = a_run(app)
    remotes.heal()
    remotes.fault(path="workspace/export", status=401, body={})
    unknown = a_run(app)

    assert (first.status, first.tally.stored) == ("complete", 2)
    assert (garbled.status, garbled.tally.failed) == ("incomplete", 1)
    assert [refused.status, unknown.status] == ["failed", "failed"]
    named = {TOKEN: "the token", PAT: "the PAT", KEY: "the storage key"}
    assert shown(Watch(named, [SOURCE.encode()]), caplog) == []


def test_a_restore_shows_no_secret_at_any_level(
    remotes: Remotes, storage: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    author = Api(remotes.databricks, TOKEN)
    paths = ("/Clients/acme", "/Clients/acme.bin")
    author.add_notebook(paths[0], SOURCE)
    author.add_file(paths[1], SOURCE.encode())
    app = an_app(remotes, storage)
    caplog.set_level(logging.DEBUG)
    assert a_run(app).status in {"complete", "failed"}
    author.delete("/Clients")

    def restored() -> str:
        opened = app.restores.open(WantedRestore(paths=paths, apply=True))
        app.restores.advance(opened.restore.id)
        return app.restores.read.details(opened.restore.id).restore.status

    remotes.fault(path="workspace/import", status=400, body=SOURCE)
    garbled = restored()
    remotes.heal()
    done = restored()

    assert (garbled, done) == ("incomplete", "complete")
    named = {TOKEN: "the token", PAT: "the PAT", KEY: "the storage key"}
    assert shown(Watch(named, [SOURCE.encode()]), caplog) == []


@pytest.mark.parametrize(
    "garbled", [b'{"access_token": "%s"', b'{"access": "%s"}', b"<p>%s</p>"]
)
def test_a_managed_identity_shows_no_token_at_any_level(
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    garbled: bytes,
) -> None:
    caplog.set_level(logging.DEBUG)
    token: Any = secrets.token_hex(20)
    expires = str(int(datetime.now(UTC).timestamp()) + 3600)
    good = {"access_token": token, "expires_on": expires, "resource": AZURE_DEVOPS}
    answers = [Answer.of(good), Answer(200, garbled % token.encode())]
    outcomes: list[AbstractContextManager[Any]] = [
        nullcontext(),
        pytest.raises((CredentialsRefused, Unavailable)),
    ]
    with scripted(*answers) as script:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{script.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        for outcome in outcomes:
            source = ManagedIdentityToken(AZURE_DEVOPS)
            caplog.set_level(logging.DEBUG)
            with outcome as error:
                source.token()
            source.close()

    assert token not in str(error)
    assert shown(Watch({token: "the token"}, []), caplog) == []
