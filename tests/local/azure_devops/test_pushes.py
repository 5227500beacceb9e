"""What a push may hold, and what becomes of it."""

import base64
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests

from local.azure_devops.objects import object_id
from tests.local.azure_devops.rest import (
    MAIN,
    ZEROS,
    Rest,
    add,
    add_bytes,
    delete,
    edit,
    refusal,
    rename,
)

pytestmark = pytest.mark.conforms("documented: Azure Repos REST 7.1, Pushes - Create")

INVALID = "InvalidArgumentValueException"
NEW_PUSH = "\r\nParameter name: newPush"


def git(rest: Rest, *arguments: str) -> str:
    done = subprocess.run(
        ["git", "-C", str(rest.bare), *arguments], check=True, capture_output=True
    )
    return done.stdout.decode()


def test_first_push_answers_201_with_commit_ref_and_push(rest: Rest) -> None:
    response = rest.try_push(add("/readme.md", "My first file!"), comment="First")

    body = response.json()
    assert response.status_code == 201
    assert body["refUpdates"][0]["oldObjectId"] == ZEROS
    assert body["refUpdates"][0]["newObjectId"] == body["commits"][0]["commitId"]
    assert body["commits"][0]["comment"] == "First\n"
    assert body["commits"][0]["parents"] == []
    assert body["commits"][0]["author"]["email"] == "backup@localhost"
    assert body["pushedBy"]["displayName"] == "Workspace Backup"
    assert body["pushId"] == 1
    assert len(body["date"].split(".")[1]) == len("1234567Z")
    assert set(body["_links"]) == {"self", "repository", "commits", "pusher", "refs"}


@pytest.mark.conforms("documented: Git, git-hash-object", "the published examples")
def test_stored_commit_is_what_git_hashes(rest: Rest) -> None:
    who = {"name": "Ada", "email": "ada@x.org", "date": "2014-01-29T15:32:09-08:00"}

    commit = rest.push(add("/a/b.txt", "hi"), author=who, committer=who, comment="C")

    assert git(rest, "cat-file", "commit", commit).splitlines()[1:] == [
        "author Ada <ada@x.org> 1391038329 -0800",
        "committer Ada <ada@x.org> 1391038329 -0800",
        "",
        "C",
    ]
    assert git(rest, "ls-tree", "-r", commit).split() == [
        "100644",
        "blob",
        object_id("blob", b"hi"),
        "a/b.txt",
    ]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_author_without_address_is_replaced_by_the_caller(rest: Rest) -> None:
    rest.push(add("/a"), author={"name": "Ada"})

    assert rest.get("/commits")["value"][0]["author"]["name"] == "Workspace Backup"


@pytest.mark.conforms(
    "reported: harness/harness-core, neuvector/neuvector", "other texts are guesses"
)
@pytest.mark.parametrize(
    ("second", "status"),
    [
        ([add("/a")], "The path '/a' specified in the add operation already exists."),
        ([edit("/none")], "The path '/none' does not exist"),
        ([edit("/A")], "The path '/A' does not exist"),
        ([delete("/none")], "The path '/none' does not exist"),
        ([rename("/none", "/b")], "Could not find rename source"),
        ([rename("/a", "/d/x")], "The rename target '/d/x' already exists"),
        ([add("/b"), edit("/b")], "Multiple operations on the path '/b'"),
        ([delete("/a"), add("/a")], "Multiple operations on the path '/a'"),
        ([delete("/a"), add("/a/b")], "lies below another changed path"),
        ([add("/a/b")], "The path '/a' is a file, not a folder"),
        ([edit("/d")], "The path '/d' is a folder"),
        ([add("/n"), add("/n/m")], "lies below another changed path"),
        ([add("/n/m"), add("/n")], "contains another changed path"),
    ],
)
def test_misfit_changes_are_refused_whole(
    rest: Rest, second: list[dict[str, Any]], status: str
) -> None:
    first = rest.push(add("/a"), add("/d/x"))

    response = rest.try_push(add("/innocent"), *second)

    code, key, message = refusal(response)
    assert (code, key) == (400, INVALID)
    assert message.startswith(status) or status in message
    assert message.endswith(NEW_PUSH)
    assert rest.tip() == first
    kept = git(rest, "cat-file", "--batch-all-objects", "--batch-check")
    assert len(kept.splitlines()) == len(("commit", "tree", "tree of d", "blob"))


