"""Items, batches, trees and blobs as they are read back."""

import io
import zipfile

import pytest

from local.azure_devops.objects import object_id
from tests.local.azure_devops.rest import (
    Rest,
    add,
    add_bytes,
    delete,
    edit,
    refusal,
    rename,
)

pytestmark = pytest.mark.conforms("documented: Azure Repos REST 7.1, Items - List")

FIVE_MIB = 5_242_880


@pytest.fixture
def filled(rest: Rest) -> Rest:
    rest.push(add("/a.py", "print(1)"), add("/d/b.sql", "select 1"), add("/d/e/c", "c"))
    return rest


def test_full_listing_starts_with_its_scope_and_names_folders(filled: Rest) -> None:
    items = filled.get("/items", scopePath="/d", recursionLevel="Full")

    assert items["count"] == 4
    shown = [(i["path"], i["gitObjectType"], i.get("isFolder")) for i in items["value"]]
    assert shown == [
        ("/d", "tree", True),
        ("/d/b.sql", "blob", None),
        ("/d/e", "tree", True),
        ("/d/e/c", "blob", None),
    ]
    assert items["value"][1]["objectId"] == object_id("blob", b"select 1")
    assert items["value"][1]["commitId"] == filled.tip()


@pytest.mark.parametrize(
    ("level", "count"), [("None", 1), ("OneLevel", 3), ("onelevel", 3), ("Full", 4)]
)
def test_recursion_level_says_how_deep(filled: Rest, level: str, count: int) -> None:
    items = filled.get("/items", scopePath="/d", recursionLevel=level)

    assert items["count"] == count


def test_content_metadata_is_only_on_the_first_item(filled: Rest) -> None:
    items = filled.get("/items", scopePath="/d/b.sql", includeContentMetadata="true")[
        "value"
    ]

    assert items[0]["contentMetadata"]["fileName"] == "b.sql"
    assert items[0]["contentMetadata"]["extension"] == "sql"
    assert items[0]["contentMetadata"]["encoding"] == 65001


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Items - Get")
def test_item_alone_is_no_list_and_may_have_its_content(filled: Rest) -> None:
    item = filled.get("/items", path="/a.py", includeContent="true")

    assert item["path"] == "/a.py"
    assert item["content"] == "print(1)"


@pytest.mark.conforms("guess")
def test_path_in_the_address_is_an_item_too(filled: Rest) -> None:
    assert filled.get("/items/d/b.sql")["path"] == "/d/b.sql"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_other_casing_finds_a_unique_item_under_its_own_spelling(filled: Rest) -> None:
    assert filled.get("/items", path="/D/B.SQL")["path"] == "/d/b.sql"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_other_casing_finds_nothing_where_it_is_ambiguous(rest: Rest) -> None:
    rest.push(add("/x"), add("/X"))

    assert rest.get("/items", path="/X")["path"] == "/X"
    rest.push(rename("/x", "/yY"), rename("/X", "/Yy"))
    assert rest.ask("GET", "/items", path="/yy").status_code == 404


@pytest.mark.conforms("reported: many public issues (TF401174)")
def test_unknown_path_is_a_404_that_names_path_and_version(filled: Rest) -> None:
    status, key, message = refusal(filled.ask("GET", "/items", path="/none"))

    assert (status, key) == (404, "GitItemNotFoundException")
    assert message.startswith("TF401174: ")
    assert "'/none'" in message
    assert "<Branch: main >" in message


@pytest.mark.conforms("reported: many public issues (TF401175)")
def test_unknown_branch_is_a_404_of_its_own(filled: Rest) -> None:
    version = {"versionDescriptor.version": "nope"}

    assert refusal(filled.ask("GET", "/items", path="/a.py", **version)) == (
        404,
        "GitUnresolvableToCommitException",
        (
            "TF401175: The version descriptor <Branch: nope > could not be resolved to"
            " a version in the repository workspace"
        ),
    )


@pytest.mark.conforms("documented: Azure Repos REST 7.1, GitVersionDescriptor")
def test_branch_named_in_full_is_not_found(filled: Rest) -> None:
    version = {"versionDescriptor.version": "refs/heads/main"}

    assert filled.ask("GET", "/items", path="/a.py", **version).status_code == 404


@pytest.mark.conforms("reported: many public issues (VS403403)")
def test_empty_repository_has_no_branches_to_read_from(rest: Rest) -> None:
    assert refusal(rest.ask("GET", "/items", scopePath="/")) == (
        404,
        "GitItemNotFoundException",
        "VS403403: Cannot find any branches for the workspace repository.",
    )
    assert rest.get("/refs")["value"] == []


