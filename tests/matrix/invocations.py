"""One invocation in an operating system's process of its own, which may be killed.

Storage, workspace and repository are real; time comes with the order. What has to
outlive the process (the messages it sent, the calls it made, the time that passed) it
appends to a journal at once.
"""

import itertools
import os
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from shared.adapters.pacing import PacedWorkspace, PacedWorkspaceWriter, Slots
from shared.adapters.storage_clients import connect
from shared.domain.messages import (
    Message,
    PlanMessage,
    RestoreMessage,
    ShardMessage,
)
from shared.errors import Transient
from shared.ports import Clock
from tests.crashes import Call, Calls, CrashPoint, Process
from tests.fakes.storage import FakeBudget, FakeClock, FakeEvents
from tests.matrix.site import a_repository, a_workspace, workspace_writes
from tests.real_state import RealState
from tests.use_cases import Invocation, UseCases

PATIENT = 20.0
"""Seconds that a server may take to answer on a busy machine."""


@dataclass(frozen=True)
class Place:
    """Where everything is: the storage, and names that are this case's own."""

    storage: str
    name: str
    databricks: str
    azure_devops: str
    repository: str
    journal: Path


@dataclass(frozen=True)
class Order:
    """What to do, as the how manieth process, after how many seconds and calls."""

    invocation: Invocation
    number: int
    passed: float
    calls: Mapping[str, int]
    crash: CrashPoint | None
    limits: Mapping[str, Any]


@dataclass(frozen=True)
class Sent:
    """A message that is on its way."""

    message: Message
    delay: float


@dataclass(frozen=True)
class Passed:
    """Seconds that went by, or were slept."""

    seconds: float
    slept: bool = False


@dataclass(frozen=True)
class Failed:
    """What left the use case; the platform gives the message out again."""

    error: str


def state_at(place: Place, clock: Clock) -> dict[str, Any]:
    """The adapters of the state."""
    return RealState(connect(place.storage), place.name).ports(clock)


def carry_out(place: Place, order: Order) -> None:
    """The process's one function."""
    journal = os.open(place.journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def note(fact: object) -> None:
        os.write(journal, pickle.dumps(fact))

    clock = _Clock(order.passed, note)
    calls = _Calls(order.calls, note)
    cases = UseCases(**ports_at(place, clock, note), **order.limits)
    slots = Slots(FakeBudget(), clock, FakeEvents())
    writes = workspace_writes(place.databricks, PATIENT)
    cases.writes = cast("Any", PacedWorkspaceWriter(writes, slots))
    cases._numbers = itertools.count(order.number * 1_000)
    process = Process(calls, order.crash, _die, cases.spend, number=order.number)
    try:
        answer = cases.perform(process, order.invocation)
    except Transient as error:
        note(Failed(repr(error)))
    else:
        note(answer)


def read_journal(path: Path, offset: int) -> Iterator[tuple[object, int]]:
    """What was noted from there on, each with the place behind it."""
    with path.open("rb") as journal:
        journal.seek(offset)
        while journal.peek(1):
            yield pickle.load(journal), journal.tell()


def ports_at(place: Place, clock: FakeClock, note: "Note") -> dict[str, Any]:
    """All ports of a process, but for its events."""
    return {
        **state_at(place, clock),
        "workspace": PacedWorkspace(
            a_workspace(place.databricks, PATIENT),
            Slots(FakeBudget(), clock, FakeEvents()),
        ),
        "git": a_repository(place.azure_devops, place.repository, clock, PATIENT),
        "clock": clock,
        "queue": _Queue(note),
    }


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


type Note = Callable[[object], None]


class _Clock(FakeClock):
    def __init__(self, passed: float, note: Note) -> None:
        super().__init__()
        self.passed, self.note = passed, note

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self.note(Passed(max(seconds, 0), slept=True))

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self.note(Passed(seconds))


class _Calls(Calls):
    def __init__(self, before: Mapping[str, int], note: Note) -> None:
        super().__init__(before)
        self.note = note

    def enter(self, call: Call) -> None:
        super().enter(call)
        self.note(call)


@dataclass(frozen=True)
class _Queue:
    note: Note

    def plan(self, run_id: str, delay: float = 0) -> None:
        self.note(Sent(PlanMessage(run_id), delay))

    def shard(self, run_id: str, number: int, delay: float = 0) -> None:
        self.note(Sent(ShardMessage(run_id, number), delay))

    def restore(self, restore_id: str, delay: float = 0) -> None:
        self.note(Sent(RestoreMessage(restore_id), delay))
