"""Who gets in, and what the rules refuse to those who did."""

import re
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.local.azure_devops.rest import (
    MAIN,
    ZEROS,
    Rest,
    a_server,
    add,
    edit,
    refusal,
)

pytestmark = pytest.mark.conforms("reported: cjohnstoniv/wardyn, measured live")


def projects(rest: Rest, **headers: str) -> requests.Response:
    return rest.ask_url("GET", f"{rest.url}/acme/_apis/projects", headers=headers)


def is_sign_in_page(response: requests.Response) -> bool:
    return (
        response.status_code == 203
        and response.headers["Content-Type"].startswith("text/html")
        and "Azure DevOps Services | Sign In" in response.text
    )


def test_no_credential_gets_the_sign_in_page(rest: Rest) -> None:
    rest.auth = None

    assert is_sign_in_page(projects(rest))
    assert is_sign_in_page(projects(rest, Authorization="Basic %%%"))
    assert is_sign_in_page(projects(rest, Authorization="Digest x"))


@pytest.mark.conforms("documented: Use personal access tokens")
def test_only_the_given_token_is_accepted_with_any_user_name(tmp_path: Path) -> None:
    with a_server(tmp_path, pat="right") as rest:
        rest.auth = ("whoever", "right")
        accepted = projects(rest)
        rest.auth = ("", "wrong")
        unknown = projects(rest)

    assert accepted.status_code == 200
    assert is_sign_in_page(unknown)


def test_expired_token_is_an_empty_401(rest: Rest) -> None:
    rest.local("credentials", {"token": "old", "state": "expired"})
    rest.auth = ("", "old")

    response = projects(rest)

    assert (response.status_code, response.content) == (401, b"")
    assert response.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_refused_bearer_is_json_behind_a_byte_order_mark(rest: Rest) -> None:
    rest.local("credentials", {"token": "jwt", "state": "refused", "name": "App"})
    rest.auth = None

    response = projects(rest, Authorization="Bearer jwt")

    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.content.startswith(b"\xef\xbb\xbf{")
    assert b"TF400813" in response.content
    assert b"InvalidIdentityException" in response.content


@pytest.mark.conforms("reported: azure-devops-auth-samples#52")
def test_bearer_is_accepted_until_it_expires(rest: Rest) -> None:
    rest.auth = None
    before = projects(rest, Authorization="Bearer jwt")
    rest.local("credentials", {"token": "jwt", "state": "expired"})

    assert before.status_code == 200
    assert is_sign_in_page(projects(rest, Authorization="Bearer jwt"))


@pytest.mark.conforms("reported: azure-devops-docs#13661")
def test_credentials_can_be_redirected_and_forbidden(rest: Rest) -> None:
    rest.local("credentials", {"token": "a", "state": "redirected"})
    rest.local("credentials", {"token": "b", "state": "forbidden"})

    rest.auth = ("", "a")
    moved = projects(rest)
    rest.auth = ("", "b")
    forbidden = projects(rest)

    assert (moved.status_code, moved.headers["Location"]) == (302, "/_signin")
    assert refusal(forbidden)[:2] == (403, "UnauthorizedRequestException")


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_identity_of_the_token_signs_the_commits(rest: Rest) -> None:
    who = {"token": "ada", "state": "valid", "name": "Ada", "email": "ada@x.org"}
    rest.local("credentials", who)
    rest.auth = ("", "ada")

    rest.push(add("/a"))

    commit = rest.get("/commits")["value"][0]
    me = rest.ask_url("GET", f"{rest.url}/acme/_apis/connectionData").json()
    assert commit["author"]["email"] == "ada@x.org"
    assert me["authenticatedUser"]["providerDisplayName"] == "Ada"


def test_without_read_the_repository_seems_to_be_missing(rest: Rest) -> None:
    rest.local("permissions", {"GenericRead": False})

    assert refusal(rest.ask("GET", "/refs")) == (
        404,
        "GitRepositoryNotFoundException",
        (
            "TF401019: The Git repository with name or identifier workspace does not"
            " exist or you do not have permissions for the operation you are"
            " attempting."
        ),
    )


@pytest.mark.conforms("reported: NuKeeper#556 and others (TF401027)")
@pytest.mark.parametrize(
    ("permission", "branch"),
    [("GenericContribute", MAIN), ("CreateBranch", "refs/heads/new")],
)
def test_push_without_the_right_is_refused(
    rest: Rest, permission: str, branch: str
) -> None:
    tip = rest.push(add("/a"))
    rest.local("permissions", {permission: False})

    response = rest.try_push(add("/b"), old=tip, branch=branch)

    assert refusal(response) == (
        403,
        "GitNeedsPermissionException",
        (
            f"TF401027: You need the Git '{permission}' permission to perform this"
            " action. Details: identity 'Workspace Backup', scope 'repository'."
        ),
    )
    assert rest.tip() == tip


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Refs - Update Refs")
@pytest.mark.parametrize(
    ("permission", "name", "status"),
    [
        ("CreateTag", "refs/tags/t", "createTagPermissionRequired"),
        ("CreateBranch", "refs/heads/t", "createBranchPermissionRequired"),
        ("GenericContribute", "refs/heads/t", "writePermissionRequired"),
    ],
)
def test_ref_without_the_right_is_refused_in_its_result(
    rest: Rest, permission: str, name: str, status: str
) -> None:
    tip = rest.push(add("/a"))
    rest.local("permissions", {permission: False})

    update = {"name": name, "oldObjectId": ZEROS, "newObjectId": tip}
    results = rest.ask("POST", "/refs", [update]).json()["value"]

    assert results[0]["updateStatus"] == status
    assert results[0]["success"] is False