@pytest.mark.conforms("likely: on-premises server, second-hand")
@pytest.mark.parametrize(
    "change",
    [
        {"changeType": "add", "item": {"path": "/n"}},
        {"changeType": "add", "item": {"path": "/n"}, "newContent": {}},
        {**delete("/a"), "newContent": {"content": "x"}},
        {**add("/n"), "sourceServerItem": "/a"},
        {"changeType": "rename", "item": {"path": "/n"}},
        {"changeType": "merge", "item": {"path": "/n"}},
        add("/"),
        add("/n\0"),
        {**add("/n"), "newContent": {"content": "!", "contentType": "base64encoded"}},
    ],
)
def test_malformed_changes_are_refused(rest: Rest, change: dict[str, Any]) -> None:
    rest.push(add("/a"))

    code, key, message = refusal(rest.try_push(change))

    assert (code, key) == (400, INVALID)
    assert message.endswith(NEW_PUSH)


@pytest.mark.conforms("likely: on-premises server, second-hand")
@pytest.mark.parametrize(
    "fields",
    [
        {"commits": []},
        {"refUpdates": []},
        {"commits": [{"comment": "1"}, {"comment": "2"}]},
        {"commits": [{"comment": "", "changes": [add("/n")]}]},
        {"commits": [{"comment": "a\0b", "changes": [add("/n")]}]},
        {"commits": [{"comment": "1", "changes": []}]},
        {"commits": [{"comment": "1", "changes": [add("/n")], "commitId": ZEROS}]},
        {"commits": [{"comment": "1", "changes": [add("/n")], "parents": [1, 2]}]},
        {"refUpdates": [{"name": MAIN}]},
        {"refUpdates": [{"name": MAIN, "oldObjectId": "abc"}]},
        {"pushId": 3},
    ],
)
def test_malformed_pushes_are_refused(rest: Rest, fields: dict[str, Any]) -> None:
    body = {
        "refUpdates": [{"name": MAIN, "oldObjectId": ZEROS}],
        "commits": [{"comment": "1", "changes": [add("/n")]}],
        **fields,
    }

    code, key, _ = refusal(rest.ask("POST", "/pushes", body))

    assert (code, key) == (400, INVALID)


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_body_that_is_no_json_is_refused(rest: Rest) -> None:
    response = requests.post(
        f"{rest.url}/acme/backup/_apis/git/repositories/workspace/pushes",
        params={"api-version": "7.1"},
        data=b"{",
        auth=("", "x"),
        timeout=10,
    )

    assert refusal(response) == (
        400,
        INVALID,
        (
            "The body of the request contains invalid Json."
            "\r\nParameter name: contentStream"
        ),
    )


@pytest.mark.conforms("reported: terraform-provider-azuredevops and others (TF401028)")
def test_branch_that_moved_is_refused_as_stale(rest: Rest) -> None:
    first = rest.push(add("/a"))
    rest.push(add("/b"))

    response = rest.try_push(add("/c"), old=first)

    assert refusal(response) == (
        409,
        "GitReferenceStaleException",
        (
            "TF401028: The reference 'refs/heads/main' has already been updated by"
            " another client, so you cannot update it. Please try again."
        ),
    )


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_zeros_for_an_existing_branch_are_stale(rest: Rest) -> None:
    rest.push(add("/a"))

    assert rest.try_push(add("/a"), old=ZEROS).status_code == 409


@pytest.mark.conforms("reported: mburumaxwell/paklo#1413 (TF401035)")
def test_unknown_base_is_a_500(rest: Rest) -> None:
    rest.push(add("/a"))

    response = rest.try_push(add("/b"), old="1" * 40, branch="refs/heads/new")

    assert refusal(response) == (
        500,
        "GitObjectDoesNotExistException",
        f"TF401035: The object '{'1' * 40}' does not exist.",
    )


@pytest.mark.conforms("reported: terraform-provider-azuredevops and others (TF401028)")
def test_of_racing_pushes_one_wins_and_the_others_are_stale(rest: Rest) -> None:
    tip = rest.push(add("/a"))

    with ThreadPoolExecutor(8) as pool:
        pushes = [pool.submit(rest.try_push, add(f"/{n}"), old=tip) for n in range(8)]
        statuses = sorted(one.result().status_code for one in pushes)

    assert statuses == [201] + [409] * 7
    assert rest.get("/commits")["count"] == 2


