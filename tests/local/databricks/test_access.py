"""Who may ask, Git folders, permissions, and how errors look."""

import pytest
from databricks.sdk.errors import (
    InvalidParameterValue,
    NotFound,
    PermissionDenied,
    ResourceAlreadyExists,
    Unauthenticated,
)
from databricks.sdk.service.workspace import (
    RepoAccessControlRequest,
    RepoPermissionLevel,
    SparseCheckout,
    SparseCheckoutUpdate,
    WorkspaceObjectAccessControlRequest,
    WorkspaceObjectPermissionLevel,
)

from tests.local.databricks.conftest import Server

pytestmark = pytest.mark.conforms("documented: Current User API, me")

DEVOPS = "azureDevOpsServices"


def test_the_caller_and_their_groups_are_known(server: Server) -> None:
    server.local("POST", "me", {"user_name": "backup", "groups": ["users"]})

    me = server.sdk.current_user.me()

    assert me.user_name == "backup"
    assert [group.display for group in me.groups or []] == ["users"]


@pytest.mark.conforms("documented: Groups (admins)")
def test_an_administrator_is_in_the_group_admins(server: Server) -> None:
    groups = server.sdk.current_user.me().groups or []

    assert "admins" in [group.display for group in groups]


@pytest.mark.conforms("reported: SDK issues, Azure Databricks knowledge base")
@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 401, "Credential was not sent"),
        ({"Authorization": "Basic YTpi"}, 401, "Credential was not sent"),
        ({"Authorization": "Bearer wrong"}, 403, "Invalid access token."),
    ],
)
def test_nobody_comes_in_without_a_good_token(
    server: Server, headers: dict[str, str], status: int, message: str
) -> None:
    url = f"{server.url}/api/2.0/workspace/list?path=/"
    answer = server.http.get(url, headers=headers, timeout=5)

    assert answer.status_code == status
    assert message in answer.json()["message"]


@pytest.mark.conforms("reported: databrickslabs/splunk-integration#55")
def test_a_token_expires_when_its_time_is_over(server: Server) -> None:
    server.local("POST", "tokens", {"token": "entra", "expires_in": 3600})
    server.headers["Authorization"] = "Bearer entra"
    server.get("workspace/list", path="/")
    server.clock.seconds += 3600

    refused = server.refused("GET", "workspace/list", path="/")

    assert refused == (401, "UNAUTHENTICATED", "Token is expired")


@pytest.mark.conforms("ours")
def test_a_token_can_be_made_to_expire_now(server: Server) -> None:
    server.local("DELETE", "tokens?token=dapi-local")

    with pytest.raises(Unauthenticated, match="expired"):
        server.sdk.current_user.me()


@pytest.mark.conforms("reported: databricks-sdk-py, config")
def test_the_sdk_finds_no_discovery_and_goes_on(server: Server) -> None:
    url = f"{server.url}/.well-known/databricks-config"
    answer = server.http.get(url, timeout=5)

    assert answer.status_code == 404
    assert answer.json()["error_code"]


@pytest.mark.conforms("reported: terraform-provider-databricks issues")
def test_an_unknown_call_is_refused_in_the_apis_words(server: Server) -> None:
    refused = server.refused("GET", "nothing/here")

    assert refused == (
        *(404, "ENDPOINT_NOT_FOUND"),
        "No API found for 'GET /nothing/here'",
    )


@pytest.mark.conforms("guess")
def test_a_body_that_is_no_json_is_refused(server: Server) -> None:
    url = f"{server.url}/api/2.0/workspace/mkdirs"
    answer = server.http.post(url, data=b"{", headers=server.headers, timeout=5)

    assert (answer.status_code, answer.json()["error_code"]) == (
        400,
        "MALFORMED_REQUEST",
    )


@pytest.mark.conforms(
    "documented: Resource limits (429)", "header: databricks-sdk-py, retries"
)
@pytest.mark.parametrize("retry_after", [7, None])
def test_the_rate_limit_is_the_whole_workspaces(
    server: Server, retry_after: int | None
) -> None:
    limits = {"requests_per_second": {"workspace/": 1}, "retry_after": retry_after}
    server.local("POST", "limits", limits)
    server.get("workspace/list", path="/")

    answer = server.ask("GET", "/api/2.0/workspace/get-status", path="/")

    assert answer.status_code == 429
    assert answer.json()["error_code"] == "REQUEST_LIMIT_EXCEEDED"
    assert answer.headers.get("Retry-After") == (retry_after and str(retry_after))
    server.sdk.current_user.me()


