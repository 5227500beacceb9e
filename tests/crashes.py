"""Processes that die on demand, at any call of a port, before or after its effect."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from shared.domain.git import Push
from shared.ports import PushLease
from shared.services.steps import AnyStep, current_step


class Crash(BaseException):
    """The process is killed here; no use case may catch this."""


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """The `number`-th call of a port's method (`store.write`): before or after it.

    `step` is where that call was seen in a run without a crash.
    """

    call: str
    number: int
    after: bool = False
    step: AnyStep | None = field(default=None, compare=False)

    def __str__(self) -> str:
        step = f"{self.step.name} " if self.step else ""
        return f"{step}{self.call} {self.number}, {'after' if self.after else 'before'}"


type Happenings = dict[CrashPoint, Callable[[], object]]
"""What happens, once, at a call of a port; what it raises, the call raises."""

type About = str | frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached its port, in which step and in which process.

    `about` is the path or run it concerns, of a push all paths.
    """

    name: str
    number: int
    step: AnyStep | None
    about: About
    process: int


class Calls(Counter[str]):
    """How often each method of a port was called, over all processes.

    `log` has every call in its order, `dead` is the number of the process that died.
    """

    def __init__(self, before: Mapping[str, int] | None = None) -> None:
        """Count on from what there was before."""
        super().__init__(before)
        self.log: list[Call] = []
        self.processes = 0
        self.dead: int | None = None

    def enter(self, call: Call) -> None:
        """Keep a call that reached its port."""
        self.log.append(call)

    def clear(self) -> None:
        super().clear()
        self.log.clear()
        self.dead = None


def crash_points(log: Iterable[Call]) -> Iterator[CrashPoint]:
    """Every point at which a run that made these calls could have crashed.

    In an order that does not depend on what threads did at the same time.
    """
    for call in sorted(log, key=lambda call: (call.name, call.number)):
        yield CrashPoint(call.name, call.number, step=call.step)
        yield CrashPoint(call.name, call.number, after=True, step=call.step)


def die() -> None:
    """The death of a process that is only played."""
    raise Crash


def no_time(_: str) -> None:
    """Calls take none, unless a test says so."""


@dataclass
class Process:
    """One process; once `dead`, no call of it reaches a port.

    `spend` lets the time pass that a call takes. `happenings` happen to whichever
    process gets to their points, for all share the count of calls.
    """

    calls: Calls = field(default_factory=Calls)
    crash: CrashPoint | None = None
    die: Callable[[], None] = die
    spend: Callable[[str], None] = no_time
    happenings: Happenings = field(default_factory=dict)
    dead: bool = False
    number: int = 0
    _lock: Lock = field(default_factory=Lock)

    def __post_init__(self) -> None:
        self.calls.processes += 1
        self.number = self.number or self.calls.processes

    def watch(self, port: object, name: str) -> Any:
        """The port as this process sees it; `name` is the first half of its calls."""
        return _Watched(port, name, self)

    def watch_lease(self, lease: PushLease) -> PushLease:
        """The lease, whose effects are at both ends of the time that it is held."""
        return _WatchedLease(lease, self)

    @contextmanager
    def calling(self, call: str, about: About = None) -> Iterator[None]:
        """Around a call's effect."""
        with self._lock:
            self.calls[call] += 1
            number = self.calls[call]
            self._pass(CrashPoint(call, number))
            made = Call(call, number, current_step(), about, self.number)
            self.calls.enter(made)
        self.spend(call)
        try:
            yield
        finally:
            with self._lock:
                self._pass(CrashPoint(call, number, after=True))

    def _pass(self, point: CrashPoint) -> None:
        happening = self.happenings.pop(point, None)
        try:
            if happening is not None:
                happening()
        except Crash:
            self.dead = True
        if point == self.crash:
            self.dead = True
            self.calls.dead = self.number
        if self.dead:
            self.die()


@dataclass(frozen=True)
class _Watched:
    port: object
    name: str
    process: Process

    def __getattr__(self, method: str) -> Callable[..., Any]:
        inner = getattr(self.port, method)

        def call(*args: Any, **facts: Any) -> Any:
            with self.process.calling(f"{self.name}.{method}", _about(*args)):
                return inner(*args, **facts)

        return call


def _about(*args: object) -> About:
    match args:
        case (str() as path, *_):
            return path
        case (Push() as push, *_):
            return frozenset(change.path for change in push.changes)
        case _:
            return None


@dataclass(frozen=True)
class _WatchedLease:
    lease: PushLease
    process: Process

    @contextmanager
    def hold(self) -> Iterator[None]:
        with ExitStack() as held:
            with self.process.calling("lease.acquire"):
                held.enter_context(self.lease.hold())
            try:
                yield
            finally:
                with self.process.calling("lease.release"):
                    held.close()
