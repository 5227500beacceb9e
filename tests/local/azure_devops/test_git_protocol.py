"""Git itself as the client: clone, fetch and push."""

import subprocess
from pathlib import Path

import pytest

from tests.local.azure_devops.rest import Rest, a_server, add, add_bytes

pytestmark = pytest.mark.conforms("documented: Git, gitprotocol-http")

WHO = ("-c", "user.name=Eve", "-c", "user.email=eve@x.org")


def git(
    directory: Path, *arguments: str, check: bool = True
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *WHO, "-c", "credential.helper=", *arguments],
        cwd=directory,
        check=check,
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", "GIT_TERMINAL_PROMPT": "0"},
    )


def with_token(rest: Rest) -> str:
    return rest.clone_url.replace("http://", "http://git:token@")


@pytest.fixture
def clone(rest: Rest, tmp_path: Path) -> Path:
    rest.push(add_bytes("/d/a.py", b"one\r\n"), add("/b", "two"))
    git(tmp_path, "clone", "-q", rest.clone_url, "clone")
    return tmp_path / "clone"


def commit(clone: Path, name: str, text: str) -> None:
    (clone / name).write_text(text)
    git(clone, "add", "--all")
    git(clone, "commit", "-q", "-m", f"Write {name}")


@pytest.mark.conforms("ours")
def test_anybody_can_clone(clone: Path) -> None:
    assert (clone / "d/a.py").read_bytes() == b"one\r\n"
    assert git(clone, "branch", "--show-current").stdout == "main\n"


def test_fetch_brings_what_was_pushed_over_rest(rest: Rest, clone: Path) -> None:
    pushed = rest.push(*(add(f"/many/{n}", str(n)) for n in range(120)))

    git(clone, "pull", "-q")

    assert git(clone, "rev-parse", "HEAD").stdout.strip() == pushed
    assert (clone / "many/7").read_text() == "7"


def test_empty_repository_can_be_cloned_and_filled(rest: Rest, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", with_token(rest), "clone")
    commit(tmp_path / "clone", "first", "1")

    git(tmp_path / "clone", "push", "-q", "origin", "HEAD:main")

    assert rest.paths() == ["/first"]
    assert rest.get("/pushes")["value"][0]["pushedBy"]["displayName"]


def test_shallow_and_partial_clones_work(rest: Rest, tmp_path: Path) -> None:
    rest.push(add("/a"))
    rest.push(add("/b"))

    git(tmp_path, "clone", "-q", "--depth=1", rest.clone_url, "shallow")
    git(tmp_path, "clone", "-q", "--filter=blob:none", rest.clone_url, "partial")

    assert (tmp_path / "shallow/b").exists()
    assert (tmp_path / "partial/a").exists()


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Pushes - List")
def test_push_over_git_is_seen_over_rest(rest: Rest, clone: Path) -> None:
    commit(clone, "c", "three")

    git(clone, "push", "-q", with_token(rest), "HEAD:main", "HEAD:refs/tags/v1")

    assert "/c" in rest.paths()
    latest = rest.get("/pushes", includeRefUpdates="true")["value"][0]
    assert [update["name"] for update in latest["refUpdates"]] == [
        "refs/heads/main",
        "refs/tags/v1",
    ]


def test_push_needs_a_credential(clone: Path) -> None:
    commit(clone, "c", "three")

    refused = git(clone, "push", "origin", "HEAD:main", check=False)

    assert refused.returncode != 0
    assert "could not read Username" in refused.stderr


@pytest.mark.conforms("documented: Use personal access tokens")
def test_clone_can_be_closed_to_strangers(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", anonymous_clone=False, pat="token") as rest:
        stranger = git(tmp_path, "clone", rest.clone_url, "a", check=False)
        known = git(tmp_path, "clone", with_token(rest), "b", check=False)

    assert stranger.returncode != 0
    assert known.returncode == 0


@pytest.mark.conforms("reported: logs of git push (TF402455, TF401027)")
@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        (
            "policies",
            {"repository": "workspace", "branch": "main"},
            "TF402455: Pushes to this branch are not permitted",
        ),
        (
            "policies",
            {"repository": None, "branch": "ma", "folder": True},
            "TF402455: Pushes to this branch are not permitted",
        ),
        (
            "permissions",
            {"GenericContribute": False},
            "TF401027: You need the Git 'GenericContribute' permission",
        ),
    ],
)
def test_rules_hold_for_git_too(
    rest: Rest, clone: Path, path: str, body: dict[str, object], words: str
) -> None:
    commit(clone, "c", "three")
    rest.local(path, body)

    refused = git(clone, "push", with_token(rest), "HEAD:main", check=False)

    assert refused.returncode != 0
    assert words in refused.stderr
    assert "/c" not in rest.paths()


@pytest.mark.conforms("documented: Set Git repository permissions")
def test_rewriting_history_needs_force_push(rest: Rest, clone: Path) -> None:
    git(clone, "commit", "-q", "--amend", "-m", "Another history")
    rest.local("permissions", {"ForcePush": False})

    refused = git(clone, "push", "-f", with_token(rest), "HEAD:main", check=False)

    assert "ForcePush" in refused.stderr


@pytest.mark.conforms("reported: logs of git clone (TF401019)")
def test_missing_repository_is_named_as_missing(rest: Rest, tmp_path: Path) -> None:
    url = rest.clone_url.replace("workspace", "none")

    refused = git(tmp_path, "clone", url, "none", check=False)

    assert "not found" in refused.stderr


@pytest.mark.conforms("ours")
def test_bare_repository_can_be_cloned_when_the_server_is_gone(tmp_path: Path) -> None:
    with a_server(tmp_path / "data") as rest:
        rest.push(add("/a", "kept"))

    git(tmp_path, "clone", "-q", str(rest.bare), "later")

    assert (tmp_path / "later/a").read_text() == "kept"


@pytest.mark.conforms("reported: clone addresses in public projects")
def test_repository_named_like_its_project_has_a_short_address(tmp_path: Path) -> None:
    with a_server(tmp_path / "data", project="notes", repository="notes") as rest:
        git(tmp_path, "clone", "-q", f"{rest.url}/acme/_git/notes", "short")
        other = git(tmp_path, "clone", f"{rest.url}/acme/_git/x", "x", check=False)

    assert (tmp_path / "short/.git").exists()
    assert "not found" in other.stderr
