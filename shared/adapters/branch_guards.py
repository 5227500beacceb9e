"""OUTSIDE: rights, access lists and policies of the backup branch; decides nothing.

Documented: Azure DevOps REST 7.1 (Access Control Lists - Query, Permissions - Has
Permissions, Identities - Read Identities, Git Policy Configurations - Get); the policy
types that want no pull request in "Repository settings and policies", their ids as
`az repos policy list` shows them. Reported: a query answers with the list of the very
token, without what it inherits.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.git_rights import (
    NAMESPACE,
    ROOT,
    branch_parts,
    branch_token,
    has,
)
from shared.adapters.git_rows import said
from shared.domain.access import AccessList, Entry, Right
from shared.errors import Unavailable
from shared.ports.setup import Policy

BITS: Mapping[Right, int] = {
    Right.READ: 2,
    Right.CONTRIBUTE: 4,
    Right.FORCE_PUSH: 8,
    Right.BYPASS_POLICIES: 128,
    Right.CREATE_REPOSITORY: 256,
    Right.EDIT_POLICIES: 2048,
}
RULES_OF_FILES = frozenset(
    {
        "2e26e725-8201-4edd-8bf5-978563c34a80",  # file size
        "001a79cf-fda1-4c4e-9e7c-bac40ee5ead8",  # path length
        "db2b9b4c-180d-4529-9701-01541d19f36b",  # reserved names
        "77ed4bd3-b063-4689-934a-175e4d0a78d7",  # author's address
    }
)
SETTINGS_ONLY = frozenset(
    {
        "7ed39669-655c-494e-b4a0-a08b4da0fcce",  # Git repository settings
        "0517f88d-4ec5-4343-9d26-9930ebd53069",  # which branches a search covers
    }
)
_OF_THE_PROJECT = frozenset({Right.READ, Right.CREATE_REPOSITORY})
_NAMES_A_REQUEST = 20
_POLICIES_A_PAGE = 100


@dataclass(frozen=True, slots=True)
class AzureDevOpsGuards:
    """The port `Guards` over the REST API."""

    client: AzureDevOpsClient
    branch: str

    def holds(self, right: Right) -> bool:
        """By asking for our own rights; see the port."""
        if right in _OF_THE_PROJECT:
            return has(self.client, BITS[right], self._project_token())
        token = self._repository_token()
        if right is Right.FORCE_PUSH:
            return has(self.client, BITS[right], f"{token}/refs/tags")
        return has(self.client, BITS[right], branch_token(token, self.branch))

    def lists(self) -> tuple[AccessList, ...]:
        """One request a place, and those before that tell its token; see the port."""
        repository = self._repository_token()
        project = repository.rpartition("/")[0]
        token, folders = f"{repository}/refs/heads", []
        for part in branch_parts(self.branch):
            token = f"{token}/{part}"
            folders.append(token)
        return (
            self._list("the organization", ROOT, never_empty=True),
            self._list("the project", project, never_empty=True),
            self._list("the repository", repository),
            self._list("all branches", f"{repository}/refs/heads"),
            *(self._list("the branch", folder) for folder in folders),
        )

    def us(self) -> str:
        """Our identity's descriptor; see the port."""
        with self.client.asking_for_us("reading (connection data)") as locations:
            found = said(locations.get_connection_data()).authenticated_user
            return str(said(said(found).descriptor))

    def names(self, who: Collection[str]) -> Mapping[str, str]:
        """By their descriptors; see the port."""
        asked, found = sorted(who), dict[str, str]()
        for at in range(0, len(asked), _NAMES_A_REQUEST):
            with self.client.asking_for_names("reading (identities)") as identities:
                some = ",".join(asked[at : at + _NAMES_A_REQUEST])
                for row in identities.read_identities(descriptors=some) or ():
                    if row is not None and row.provider_display_name:
                        found[str(row.descriptor)] = str(row.provider_display_name)
        return found

    def policies(self) -> tuple[Policy, ...]:
        """Those of the branch and those of the repository; see the port.

        Asked for a branch, the service may leave out what holds for all; asked for
        the repository, it may leave out the branches' (neither is documented).
        """
        repository, project = self._ids()
        ref = f"refs/heads/{self.branch}"
        rows = [*self._rows(project, repository, ref), *self._rows(project, repository)]
        found = {
            int(row.id): _policy(row)
            for row in rows
            if _refuses(row) and _covers(row, repository, ref)
        }
        return tuple(found[number] for number in sorted(found))

    def _rows(self, project: str, repository: str, ref: str = "") -> Iterator[Any]:
        mark = None
        while True:
            with self.client.asking("reading (policies)") as git:
                page = git.get_policy_configurations(
                    project, repository, ref or None, None, _POLICIES_A_PAGE, mark
                )
                yield from said(page.policy_configurations)
            if not page.continuation_token or page.continuation_token == mark:
                return
            mark = page.continuation_token

    def _list(self, place: str, token: str, *, never_empty: bool = False) -> AccessList:
        with self.client.asking_for_rights("reading (access lists)") as security:
            rows = security.query_access_control_lists(NAMESPACE, token, recurse=False)
            rows = [row for row in said(rows) if _same(row.token, token)]
            entries = [
                ace for row in rows for ace in (row.aces_dictionary or {}).values()
            ]
            return AccessList(
                place,
                tuple(_entry(entry) for entry in entries),
                all(bool(row.inherit_permissions) for row in rows),
                never_empty,
            )

    def _project_token(self) -> str:
        with self.client.asking_for_projects("reading (project)") as projects:
            found = said(projects.get_project(self.client.where["project"]))
            return f"{ROOT}/{said(found.id)}"

    def _repository_token(self) -> str:
        repository, project = self._ids()
        return f"{ROOT}/{project}/{repository}"

    def _ids(self) -> tuple[str, str]:
        with self.client.asking("reading (repository)") as git:
            found = said(git.get_repository(**self.client.where))
            return str(said(found.id)), str(said(found.project).id)


def _same(told: object, token: str) -> bool:
    return str(told).strip("/").lower() == token.lower()


def _entry(row: Any) -> Entry:
    if row.descriptor is None:
        raise Unavailable("reading (access lists): an entry of nobody")
    return Entry(str(row.descriptor), _rights(row.allow), _rights(row.deny))


def _rights(bits: int | None) -> frozenset[Right]:
    return frozenset(right for right, bit in BITS.items() if (bits or 0) & bit)


def _refuses(row: Any) -> bool:
    on = row.is_enabled and row.is_blocking and not row.is_deleted
    return bool(on) and str(row.type.id).lower() not in SETTINGS_ONLY


def _policy(row: Any) -> Policy:
    kind = str(row.type.id).lower()
    name = str(row.type.display_name or kind)
    return Policy(int(row.id), name, kind not in RULES_OF_FILES)


def _covers(row: Any, repository: str, ref: str) -> bool:
    """Whether any of its scopes is of this repository and of this branch.

    One of every repository or every branch names none.
    """
    scopes = (row.settings or {}).get("scope") or [{}]
    return any(
        scope.get("repositoryId") in (None, repository)
        and _matches(scope.get("refName"), str(scope.get("matchKind")), ref)
        for scope in scopes
    )


def _matches(name: str | None, kind: str, ref: str) -> bool:
    if name is None:
        return True
    return ref.startswith(name) if kind.lower() == "prefix" else ref == name
