"""OUTSIDE: requests counted per endpoint; knows the ports, and no remote."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, Self, runtime_checkable

from shared.domain.git import Commit, Comparison, Push, TreeItem
from shared.domain.objects import (
    Format,
    GitFolder,
    Identity,
    NewObject,
    WorkspaceObject,
)
from shared.ports import GitHistory, GitReader, GitWriter, Workspace, WorkspaceWriter


class Meter:
    """How many requests were made to each endpoint; for any number of threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, endpoint: str) -> None:
        """One more request."""
        with self._lock:
            self._counts[endpoint] += 1

    def counts(self) -> Mapping[str, int]:
        """The requests so far, of each endpoint that was asked at all."""
        with self._lock:
            return dict(self._counts)


@runtime_checkable
class Telling(Protocol):
    """An adapter that can tell of each request, for a method may make several."""

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same adapter, which tells `on_request` of each."""
        ...


class MeteredWorkspace:
    """A workspace whose requests are counted."""

    def __init__(self, inner: Workspace, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """See the port."""
        return self._counted("list").list(folder)

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002 - the port's
        """See the port."""
        return self._counted("export").export(path, format)

    def git_folders(self, top: str) -> tuple[GitFolder, ...]:
        """See the port."""
        return self._counted("repos").git_folders(top)

    def identity(self) -> Identity:
        """See the port."""
        return self._counted("identity").identity()

    def _counted(self, endpoint: str) -> Workspace:
        return _counted(self._inner, self._meter, f"databricks.{endpoint}")


class MeteredWorkspaceWriter:
    """A workspace whose writes are counted."""

    def __init__(self, inner: WorkspaceWriter, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def make_folder(self, path: str) -> None:
        """See the port."""
        self._counted("mkdirs").make_folder(path)

    def put(self, new: NewObject, *, replace: bool) -> None:
        """See the port."""
        self._counted("import").put(new, replace=replace)

    def delete(self, path: str) -> None:
        """See the port."""
        self._counted("delete").delete(path)

    def _counted(self, endpoint: str) -> WorkspaceWriter:
        return _counted(self._inner, self._meter, f"databricks.{endpoint}")


class MeteredGitReader:
    """A repository whose reads are counted."""

    def __init__(self, inner: GitReader, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def tip(self) -> str | None:
        """See the port."""
        return self._counted("tip").tip()

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        """See the port."""
        return self._counted("items").items(commit, folders, files)

    def tree(self, commit: str, folder: str = "") -> tuple[TreeItem, ...]:
        """See the port."""
        return self._counted("tree").tree(commit, folder)

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """See the port."""
        return self._counted("blobs").blobs(ids)

    def compare(self, base: str, target: str) -> Comparison:
        """See the port."""
        return self._counted("compare").compare(base, target)

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        """See the port."""
        return self._counted("log").log(commit, limit)

    def _counted(self, endpoint: str) -> GitReader:
        return _counted(self._inner, self._meter, f"azuredevops.{endpoint}")


class MeteredGitHistory:
    """A repository whose reads of the past are counted."""

    def __init__(self, inner: GitHistory, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def changes(
        self, tip: str, path: str, limit: int, skip: int = 0
    ) -> tuple[Commit, ...]:
        """See the port."""
        return self._counted("changes").changes(tip, path, limit, skip)

    def blob_at(self, path: str, commits: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        return self._counted("blob_at").blob_at(path, commits)

    def _counted(self, endpoint: str) -> GitHistory:
        return _counted(self._inner, self._meter, f"azuredevops.{endpoint}")


class MeteredGitWriter:
    """A repository whose writes are counted."""

    def __init__(self, inner: GitWriter, meter: Meter) -> None:
        self._inner = inner
        self._meter = meter

    def push(self, push: Push) -> str:
        """See the port."""
        return self._counted("push").push(push)

    def tag(self, name: str, commit: str, message: str) -> None:
        """See the port."""
        self._counted("tag").tag(name, commit, message)

    def _counted(self, endpoint: str) -> GitWriter:
        return _counted(self._inner, self._meter, f"azuredevops.{endpoint}")


def _counted[Port](inner: Port, meter: Meter, endpoint: str) -> Port:
    """The adapter that counts its requests; who cannot tell of them makes one."""
    if isinstance(inner, Telling):
        return inner.telling(lambda: meter.count(endpoint))
    meter.count(endpoint)
    return inner
