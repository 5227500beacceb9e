"""ACCESS: shows who else may do what, as access control lists; enforces nothing.

Documented: Azure DevOps REST 7.1, "Access Control Lists - Query", "Identities - Read
Identities"; the tokens in "Security namespace and permission reference"; what the
groups hold in "Default Git repository and branch permissions"; that whoever may read
may look ("Security Namespaces - Query": the namespace's readPermission is 2).
Reported: mondoohq/cnquery, fakeado: a token without a list gives none.
"""

from aiohttp import web

from local.azure_devops.access_lists import (
    ADMINISTER,
    COLLECTION_ADMINISTRATORS,
    GROUPS,
    ROOT,
    AccessList,
    Entry,
    bits_of,
    descriptor_of,
    person_descriptor,
)
from local.azure_devops.exchange import (
    JSON,
    collection,
    json_response,
    query_of,
    server_of,
)
from local.azure_devops.identities import Identity
from local.azure_devops.organization import Project
from local.azure_devops.rights import check_namespace
from local.azure_devops.rules import BITS, Rules
from local.azure_devops.state import CALLER, Server


async def get_access_control_lists(request: web.Request) -> web.Response:
    """GET accesscontrollists/{namespace}: the list of the token, or none.

    Children's lists are not among them (`recurse`), nor what follows of them for
    members of groups (`includeExtendedInfo`).
    """
    server = server_of(request)
    check_namespace(request.match_info["namespace"])
    server.rules.require("GenericRead", request[CALLER])
    token = (query_of(request).text("token") or "").strip("/")
    found = _list_of(server, token, request[CALLER])
    return json_response(collection([] if found is None else [_shown(token, found)]))


async def get_identities(request: web.Request) -> web.Response:
    """GET identities: those of the descriptors; null for one that nobody has."""
    server = server_of(request)
    asked = (query_of(request).text("descriptors") or "").split(",")
    known = _names(server, request[CALLER])
    found = [_identity(one, known[one]) if one in known else None for one in asked]
    return json_response(collection(found))


def _list_of(server: Server, token: str, caller: Identity) -> AccessList | None:
    if token in server.access.lists:
        return server.access.lists[token]
    if token == ROOT:
        administrators = descriptor_of(COLLECTION_ADMINISTRATORS, "")
        return AccessList({administrators: Entry(bits_of(ADMINISTER))})
    for project in server.organization.projects():
        if token == f"{ROOT}/{project.id}":
            return AccessList(_of_project(project, server.rules, caller))
    return None


def _of_project(project: Project, rules: Rules, caller: Identity) -> dict[str, Entry]:
    held = [name for name in BITS if name in rules.permissions and rules.allows(name)]
    entries = {
        descriptor_of(group, project.name): Entry(bits_of(permissions))
        for group, permissions in GROUPS.items()
    }
    return {**entries, person_descriptor(caller): Entry(bits_of(held))}


def _shown(token: str, found: AccessList) -> JSON:
    return {
        "inheritPermissions": found.inherit,
        "token": token,
        "acesDictionary": {
            descriptor: {
                "descriptor": descriptor,
                "allow": entry.allow,
                "deny": entry.deny,
            }
            for descriptor, entry in found.entries.items()
        },
        "includeExtendedInfo": False,
    }


def _names(server: Server, caller: Identity) -> dict[str, str]:
    organization = server.organization
    administrators = descriptor_of(COLLECTION_ADMINISTRATORS, "")
    shown = f"[{organization.name}]\\{COLLECTION_ADMINISTRATORS}"
    names = {administrators: shown, person_descriptor(caller): caller.name}
    for project in organization.projects():
        for group in GROUPS:
            name = f"[{project.name}]\\{group}"
            names[descriptor_of(group, project.name)] = name
    return names


def _identity(descriptor: str, name: str) -> JSON:
    return {
        "descriptor": descriptor,
        "providerDisplayName": name,
        "isActive": True,
        "isContainer": name.startswith("["),
        "members": [],
        "memberOf": [],
        "properties": {},
    }
