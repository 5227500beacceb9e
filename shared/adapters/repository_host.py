"""OUTSIDE: what Azure DevOps says of a repository and of our rights in it.

Documented: Azure DevOps REST 7.1 (Repositories - Get).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.git_rights import ROOT, branch_token, has
from shared.adapters.git_rows import said
from shared.adapters.repository_place import AzureDevOpsPlace, described
from shared.errors import NotFound
from shared.ports.diagnostics import RepositoryFacts

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
        try:
            with self.client.asking("reading (repository)") as git:
                return described(said(git.get_repository(**self.client.where)))
        except NotFound:
            # One that is disabled is in its project's list alone.
            listed = AzureDevOpsPlace(self.client, self.branch).find()
            if listed is None:
                raise
            return listed

    def rights(self) -> Mapping[str, bool]:
        """Each of our rights, in one request a right; see the port."""
        with self.client.asking("reading (repository)") as git:
            found = said(git.get_repository(**self.client.where))
            token = f"{ROOT}/{found.project.id}/{found.id}"
        of_branch = branch_token(token, self.branch)
        return {
            right: has(
                self.client, bit, of_branch if right in _OF_THE_BRANCH else token
            )
            for right, bit in RIGHTS.items()
        }
