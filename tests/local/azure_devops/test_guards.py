"""What callers are told of policies, of others' rights and of a disabled repository."""

from typing import Any

import pytest
import requests

from local.azure_devops.access_lists import GROUPS, bits_of
from tests.local.azure_devops.rest import MAIN, ZEROS, Rest, add, refusal

NAMESPACE = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"


def repository(rest: Rest) -> dict[str, Any]:
    found: dict[str, Any] = rest.get("")
    return found


def organization(rest: Rest, path: str, **query: Any) -> requests.Response:
    return rest.ask_url("GET", f"{rest.url}/acme/_apis/{path}", None, query)


def lists(rest: Rest, token: str) -> list[dict[str, Any]]:
    path = f"accesscontrollists/{NAMESPACE}"
    found: list[dict[str, Any]] = organization(rest, path, token=token).json()["value"]
    return found


def policies(rest: Rest, **query: Any) -> list[dict[str, Any]]:
    url = f"{rest.url}/acme/backup/_apis/git/policy/configurations"
    found: list[dict[str, Any]] = rest.ask_url("GET", url, None, query).json()["value"]
    return found


def named(rest: Rest, descriptors: list[str]) -> dict[str, int]:
    asked = ",".join(descriptors)
    found = organization(rest, "identities", descriptors=asked).json()["value"]
    return {one["providerDisplayName"]: at for at, one in enumerate(found)}


@pytest.mark.conforms("documented: Default Git repository and branch permissions")
def test_groups_hold_by_default_what_they_are_documented_to(rest: Rest) -> None:
    project = repository(rest)["project"]["id"]

    (found,) = lists(rest, f"repoV2/{project}")

    entries = list(found["acesDictionary"].values())
    names = named(rest, [one["descriptor"] for one in entries])
    held = {name: entries[at]["allow"] for name, at in names.items()}
    me = held.pop("Workspace Backup")
    assert held == {
        f"[backup]\\{group}": bits_of(permissions)
        for group, permissions in GROUPS.items()
    }
    assert all(one["deny"] == 0 for one in entries)
    assert me & 4
    assert found["inheritPermissions"] is True


@pytest.mark.conforms("reported: mondoohq/cnquery, fakeado")
def test_a_token_of_which_nothing_was_set_has_no_list(rest: Rest) -> None:
    found = repository(rest)
    token = f"repoV2/{found['project']['id']}/{found['id']}"

    assert lists(rest, token) == []


@pytest.mark.conforms("documented: Access Control Lists - Query")
def test_the_list_of_a_branch_is_under_its_name_as_utf_16_in_hex(rest: Rest) -> None:
    asked = {"project": "backup", "repository": "workspace", "branch": "main"}
    denied = {"Contributors": {"deny": ["GenericContribute"]}}
    rest.local("access", {**asked, "inherit": False, "entries": denied})
    found = repository(rest)
    token = f"repoV2/{found['project']['id']}/{found['id']}"

    (shown,) = lists(rest, f"{token}/refs/heads/6d00610069006e00")

    (entry,) = shown["acesDictionary"].values()
    assert (entry["allow"], entry["deny"]) == (0, 4)
    assert shown["inheritPermissions"] is False


@pytest.mark.conforms("documented: Identities - Read Identities")
def test_who_is_unknown_is_null(rest: Rest) -> None:
    found = organization(rest, "identities", descriptors="nobody").json()

    assert found == {"value": [None], "count": 1}


@pytest.mark.conforms(
    "documented: Security Namespaces - Query (readPermission)", "status is a guess"
)
def test_who_may_not_read_may_not_look_at_rights(rest: Rest) -> None:
    rest.local("permissions", {"GenericRead": False})

    path = f"accesscontrollists/{NAMESPACE}"
    assert refusal(organization(rest, path, token="repoV2"))[0] == 403


@pytest.mark.conforms("documented: Policy Configurations - Get")
def test_policies_of_a_branch_are_told_with_their_scope(rest: Rest) -> None:
    identity = repository(rest)["id"]
    for of in ("workspace", None):
        branch = "main" if of else "other"
        rest.local("policies", {"repository": of, "branch": branch})

    here = policies(rest, repositoryId=identity, refName=MAIN)
    other = policies(rest, repositoryId=identity, refName="refs/heads/other")

    assert [one["settings"]["scope"][0]["repositoryId"] for one in here] == [identity]
    assert [one["settings"]["scope"][0]["repositoryId"] for one in other] == [None]
    assert {one["isBlocking"] for one in (*here, *other)} == {True}


