"""The real remotes with what a test does by hand, under the names that the fakes have.

So a story that was written for the fakes happens on the servers, too.
"""

from typing import Any

from local.databricks.changes import make_folders
from shared.domain.blob_ids import blob_id
from shared.domain.git import Push
from shared.domain.objects import parent
from tests.matrix.scene import Scene


class WorkspaceAtHand:
    """The workspace's port, and its users' hands."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.port = scene, scene.app.workspace
        self.calls: list[object] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)

    def add_notebook(self, path: str, text: str) -> None:
        self.scene.notebook(path, text)

    def add_file(self, path: str, content: bytes) -> None:
        self.scene.file(path, content)

    def add(self, path: str, kind: str, content: bytes) -> None:
        assert kind == "DASHBOARD"
        self.scene.dashboard(path, content)

    def edit(self, path: str, content: bytes) -> None:
        self.scene.notebook(path, content.decode())

    def rewrite(self, path: str, content: bytes) -> None:
        store = self.scene.site.store
        item = store.get(path)
        assert item is not None
        store.replace(item, content)

    def delete(self, path: str) -> None:
        self.scene.site.store.remove(path)

    def move(self, path: str, target: str) -> None:
        make_folders(self.scene.site.store, parent(target))
        self.scene.site.store.move(path, target)


class GitAtHand:
    """The repository's ports, and what a clone of it shows."""

    def __init__(self, scene: Scene) -> None:
        self.scene, self.port = scene, scene.app.git
        self.calls: list[object] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.port, name)

    @property
    def head(self) -> str | None:
        return self.port.tip()

    @property
    def tags(self) -> dict[str, str]:
        tags = self.scene.tags.items()
        return {name.removeprefix("refs/tags/"): commit for name, commit in tags}

    @property
    def trees(self) -> dict[str, dict[str, str]]:
        history = self.port.log(self.head or "", 1_000)
        return {commit.id: self._blobs(commit.id) for commit in history}

    def files(self, commit: str | None = None) -> dict[str, bytes]:
        return self.scene.files(commit)

    def commit(self, push: Push) -> None:
        self.scene.commit_by_hand({c.path: c.content for c in push.changes})

    def _blobs(self, commit: str) -> dict[str, str]:
        return {path: blob_id(raw) for path, raw in self.files(commit).items()}