def test_new_branch_starts_at_the_base_commit(rest: Rest) -> None:
    base = rest.push(add("/a"))

    response = rest.try_push(add("/b"), old=base, branch="refs/heads/topic")

    body = response.json()
    assert body["refUpdates"][0]["oldObjectId"] == ZEROS
    assert body["commits"][0]["parents"] == [base]
    assert rest.tip() == base


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_new_branch_with_zeros_is_an_orphan(rest: Rest) -> None:
    rest.push(add("/a"))

    rest.push(add("/b"), old=ZEROS, branch="refs/heads/orphan")

    assert rest.paths(**{"versionDescriptor.version": "orphan"}) == ["/b"]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_identical_content_still_makes_a_commit(rest: Rest) -> None:
    first = rest.push(add("/a", "same"))

    second = rest.push(edit("/a", "same"))

    commits = [rest.get(f"/commits/{oid}") for oid in (first, second)]
    assert first != second
    assert commits[0]["treeId"] == commits[1]["treeId"]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_deleting_a_folder_removes_all_of_it(rest: Rest) -> None:
    rest.push(add("/d/a"), add("/d/e/b"), add("/keep"))

    rest.push(delete("/d"))

    assert rest.paths() == ["/keep"]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_emptied_folders_vanish(rest: Rest) -> None:
    rest.push(add("/d/e/f/a"), add("/keep"))

    rest.push(delete("/d/e/f/a"))

    items = rest.get("/items", scopePath="/", recursionLevel="Full")["value"]
    assert [item["path"] for item in items] == ["/", "/keep"]


@pytest.mark.conforms("guess")
def test_everything_can_be_deleted(rest: Rest) -> None:
    rest.push(add("/a"))

    commit = rest.push(delete("/a"))

    tree = rest.get(f"/commits/{commit}")["treeId"]
    assert tree == "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    assert rest.paths() == []


def test_rename_keeps_the_blob_and_moves_folders(rest: Rest) -> None:
    rest.push(add("/d/a", "one"), add("/d/b", "two"))

    rest.push(rename("/d", "/e/f"))

    assert rest.paths() == ["/e/f/a", "/e/f/b"]
    assert rest.content("/e/f/a") == b"one"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_empty_path_segments_do_not_count(rest: Rest) -> None:
    rest.push(add("d//a"), add("/b/"))

    assert rest.paths() == ["/b", "/d/a"]


@pytest.mark.conforms("likely: on-premises server, second-hand")
@pytest.mark.parametrize("name", [".git", ".GIT", "git~1", ".", ".."])
def test_names_that_no_tree_may_hold_are_refused(rest: Rest, name: str) -> None:
    code, key, _ = refusal(rest.try_push(add(f"/d/{name}/x")))

    assert (code, key) == (400, "GitObjectRejectedException")


@pytest.mark.conforms("likely: on-premises server, second-hand")
@pytest.mark.parametrize(
    "name",
    [
        "a\\b",
        'q"uote',
        "tr. ",
        "e\u0301",
        "\u00e9",
        "\U0001f600" * 60,
        "CON",
        "a|b",
        "\t",
    ],
)
def test_awkward_names_are_kept_to_the_letter(rest: Rest, name: str) -> None:
    rest.push(add(f"/{name}/{name}", "z"))

    assert rest.paths() == [f"/{name}/{name}"]
    assert rest.content(f"/{name}/{name}") == b"z"
    git(rest, "fsck", "--strict")


@pytest.mark.conforms("documented: Git, tree objects")
def test_folders_sort_as_if_their_names_ended_in_a_slash(rest: Rest) -> None:
    names = ["a", "a.b", "a0", "a-", "a b"]
    rest.push(*(add(f"/{name}/x") for name in names), add("/a.c"), add("/a/y.z/x"))

    rest.push(add("/a.d"), delete("/a-"))

    assert git(rest, "fsck", "--strict") == ""
    assert git(rest, "ls-tree", "--name-only", "HEAD").splitlines() == [
        "a b",
        "a.b",
        "a.c",
        "a.d",
        "a",
        "a0",
    ]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_base64_is_exact_to_the_byte(rest: Rest) -> None:
    content = bytes(range(256)) + b"\xef\xbb\xbf\r\n\xed\xa0\x80"

    rest.push(add_bytes("/a.bin", content))

    assert rest.content("/a.bin") == content


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_rawtext_is_stored_without_a_mark(rest: Rest) -> None:
    rest.push(add("/a", "gr\u00fc\u00df\u2028"))

    assert rest.content("/a") == "gr\u00fc\u00df\u2028".encode()