@pytest.mark.conforms("documented: error codes of the SDKs")
def test_a_fault_without_a_body_looks_like_the_api(server: Server) -> None:
    fault = {"path": "path=/Shared$", "status": 403, "method": "GET"}
    server.local("POST", "faults", [fault])

    with pytest.raises(PermissionDenied):
        list(server.sdk.workspace.list("/Shared"))
    assert server.paths("/Users") == []


@pytest.mark.conforms("documented: Repos API")
def test_a_git_folder_lives_through_its_calls(server: Server) -> None:
    repos = server.sdk.repos
    url = "https://dev.azure.com/contoso/retail/_git/etl"
    made = repos.create(
        url, DEVOPS, path="/Shared/etl", sparse_checkout=SparseCheckout(["jobs"])
    )
    assert made.id is not None
    repos.update(made.id, branch="release")
    now = repos.get(made.id)

    assert (made.path, made.branch, made.url) == ("/Shared/etl", "main", url)
    assert now.branch == "release"
    assert now.head_commit_id not in (None, made.head_commit_id)
    assert now.sparse_checkout is not None
    assert now.sparse_checkout.patterns == ["jobs"]
    repos.delete(made.id)
    with pytest.raises(NotFound):
        repos.get(made.id)
    assert server.paths("/Shared") == []


@pytest.mark.conforms("documented: Repos API, create")
def test_a_git_folder_goes_to_the_callers_own_if_no_path_is_named(
    server: Server,
) -> None:
    made = server.sdk.repos.create("https://github.com/contoso/etl.git", "gitHub")

    assert made.path == "/Repos/ada@example.com/etl"
    listed = server.get("workspace/list", path="/Repos/ada@example.com")["objects"]
    assert [one["object_type"] for one in listed] == ["REPO"]


@pytest.mark.conforms("reported: databricks/cli, testserver")
def test_elsewhere_a_git_folder_is_a_folder_with_a_mark(server: Server) -> None:
    server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")

    (folder,) = server.sdk.workspace.list("/Shared")

    assert folder.directory_info is not None
    assert folder.directory_info.is_git_folder
    assert server.paths("/Shared/etl") == ["/Shared/etl/README.md"]


@pytest.mark.conforms("reported: terraform-provider-databricks#862")
def test_the_parent_of_a_git_folder_must_exist(server: Server) -> None:
    with pytest.raises(NotFound, match="Parent directory /no does not exist"):
        server.sdk.repos.create("https://g/etl", DEVOPS, path="/no/etl")


@pytest.mark.conforms(
    "documented: Repos API, create (the form of paths below /Repos)",
    "the text is a guess",
)
@pytest.mark.parametrize("path", ["/Repos/etl", "/Repos/a/b/etl"])
def test_a_git_folder_below_repos_is_in_a_folder_there(
    server: Server, path: str
) -> None:
    with pytest.raises(InvalidParameterValue, match="must be /Repos/<folder>/"):
        server.sdk.repos.create("https://g/etl", DEVOPS, path=path)


@pytest.mark.conforms("reported: terraform-provider-databricks#2122")
@pytest.mark.parametrize("there", ["folder", "notebook", "Git folder"])
def test_a_git_folder_is_made_where_nothing_is(server: Server, there: str) -> None:
    if there == "folder":
        server.sdk.workspace.mkdirs("/Shared/etl")
    elif there == "notebook":
        server.notebook("/Shared/etl")
    else:
        server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")

    with pytest.raises(ResourceAlreadyExists, match="Repo /Shared/etl already exists"):
        server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")


@pytest.mark.conforms("reported: databricks-cli#404")
def test_who_cannot_sign_in_to_the_git_provider_clones_nothing(server: Server) -> None:
    made = server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")
    assert made.id is not None
    server.local("POST", "me", {"git_credential": False})

    with pytest.raises(PermissionDenied, match="credentials missing"):
        server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/other")
    with pytest.raises(PermissionDenied, match="credentials missing"):
        server.sdk.repos.update(made.id, branch="main")
    assert server.paths("/Shared") == ["/Shared/etl"]


