"""Refs, tags and repositories."""

import pytest

from tests.local.azure_devops.rest import MAIN, ZEROS, Rest, add, refusal

pytestmark = pytest.mark.conforms("documented: Azure Repos REST 7.1, Refs - List")


def names(rest: Rest, **query: object) -> list[str]:
    return [ref["name"] for ref in rest.get("/refs", **query)["value"]]


def update(name: str, old: str, new: str) -> dict[str, str]:
    return {"name": name, "oldObjectId": old, "newObjectId": new}


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_filter_is_a_prefix(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    rest.ask("POST", "/refs", [update("refs/heads/main2", ZEROS, tip)])

    assert names(rest, filter="heads/main") == [MAIN, "refs/heads/main2"]
    assert names(rest, filter="heads/main2") == ["refs/heads/main2"]
    assert names(rest, filterContains="AIN2") == ["refs/heads/main2"]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_refs_come_in_pages(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    new = [update(f"refs/tags/t{n}", ZEROS, tip) for n in range(5)]
    rest.ask("POST", "/refs", new)

    first = rest.ask("GET", "/refs", filter="tags", **{"$top": 3})
    token = first.headers["x-ms-continuationtoken"]

    assert [ref["name"] for ref in first.json()["value"]] == [
        f"refs/tags/t{n}" for n in range(3)
    ]
    rest_of_them = names(rest, filter="tags", continuationToken=token)
    assert rest_of_them == ["refs/tags/t3", "refs/tags/t4"]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Refs - Update Refs")
def test_updates_stand_each_for_itself_and_answer_200(rest: Rest) -> None:
    first = rest.push(add("/a"))
    tip = rest.push(add("/b"))

    response = rest.ask(
        "POST",
        "/refs",
        [
            update("refs/heads/live", ZEROS, tip),
            update(MAIN, first, tip),
            update("refs/heads/none", "1" * 40, ZEROS),
            update("refs/heads/bad..name", ZEROS, tip),
            update("refs/heads/ghost", ZEROS, "1" * 40),
            update("refs/heads/main/below", ZEROS, tip),
        ],
    )

    results = response.json()["value"]
    assert response.status_code == 200
    assert [(one["updateStatus"], one["success"]) for one in results] == [
        ("succeeded", True),
        ("staleOldObjectId", False),
        ("succeededNonExistentRef", True),
        ("invalidRefName", False),
        ("unresolvableToCommit", False),
        ("refNameConflict", False),
    ]
    assert names(rest) == ["refs/heads/live", MAIN]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Refs - Update Refs")
def test_zeros_as_new_id_delete_the_ref(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    rest.ask("POST", "/refs", [update("refs/heads/x", ZEROS, tip)])

    rest.ask("POST", "/refs", [update("refs/heads/x", tip, ZEROS)])

    assert names(rest) == [MAIN]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Annotated Tags - Create, Get")
def test_annotated_tag_is_made_shown_and_peeled(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    body = {"name": "backup/1", "message": "All", "taggedObject": {"objectId": tip}}

    made = rest.ask("POST", "/annotatedtags", body)
    tag = made.json()

    assert made.status_code == 201
    assert (tag["name"], tag["message"]) == ("refs/tags/backup/1", "All")
    assert tag["taggedObject"] == {"objectId": tip, "objectType": "commit"}
    assert rest.get(f"/annotatedtags/{tag['objectId']}") == tag
    peeled = rest.get("/refs", filter="tags/", peelTags="true")["value"][0]
    assert (peeled["objectId"], peeled["peeledObjectId"]) == (tag["objectId"], tip)


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Annotated Tags - Create")
def test_tag_name_that_exists_is_a_409(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    body = {"name": "v1", "message": "m", "taggedObject": {"objectId": tip}}
    rest.ask("POST", "/annotatedtags", body)

    again = rest.ask("POST", "/annotatedtags", body)

    assert refusal(again)[:2] == (409, "GitRefNameAlreadyExistsException")


@pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, Refs - Update Ref", "the refusal is likely"
)
def test_locked_branch_takes_no_push_until_it_is_unlocked(rest: Rest) -> None:
    rest.push(add("/a"))
    rest.ask("PATCH", "/refs", {"isLocked": True}, filter="heads/main")

    refused = rest.try_push(add("/b"))
    rest.ask("PATCH", "/refs", {"isLocked": False}, filter="heads/main")

    assert refusal(refused)[:2] == (403, "GitRefLockedException")
    rest.push(add("/b"))


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Repositories - Get Repository")
def test_repository_is_found_by_name_and_id_in_any_case(rest: Rest) -> None:
    identity = rest.get("")["id"]
    org = f"{rest.url}/ACME"

    by_id = rest.ask_url("GET", f"{org}/_apis/git/repositories/{identity}")
    by_name = rest.ask_url("GET", f"{org}/Backup/_apis/git/repositories/WorkSpace")

    assert by_id.json()["id"] == by_name.json()["id"] == identity
    assert "defaultBranch" not in by_id.json()
    assert by_id.json()["remoteUrl"].endswith("/acme/backup/_git/workspace")


@pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, Repositories - Create, Update, Delete"
)
def test_repository_is_made_renamed_and_deleted(rest: Rest) -> None:
    base = f"{rest.url}/acme/backup/_apis/git/repositories"
    made = rest.ask_url("POST", base, {"name": "other"})
    identity = made.json()["id"]

    again = rest.ask_url("POST", base, {"name": "OTHER"})
    renamed = rest.ask_url("PATCH", f"{base}/{identity}", {"name": "third"})
    listed = [one["name"] for one in rest.ask_url("GET", base).json()["value"]]
    deleted = rest.ask_url("DELETE", f"{base}/{identity}")

    assert made.status_code == 201
    assert refusal(again)[:2] == (409, "GitRepositoryNameAlreadyExistsException")
    assert renamed.json()["id"] == identity
    assert listed == ["third", "workspace"]
    assert deleted.status_code == 204
    assert rest.ask_url("GET", f"{base}/third").status_code == 404


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Repositories - Update")
def test_default_branch_can_be_another(rest: Rest) -> None:
    tip = rest.push(add("/a"))
    rest.ask("POST", "/refs", [update("refs/heads/other", ZEROS, tip)])

    rest.ask("PATCH", "", {"defaultBranch": "refs/heads/other"})

    assert rest.get("")["defaultBranch"] == "refs/heads/other"
    assert (rest.bare / "HEAD").read_text() == "ref: refs/heads/other\n"


@pytest.mark.conforms("reported: many public issues (TF401019 and others)")
@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/acme/none/_apis/git/repositories", "ProjectDoesNotExistWithNameException"),
        ("/acme/backup/_apis/git/repositories/none", "GitRepositoryNotFoundException"),
        ("/acme/backup/_apis/build/builds", "HttpException"),
        ("/other/_apis/projects", "HttpException"),
    ],
)
def test_what_is_not_there_is_a_404_in_the_envelope(
    rest: Rest, path: str, key: str
) -> None:
    assert refusal(rest.ask_url("GET", rest.url + path))[:2] == (404, key)


@pytest.mark.conforms("ours")
def test_content_outlives_the_server(rest: Rest) -> None:
    from tests.local.azure_devops.rest import a_server  # noqa: PLC0415

    commit = rest.push(add("/a", "kept"))
    identity = rest.get("")["id"]

    with a_server(rest.root) as second:
        assert second.tip() == commit
        assert second.get("")["id"] == identity
        assert second.content("/a") == b"kept"
        second.push(add("/b"))
        assert second.get("/pushes")["value"][0]["pushId"] == 2
