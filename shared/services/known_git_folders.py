"""USE CASE PARTS: P3, what the Git folders that are met stand for; asks no more."""

import threading
from collections.abc import Iterable

from shared.domain.objects import GitFolder, WorkspaceObject, top_folder
from shared.errors import NotFound, RequestRefused
from shared.ports import Workspace

EVERYWHERE = "/Repos"
"""Where Git folders are looked for whether or not one is met: most are there."""


class KnownGitFolders:
    """Git folders by path, asked for once a folder of the top in which one is met.

    Threads may share it. `facts` has what was told so far.
    """

    def __init__(self, workspace: Workspace) -> None:
        self.facts: dict[str, GitFolder] = {}
        self._workspace = workspace
        self._asked: set[str] = set()
        self._one_at_a_time = threading.Lock()
        self._ask(EVERYWHERE)

    def learn(self, objects: Iterable[WorkspaceObject]) -> None:
        """Know the Git folders among the objects, as far as the workspace tells them.

        What the workspace says no to with an error is raised; never `NotFound`, which
        would tell of the folder that was listed.
        """
        tops = {top_folder(obj.path) for obj in objects if obj.is_clone}
        for top in sorted(tops - self._asked):
            try:
                self._ask(top)
            except NotFound as error:
                raise RequestRefused(str(error)) from error

    def _ask(self, top: str) -> None:
        with self._one_at_a_time:
            if top not in self._asked:
                told = self._workspace.git_folders(top)
                self.facts |= {folder.path: folder for folder in told}
                self._asked.add(top)
