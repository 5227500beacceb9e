"""Processes that die on demand, at any call of a port, before or after its effect."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from shared.ports import PushLease
from shared.services.steps import Step, current_step


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
    step: Step | None = field(default=None, compare=False)

    def __str__(self) -> str:
        step = f"{self.step.name} " if self.step else ""
        return f"{step}{self.call} {self.number}, {'after' if self.after else 'before'}"


@dataclass(frozen=True, slots=True)
class Call:
    """A call that reached its port: which, in which step, and its first argument."""

    name: str
    number: int
    step: Step | None
    about: object
    process: "Process"


class Calls(Counter[str]):
    """How often each method of a port was called, over all processes.

    `log` has every call in its order, `dead` is the process that died.
    """

    def __init__(self) -> None:
        super().__init__()
        self.log: list[Call] = []
        self.dead: Process | None = None

    def clear(self) -> None:
        super().clear()
        self.log.clear()
        self.dead = None


def crash_points(log: Iterable[Call]) -> Iterator[CrashPoint]:
    """Every point at which a run that made these calls could have crashed."""
    for call in log:
        yield CrashPoint(call.name, call.number, step=call.step)
        yield CrashPoint(call.name, call.number, after=True, step=call.step)


def die() -> None:
    """The death of a process that is only played."""
    raise Crash


@dataclass
class Process:
    """One process; once `dead`, no call of it reaches a port."""

    calls: Calls = field(default_factory=Calls)
    crash: CrashPoint | None = None
    die: Callable[[], None] = die
    dead: bool = False
    _lock: Lock = field(default_factory=Lock)

    def watch(self, port: object, name: str) -> Any:
        """The port as this process sees it; `name` is the first half of its calls."""
        return _Watched(port, name, self)

    def watch_lease(self, lease: PushLease) -> PushLease:
        """The lease, whose effects are at both ends of the time that it is held."""
        return _WatchedLease(lease, self)

    @contextmanager
    def calling(self, call: str, about: object = None) -> Iterator[None]:
        """Around a call's effect."""
        with self._lock:
            self.calls[call] += 1
            number = self.calls[call]
            self._pass(CrashPoint(call, number))
            self.calls.log.append(Call(call, number, current_step(), about, self))
        try:
            yield
        finally:
            with self._lock:
                self._pass(CrashPoint(call, number, after=True))

    def _pass(self, point: CrashPoint) -> None:
        if point == self.crash:
            self.dead = True
            self.calls.dead = self
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
            with self.process.calling(f"{self.name}.{method}", next(iter(args), None)):
                return inner(*args, **facts)

        return call


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
