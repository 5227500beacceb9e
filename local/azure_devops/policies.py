"""POLICIES: shows the branch policies that are set; they are enforced in `rules`.

Documented: Azure DevOps Git REST 7.1, "Policy Configurations - Get".
"""

from aiohttp import web

from local.azure_devops.exchange import (
    JSON,
    collection,
    json_response,
    project_of,
    query_of,
    server_of,
)
from local.azure_devops.rules import BranchPolicy

_MINIMUM_REVIEWERS = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd"


async def get_policy_configurations(request: web.Request) -> web.Response:
    """GET policy/configurations: those of a repository and a ref, if named."""
    server = server_of(request)
    project_of(request)
    query = query_of(request)
    repository, ref = query.text("repositoryId"), query.text("refName")
    found = [
        _policy_json(number, place, policy)
        for number, (place, policy) in enumerate(server.rules.policies.items(), 1)
        if repository in (None, place[0]) and ref in (None, place[1])
    ]
    return json_response(collection(found))


def _policy_json(number: int, place: tuple[str, str], policy: BranchPolicy) -> JSON:
    repository, ref = place
    scope = {"refName": ref, "matchKind": "Exact", "repositoryId": repository}
    return {
        "id": number,
        "revision": 1,
        "isEnabled": policy.require_pull_request,
        "isBlocking": True,
        "isDeleted": False,
        "settings": {"minimumApproverCount": 1, "scope": [scope]},
        "type": {
            "id": _MINIMUM_REVIEWERS,
            "displayName": "Minimum number of reviewers",
        },
    }
