"""OUTSIDE: requests paced by the budget, and reads repeated; knows no remote.

The only place where a request is repeated: the SDKs' own retries are off.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from shared.domain.events import Event, EventName, Facts
from shared.domain.git import Commit, Comparison, TreeItem
from shared.domain.objects import Format, GitFolder, Identity, WorkspaceObject
from shared.errors import CredentialsRefused, ExportDisabled, Throttled, Unavailable
from shared.ports import (
    Clock,
    Events,
    GitHistory,
    GitReader,
    RequestBudget,
    RequestKind,
    Workspace,
)

PAUSES = (1.0, 3.0, 9.0)
"""Seconds before the second, third and fourth attempt, which is the last."""

LONGEST_PAUSE = 60.0
"""Seconds; who is asked to wait longer gives up, for the caller to come back."""


@dataclass(frozen=True, slots=True)
class PacedWorkspace:
    """A workspace asked within the budget; each attempt of a read takes a slot.

    It is one invocation's: once it was refused, threads that still wait for a slot
    hear the same and ask no more.
    """

    inner: Workspace
    budget: RequestBudget
    clock: Clock
    events: Events
    _refused: list[CredentialsRefused | ExportDisabled] = field(
        default_factory=list, init=False
    )

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """See the port."""
        return self._paced("list", lambda: self.inner.list(folder))

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002 - the port's
        """See the port."""
        return self._paced("export", lambda: self.inner.export(path, format))

    def git_folders(self) -> tuple[GitFolder, ...]:
        """See the port."""
        return self._paced("list", self.inner.git_folders)

    def identity(self) -> Identity:
        """See the port."""
        return self._paced("list", self.inner.identity)

    def _paced[T](self, kind: RequestKind, request: Callable[[], T]) -> T:
        def attempt() -> T:
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

        return repeated(attempt, self.clock)


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


def throttled(remote: str, retry_after: float | None, kind: str = "") -> Event:
    """Requests to the remote slow down, of one kind or of all."""
    facts: Facts = {"remote": remote, "kind": kind, "retry_after": retry_after or 0.0}
    return Event(EventName.THROTTLED, "", facts)


def repeated[T](request: Callable[[], T], clock: Clock) -> T:
    """What the request comes back with, by at most four attempts.

    `Throttled` and `Unavailable` are tried again after the remote's own pause, or
    after a growing one; everything else, and a pause that is too long, goes on.
    """
    for pause in PAUSES:
        try:
            return request()
        except (Throttled, Unavailable) as error:
            asked = error.retry_after if isinstance(error, Throttled) else None
            wait = max(asked or 0.0, pause)
            if wait > LONGEST_PAUSE:
                raise
        clock.sleep(wait)
    return request()
