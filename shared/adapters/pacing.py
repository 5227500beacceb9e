"""OUTSIDE: requests paced by the budget, and reads repeated; knows no remote.

The only place where a request is repeated: the SDKs' own retries are off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.git import Commit, Comparison, TreeItem
from shared.domain.objects import (
    Format,
    GitFolder,
    Identity,
    NewObject,
    WorkspaceObject,
)
from shared.domain.state_changes import throttled
from shared.errors import CredentialsRefused, ExportDisabled, Throttled, Unavailable
from shared.ports import (
    Clock,
    Events,
    GitHistory,
    GitReader,
    RequestBudget,
    RequestKind,
    Workspace,
    WorkspaceWriter,
)

PAUSES = (1.0, 3.0, 9.0)
"""Seconds before the second, third and fourth attempt, which is the last."""

LONGEST_PAUSE = 60.0
"""Seconds; who is asked to wait longer gives up, for the caller to come back."""


@dataclass(frozen=True, slots=True)
class Slots:
    """Requests of one invocation to the workspace, each attempt in a slot of its own.

    Once one was refused, threads that still wait for a slot hear the same and ask no
    more.
    """

    budget: RequestBudget
    clock: Clock
    events: Events
    _refused: list[CredentialsRefused | ExportDisabled] = field(
        default_factory=list, init=False
    )

    def repeated[T](self, kind: RequestKind, request: Callable[[], T]) -> T:
        """What the request comes back with, tried again where that can help."""
        return repeated(lambda: self._attempt(kind, request), self.clock)

    def once[T](self, kind: RequestKind, request: Callable[[], T]) -> T:
        """The same, but not again where it may have taken effect."""
        return repeated(lambda: self._attempt(kind, request), self.clock, Throttled)

    def _attempt[T](self, kind: RequestKind, request: Callable[[], T]) -> T:
        self.budget.take(kind)
        for earlier in self._refused:
            raise type(earlier)(str(earlier))
        try:
            return request()
        except Throttled as error:
            if self.budget.throttled(kind, error.retry_after):
                self.events.emit(throttled("databricks", error.retry_after, kind))
            raise
        except (CredentialsRefused, ExportDisabled) as error:
            self._refused.append(error)
            raise


@dataclass(frozen=True, slots=True)
class PacedWorkspace:
    """A workspace read within the budget."""

    inner: Workspace
    slots: Slots

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """See the port."""
        return self.slots.repeated("list", lambda: self.inner.list(folder))

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002 - the port's
        """See the port."""
        return self.slots.repeated("export", lambda: self.inner.export(path, format))

    def git_folders(self, top: str) -> tuple[GitFolder, ...]:
        """See the port."""
        return self.slots.repeated("list", lambda: self.inner.git_folders(top))

    def identity(self) -> Identity:
        """See the port."""
        return self.slots.repeated("list", self.inner.identity)


@dataclass(frozen=True, slots=True)
class PacedWorkspaceWriter:
    """A workspace written within the budget."""

    inner: WorkspaceWriter
    slots: Slots

    def make_folder(self, path: str) -> None:
        """See the port."""
        self.slots.repeated("import", lambda: self.inner.make_folder(path))

    def put(self, new: NewObject, *, replace: bool) -> None:
        """See the port."""
        again = self.slots.repeated if replace else self.slots.once
        again("import", lambda: self.inner.put(new, replace=replace))

    def delete(self, path: str) -> None:
        """See the port."""
        self.slots.repeated("import", lambda: self.inner.delete(path))


@dataclass(frozen=True, slots=True)
class RetryingGitReader:
    """A repository whose reads are repeated where that can help."""

    inner: GitReader
    clock: Clock

    def tip(self) -> str | None:
        """See the port."""
        return repeated(self.inner.tip, self.clock)

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        """See the port."""
        return repeated(lambda: self.inner.items(commit, folders, files), self.clock)

    def tree(self, commit: str, folder: str = "") -> tuple[TreeItem, ...]:
        """See the port."""
        return repeated(lambda: self.inner.tree(commit, folder), self.clock)

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """See the port."""
        return repeated(lambda: self.inner.blobs(ids), self.clock)

    def compare(self, base: str, target: str) -> Comparison:
        """See the port."""
        return repeated(lambda: self.inner.compare(base, target), self.clock)

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        """See the port."""
        return repeated(lambda: self.inner.log(commit, limit), self.clock)


@dataclass(frozen=True, slots=True)
class RetryingGitHistory:
    """A repository whose reads of the past are repeated where that can help."""

    inner: GitHistory
    clock: Clock

    def changes(
        self, tip: str, path: str, limit: int, skip: int = 0
    ) -> tuple[Commit, ...]:
        """See the port."""
        return repeated(lambda: self.inner.changes(tip, path, limit, skip), self.clock)

    def blob_at(self, path: str, commits: Sequence[str]) -> Mapping[str, str]:
        """See the port."""
        return repeated(lambda: self.inner.blob_at(path, commits), self.clock)


def repeated[T](
    request: Callable[[], T],
    clock: Clock,
    *which: type[Throttled | Unavailable],
) -> T:
    """What the request comes back with, by at most four attempts.

    `Throttled` and `Unavailable` (or of these only `which`) are tried again after the
    remote's own pause, or after a growing one; everything else, and a pause that is
    too long, goes on.
    """
    again = which or (Throttled, Unavailable)
    for pause in PAUSES:
        try:
            return request()
        except again as error:
            asked = error.retry_after if isinstance(error, Throttled) else None
            wait = max(asked or 0.0, pause)
            if wait > LONGEST_PAUSE:
                raise
        clock.sleep(wait)
    return request()