@pytest.mark.conforms("documented: Azure Repos REST 7.1, GitVersionDescriptor")
def test_content_is_read_at_branch_tag_and_commit(filled: Rest) -> None:
    first = filled.tip() or ""
    filled.ask(
        "POST",
        "/annotatedTags",
        {"name": "v1", "message": "m", "taggedObject": {"objectId": first}},
    )
    filled.push(edit("/a.py", "print(2)"))

    def at(kind: str, name: str) -> bytes:
        version = {
            "versionDescriptor.versionType": kind,
            "versionDescriptor.version": name,
        }
        return filled.content("/a.py", **version)

    assert at("branch", "main") == b"print(2)"
    assert at("tag", "v1") == b"print(1)"
    assert at("Commit", first) == b"print(1)"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_text_and_json_are_cut_at_5_mib_but_bytes_are_not(rest: Rest) -> None:
    rest.push(add_bytes("/big", b"x" * (FIVE_MIB + 10)), add_bytes("/fits", b"y"))

    text = rest.ask("GET", "/items", path="/big", accept="text/plain")
    json = rest.ask("GET", "/items", path="/big", includeContent="true")

    assert (text.status_code, len(text.content)) == (206, FIVE_MIB)
    assert (json.status_code, len(json.json()["content"])) == (206, FIVE_MIB)
    assert len(rest.content("/big")) == FIVE_MIB + 10
    assert rest.ask("GET", "/items", path="/fits", accept="text/plain").text == "y"


@pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, Items - Get", "names inside are a guess"
)
def test_folder_comes_as_a_zip(filled: Rest) -> None:
    response = filled.ask("GET", "/items", scopePath="/d", **{"$format": "zip"})

    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert response.headers["Content-Type"] == "application/zip"
        assert archive.namelist() == ["d/b.sql", "d/e/c"]
        assert archive.read("d/b.sql") == b"select 1"


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Items - Get")
def test_download_is_offered_under_the_files_name(filled: Rest) -> None:
    response = filled.ask("GET", "/items", path="/a.py", download="true", accept="*/*")

    assert response.content == b"print(1)"
    assert "a.py" in response.headers["Content-Disposition"]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Items - Get")
def test_latest_change_of_an_item_is_the_commit_that_made_it(filled: Rest) -> None:
    first = filled.tip()
    filled.push(edit("/a.py"))

    items = filled.get(
        "/items", scopePath="/d", recursionLevel="Full", latestProcessedChange="true"
    )["value"]

    assert {i["latestProcessedChange"]["commitId"] for i in items} == {first}


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_listing_with_a_top_comes_in_pages(filled: Rest) -> None:
    query = {"scopePath": "/", "$top": 3}

    first = filled.ask("GET", "/items", **query)
    token = first.headers["x-ms-continuationtoken"]
    second = filled.ask("GET", "/items", **query, continuationToken=token)
    foreign = filled.ask("GET", "/items", scopePath="/d", continuationToken=token)

    paths = [[one["path"] for one in r.json()["value"]] for r in (first, second)]
    assert paths == [["/a.py", "/d", "/d/b.sql"], ["/d/e", "/d/e/c"]]
    assert "x-ms-continuationtoken" not in second.headers
    assert foreign.status_code == 400


def batch(rest: Rest, *paths: str, level: str = "OneLevel") -> dict[str, object]:
    commit = rest.tip()
    descriptors = [
        {
            "path": path,
            "version": commit,
            "versionType": "commit",
            "recursionLevel": level,
        }
        for path in paths
    ]
    return {"itemDescriptors": descriptors}


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Items - Get Items Batch")
def test_batch_answers_a_list_for_each_descriptor(filled: Rest) -> None:
    response = filled.ask("POST", "/itemsbatch", batch(filled, "/d", "/d/e"))

    lists = response.json()["value"]
    assert [[item["path"] for item in one] for one in lists] == [
        ["/d", "/d/b.sql", "/d/e"],
        ["/d/e", "/d/e/c"],
    ]


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_batch_leaves_null_where_a_path_is_missing(filled: Rest) -> None:
    response = filled.ask("POST", "/itemsBatch", batch(filled, "/none", "/d/e"))

    lists = response.json()["value"]
    assert lists[0] is None
    assert lists[1][0]["path"] == "/d/e"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_batch_that_finds_nothing_is_a_400(filled: Rest) -> None:
    response = filled.ask("POST", "/itemsbatch", batch(filled, "/none", "/neither"))

    assert refusal(response)[:2] == (400, "ItemBatchNotFoundException")


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Trees - Get")
def test_tree_lists_all_levels_with_sizes_and_relative_paths(filled: Rest) -> None:
    root = filled.get("/items", path="/")["objectId"]

    tree = filled.get(f"/trees/{root}", recursive="true")

    shown = {
        entry["relativePath"]: (entry["mode"], entry["gitObjectType"], entry["size"])
        for entry in tree["treeEntries"]
    }
    assert shown["a.py"] == ("100644", "blob", len("print(1)"))
    assert shown["d/e/c"] == ("100644", "blob", 1)
    assert shown["d"][:2] == ("40000", "tree")
    assert len(shown) == 5


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Trees - Get")
def test_tree_without_recursion_is_one_level(filled: Rest) -> None:
    root = filled.get("/items", path="/")["objectId"]

    entries = filled.get(f"/trees/{root}")["treeEntries"]

    assert [entry["relativePath"] for entry in entries] == ["a.py", "d"]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Blobs - Get Blob")