@pytest.mark.conforms("likely: on-premises server, second-hand")
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"\xef\xbb\xbfold", b"\xef\xbb\xbfn\xc3\xa9w"),
        ("\ufeffold".encode("utf-16-le"), "\ufeffn\u00e9w".encode("utf-16-le")),
        (b"caf\xe9", b"n\xe9w"),
        (b"old", b"n\xc3\xa9w"),
    ],
)
def test_rawtext_edit_keeps_the_files_encoding(
    rest: Rest, before: bytes, after: bytes
) -> None:
    rest.push(add_bytes("/a", before))

    rest.push(edit("/a", "n\u00e9w"))

    assert rest.content("/a") == after


@pytest.mark.conforms("guess")
@pytest.mark.parametrize(
    ("way", "after"), [("plain", b"new"), ("marked", b"\xef\xbb\xbfnew")]
)
def test_rawtext_may_be_told_to_keep_nothing(
    rest: Rest, way: str, after: bytes
) -> None:
    rest.push(add_bytes("/a", "old".encode("utf-16")))
    rest.local("rawtext", {"way": way})

    rest.push(edit("/a", "new"))

    assert rest.content("/a") == after


@pytest.mark.conforms("guess")
def test_lone_surrogates_in_rawtext_become_replacement_characters(rest: Rest) -> None:
    rest.push(add("/a", "x\ud800y"))

    assert rest.content("/a") == "x\ufffdy".encode()


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_edit_keeps_the_mode_of_the_file(rest: Rest) -> None:
    rest.push(add("/run.sh"))
    tree = git(rest, "ls-tree", "HEAD").replace("100644", "100755")
    made = subprocess.run(
        ["git", "-C", rest.bare, "mktree"],
        input=tree.encode(),
        check=True,
        capture_output=True,
    )
    base = git(
        rest,
        *("-c", "user.name=a", "-c", "user.email=b"),
        *("commit-tree", made.stdout.decode().strip(), "-m", "x"),
    ).strip()

    rest.push(edit("/run.sh"), old=base, branch="refs/heads/x")

    assert git(rest, "ls-tree", "x").startswith("100755 ")


@pytest.mark.conforms("reported: mburumaxwell/paklo#2069")
def test_body_over_25_mib_is_refused_and_one_of_25_mib_is_not(rest: Rest) -> None:
    def body(size: int) -> bytes:
        change = add_bytes("/big", b"")
        push = {
            "refUpdates": [{"name": MAIN, "oldObjectId": ZEROS}],
            "commits": [{"comment": "big", "changes": [change]}],
        }
        empty = len(json.dumps(push))
        content = base64.b64encode(bytes((size - empty) // 4 * 3)).decode()
        change["newContent"]["content"] = content
        return json.dumps(push).encode().ljust(size)

    def send(size: int) -> requests.Response:
        return requests.post(
            f"{rest.url}/acme/backup/_apis/git/repositories/workspace/pushes",
            params={"api-version": "7.1"},
            data=body(size),
            auth=("", "x"),
            timeout=60,
        )

    over, exact = send(26_214_401), send(26_214_400)

    assert refusal(over) == (
        400,
        INVALID,
        (
            "The maximum request size of 26214400 bytes was exceeded."
            "\r\nParameter name: contentStream"
        ),
    )
    assert exact.status_code == 201


@pytest.mark.conforms("documented: Git, gitformat-pack")
def test_many_changes_become_one_pack_that_git_accepts(rest: Rest) -> None:
    rest.push(*(add(f"/d{n % 7}/e{n % 31}/{n}.py", f"# {n}") for n in range(400)))

    packs = list((rest.bare / "objects" / "pack").glob("*.pack"))
    assert len(packs) == 1
    assert git(rest, "fsck", "--strict", "--full") == ""
    assert len(rest.paths()) == 400
    assert rest.content("/d3/e3/3.py") == b"# 3"


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Pushes - List, Get")
def test_pushes_are_listed_newest_first_and_shown_alone(rest: Rest) -> None:
    commits = [rest.push(add("/a")), rest.push(add("/b"))]

    listed = rest.get("/pushes", **{"searchCriteria.includeRefUpdates": "true"})
    alone = rest.get(f"/pushes/{listed['value'][0]['pushId']}")

    assert [push["pushId"] for push in listed["value"]] == [2, 1]
    assert listed["value"][1]["refUpdates"][0]["newObjectId"] == commits[0]
    assert [commit["commitId"] for commit in alone["commits"]] == [commits[1]]