@pytest.mark.conforms("documented: Permissions - Has Permissions")
def test_callers_are_told_which_of_their_rights_they_hold(rest: Rest) -> None:
    namespace = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
    rest.local("permissions", {"CreateTag": False})

    def told(bits: int) -> object:
        url = f"{rest.url}/acme/_apis/permissions/{namespace}/{bits}"
        return rest.ask_url("GET", url, None, {"tokens": "a,b"}).json()["value"]

    assert told(4) == [True, True]
    assert told(32) == [False, False]
    assert told(4 + 32) == [False, False]


@pytest.mark.conforms("documented: Set Git repository permissions")
def test_rewinding_and_deleting_need_force_push(rest: Rest) -> None:
    first = rest.push(add("/a"))
    tip = rest.push(add("/b"))
    rest.local("permissions", {"ForcePush": False})

    updates = [
        {"name": MAIN, "oldObjectId": tip, "newObjectId": new} for new in (first, ZEROS)
    ]
    results = rest.ask("POST", "/refs", updates).json()["value"]

    assert [one["updateStatus"] for one in results] == ["forcePushRequired"] * 2


@pytest.mark.conforms("reported: cjohnstoniv/wardyn (TF402455)")
def test_branch_policy_wants_a_pull_request(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    rest.local("policies", {"repository": "workspace", "branch": "main"})

    refused = rest.try_push(add("/b"))
    rest.local("permissions", {"PolicyExempt": True})
    exempt = rest.try_push(add("/b"))

    assert refusal(refused) == (
        403,
        "GitRefUpdateRejectedByPolicyException",
        (
            "TF402455: Pushes to this branch are not permitted; you must use a pull"
            " request to update this branch."
        ),
    )
    assert exempt.status_code == 201
    assert rest.get(f"/commits/{exempt.json()['commits'][0]['commitId']}")[
        "parents"
    ] == [tip]


@pytest.mark.conforms(
    "reported: logs of git push (VS403654)", "status over REST is a guess"
)
def test_push_with_a_secret_is_refused_whole_and_names_the_places(rest: Rest) -> None:
    rest.local("secrets", {"pattern": "AIza[0-9A-Za-z]{8}"})
    secret = "k = 1\nkey = 'AIzaABCDEFGH'\n"

    status, key, message = refusal(
        rest.try_push(add("/ok", "fine"), add("/dir/file", secret))
    )
    skipped = rest.try_push(
        add("/dir/file", secret), comment="x skip-secret-scanning:true"
    )

    assert (status, key) == (403, "GitRefUpdateRejectedByPolicyException")
    assert message.startswith(
        "VS403654: The push was rejected because it contains one or more secrets."
    )
    assert re.search(r"commit: [0-9a-f]{40}", message)
    assert "/dir/file(2,8-20) : SEC101/003 : GoogleApiKey" in message
    assert "/ok" not in message
    assert "AIza" not in message
    assert skipped.status_code == 201


@pytest.mark.conforms(
    "documented: Repository settings and policies", "status over REST is a guess"
)
@pytest.mark.parametrize(
    ("rules", "path", "code"),
    [
        ({}, "/" + "/".join(["d" * 4096] * 8), "VS403729"),
        ({}, "/" + "d" * 4097, "VS403729"),
        ({"max_path_length": 20}, "/" + "d" * 20, "VS403729"),
        ({"reserved_names": True}, "/a/con.txt", "VS403730"),
        ({"reserved_names": True}, "/a/b. /c", "VS403730"),
        ({"max_file_size": 1}, "/a", "VS403658"),
    ],
)
def test_paths_and_sizes_outside_the_rules_are_refused(
    rest: Rest, rules: dict[str, Any], path: str, code: str
) -> None:
    rest.local("path_rules", rules)

    status, key, message = refusal(rest.try_push(add(path, "xx")))

    assert (status, key) == (403, "GitRefUpdateRejectedByPolicyException")
    assert message.startswith(code)


@pytest.mark.conforms("documented: Rate and usage limits")
def test_throttling_warns_then_delays_then_blocks_then_ends(rest: Rest) -> None:
    stages = {"warned": 1, "delayed": 1, "blocked": 1, "delay_seconds": 0.01}
    rest.local("throttle", {**stages, "retry_after": 7})

    warned, delayed, blocked, free = (projects(rest) for _ in range(4))

    statuses = [one.status_code for one in (warned, delayed, blocked, free)]
    assert statuses == [200, 200, 429, 200]
    assert "X-RateLimit-Delay" not in warned.headers
    assert delayed.headers["X-RateLimit-Delay"] == "0.010"
    assert delayed.headers["Retry-After"] == blocked.headers["Retry-After"] == "7"
    assert refusal(blocked)[2].startswith("TF400733: The request has been canceled")
    assert "X-RateLimit-Limit" not in free.headers


@pytest.mark.conforms("documented: REST API versioning")
def test_write_without_an_api_version_is_refused(rest: Rest) -> None:
    url = f"{rest.url}/acme/backup/_apis/git/repositories/workspace/refs"

    def post(**headers: str) -> requests.Response:
        return requests.post(url, json=[], auth=("", "x"), headers=headers, timeout=10)

    assert refusal(post())[:2] == (400, "VssVersionNotSpecifiedException")
    in_header = post(Accept="application/json;api-version=7.1-preview.1")
    assert refusal(in_header)[1] == "InvalidArgumentValueException"
    future = post(Accept="application/json;api-version=99.0")
    assert refusal(future)[1] == "VssVersionOutOfRangeException"


@pytest.mark.conforms("ours")
def test_person_commits_past_all_rules(rest: Rest) -> None:
    tip = rest.push(add("/a", "1"), add("/gone"))
    rest.local("permissions", {"GenericContribute": False})

    made = rest.local(
        "commit",
        {
            "repository": "workspace",
            "branch": "main",
            "changes": [
                {"path": "/a", "content": "2"},
                {"path": "/new", "content": "AAE=", "base64": True},
                {"path": "/gone", "content": None},
            ],
            "author": {"name": "Eve", "email": "eve@x.org"},
        },
    ).json()

    commit = rest.get(f"/commits/{made['commitId']}")
    assert commit["parents"] == [tip]
    assert commit["author"]["name"] == "Eve"
    assert rest.paths() == ["/a", "/new"]
    assert rest.content("/new") == b"\0\1"


@pytest.mark.conforms("ours")
def test_faults_strike_before_and_after_the_push(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    fault = {"method": "POST", "path": "pushes", "effect": "cut", "times": 1}

    for when, moved in (("before", False), ("after", True)):
        rest.local("faults", [{**fault, "when": when}])
        with pytest.raises(requests.ConnectionError):
            rest.try_push(edit("/a", when))
        assert (rest.tip() != tip) is moved


@pytest.mark.conforms("ours")
def test_requests_are_counted_by_route(rest: Rest) -> None:
    rest.push(add("/a"))

    routes = requests.get(f"{rest.url}/_local/stats", timeout=10).json()["routes"]

    assert routes == {
        "GET /_apis/git/repositories/{repository}/refs": 1,
        "POST /_apis/git/repositories/{repository}/pushes": 1,
    }


@pytest.mark.conforms("ours")
def test_rules_credentials_and_throttle_can_be_taken_back(rest: Rest) -> None:
    rest.local("permissions", {"GenericRead": False})
    rest.local("credentials", {"accept_any": False})
    rest.local("throttle", {"blocked": 100})

    for path in ("rules", "credentials", "throttle"):
        requests.delete(f"{rest.url}/_local/{path}", timeout=10)

    assert rest.ask("GET", "/refs").status_code == 200


@pytest.mark.conforms("ours")
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("credentials", {"token": "x", "state": "unheard of"}),
        ("permissions", {"Fly": True}),
        ("policies", {"repository": "none"}),
        ("rawtext", {"way": "as it was"}),
        ("secrets", {"pattern": "("}),
        ("path_rules", {"max_length": 3}),
        ("throttle", {"stage": 1}),
        ("commit", {"repository": "none"}),
        ("commit", []),
    ],
)
def test_senseless_settings_are_refused(rest: Rest, path: str, body: Any) -> None:
    response = requests.post(f"{rest.url}/_local/{path}", json=body, timeout=10)

    assert response.status_code == 400


@pytest.mark.conforms("ours")
def test_new_project_and_repository_say_where_they_lie(rest: Rest) -> None:
    made = rest.local("repositories", {"project": "second", "name": "notes"}).json()

    listed = requests.get(f"{rest.url}/_local/repositories", timeout=10).json()
    assert Path(made["path"]) == (rest.root / "acme/second/notes.git").resolve()
    assert made in listed
    assert (Path(made["path"]) / "HEAD").read_text() == "ref: refs/heads/main\n"


@pytest.mark.conforms("reported: azure-devops-node-api, VsoClient")
def test_discovery_can_be_asked_for_one_area(rest: Rest) -> None:
    def areas(path: str) -> set[str]:
        found = rest.ask_url("OPTIONS", f"{rest.url}/acme{path}").json()["value"]
        return {one["area"] for one in found}

    assert areas("/_apis/") == {"git", "Location", "core", "Security", "IMS"}
    assert areas("/_apis/Git") == {"git"}