def test_blob_is_bytes_or_its_size(filled: Rest) -> None:
    oid = object_id("blob", b"select 1")

    content = filled.ask("GET", f"/blobs/{oid}", accept="application/octet-stream")

    assert content.content == b"select 1"
    assert filled.get(f"/blobs/{oid}")["size"] == len(b"select 1")


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_unknown_blob_is_a_400(filled: Rest) -> None:
    assert filled.ask("GET", f"/blobs/{'1' * 40}").status_code == 400


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Blobs - Get Blobs Zip")
def test_blobs_zip_holds_each_blob_once_under_its_id(filled: Rest) -> None:
    oids = [object_id("blob", b"c"), object_id("blob", b"select 1")]

    response = filled.ask("POST", "/blobs", [*oids, oids[0]], accept="application/zip")

    with zipfile.ZipFile(io.BytesIO(response.content)) as archive:
        assert archive.namelist() == oids
        assert archive.read(oids[1]) == b"select 1"


@pytest.mark.conforms("likely: on-premises server, second-hand")
def test_blobs_zip_with_an_unknown_id_is_a_400(filled: Rest) -> None:
    oids = [object_id("blob", b"c"), "1" * 40]

    assert filled.ask("POST", "/blobs", oids).status_code == 400


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Commits")
def test_history_of_a_path_leaves_out_other_commits(filled: Rest) -> None:
    first = filled.tip()
    filled.push(add("/other"))
    changed = filled.push(edit("/d/b.sql"))

    found = filled.get("/commits", **{"searchCriteria.itemPath": "/d"})["value"]

    assert [commit["commitId"] for commit in found] == [changed, first]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Commits")
def test_history_is_paged_and_links_to_the_next_page(rest: Rest) -> None:
    commits = [rest.push(add(f"/{n}")) for n in range(5)][::-1]

    response = rest.ask("GET", "/commits", **{"$top": 2, "$skip": 1})

    assert [one["commitId"] for one in response.json()["value"]] == commits[1:3]
    assert response.links["next"]["url"].startswith(rest.url)
    following = rest.ask_url("GET", response.links["next"]["url"])
    assert [one["commitId"] for one in following.json()["value"]] == commits[3:]


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Commits")
def test_history_sends_100_commits_without_a_top(rest: Rest) -> None:
    for number in range(101):
        rest.local(
            "commit",
            {
                "repository": "workspace",
                "branch": "main",
                "changes": [{"path": "/n", "content": str(number)}],
            },
        )

    assert rest.get("/commits")["count"] == 100
    assert rest.get("/commits", **{"searchCriteria.$top": "500"})["count"] == 101


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Commits")
def test_history_between_dates_and_versions(rest: Rest) -> None:
    def made(day: int, branch: str) -> str:
        who = {"name": "A", "email": "a@x", "date": f"2024-05-{day:02d}T00:00:00Z"}
        change = add(f"/{day}")
        base = rest.tip(branch) or rest.tip()
        return rest.push(
            change, old=base, branch=branch, author=who, committer=who, comment="m"
        )

    main = [made(day, "refs/heads/main") for day in (1, 2, 3)]
    topic = [made(day, "refs/heads/topic") for day in (4, 5)]

    def ids(**criteria: str) -> list[str]:
        named = {f"searchCriteria.{name}": value for name, value in criteria.items()}
        return [one["commitId"] for one in rest.get("/commits", **named)["value"]]

    assert ids(fromDate="2024-05-02T00:00:00Z") == main[:0:-1]
    assert ids(toDate="2024-05-02T12:00:00Z") == main[1::-1]
    assert ids(**{"itemVersion.version": "topic"}) == [*topic[::-1], *main[::-1]]
    between = {"itemVersion.version": "main", "compareVersion.version": "topic"}
    assert ids(**between) == topic[::-1]
    assert ids(author="nobody") == []
    body = {
        "itemVersion": {"version": "main", "versionType": "branch"},
        "compareVersion": {"version": "topic", "versionType": "branch"},
    }
    batched = rest.ask("POST", "/commitsbatch", body).json()["value"]
    assert [one["commitId"] for one in batched] == topic[::-1]


