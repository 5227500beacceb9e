"""Processes that die on demand, at any call of a port, before or after its effect."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any


class Crash(BaseException):
    """The process is killed here; no use case may catch this."""


@dataclass(frozen=True, slots=True)
class CrashPoint:
    """The `number`-th call of a port's method (`store.write`): before or after it."""

    call: str
    number: int
    after: bool = False


def crash_points(calls: Counter[str]) -> Iterator[CrashPoint]:
    """Every point at which a run that made these calls could have crashed."""
    for call, count in sorted(calls.items()):
        for number in range(1, count + 1):
            yield CrashPoint(call, number)
            yield CrashPoint(call, number, after=True)


@dataclass
class Process:
    """One process; once `dead`, no call of it reaches a port.

    `calls` counts all calls, over all processes that share it.
    """

    calls: Counter[str] = field(default_factory=Counter)
    crash: CrashPoint | None = None
    dead: bool = False
    _lock: Lock = field(default_factory=Lock)

    def watch(self, port: object, name: str) -> Any:
        """The port as this process sees it; `name` is the first half of its calls."""
        return _Watched(port, name, self)

    @contextmanager
    def calling(self, call: str) -> Iterator[None]:
        """Around a call's effect."""
        with self._lock:
            self.calls[call] += 1
            number = self.calls[call]
        self._pass(CrashPoint(call, number))
        yield
        self._pass(CrashPoint(call, number, after=True))

    def _pass(self, point: CrashPoint) -> None:
        self.dead = self.dead or point == self.crash
        if self.dead:
            raise Crash(f"{point}")


@dataclass(frozen=True)
class _Watched:
    port: object
    name: str
    process: Process

    def __getattr__(self, method: str) -> Callable[..., Any]:
        inner = getattr(self.port, method)

        def call(*args: Any, **facts: Any) -> Any:
            with self.process.calling(f"{self.name}.{method}"):
                return inner(*args, **facts)

        return call
