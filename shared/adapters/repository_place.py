"""OUTSIDE: the backup repository in its project, made and changed; knows no backup.

Documented: Azure DevOps REST 7.1 (Projects - Get; Repositories - List, Create, Update).
Reported: cribeiro84/azure-devops-pull-request-hub#170, a disabled repository is listed,
and asked for by itself it is not there.
"""

from dataclasses import dataclass
from typing import Any

from shared.adapters.azure_devops_client import AzureDevOpsClient
from shared.adapters.azure_devops_package import package
from shared.adapters.git_rows import said
from shared.ports.diagnostics import RepositoryFacts


@dataclass(frozen=True, slots=True)
class AzureDevOpsPlace:
    """The port `RepositoryPlace` over the REST API; never repeats a request."""

    client: AzureDevOpsClient
    branch: str

    def find_project(self) -> None:
        """See the port."""
        self._project_id()

    def find(self) -> RepositoryFacts | None:
        """By its name, in whatever case; see the port."""
        wanted = self.client.where["repository_id"].lower()
        rows = [row for row in self._rows() if str(row.name).lower() == wanted]
        return described(rows[0]) if rows else None

    def create(self) -> None:
        """See the port."""
        models = package("git.models")
        reference = models.TeamProjectReference(id=self._project_id())
        asked = models.GitRepositoryCreateOptions(
            name=self.client.where["repository_id"], project=reference
        )
        with self.client.asking("creating (repository)") as git:
            git.create_repository(asked, project=self.client.where["project"])

    def make_default(self) -> None:
        """By its id: an update knows no name (documented); see the port."""
        wanted = self.client.where["repository_id"].lower()
        ids = [row.id for row in self._rows() if str(row.name).lower() == wanted]
        change = package("git.models").GitRepository(
            default_branch=f"refs/heads/{self.branch}"
        )
        with self.client.asking("changing (repository)") as git:
            git.update_repository(change, *ids, project=self.client.where["project"])

    def _project_id(self) -> str:
        with self.client.asking_for_projects("reading (project)") as projects:
            return str(said(projects.get_project(self.client.where["project"])).id)

    def _rows(self) -> list[Any]:
        with self.client.asking("reading (repositories)") as git:
            rows = said(git.get_repositories(project=self.client.where["project"]))
            return list(rows)


def described(row: Any) -> RepositoryFacts:
    """What a row of the API tells of its repository."""
    return RepositoryFacts(
        name=str(row.name),
        size=int(row.size or 0),
        default_branch=str(row.default_branch or ""),
        disabled=bool(row.is_disabled),
    )
