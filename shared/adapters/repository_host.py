"""OUTSIDE: what Azure DevOps says of a repository and of our rights in it.

Documented: Azure DevOps REST 7.1 (Repositories - Get; Permissions - Has Permissions);
the namespace "Git Repositories", its bits and its tokens in "Security namespace and
permission reference". That of a branch has each part of its name as UTF-16 in hex.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.git_rows import said
from shared.errors import Unavailable
from shared.ports.diagnostics import RepositoryFacts

NAMESPACE = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87"
RIGHTS: Mapping[str, int] = {
    "Read": 2,
    "Contribute": 4,
    "Create branch": 16,
    "Create tag": 32,
}
"""What a backup needs, by the names that the portal has for them."""

_OF_THE_BRANCH = frozenset({"Contribute"})


@dataclass(frozen=True, slots=True)
class AzureDevOpsHost:
    """The port `RepositoryHost` over the REST API."""

    client: AzureDevOpsClient
    branch: str

    def repository(self) -> RepositoryFacts:
        """The repository of the settings; see the port."""
        with self.client.asking("reading (repository)") as git:
            found = said(git.get_repository(**self.client.where))
            return RepositoryFacts(
                name=str(found.name),
                size=int(found.size or 0),
                default_branch=str(found.default_branch or ""),
                disabled=bool(found.is_disabled),
            )

    def rights(self) -> Mapping[str, bool]:
        """Each of our rights, in one request a right; see the port."""
        with self.client.asking("reading (repository)") as git:
            found = said(git.get_repository(**self.client.where))
            token = f"repoV2/{found.project.id}/{found.id}"
        of_branch = f"{token}/refs/heads/{_in_hex(self.branch)}"
        return {
            right: self._has(bit, of_branch if right in _OF_THE_BRANCH else token)
            for right, bit in RIGHTS.items()
        }

    def _has(self, bit: int, token: str) -> bool:
        with self.client.asking_for_rights("reading (rights)") as security:
            answers = security.has_permissions(NAMESPACE, bit, tokens=token)
        if not answers or not isinstance(answers[0], bool):
            raise Unavailable("reading (rights): the answer is none")
        return answers[0]


def _in_hex(branch: str) -> str:
    return "/".join(part.encode("utf-16-le").hex() for part in branch.split("/"))