@pytest.mark.conforms("reported: recorded replies of getsentry/sentry")
def test_lists_show_the_first_line_of_a_message_only(rest: Rest) -> None:
    commit = rest.push(add("/a"), comment="First line\n\nrun: 42")

    listed = rest.get("/commits")["value"][0]

    assert listed["comment"] == "First line"
    assert listed["commentTruncated"] is True
    assert rest.get(f"/commits/{commit}")["comment"] == "First line\n\nrun: 42"


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Changes")
def test_changes_of_a_commit_include_folders_and_renames(filled: Rest) -> None:
    commit = filled.push(
        edit("/a.py"), rename("/d/b.sql", "/n/b.sql"), delete("/d/e/c")
    )

    found = filled.get(f"/commits/{commit}/changes")

    shown = {one["item"]["path"]: one["changeType"] for one in found["changes"]}
    assert shown == {
        "/a.py": "edit",
        "/d": "delete",
        "/d/b.sql": "delete, sourceRename",
        "/d/e": "delete",
        "/d/e/c": "delete",
        "/n": "add",
        "/n/b.sql": "rename",
    }
    moved = [one for one in found["changes"] if one["changeType"] == "rename"]
    assert moved[0]["sourceServerItem"] == "/d/b.sql"


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Commits - Get Changes")
def test_changes_are_paged(filled: Rest) -> None:
    commit = filled.tip()

    page = filled.get(f"/commits/{commit}/changes", top=2, skip=1)

    assert [one["item"]["path"] for one in page["changes"]] == ["/d", "/d/b.sql"]
    assert page["changeCounts"] == {"Add": 5}


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Diffs - Get")
def test_diff_is_cut_after_100_changes_and_says_so(rest: Rest) -> None:
    first = rest.push(add("/a"))
    last = rest.push(*(add(f"/{n:03d}") for n in range(150)))
    versions = {
        "baseVersion": first,
        "baseVersionType": "commit",
        "targetVersion": last,
        "targetVersionType": "commit",
    }

    cut = rest.get("/diffs/commits", **versions)
    whole = rest.get("/diffs/commits", **versions, **{"$top": 200})

    assert (len(cut["changes"]), cut["allChangesIncluded"]) == (100, False)
    assert (len(whole["changes"]), whole["allChangesIncluded"]) == (150, True)
    assert (whole["aheadCount"], whole["behindCount"]) == (1, 0)
    assert whole["changeCounts"] == {"Add": 150}


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Diffs - Get")
def test_diff_is_against_the_common_commit_unless_told_otherwise(rest: Rest) -> None:
    base = rest.push(add("/a"))
    rest.push(add("/main-only"))
    rest.push(add("/topic-only"), old=base, branch="refs/heads/topic")
    versions = {"baseVersion": "main", "targetVersion": "topic"}

    common = rest.get("/diffs/commits", **versions)
    direct = rest.get("/diffs/commits", **versions, diffCommonCommit="false")

    assert [one["item"]["path"] for one in common["changes"]] == ["/topic-only"]
    assert {one["item"]["path"]: one["changeType"] for one in direct["changes"]} == {
        "/main-only": "delete, sourceRename",
        "/topic-only": "rename",
    }


@pytest.mark.conforms("documented: Azure Repos REST 7.1, Stats - List")
def test_branch_stats_count_ahead_and_behind(rest: Rest) -> None:
    base = rest.push(add("/a"))
    rest.push(add("/b"))
    rest.push(add("/c"), old=base, branch="refs/heads/topic")

    stats = {one["name"]: one for one in rest.get("/stats/branches")["value"]}

    assert stats["main"]["isBaseVersion"] is True
    assert (stats["topic"]["aheadCount"], stats["topic"]["behindCount"]) == (1, 1)
    assert rest.get("/stats/branches", name="topic")["name"] == "topic"


@pytest.mark.conforms(
    "documented: Azure Repos REST 7.1, GitVersionDescriptor",
    "which commit that is, is a guess",
)
def test_the_change_before_the_last_can_be_read(rest: Rest) -> None:
    rest.push(add("/a", "first"))
    rest.push(edit("/a", "second"))
    rest.push(add("/b"))
    previous = {"versionDescriptor.versionOptions": "previousChange"}
    previous |= {"versionDescriptor.version": "main"}

    content = rest.content("/a", **previous)
    never = rest.ask("GET", "/items", path="/b", **previous)

    assert content == b"first"
    assert refusal(never)[:2] == (404, "GitItemNotFoundException")
