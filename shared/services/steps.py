"""USE CASE PARTS: the numbered steps of runs and restores.

Design, logs and tests go by them.
"""

import functools
from collections.abc import Callable
from contextvars import ContextVar
from enum import StrEnum

from shared.errors import BackupError


class Step(StrEnum):
    """What a run is doing; whatever it does outside itself, it does in one of these."""

    R1 = "R1 open"
    P1 = "P1 claim"
    P2 = "P2 base"
    P3 = "P3 walk"
    P4 = "P4 compare"
    P5 = "P5 send"
    P6 = "P6 deletions"
    S1 = "S1 claim"
    S2 = "S2 read"
    S3 = "S3 export"
    S4 = "S4 decide"
    S5 = "S5 push"
    S6 = "S6 read back"
    S7 = "S7 close"
    F1 = "F1 examine"
    F2 = "F2 record"
    F3 = "F3 tag"
    F4 = "F4 index"
    F5 = "F5 close"
    W1 = "W1 resend"
    W2 = "W2 revive"
    W3 = "W3 finish"
    W4 = "W4 deadline"
    W5 = "W5 retry"
    W6 = "W6 retention"


class RestoreStep(StrEnum):
    """What a restore is doing; whatever it does outside itself, it does in one."""

    T1 = "T1 open"
    T2 = "T2 claim"
    T3 = "T3 collect"
    T4 = "T4 compare"
    T5 = "T5 make folders"
    T6 = "T6 write"
    T7 = "T7 verify"
    T8 = "T8 close"
    T9 = "T9 repair"


type AnyStep = Step | RestoreStep

_current: ContextVar[AnyStep | None] = ContextVar("step", default=None)


def current_step() -> AnyStep | None:
    """The innermost step this thread is in."""
    return _current.get()


def step[**P, R](which: AnyStep) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say of a function which step it is; our errors that leave it tell so."""

    def marked(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def stepped(*args: P.args, **kwargs: P.kwargs) -> R:
            token = _current.set(which)
            try:
                return function(*args, **kwargs)
            except BackupError as error:
                error.step = error.step or which
                raise
            finally:
                _current.reset(token)

        return stepped

    return marked
