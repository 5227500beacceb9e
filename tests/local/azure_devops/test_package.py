"""The real azure-devops package, unchanged, over plain HTTP."""

import gc
import io
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.local.azure_devops.rest import MAIN, ZEROS, Rest, add, edit

# The package never closes its sessions; their sockets end with the garbage.
pytestmark = [
    pytest.mark.conforms("reported: azure-devops 7.1.0b4 (PyPI)"),
    pytest.mark.filterwarnings("ignore:.*unclosed <socket"),
]


@pytest.fixture(autouse=True)
def sockets_end_with_each_test() -> Iterator[None]:
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def connection(rest: Rest) -> Any:
    from azure.devops.connection import Connection  # noqa: PLC0415 - cache dir first
    from msrest.authentication import BasicAuthentication  # noqa: PLC0415

    return Connection(f"{rest.url}/acme", BasicAuthentication("", "token"))


@pytest.fixture
def client(connection: Any) -> Any:
    return connection.clients_v7_1.get_git_client()


def pushed(client: Any, *changes: Any, old: str = ZEROS) -> str:
    push = {
        "refUpdates": [{"name": MAIN, "oldObjectId": old}],
        "commits": [{"comment": "From the package", "changes": list(changes)}],
    }
    result = client.create_push(push, "workspace", project="backup")
    return str(result.commits[0].commit_id)


def everything(stream: Any) -> bytes:
    return b"".join(stream)


def test_typed_push_moves_the_branch(client: Any) -> None:
    from azure.devops.v7_1.git import models  # noqa: PLC0415

    commit = models.GitCommitRef(comment="Typed", changes=[add("/a", "1")])
    update = models.GitRefUpdate(name=MAIN, old_object_id=ZEROS)
    push = client.create_push(
        models.GitPush(commits=[commit], ref_updates=[update]),
        repository_id="workspace",
        project="backup",
    )

    refs = client.get_refs("workspace", project="backup", filter="heads/main")
    assert refs[0].object_id == push.ref_updates[0].new_object_id
    assert push.push_id == 1


def test_items_are_listed_read_and_batched(client: Any) -> None:
    from azure.devops.v7_1.git import models  # noqa: PLC0415

    commit = pushed(client, add("/d/a.py", "one"), add("/b", "two"))
    version = models.GitVersionDescriptor(version=commit, version_type="commit")

    items = client.get_items(
        "workspace", "backup", "/", recursion_level="full", version_descriptor=version
    )
    content = client.get_item_content(
        "workspace", "/d/a.py", "backup", version_descriptor=version
    )
    text = client.get_item_text("workspace", "/b", "backup")
    folder = client.get_item_zip("workspace", "/d", "backup")
    descriptor = models.GitItemDescriptor(
        path="/d", version=commit, version_type="commit", recursion_level="oneLevel"
    )
    batch = client.get_items_batch(
        models.GitItemRequestData(item_descriptors=[descriptor]), "workspace", "backup"
    )

    assert [item.path for item in items] == ["/", "/b", "/d", "/d/a.py"]
    assert everything(content) == b"one"
    assert everything(text) == b"two"
    with zipfile.ZipFile(io.BytesIO(everything(folder))) as archive:
        assert archive.namelist() == ["d/a.py"]
    assert [item.path for item in batch[0]] == ["/d", "/d/a.py"]


def test_trees_and_blobs_are_read(client: Any) -> None:
    commit = pushed(client, add("/d/a.py", "one"))
    tree_id = client.get_commit(commit, "workspace", "backup").tree_id

    tree = client.get_tree("workspace", tree_id, "backup", recursive=True)
    blob = tree.tree_entries[1]
    content = client.get_blob_content("workspace", blob.object_id, "backup")
    packed = client.get_blobs_zip([blob.object_id], "workspace", "backup")

    assert (blob.relative_path, blob.size, blob.mode) == ("d/a.py", 3, "100644")
    assert client.get_blob("workspace", blob.object_id, "backup").size == 3
    assert everything(content) == b"one"
    with zipfile.ZipFile(io.BytesIO(everything(packed))) as archive:
        assert archive.read(blob.object_id) == b"one"


def test_history_changes_and_diffs_are_read(client: Any) -> None:
    from azure.devops.v7_1.git import models  # noqa: PLC0415

    first = pushed(client, add("/a", "one"))
    second = pushed(client, edit("/a", "two"), add("/b"), old=first)

    criteria = models.GitQueryCommitsCriteria(item_path="/a", top=1)
    commits = client.get_commits("workspace", criteria, "backup")
    batch = client.get_commits_batch(
        models.GitQueryCommitsCriteria(ids=[first]), "workspace", "backup"
    )
    changes = client.get_changes(second, "workspace", "backup")
    diff = client.get_commit_diffs(
        "workspace",
        "backup",
        base_version_descriptor=models.GitBaseVersionDescriptor(
            base_version=first, base_version_type="commit"
        ),
        target_version_descriptor=models.GitTargetVersionDescriptor(
            target_version=second, target_version_type="commit"
        ),
    )
    stats = client.get_branch("workspace", "main", "backup")

    assert [commit.commit_id for commit in commits] == [second]
    assert [commit.commit_id for commit in batch] == [first]
    assert changes.change_counts == {"Edit": 1, "Add": 1}
    assert diff.all_changes_included is True
    assert [change["item"]["path"] for change in diff.changes] == ["/a", "/b"]
    assert stats.commit.commit_id == second
    assert client.get_pushes("workspace", "backup")[0].push_id == 2
    assert client.get_push("workspace", 1, "backup").commits[0].commit_id == first


