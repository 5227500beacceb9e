"""What a row of the fault matrix says: what goes wrong, and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from tests.matrix.scene import Scene

type RemoteName = Literal[
    "databricks", "azure_devops", "tables", "blobs", "queues", "storage"
]
type Fault = Mapping[str, object]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """The end of the run that met the fault.

    `failures`, `exceptions`, `held` and `vanished` are the workspace paths that its
    record names, no others; `error` is part of the run's own error. `unseen` were kept
    from us, so that nobody could name them; what is stored, yet due `again`, got new
    facts meanwhile. All else is stored.
    """

    status: Literal["complete", "incomplete", "failed"]
    failures: tuple[str, ...] = ()
    exceptions: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    vanished: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()
    again: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One row. The fault meets the run after a first backup and a day's work.

    `prepare` changes the scene where a fault is no answer but a state, `repair` changes
    it back. The fault ends after `outage` seconds of the run's time, or with the run.
    """

    name: str
    expected: Expected
    remote: RemoteName = "databricks"
    faults: tuple[Fault, ...] = ()
    prepare: Callable[[Scene], object] | None = None
    repair: Callable[[Scene], object] | None = None
    outage: float | None = None


OUTAGE = 600
HANGING = 120
"""Seconds of an outage; where nobody answers, each attempt takes real time."""

COMPLETE = Expected(status="complete")


def incomplete(*failures: str, held: tuple[str, ...] = ()) -> Expected:
    """These could not be stored, and are named."""
    return Expected(status="incomplete", failures=failures, held=held)


def refused(error: str) -> Expected:
    """The run stops at once and says why."""
    return Expected(status="failed", error=error)


def excepted(*paths: str) -> Expected:
    """These are on purpose not stored."""
    return Expected(status="complete", exceptions=paths)