@pytest.mark.conforms(
    "documented: Repository settings and policies", "their place in the list is a guess"
)
def test_rules_about_files_are_policies_of_every_repository(rest: Rest) -> None:
    rules = {"reserved_names": True, "max_path_length": 100, "max_file_size": 10}
    rest.local("path_rules", rules)

    found = policies(rest, refName=MAIN)

    assert [one["type"]["displayName"] for one in found] == [
        "File size restriction",
        "Reserved names restriction",
        "Path Length restriction",
    ]


@pytest.mark.conforms("documented: Branch policies (optional)")
def test_a_policy_that_is_not_blocking_refuses_nothing(rest: Rest) -> None:
    rest.push(add("/a"))
    policy = {"repository": None, "branch": "main", "blocking": False}
    rest.local("policies", policy)

    assert rest.try_push(add("/b")).status_code == 201

    rest.local("policies", {**policy, "blocking": True})
    assert rest.try_push(add("/c")).status_code == 403


@pytest.mark.conforms("documented: Branch policies (branch folders)")
def test_a_policy_of_a_folder_is_one_of_every_branch_in_it(rest: Rest) -> None:
    policy = {"repository": "workspace", "branch": "backups/", "folder": True}
    inside, beside = "refs/heads/backups/prod", "refs/heads/backup"
    tip = rest.push(add("/a"))
    for branch in (inside, beside):
        assert rest.try_push(add("/b"), old=tip, branch=branch).status_code == 201
    rest.local("policies", policy)

    refused = rest.try_push(add("/c"), branch=inside)
    free = rest.try_push(add("/c"), branch=beside)

    assert (refused.status_code, free.status_code) == (403, 201)
    assert len(policies(rest, refName=inside)) == 1
    assert policies(rest, refName=beside) == []


@pytest.mark.conforms("documented: Set branch permissions")
def test_another_default_branch_needs_the_right_to_edit_policies(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    update = {"name": "refs/heads/x", "oldObjectId": ZEROS, "newObjectId": tip}
    rest.ask("POST", "/refs", [update])
    rest.local("permissions", {"EditPolicies": False})
    wanted = {"defaultBranch": "refs/heads/x"}

    refused = rest.ask("PATCH", "", wanted)
    rest.local("permissions", {"EditPolicies": True})
    done = rest.ask("PATCH", "", wanted)

    assert refusal(refused)[:2] == (403, "GitNeedsPermissionException")
    assert done.json()["defaultBranch"] == "refs/heads/x"


@pytest.mark.conforms("reported: david.gardiner.net.au 2019, force push by default")
def test_who_made_a_branch_may_delete_it_where_the_project_says_so(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    rest.local("permissions", {"ForcePush": False})
    name = "refs/heads/mine"
    make = {"name": name, "oldObjectId": ZEROS, "newObjectId": tip}
    delete = {"name": name, "oldObjectId": tip, "newObjectId": ZEROS}
    rest.ask("POST", "/refs", [make])

    def status() -> str:
        answer = rest.ask("POST", "/refs", [delete]).json()
        return str(answer["value"][0]["updateStatus"])

    assert status() == "forcePushRequired"
    rest.local("branch_makers", {"force_push": True})
    assert status() == "succeeded"


@pytest.mark.conforms("reported: pull-request-hub#170, azure-devops-python-api#505")
def test_a_disabled_repository_is_listed_and_otherwise_not_there(rest: Rest) -> None:
    rest.push(add("/a"))
    rest.ask("PATCH", "", {"isDisabled": True})

    listed = rest.ask_url("GET", f"{rest.url}/acme/backup/_apis/git/repositories")
    direct = rest.ask("GET", "")
    rest.ask("PATCH", "", {"isDisabled": False})

    assert [one["isDisabled"] for one in listed.json()["value"]] == [True]
    assert refusal(direct)[:2] == (404, "GitRepositoryNotFoundException")
    assert rest.get("")["isDisabled"] is False
