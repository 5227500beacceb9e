"""What a look at the deployment learns of sites, tokens, a repository and packages."""

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from local.azure_devops.app import create_app
from local.serving import serve_in_thread
from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.clock import SystemClock
from shared.adapters.credentials import KeyCredentials, TokenCredentials
from shared.adapters.identity import StaticToken
from shared.adapters.installation import PACKAGES, ThisInstallation
from shared.adapters.repository_host import RIGHTS, AzureDevOpsHost
from shared.adapters.sites import HttpSite
from shared.domain.credentials import Credential, CredentialKind
from shared.errors import CredentialsRefused, NotFound, Unavailable
from shared.services.checks.azure_devops import RIGHTS_NEEDED
from tests.unit.adapters.scripted import Answer, scripted

TOKEN = "a-very-secret-token"
CLAIMS = {
    "aud": "2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
    "tid": "a-tenant",
    "oid": "an-object",
    "appid": "an-app",
    "exp": 1_800_000_000,
    "upn": "somebody@example.com",
}


def a_token(claims: object, signature: str = "a-very-secret-signature") -> str:
    parts = [json.dumps({"alg": "RS256"}), json.dumps(claims)]
    told = [base64.urlsafe_b64encode(p.encode()).decode().rstrip("=") for p in parts]
    return ".".join([*told, signature])


def described(token: str) -> Credential:
    tokens = StaticToken(token)
    return TokenCredentials(tokens, CredentialKind.TOKEN).describe()


@pytest.mark.parametrize("status", [200, 302, 401, 403, 404, 429, 503])
def test_any_answer_of_a_site_is_one(status: int) -> None:
    dated = Answer(status, b"x", {"Date": "Sun, 22 Nov 2026 02:00:00 GMT"})
    with scripted(dated) as script:
        answer = HttpSite(f"{script.url}/page", 5).ask()

    assert answer.status == status
    assert answer.date == datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert [asked.path for asked in script.asked] == ["/page"]
    assert "Authorization" not in script.asked[0].headers


@pytest.mark.parametrize("date", ["", "soon", "99 Nov 2026"])
def test_a_date_that_is_none_is_none(date: str) -> None:
    with scripted(Answer(headers={"Date": date})) as script:
        assert HttpSite(script.url, 5).ask().date is None


def test_a_netrc_file_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login me password secret")
    monkeypatch.setenv("NETRC", str(netrc))
    with scripted(Answer()) as script:
        HttpSite(script.url, 5).ask()

    assert "Authorization" not in script.asked[0].headers


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://nowhere.invalid"])
def test_silence_is_an_error_of_ours(url: str) -> None:
    with pytest.raises(Unavailable, match="no answer"):
        HttpSite(url, 5).ask()


def test_the_claims_that_matter_are_read_and_no_others() -> None:
    assert described(a_token(CLAIMS)) == Credential(
        kind=CredentialKind.TOKEN,
        audience="2ff814a6-3304-4ab8-85cb-cd0e6f879c1d",
        tenant="a-tenant",
        object_id="an-object",
        app_id="an-app",
        expires_at=datetime(2027, 1, 15, 8, tzinfo=UTC),
    )


def test_a_token_of_version_2_has_another_word_for_the_app() -> None:
    assert described(a_token({"azp": "an-app"})).app_id == "an-app"


@pytest.mark.parametrize(
    "token",
    [
        "dapi0123456789",
        "a.b.c",
        "..",
        a_token([1]),
        a_token({"aud": 1, "exp": "soon", "tid": None}),
        a_token({"exp": 1e300}),
        a_token("é"),
    ],
)
def test_a_token_that_says_nothing_is_still_a_token(token: str) -> None:
    assert described(token) == Credential(kind=CredentialKind.TOKEN)


def test_a_key_says_that_it_is_one() -> None:
    assert KeyCredentials().describe().kind is CredentialKind.KEY


class Service:
    """The local Azure DevOps, and what is said of its repository."""

    def __init__(self, url: str) -> None:
        self.url = url

    def host(self, repository: str = "workspace", token: str = TOKEN) -> Any:
        client = AzureDevOpsClient(
            f"{self.url}/acme",
            project="backup",
            repository=repository,
            tokens=StaticToken(token),
            scheme="Basic",
            clock=SystemClock(),
        )
        return AzureDevOpsHost(client, "backups/of prod")

    def disable(self) -> None:
        place = f"{self.url}/acme/backup/_apis/git/repositories/workspace"
        body, auth = {"isDisabled": True}, ("", TOKEN)
        answer = requests.patch(
            f"{place}?api-version=7.1", json=body, auth=auth, timeout=9
        )
        answer.raise_for_status()

    def forbid(self, permission: str) -> None:
        url = f"{self.url}/_local/permissions"
        requests.post(url, json={permission: False}, timeout=9).raise_for_status()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serve_in_thread(create_app(tmp_path, pat=TOKEN)) as url:
        yield Service(url)


def test_a_repository_is_described(service: Service) -> None:
    found = service.host().repository()

    assert (found.name, found.disabled) == ("workspace", False)
    assert found.size >= 0


def test_a_repository_that_is_not_there_is_not_found(service: Service) -> None:
    with pytest.raises(NotFound, match="TF401019"):
        service.host("another").repository()


def test_a_disabled_repository_is_found_though_it_cannot_be_asked_for(
    service: Service,
) -> None:
    service.disable()

    assert service.host().repository().disabled


def test_who_is_not_accepted_hears_so(service: Service) -> None:
    with pytest.raises(CredentialsRefused):
        service.host(token="another").repository()


def test_rights_are_told_by_the_names_of_the_portal(service: Service) -> None:
    assert service.host().rights() == dict.fromkeys(RIGHTS, True)
    assert tuple(RIGHTS) == RIGHTS_NEEDED


@pytest.mark.parametrize(
    ("permission", "right"),
    [
        ("GenericContribute", "Contribute"),
        ("CreateBranch", "Create branch"),
        ("CreateTag", "Create tag"),
    ],
)
def test_a_right_that_is_missing_is_told(
    service: Service, permission: str, right: str
) -> None:
    service.forbid(permission)

    assert service.host().rights() == {**dict.fromkeys(RIGHTS, True), right: False}


def test_the_right_to_push_is_asked_for_the_branch_itself(service: Service) -> None:
    service.host().rights()
    log = requests.get(f"{service.url}/_local/log", timeout=9).json()

    asked = [entry["path"] for entry in log if "/permissions/" in entry["path"]]
    of_branch = [path for path in asked if "/refs/heads/" in path]
    assert len(asked) == len(RIGHTS)
    assert [path.partition("?")[0].rsplit("/", 1)[1] for path in of_branch] == ["4"]
    # UTF-16 in hex, part by part: "backups" and "of prod".
    name = "6200610063006b00750070007300/6f0066002000700072006f006400"
    assert of_branch[0].endswith(f"/refs/heads/{name}")


def test_every_package_that_is_asked_for_is_told_with_its_version() -> None:
    lines = Path("requirements.in").read_text().splitlines()
    wanted = {line.split(">")[0].split("=")[0] for line in lines if line[:1].isalpha()}

    found = ThisInstallation().versions()

    assert set(PACKAGES) == wanted
    assert found.packages.keys() == wanted
    assert all(found.packages.values())
    assert found.python.startswith("3.")
