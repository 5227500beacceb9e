"""WIRING: a Git folder in which people read the backup, bound to its parts."""

from shared.adapters.git_folders import DatabricksGitFolders, repository_url
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.services.make_git_folder import MakeGitFolder
from shared.setting_errors import Examined
from shared.wiring.parts import Parts

CLONE_SECONDS = 90.0
"""Without a byte, of one request: cloning is slow, and so is a large tree."""


def make_git_folder_of(examined: Examined) -> MakeGitFolder:
    """Of one deployment; whatever a setting keeps from being made is raised."""
    parts = Parts(examined, CLONE_SECONDS)
    target = parts.target()
    url = repository_url(target.organization, target.project, target.repository)
    return MakeGitFolder(
        git_folders=DatabricksGitFolders(parts.databricks(), url),
        workspace=parts.workspace(),
        writer=DatabricksWorkspaceWriter(parts.databricks()),
        reader=parts.reader(),
        host=parts.host(),
        branch=target.branch,
    )