def test_refs_tags_and_repositories_are_managed(client: Any) -> None:
    from azure.devops.v7_1.git import models  # noqa: PLC0415

    tip = pushed(client, add("/a"))
    update = models.GitRefUpdate(
        name="refs/heads/x", old_object_id=ZEROS, new_object_id=tip
    )
    results = client.update_refs([update], "workspace", "backup")
    asked = models.GitAnnotatedTag(
        name="v1", message="m", tagged_object=models.GitObject(object_id=tip)
    )
    tag = client.create_annotated_tag(asked, "backup", "workspace")
    made = client.create_repository({"name": "second"}, "backup")
    found = client.get_annotated_tag("backup", "workspace", tag.object_id)
    policies = client.get_policy_configurations("backup")
    names = [one.name for one in client.get_repositories("backup")]
    client.delete_repository(made.id, "backup")

    assert results[0].success is True
    assert found.tagged_object.object_id == tip
    assert policies.policy_configurations == []
    assert names == ["second", "workspace"]
    assert [one.name for one in client.get_repositories()] == ["workspace"]


def test_neighbouring_calls_are_answered(client: Any) -> None:
    from azure.devops.v7_1.git import models  # noqa: PLC0415

    first = pushed(client, add("/d/a.py", "one"))
    second = pushed(client, edit("/d/a.py", "two"), old=first)
    tree_id = client.get_commit(second, "workspace", "backup").tree_id
    blob_id = client.get_item("workspace", "/d/a.py", "backup").object_id

    of_push = client.get_push_commits("workspace", 1, "backup")
    bases = client.get_merge_bases("workspace", second, first, "backup")
    tree = client.get_tree_zip("workspace", tree_id, "backup")
    blob = client.get_blob_zip("workspace", blob_id, "backup")
    branches = client.get_branches("workspace", "backup")
    stats = client.get_stats("backup", "workspace")
    locked = client.update_ref(
        models.GitRefUpdate(is_locked=True), "workspace", "heads/main", "backup"
    )
    renamed = client.update_repository({"name": "renamed"}, "workspace", "backup")

    assert [commit.commit_id for commit in of_push] == [first]
    assert [commit.commit_id for commit in bases] == [first]
    with zipfile.ZipFile(io.BytesIO(everything(tree))) as archive:
        assert archive.read("d/a.py") == b"two"
    with zipfile.ZipFile(io.BytesIO(everything(blob))) as archive:
        assert archive.read(blob_id) == b"two"
    assert [branch.name for branch in branches] == ["main"]
    assert (stats.commits_count, stats.branches_count) == (2, 1)
    assert locked.is_locked is True
    assert (renamed.name, renamed.default_branch) == ("renamed", MAIN)


def test_projects_connection_and_clone_address_are_answered(
    rest: Rest, connection: Any, client: Any
) -> None:
    core = connection.clients_v7_1.get_core_client()
    location = connection.clients_v7_1.get_location_client()

    me = location.get_connection_data()
    info = client.get_vsts_info(rest.clone_url)

    assert [one.name for one in core.get_projects()] == ["backup"]
    assert core.get_project("backup").name == "backup"
    assert me.authenticated_user.provider_display_name == "Workspace Backup"
    assert info.repository.name == "workspace"
    assert connection.clients.get_git_client().get_repositories("backup")


def test_refusals_reach_the_package_as_its_own_errors(client: Any) -> None:
    from azure.devops.exceptions import AzureDevOpsServiceError  # noqa: PLC0415

    first = pushed(client, add("/a"))
    pushed(client, add("/b"), old=first)

    with pytest.raises(AzureDevOpsServiceError) as stale:
        pushed(client, add("/c"), old=first)
    with pytest.raises(AzureDevOpsServiceError) as missing:
        client.get_item("workspace", "/none", "backup")

    assert stale.value.type_key == "GitReferenceStaleException"
    assert missing.value.message.startswith("TF401174")


def test_sign_in_page_reaches_the_package_as_a_deserialization_error(
    rest: Rest,
) -> None:
    from azure.core.exceptions import DeserializationError  # noqa: PLC0415
    from azure.devops.connection import Connection  # noqa: PLC0415
    from azure.devops.exceptions import (  # noqa: PLC0415
        AzureDevOpsAuthenticationError,
    )
    from msrest.authentication import BasicAuthentication  # noqa: PLC0415

    rest.local("credentials", {"accept_any": False})
    rest.local("credentials", {"token": "old", "state": "expired"})

    def repositories(token: str) -> Any:
        basic = BasicAuthentication("", token)
        clients = Connection(f"{rest.url}/acme", basic).clients_v7_1
        return clients.get_git_client().get_repositories("backup")

    with pytest.raises(DeserializationError):
        repositories("never issued")
    with pytest.raises(AzureDevOpsAuthenticationError):
        repositories("old")
