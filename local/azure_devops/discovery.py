"""DISCOVERY: what clients ask before they ask for anything.

Documented: Azure DevOps REST, `OPTIONS _apis` (resource locations), ResourceAreas,
Connection Data, Projects. The ids and templates are those that the `azure-devops`
package for Python looks up; an empty list of areas means that the organization's own
address serves them all, as an on-premises server says.
"""

from aiohttp import web

from local.azure_devops.access_lists import person_descriptor
from local.azure_devops.exchange import (
    JSON,
    answer,
    call_of,
    collection,
    json_response,
    query_of,
    server_of,
)
from local.azure_devops.identities import Identity
from local.azure_devops.links import project_json
from local.azure_devops.organization import Project
from local.azure_devops.shapes import repository_json
from local.azure_devops.state import CALLER

_REPOSITORY = "{project}/_apis/{area}/repositories/{repositoryId}"
_GIT = (
    (
        "repositories",
        "225f7195-f9c7-4d14-ab28-a83f7ff77e1f",
        "{project}/_apis/{area}/{resource}/{repositoryId}",
    ),
    (
        "refs",
        "2d874a60-a811-4f62-9c9f-963a6ea0a55b",
        _REPOSITORY + "/{resource}/{*filter}",
    ),
    (
        "pushes",
        "ea98d07b-3c87-4971-8ede-a613694ffb55",
        _REPOSITORY + "/{resource}/{pushId}",
    ),
    (
        "items",
        "fb93c0db-47ed-4a31-8c20-47552878fb44",
        _REPOSITORY + "/{resource}/{*path}",
    ),
    ("itemsBatch", "630fd2e4-fb88-4f85-ad21-13f3fd1fbca9", _REPOSITORY + "/{resource}"),
    (
        "trees",
        "729f6437-6f92-44ec-8bee-273a7111063c",
        _REPOSITORY + "/{resource}/{sha1}",
    ),
    (
        "blobs",
        "7b28e929-2c99-405d-9c5c-6167a06e6816",
        _REPOSITORY + "/{resource}/{sha1}",
    ),
    (
        "commits",
        "c2570c3b-5b3f-41b8-98bf-5407bfde8d58",
        _REPOSITORY + "/{resource}/{commitId}",
    ),
    (
        "commitsBatch",
        "6400dfb2-0bcb-462b-b992-5a57f8f1416c",
        _REPOSITORY + "/{resource}",
    ),
    (
        "changes",
        "5bf884f5-3e07-42e9-afb8-1b872267bf16",
        _REPOSITORY + "/commits/{commitId}/{resource}",
    ),
    (
        "mergeBases",
        "7cf2abb6-c964-4f7e-9872-f78c66e72e9c",
        _REPOSITORY.replace("repositoryId", "repositoryNameOrId")
        + "/commits/{commitId}/{resource}",
    ),
    (
        "commits",
        "615588d5-c0c7-4b88-88f8-e625306446e8",
        _REPOSITORY + "/diffs/{resource}",
    ),
    (
        "branches",
        "d5b216de-d8d5-4d32-ae76-51df755b16d3",
        _REPOSITORY + "/stats/{resource}",
    ),
    ("stats", "616a5255-74b3-40f5-ae1d-bbae2eec8db5", _REPOSITORY + "/{resource}"),
    (
        "annotatedTags",
        "5e8a8081-3851-4626-b677-9891cc04102e",
        _REPOSITORY + "/{resource}/{objectId}",
    ),
    (
        "configurations",
        "2c420070-a0a2-49cc-9639-c9f271c5ff07",
        "{project}/_apis/{area}/policy/{resource}/{id}",
    ),
)
_OTHERS = (
    (
        "Location",
        "ResourceAreas",
        "e81700f7-3be2-46de-8624-2eb35882fcaa",
        "_apis/{resource}/{areaId}",
    ),
    (
        "Location",
        "ConnectionData",
        "00d9565f-ed9c-4a06-9a50-00e7896ccab4",
        "_apis/{resource}",
    ),
    (
        "core",
        "projects",
        "603fe2ac-9723-48b9-88ad-09305aa6c6e1",
        "_apis/{resource}/{*projectId}",
    ),
    (
        "Security",
        "permissions",
        "dd3b8bd6-c7fc-4cbd-929a-933d9c011c9d",
        "_apis/{resource}/{securityNamespaceId}/{permissions}",
    ),
    (
        "Security",
        "AccessControlLists",
        "18a2ad18-7571-46ae-bec7-0c7da1495885",
        "_apis/{resource}/{securityNamespaceId}",
    ),
    (
        "IMS",
        "Identities",
        "28010c54-d0c0-4c89-a5b0-1c9e188b9fb7",
        "_apis/{resource}/{identityId}",
    ),
)
_RESOURCE_VERSIONS = {
    "permissions": 2,
    "projects": 4,
    "pushes": 2,
    "refs": 2,
    "repositories": 1,
}


