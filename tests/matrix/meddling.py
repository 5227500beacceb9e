"""Somebody whose hand is in a request: right before it, or in what it says."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

from shared.domain.git import Push
from tests.fakes.remotes import FakeGit, FakeWorkspace
from tests.matrix.scene import Scene


@dataclass
class MeddledWorkspace:
    """A workspace in which somebody acts right before one request."""

    inner: Any
    at: tuple[str, str]
    act: Callable[[], None] | None

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any) -> Any:
            if self.act and (name, *arguments[:1]) == self.at:
                act, self.act = self.act, None
                act()
            return getattr(self.inner, name)(*arguments)

        return call


def act_before(
    call: str, path: str, act: Callable[[Scene, str], None], scene: Scene
) -> None:
    """Let somebody act right before the first such request."""
    inner = scene.app.workspace
    meddled = MeddledWorkspace(inner, (call, path), lambda: act(scene, path))
    scene.app.workspace = cast("FakeWorkspace", meddled)


@dataclass
class MeddledGit:
    """A repository that gets other pushes than were sent."""

    inner: Any
    number: int | None
    change: Callable[[Push], Push]
    pushes: int = field(default=-1)

    def push(self, push: Push) -> str:
        self.pushes += 1
        hit = self.number in {None, self.pushes}
        return str(self.inner.push(self.change(push) if hit else push))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)


def meddle(
    number: int | None, change: Callable[[Scene, Push], Push], scene: Scene
) -> None:
    """Let somebody change the push of this number (None: each)."""
    inner = scene.app.git
    meddled = MeddledGit(inner, number, lambda push: change(scene, push))
    scene.app.git = cast("FakeGit", meddled)


def no_meddling(scene: Scene) -> None:
    """The repository as it was."""
    scene.app.git = cast("MeddledGit", scene.app.git).inner
