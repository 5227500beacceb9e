"""USE CASE: set a deployment up: look at what is there, and make what is missing.

A plan writes nothing. What stands on something that failed is not tried. It is safe
beside an open run, and beside another setup: the backup branch is only ever created,
with what a run would begin with; what proves our rights is on branches and tags of its
own, at which no run looks; and nothing is taken from anybody.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.domain.diagnostics import (
    BLOCKED,
    About,
    Diagnosis,
    Finding,
    Result,
    Verdict,
)
from shared.ports import Clock
from shared.services.diagnose import Check, Diagnose
from shared.services.setup_steps.grounds import GROUND, Step


@dataclass(frozen=True, slots=True)
class _Trying:
    """One step, tried one way; a check to whoever makes results of checks."""

    about: About
    look: Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class SetUp:
    """The first checks and the last side by side, then the steps one by one.

    `seconds` is what all checks have together, and what each step has, but those
    `on_request`, which have `patience`. A step that is waited for no longer may still
    take effect; the next setup finds what it left.
    """

    first: Sequence[Check]
    steps: Sequence[Step]
    last: Sequence[Check]
    clock: Clock
    scrub: Callable[[str], str]
    seconds: float
    on_request: Sequence[Step] = ()
    patience: float = 0.0

    def plan(self) -> Diagnosis:
        """What there is, and what `apply` would do."""
        return self._each(
            lambda step, results: self._ground(step, results) or step.plan()
        )

    def apply(self) -> Diagnosis:
        """Do what is not done. A second time there is nothing left to do."""
        return self._each(lambda step, _: step.apply())

    def _each(self, attempt: Callable[[Step, dict[str, Result]], Finding]) -> Diagnosis:
        looked = self._tried([*self.first, *self.last], self.seconds)
        results = {result.name: result for result in looked}
        for step in self.steps:
            self._add(step, attempt, results, self.seconds)
        for step in self.on_request:
            self._add(step, attempt, results, self.patience)
        order = [
            *(check.about.name for check in self.first),
            *(step.about.name for step in self.steps),
            *(check.about.name for check in self.last),
            *(step.about.name for step in self.on_request),
        ]
        return Diagnosis(tuple(results[name] for name in order))

    def _add(
        self,
        step: Step,
        attempt: Callable[[Step, dict[str, Result]], Finding],
        results: dict[str, Result],
        seconds: float,
    ) -> None:
        before = dict(results)

        def look() -> Finding:
            return _stopped(step.about, before) or attempt(step, before)

        (result,) = self._tried([_Trying(step.about, look)], seconds)
        results[result.name] = result

    def _tried(self, checks: Sequence[Check], seconds: float) -> tuple[Result, ...]:
        return Diagnose(checks, self.clock, self.scrub, seconds)().results

    @staticmethod
    def _ground(step: Step, results: dict[str, Result]) -> Finding | None:
        """What is to be made first can be asked for nothing yet."""
        ground = results.get(GROUND)
        if ground is None or ground.verdict is not Verdict.TO_DO:
            return None
        return Finding(step.planned)


def _stopped(about: About, results: dict[str, Result]) -> Finding | None:
    """That it was not tried, and for what that failed."""
    failed = [
        name
        for name in about.after
        if name in results and results[name].verdict is Verdict.FAILED
    ]
    return Finding(BLOCKED, "not tried", {"after": failed[0]}) if failed else None
