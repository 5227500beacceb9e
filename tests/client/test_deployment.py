"""Which deployment is meant, and what goes there."""

import json
from pathlib import Path

import pytest

from client.deployment import NotMeantError, deployment, proxy_to

URL = "https://backup.azurewebsites.net"


@pytest.fixture
def stack(tmp_path: Path) -> Path:
    file = tmp_path / "endpoints.json"
    written = {"functions": "http://127.0.0.1:7071", "functionsKey": "of-the-stack"}
    file.write_text(json.dumps(written))
    return file


@pytest.mark.parametrize(
    ("named", "meant"),
    [
        (URL, URL),
        (f"{URL}/", URL),
        (f"{URL}/api/", URL),
        ("backup.azurewebsites.net", URL),
        (f" {URL}\n", URL),
        ("https://gateway.example.com/backup", "https://gateway.example.com/backup"),
        ("http://localhost:7071", "http://localhost:7071"),
        ("http://[::1]:7071", "http://[::1]:7071"),
    ],
)
def test_an_address_is_understood_as_people_write_it(named: str, meant: str) -> None:
    assert deployment(named, "k", "").url == meant


@pytest.mark.parametrize(
    ("named", "why"),
    [
        ("http://backup.azurewebsites.net", "for everybody to read"),
        ("http://localhost.example.com", "for everybody to read"),
        ("ftp://backup.azurewebsites.net", "the address is none"),
        ("https://", "the address is none"),
        ("https://[::1", "the address is none"),
        ("https://a.net:port", "the address is none"),
        ("https://a.net/\x1b[2J", "the address is none"),
        (f"{URL}/api/runs?code=s3cret", "a key does not belong into it"),
        ("https://me:s3cret@a.net", "a key does not belong into it"),
    ],
)
def test_an_address_that_would_leak_or_lead_nowhere_is_refused(
    named: str, why: str
) -> None:
    with pytest.raises(NotMeantError, match=why) as told:
        deployment(named, "k", "")

    assert "s3cret" not in str(told.value)


def test_a_key_and_a_token_each_have_their_header() -> None:
    keyed = deployment(URL, "key\n", "")
    signed = deployment(URL, "", "Bearer token")

    assert keyed.headers == {"x-functions-key": "key"}
    assert signed.headers == {"Authorization": "Bearer token"}
    assert "key" not in repr(keyed).replace("keyed", "")
    assert "token" not in repr(signed)


@pytest.mark.parametrize(
    ("url", "key", "token", "why"),
    [
        (URL, "", "", "put the function key into BACKUP_KEY"),
        (URL, "k", "t", "only one is meant"),
        ("", "k", "", "no address that it is for"),
        ("", "", "t", "no address that it is for"),
        (URL, "s3cret\x00", "", "BACKUP_KEY holds what no key"),
        (URL, "", "s3crét", "BACKUP_TOKEN holds what no key"),
    ],
)
def test_what_opens_it_must_be_clear(
    stack: Path, url: str, key: str, token: str, why: str
) -> None:
    with pytest.raises(NotMeantError, match=why) as told:
        deployment(url, key, token, stack=stack)

    assert "s3cr" not in str(told.value)


def test_where_none_is_named_the_stack_that_runs_here_is_meant(stack: Path) -> None:
    found = deployment("", "", "", stack=stack)

    assert found.url == "http://127.0.0.1:7071"
    assert found.headers == {"x-functions-key": "of-the-stack"}


@pytest.mark.parametrize("written", [None, "", "[]", '{"functions": "x"}'])
def test_where_none_is_named_and_none_runs_both_ways_are_told(
    tmp_path: Path, written: str | None
) -> None:
    file = tmp_path / "endpoints.json"
    if written is not None:
        file.write_text(written)

    with pytest.raises(NotMeantError, match=r"--url or BACKUP_URL.*`make up`"):
        deployment("", "", "", stack=file)


def test_the_environments_proxy_is_used_but_not_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy:3128")
    monkeypatch.setenv("NO_PROXY", "internal.example.com")

    assert proxy_to(URL) == "http://proxy:3128"
    assert proxy_to("https://backup.internal.example.com") == ""
    assert proxy_to("http://127.0.0.1:7071") == ""
