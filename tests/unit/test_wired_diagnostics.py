"""The checks as they are wired, where no remote can be asked for want of settings."""

import gc
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from shared.adapters import identity
from shared.domain.diagnostics import Diagnosis, Verdict
from shared.services.checks import CATALOGUE
from shared.setting_errors import examine_settings
from shared.wiring.checks import checks_of, scrubber
from tests.unit.adapters.scripted import Answer, scripted
from tests.unit.adapters.test_diagnostics import a_token
from tests.unit.test_settings import NEEDED, SECRETS

TOKENS = {"DATABRICKS_TOKEN": "dapi0123456789", "AZURE_DEVOPS_PAT": "pat0123456789"}
OFFLINE = {"settings", "versions", "databricks_credential", "azure_devops_credential"}


# What a look opens ends with the garbage; the packages never close their sessions.
pytestmark = pytest.mark.filterwarnings("ignore:.*unclosed <socket")


@pytest.fixture(autouse=True)
def sockets_end_with_each_test() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def no_network(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever opens a connection all the same has lost."""

    def connect(*_: object) -> None:
        raise AssertionError("a check asks somebody whose address is unknown")

    with monkeypatch.context() as patch:
        patch.setattr("socket.socket.connect", connect)
        yield


def looked(environ: dict[str, str]) -> Diagnosis:
    return checks_of(examine_settings(environ), 60)()


def test_with_no_address_at_all_every_check_ends_and_asks_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with no_network(monkeypatch):
        found = looked(TOKENS)

    verdicts = {result.name: result.verdict for result in found.results}
    assert list(verdicts) == [about.name for about in CATALOGUE]
    assert verdicts["settings"] is Verdict.FAILED
    assert {verdicts[name] for name in OFFLINE - {"settings"}} == {Verdict.OK}
    others = verdicts.keys() - OFFLINE
    assert {verdicts[name] for name in others} == {Verdict.WARNING}
    assert all(
        "is missing" in result.means
        for result in found.results
        if result.name in others
    )


def test_settings_of_no_remote_keep_no_check_from_looking(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with no_network(monkeypatch):
        found = looked({**TOKENS, "RUN_RETRIES": "many", "BACKUP_SCHEDULE": "x"})

    told = {result.name: result for result in found.results}
    assert {"RUN_RETRIES", "BACKUP_SCHEDULE"} <= told["settings"].facts.keys()
    assert "RUN_RETRIES" not in told["databricks_identity"].means


def test_a_managed_identity_is_told_by_its_claims_and_never_by_its_token(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    claims = {"aud": identity.DATABRICKS, "tid": "t", "oid": "o", "appid": "a"}
    token = a_token(claims)
    expires = str(int(time.time()) + 3600)
    answer = Answer.of({"access_token": token, "expires_on": expires, "resource": "x"})
    with scripted(answer) as script:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{script.url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", "header")
        found = looked({"AZURE_CLIENT_ID": "client"})

    told = {result.name: result for result in found.results}
    databricks, azure_devops = (
        told[f"{remote}_credential"] for remote in ("databricks", "azure_devops")
    )
    assert databricks.verdict is Verdict.OK
    assert databricks.facts["object_id"] == "o"
    # The script gives everybody the same one.
    assert azure_devops.verdict is Verdict.FAILED
    assert azure_devops.facts["audience"] == identity.DATABRICKS
    assert token not in repr(found)
    assert token.rpartition(".")[2] not in repr(found)
    asked = sorted(asked.query["resource"] for asked in script.asked)
    assert asked == sorted([identity.DATABRICKS, identity.AZURE_DEVOPS])


@pytest.mark.parametrize("name", SECRETS)
def test_no_secret_passes_the_scrubber(name: str) -> None:
    settings = examine_settings({**NEEDED, **SECRETS}).settings
    scrubbed = scrubber(settings)

    assert SECRETS[name] not in scrubbed(f"it says {SECRETS[name]} twice")
    assert "key0123456789" not in scrubbed("signed with key0123456789==")
    assert scrubbed("nothing to hide") == "nothing to hide"
