"""WIRING: the remotes as one invocation has them: paced, counted, repeated."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from shared.adapters.metering import (
    Meter,
    MeteredGitHistory,
    MeteredGitReader,
    MeteredGitWriter,
    MeteredWorkspace,
    MeteredWorkspaceWriter,
)
from shared.adapters.pacing import (
    PacedWorkspace,
    PacedWorkspaceWriter,
    RetryingGitHistory,
    RetryingGitReader,
    Slots,
)
from shared.ports import (
    GitHistory,
    GitReader,
    GitWriter,
    Workspace,
    WorkspaceWriter,
)

if TYPE_CHECKING:
    from shared.connections import Connections


@dataclass(frozen=True, slots=True)
class Remotes:
    """One invocation's. Every attempt is counted; to Databricks it takes a slot."""

    outside: "Connections"
    meter: Meter = field(default_factory=Meter)
    slots: Slots = field(init=False)

    def __post_init__(self) -> None:
        """Who reads and who writes are refused together."""
        outside = self.outside
        slots = Slots(outside.budget, outside.clock, outside.events)
        object.__setattr__(self, "slots", slots)

    @property
    def workspace(self) -> Workspace:
        """The workspace, read."""
        return PacedWorkspace(
            MeteredWorkspace(self.outside.workspace, self.meter), self.slots
        )

    @property
    def workspace_writer(self) -> WorkspaceWriter:
        """The workspace, written."""
        metered = MeteredWorkspaceWriter(self.outside.workspace_writer, self.meter)
        return PacedWorkspaceWriter(metered, self.slots)

    @property
    def reader(self) -> GitReader:
        """The repository, read."""
        metered = MeteredGitReader(self.outside.reader, self.meter)
        return RetryingGitReader(metered, self.outside.clock)

    @property
    def history(self) -> GitHistory:
        """The repository's past."""
        metered = MeteredGitHistory(self.outside.history, self.meter)
        return RetryingGitHistory(metered, self.outside.clock)

    @property
    def writer(self) -> GitWriter:
        """The repository, written: a push is never repeated unseen."""
        return MeteredGitWriter(self.outside.writer, self.meter)
