"""WIRING: a Git folder in which people read the backup, bound to its parts."""

from dataclasses import replace

from shared.adapters.git_folders import DatabricksGitFolders, repository_url
from shared.adapters.workspace_writer import DatabricksWorkspaceWriter
from shared.services.make_git_folder import MakeGitFolder, WantedGitFolder
from shared.services.set_up import SetUp
from shared.services.setup_steps.git_folder import ShowBackup
from shared.setting_errors import Examined
from shared.wiring.parts import Parts

CLONE_SECONDS = 90.0
"""Without a byte, of one request: cloning is slow, and so is a large tree."""


PATIENCE = 120.0
"""For all of it; who asks over HTTP has 230 (documented: Azure Functions)."""


def with_git_folder(usual: SetUp, examined: Examined, wanted: WantedGitFolder) -> SetUp:
    """The same setup, which sees to a Git folder in the end."""
    step = ShowBackup(lambda: make_git_folder_of(examined), wanted)
    return replace(usual, on_request=(step,), patience=PATIENCE)


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
