"""The use cases of restores, bound as the wiring binds them, over a test's ports."""

from dataclasses import dataclass
from typing import Any, Protocol

from shared.domain.restore_estimate import Rates
from shared.domain.restore_plan import Bounds
from shared.services.advance_restore import AdvanceRestore
from shared.services.end_restores import BuryRestore, CancelRestore, SweepRestores
from shared.services.locate import Locate
from shared.services.open_restore import OpenRestore
from shared.services.read_restores import ReadRestores
from shared.services.restore_backing import RestoreBacking
from shared.services.restore_points import RestorePoints
from tests.crashes import Process


class Ports(Protocol):
    """Whoever has all ports, and the limits."""

    clock: Any
    concurrency: int
    restore_enabled: bool
    restore_roots: tuple[str, ...]
    restore_seconds: float
    bounds: Bounds

    def noise(self) -> str: ...
    def _ports(self, process: Process, *names: str) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Restoring:
    """One process's use cases of restores."""

    app: Ports
    process: Process

    def open(self) -> OpenRestore:
        """T1."""
        return OpenRestore(
            **self._ports("restores", "place", "blobs", "queue"),
            clock=self.app.clock,
            points=self._points(),
            locate=Locate(self._git()),
            noise=self.app.noise,
            enabled=self.app.restore_enabled,
            restore_roots=self.app.restore_roots,
        )

    def advance(self) -> AdvanceRestore:
        """T2 to T8."""
        ports = ("restores", "place", "blobs", "queue", "events", "workspace")
        return AdvanceRestore(
            **self._ports(*ports),
            writer=self._ports("writes")["writes"],
            reader=self._git(),
            backing=RestoreBacking(self._git(), self._points()),
            clock=self.app.clock,
            calls=dict,
            owner=self.app.noise(),
            concurrency=self.app.concurrency,
            restore_roots=self.app.restore_roots,
            seconds=self.app.restore_seconds,
            bounds=self.app.bounds,
        )

    def sweep(self) -> SweepRestores:
        """T9."""
        return SweepRestores(
            **self._ports("restores", "place", "queue"), clock=self.app.clock
        )

    def cancel(self) -> CancelRestore:
        """Mark a restore."""
        return CancelRestore(**self._ports("restores", "queue"))

    def bury(self) -> BuryRestore:
        """What the function of the poison queue does."""
        ports = self._ports("restores", "place", "events")
        return BuryRestore(**ports, clock=self.app.clock)

    def read(self) -> ReadRestores:
        """What restores did."""
        ports = self._ports("restores", "blobs")
        return ReadRestores(**ports, clock=self.app.clock, rates=Rates(30, 30, 15))

    def _points(self) -> RestorePoints:
        return RestorePoints(self._git(), self._git(), self._ports("store")["store"])

    def _git(self) -> Any:
        return self._ports("git")["git"]

    def _ports(self, *names: str) -> dict[str, Any]:
        return self.app._ports(self.process, *names)
