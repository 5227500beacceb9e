"""USE CASE PARTS: a Git folder in the workspace, where one is asked for."""

from dataclasses import dataclass

from shared.domain.diagnostics import About, Case, Finding
from shared.services.checks.remotes import Given
from shared.services.git_folder_cases import CASES
from shared.services.make_git_folder import MakeGitFolder, WantedGitFolder
from shared.services.setup_steps.grounds import LATER, ON_THE_REPOSITORY

GIT_FOLDER = About(
    "git_folder",
    "whether people can read the backup in a Git folder of the workspace; makes it",
    (*CASES, LATER),
    after=(
        *(*ON_THE_REPOSITORY, "branch", "databricks_reachable"),
        *("databricks_credential", "databricks_ip_access", "databricks_identity"),
    ),
)


@dataclass(frozen=True, slots=True)
class ShowBackup:
    """The Git folder that was asked for."""

    make: Given[MakeGitFolder]
    wanted: WantedGitFolder
    about: About = GIT_FOLDER
    planned: Case = LATER

    def plan(self) -> Finding:
        """What is there, or what would be made."""
        return self.make().plan(self.wanted)

    def apply(self) -> Finding:
        """Make it, where nothing is."""
        return self.make().apply(self.wanted)
