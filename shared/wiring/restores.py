"""WIRING: the use cases that give back what was stored."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.domain.restore_estimate import Rates
from shared.services.advance_restore import AdvanceRestore
from shared.services.drift import Drift
from shared.services.end_restores import BuryRestore, CancelRestore, SweepRestores
from shared.services.locate import Locate
from shared.services.open_restore import OpenRestore
from shared.services.read_content import ReadContent, ReadDiff
from shared.services.read_history import ReadHistory
from shared.services.read_restores import ReadRestores
from shared.services.restore_backing import RestoreBacking
from shared.services.restore_points import RestorePoints
from shared.settings import Settings
from shared.wiring.remotes import Remotes

if TYPE_CHECKING:
    from shared.connections import Connections

RESTORE_SECONDS = 10 * 60.0
QUICK_SECONDS = 60.0
"""Who asks for a few objects waits for them so long; a message goes on after that."""

CONCURRENCY = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreApp:
    """Restores, and what the backup held."""

    settings: Settings
    outside: "Connections"
    noise: Callable[[], str]

    @property
    def read_history(self) -> ReadHistory:
        """The versions of what lies at a path, or lay there."""
        remotes = Remotes(self.outside)
        return ReadHistory(remotes.reader, remotes.history)

    @property
    def read_content(self) -> ReadContent:
        """Objects as the backup holds them."""
        remotes = Remotes(self.outside)
        return ReadContent(self._points(remotes), remotes.reader)

    @property
    def read_diff(self) -> ReadDiff:
        """How an object differs between restore points, or from the workspace."""
        remotes = Remotes(self.outside)
        contents = ReadContent(self._points(remotes), remotes.reader)
        return ReadDiff(contents, remotes.workspace, self.settings.notebook_format)

    @property
    def open(self) -> OpenRestore:
        """T1."""
        remotes = Remotes(self.outside)
        return OpenRestore(
            restores=self.outside.restores,
            place=self.outside.restore_place,
            blobs=self.outside.blobs,
            queue=self.outside.queue,
            clock=self.outside.clock,
            points=self._points(remotes),
            locate=Locate(remotes.reader),
            noise=self.noise,
            enabled=self.settings.restore_enabled,
            restore_roots=self.settings.restore_roots,
        )

    @property
    def advance(self) -> AdvanceRestore:
        """T2 to T8, for one invocation."""
        return self._advance(RESTORE_SECONDS)

    @property
    def advance_quickly(self) -> AdvanceRestore:
        """The same, while somebody waits."""
        return self._advance(QUICK_SECONDS)

    @property
    def read(self) -> ReadRestores:
        """What restores did and are doing."""
        databricks = self.settings.databricks
        return ReadRestores(
            restores=self.outside.restores,
            blobs=self.outside.blobs,
            clock=self.outside.clock,
            rates=Rates(
                databricks.list_rps, databricks.export_rps, databricks.import_rps
            ),
        )

    @property
    def drift(self) -> Drift:
        """How workspace and backup differ."""
        return Drift(
            restores=self.outside.restores, clock=self.outside.clock, open=self.open
        )

    @property
    def cancel(self) -> CancelRestore:
        """Stop a restore between two batches."""
        return CancelRestore(self.outside.restores, self.outside.queue)

    @property
    def bury(self) -> BuryRestore:
        """What to do with a restore's poisoned message."""
        return BuryRestore(
            restores=self.outside.restores,
            place=self.outside.restore_place,
            clock=self.outside.clock,
            events=self.outside.events,
        )

    @property
    def sweep(self) -> SweepRestores:
        """T9."""
        return SweepRestores(
            restores=self.outside.restores,
            place=self.outside.restore_place,
            queue=self.outside.queue,
            clock=self.outside.clock,
        )

    def _advance(self, seconds: float) -> AdvanceRestore:
        remotes = Remotes(self.outside)
        return AdvanceRestore(
            restores=self.outside.restores,
            place=self.outside.restore_place,
            blobs=self.outside.blobs,
            queue=self.outside.queue,
            clock=self.outside.clock,
            events=self.outside.events,
            workspace=remotes.workspace,
            writer=remotes.workspace_writer,
            reader=remotes.reader,
            backing=RestoreBacking(remotes.history, self._points(remotes)),
            calls=remotes.meter.counts,
            owner=uuid.uuid4().hex,
            concurrency=CONCURRENCY,
            restore_roots=self.settings.restore_roots,
            seconds=seconds,
        )

    def _points(self, remotes: Remotes) -> RestorePoints:
        return RestorePoints(remotes.reader, remotes.history, self.outside.store)