def _location(area: str, resource: str, identity: str, template: str) -> JSON:
    return {
        "id": identity,
        "area": area,
        "resourceName": resource,
        "routeTemplate": template,
        "resourceVersion": _RESOURCE_VERSIONS.get(resource, 1),
        "minVersion": "1.0",
        "maxVersion": "7.2",
        "releasedVersion": "7.1",
    }


async def get_locations(request: web.Request) -> web.Response:
    """OPTIONS _apis: id and address template of every resource, or of one area's."""
    server_of(request)
    area = request.match_info.get("area", "").lower()
    known = [_location("git", *one) for one in _GIT]
    known += [_location(*one) for one in _OTHERS]
    found = [one for one in known if area in ("", one["area"].lower())]
    return json_response(collection(found))


async def get_resource_areas(request: web.Request) -> web.Response:
    """GET ResourceAreas: none, so that clients stay at this address."""
    server_of(request)
    return json_response(collection([]))


async def get_connection_data(request: web.Request) -> web.Response:
    """GET connectionData: who the caller is."""
    server = server_of(request)
    user = _user_json(request[CALLER])
    return json_response(
        {
            "authenticatedUser": user,
            "authorizedUser": user,
            "instanceId": server.organization.id,
            "deploymentId": server.organization.id,
            "deploymentType": "hosted",
            "locationServiceData": {
                "serviceOwner": "00025394-6065-48ca-87d9-7f5672854ef7",
                "defaultAccessMappingMoniker": "PublicAccessMapping",
                "lastChangeId": 1,
                "lastChangeId64": 1,
            },
        }
    )


async def get_projects(request: web.Request) -> web.Response:
    """GET projects: all of them, a page with `$top` and `$skip`."""
    server = server_of(request)
    query = query_of(request)
    skip, top = query.number("$skip") or 0, query.number("$top")

    def work() -> JSON:
        found = server.organization.projects()[skip:]
        page = found if top is None else found[:top]
        return collection([project_json(_base(request), one) for one in page])

    return await answer(work)


async def get_project(request: web.Request) -> web.Response:
    """GET projects/{id or name}: one project."""
    named = request.match_info["named"]
    project = server_of(request).organization.project(named)
    return json_response(_project_whole(request, project))


async def get_git_info(request: web.Request) -> web.Response:
    """GET vsts/info below a clone address: which repository that is."""
    server = server_of(request)
    call = call_of(request)
    base = _base(request)
    return json_response(
        {
            "serverUrl": base,
            "collection": {
                "id": server.organization.id,
                "name": server.organization.name,
                "url": f"{base}/_apis/projectCollections/{server.organization.id}",
            },
            "repository": repository_json(call.links, call.home),
        }
    )


def _user_json(caller: Identity) -> JSON:
    return {
        "id": caller.id,
        "descriptor": person_descriptor(caller),
        "subjectDescriptor": f"aad.{caller.id}",
        "providerDisplayName": caller.name,
        "isActive": True,
        "properties": {"Account": {"$type": "System.String", "$value": caller.email}},
    }


def _project_whole(request: web.Request, project: Project) -> JSON:
    shown = project_json(_base(request), project)
    url = shown["url"]
    return {
        **shown,
        "capabilities": {"versioncontrol": {"sourceControlType": "Git"}},
        "_links": {"self": {"href": url}},
    }


def _base(request: web.Request) -> str:
    name = server_of(request).organization.name
    return f"{request.scheme}://{request.host}/{name}"