@pytest.mark.conforms("documented: Repos API, create (providers)", "text: a guess")
def test_git_providers_are_known_by_name_in_any_case(server: Server) -> None:
    server.sdk.repos.create("https://g/etl", "AzureDevOpsServices", path="/Shared/etl")

    with pytest.raises(InvalidParameterValue, match="Invalid Git provider: azure"):
        server.sdk.repos.create("https://g/etl", "azure", path="/Shared/other")


@pytest.mark.conforms("reported: terraform-provider-databricks#2211")
def test_a_sparse_checkout_takes_folders_and_no_patterns_of_gitignore(
    server: Server,
) -> None:
    for pattern in ("!/*", "jobs/*"):
        with pytest.raises(InvalidParameterValue, match="sparse-checkout cone pattern"):
            server.sdk.repos.create(
                "https://g/etl",
                DEVOPS,
                path="/Shared/etl",
                sparse_checkout=SparseCheckout(["jobs", pattern]),
            )
    assert server.paths("/Shared") == []


@pytest.mark.conforms("documented: Repos API, update", "the text is a guess")
def test_a_checkout_that_is_whole_does_not_become_sparse(server: Server) -> None:
    made = server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")
    assert made.id is not None

    with pytest.raises(InvalidParameterValue, match="not enabled"):
        server.sdk.repos.update(made.id, sparse_checkout=SparseCheckoutUpdate(["jobs"]))


@pytest.mark.conforms("documented: Repos API, list")
def test_git_folders_come_in_pages_of_twenty(server: Server) -> None:
    for number in range(45):
        server.sdk.repos.create("https://g/x", DEVOPS, path=f"/Shared/{number:02}")
    server.sdk.repos.create("https://g/x", DEVOPS, path="/Users/x")
    server.local("DELETE", "stats")

    found = [repo.path for repo in server.sdk.repos.list(path_prefix="/Shared")]

    assert found == [f"/Shared/{number:02}" for number in range(45)]
    assert server.local("GET", "stats")["routes"] == {"GET /api/2.0/repos": 3}


@pytest.mark.conforms("documented: Repos API, list (path_prefix)")
@pytest.mark.parametrize("prefix", [None, "/", "/Workspace"])
def test_without_a_prefix_only_git_folders_below_repos_are_listed(
    server: Server, prefix: str | None
) -> None:
    server.sdk.workspace.mkdirs("/Repos/ada")
    server.sdk.repos.create("https://g/x", DEVOPS, path="/Repos/ada/x")
    server.sdk.repos.create("https://g/x", DEVOPS, path="/Shared/x")

    found = [repo.path for repo in server.sdk.repos.list(path_prefix=prefix)]

    assert found == ["/Repos/ada/x"]


@pytest.mark.conforms("documented: Permissions API")
def test_permissions_of_objects_are_kept(server: Server) -> None:
    server.notebook("/a/x")
    object_id = str(server.sdk.workspace.get_status("/a/x").object_id)
    workspace = server.sdk.workspace
    level = WorkspaceObjectPermissionLevel
    grant = WorkspaceObjectAccessControlRequest

    workspace.set_permissions(
        "notebooks",
        object_id,
        access_control_list=[
            grant(group_name="users", permission_level=level.CAN_READ)
        ],
    )
    workspace.update_permissions(
        "notebooks",
        object_id,
        access_control_list=[grant(user_name="ada", permission_level=level.CAN_EDIT)],
    )
    found = workspace.get_permissions("notebooks", object_id).access_control_list or []
    levels = workspace.get_permission_levels("notebooks", object_id)

    assert [one.user_name or one.group_name for one in found] == [
        *("users", "ada", "admins")
    ]
    assert len(levels.permission_levels or []) == 4


@pytest.mark.conforms("documented: Permissions API")
def test_permissions_of_git_folders_are_kept(server: Server) -> None:
    made = server.sdk.repos.create("https://g/etl", DEVOPS, path="/Shared/etl")
    repo_id, level = str(made.id), RepoPermissionLevel.CAN_MANAGE
    grant = RepoAccessControlRequest(group_name="users", permission_level=level)

    server.sdk.repos.set_permissions(repo_id, access_control_list=[grant])
    server.sdk.repos.update_permissions(repo_id, access_control_list=[])

    found = server.sdk.repos.get_permissions(repo_id).access_control_list or []
    assert [one.group_name for one in found] == ["users", "admins"]
    assert server.sdk.repos.get_permission_levels(repo_id).permission_levels
