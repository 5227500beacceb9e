"""FAKES: the Git folders of a fake workspace; clone nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from shared.domain.objects import DIRECTORY, REPO, GitFolder, Occupant, parent
from shared.errors import AlreadyExists, NotFound
from tests.fakes.remotes import Fault, WorkspaceScene, no_fault

OURS = "https://dev.azure.com/acme/backup/_git/workspace"
HEAD = "1" * 40


@dataclass
class FakeGitFolders:
    """The port `GitFolders`; `fault` may spoil a request, `after` once it took effect.

    `clones` are told of by the paths at which the scene has a REPO.
    """

    scene: WorkspaceScene
    clones: dict[str, Occupant] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)
    fault: Fault = no_fault
    after: Fault = no_fault

    def look(self, path: str) -> Occupant | None:
        self._called("look", path)
        found = self.scene.objects.get(path)
        if found is None:
            return None
        return self.clones.get(path) or Occupant(found.type)

    def make(self, path: str, folders: Sequence[str], branch: str) -> None:
        self._called("make", path)
        if path in self.scene.objects:
            raise AlreadyExists(path)
        held = self.scene.objects.get(parent(path))
        if held is None or held.type != DIRECTORY:
            raise NotFound(parent(path))
        self.add(path, OURS, branch, tuple(folders))
        self.after("make", path)

    def add(
        self, path: str, url: str, branch: str, folders: tuple[str, ...] | None = None
    ) -> None:
        """A Git folder, whoever made it."""
        self.scene.add(path, REPO)
        clone = GitFolder(path, self.scene.objects[path].object_id, url, branch, HEAD)
        self.clones[path] = Occupant(REPO, clone, url == OURS, folders)
        self.scene.folders.append(clone)

    def _called(self, call: str, subject: str) -> None:
        self.calls.append((call, subject))
        self.fault(call, subject)
