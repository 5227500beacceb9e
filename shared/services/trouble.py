"""USE CASE PARTS: whether a passing fault is one object's, or the whole workspace's."""

from dataclasses import dataclass, field
from threading import Lock

from shared.errors import Throttled, Transient
from shared.ports import Workspace

TROUBLE_AFTER = 5
"""So many objects in a row that fail with a passing fault: it is the remote."""


@dataclass(slots=True)
class Trouble:
    """Counts passing faults over the threads of one invocation.

    While we are `patient`, the workspace's trouble is raised: the work can wait.
    """

    workspace: Workspace
    patient: bool
    _in_a_row: int = 0
    _lock: Lock = field(default_factory=Lock)

    def over(self) -> None:
        """A request went well."""
        with self._lock:
            self._in_a_row = 0

    def met(self, error: Transient) -> None:
        """Raise what is the workspace's trouble, and not the object's."""
        with self._lock:
            self._in_a_row += 1
            many = self._in_a_row >= TROUBLE_AFTER
        if not self.patient:
            return
        if many or isinstance(error, Throttled):
            raise error
        # A workspace that is down for this, too, raises here.
        self.workspace.identity()
