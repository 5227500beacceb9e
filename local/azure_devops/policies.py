"""POLICIES: shows the policies that are set; they are enforced in `rules`.

Documented: Azure DevOps Git REST 7.1, "Policy Configurations - Get"; the types in
"Repository settings and policies". That a branch is answered with what holds for every
repository or every branch, too, is a guess.
"""

from collections.abc import Iterator

from aiohttp import web

from local.azure_devops.exchange import (
    JSON,
    collection,
    json_response,
    project_of,
    query_of,
    server_of,
)
from local.azure_devops.rules import PATH_LIMIT, Rules

_REVIEWERS = ("fa4e907d-c16b-4a4c-9dfa-4906e5d171dd", "Minimum number of reviewers")
_SIZE = ("2e26e725-8201-4edd-8bf5-978563c34a80", "File size restriction")
_NAMES = ("db2b9b4c-180d-4529-9701-01541d19f36b", "Reserved names restriction")
_LENGTH = ("001a79cf-fda1-4c4e-9e7c-bac40ee5ead8", "Path Length restriction")


async def get_policy_configurations(request: web.Request) -> web.Response:
    """GET policy/configurations: those of a repository and a ref, if named."""
    server = server_of(request)
    project_of(request)
    query = query_of(request)
    repository, ref = query.text("repositoryId"), query.text("refName")
    found = [
        shown
        for shown in _all(server.rules)
        for scope in shown["settings"]["scope"]
        if repository in (None, scope["repositoryId"]) or not scope["repositoryId"]
        if _is_of(ref, scope)
    ]
    return json_response(collection(found))


def _is_of(ref: str | None, scope: JSON) -> bool:
    named = scope.get("refName")
    if ref is None or named is None or ref == named:
        return True
    return bool(scope["matchKind"] == "Prefix" and ref.startswith(named))


def _all(rules: Rules) -> Iterator[JSON]:
    number = 0
    for number, ((repository, ref), policy) in enumerate(rules.policies.items(), 1):
        kind = "Prefix" if policy.folder else "Exact"
        scope = {"refName": ref, "matchKind": kind, "repositoryId": repository}
        yield {
            **_configuration(number, _REVIEWERS, {"minimumApproverCount": 1}, scope),
            "isEnabled": policy.require_pull_request,
            "isBlocking": policy.blocking,
        }
    paths = rules.paths
    everywhere: JSON = {"repositoryId": None}
    if paths.max_file_size is not None:
        settings = {"maximumGitBlobSizeInBytes": paths.max_file_size}
        yield _configuration(number + 1, _SIZE, settings, everywhere)
    if paths.reserved_names:
        yield _configuration(number + 2, _NAMES, {}, everywhere)
    if paths.max_path_length < PATH_LIMIT:
        settings = {"maxPathLength": paths.max_path_length}
        yield _configuration(number + 3, _LENGTH, settings, everywhere)


def _configuration(
    number: int, kind: tuple[str, str], settings: JSON, scope: JSON
) -> JSON:
    identity, name = kind
    return {
        "id": number,
        "revision": 1,
        "isEnabled": True,
        "isBlocking": True,
        "isDeleted": False,
        "settings": {**settings, "scope": [scope]},
        "type": {"id": identity, "displayName": name},
    }
