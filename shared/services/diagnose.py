"""USE CASE: look at everything the app stands on, each part by itself.

It works when all else is broken: whatever a check meets becomes its result, and who
does not answer in time is waited for no longer.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Protocol

from shared.domain.diagnostics import (
    BLOCKED,
    BROKEN,
    LATE,
    About,
    Diagnosis,
    Fact,
    Finding,
    Result,
    result_of,
)
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    NotFound,
    SettingError,
    Transient,
)
from shared.ports import Clock

NOT_ITS_OWN = (Transient, CredentialsRefused, AccessDenied, NotFound, SettingError)
"""What keeps a check from looking, where it is not what the check looks for."""


class Check(Protocol):
    """One thing to look at."""

    @property
    def about(self) -> About:
        """What it looks at, and how it can end."""
        ...

    def look(self) -> Finding:
        """What there is; may raise whatever keeps it from looking."""
        ...


@dataclass(frozen=True, slots=True)
class Diagnose:
    """All checks side by side, in at most `seconds`.

    `scrub` takes out of a text what nobody may read.
    """

    checks: Sequence[Check]
    clock: Clock
    scrub: Callable[[str], str]
    seconds: float

    def __call__(self) -> Diagnosis:
        """Every check's result, whatever happens."""
        ended: SimpleQueue[tuple[int, Result]] = SimpleQueue()
        for number, check in enumerate(self.checks):
            # Not in a pool: its threads would be waited for when the process ends.
            threading.Thread(
                target=lambda number=number, check=check: ended.put(
                    (number, self._result(check))
                ),
                name=f"check-{check.about.name}",
                daemon=True,
            ).start()
        results = self._gathered(ended)
        return Diagnosis(
            tuple(
                results.get(number) or self._late(check)
                for number, check in enumerate(self.checks)
            )
        )

    def _gathered(self, ended: SimpleQueue[tuple[int, Result]]) -> dict[int, Result]:
        end = self.clock.monotonic() + self.seconds
        results: dict[int, Result] = {}
        while len(results) < len(self.checks):
            try:
                left = max(end - self.clock.monotonic(), 0)
                number, result = ended.get(timeout=left)
            except Empty:
                break
            results[number] = result
        return results

    def _result(self, check: Check) -> Result:
        start = self.clock.monotonic()
        finding = self._finding(check)
        return self._told(check.about, finding, self.clock.monotonic() - start)

    def _finding(self, check: Check) -> Finding:
        try:
            return check.look()
        except NOT_ITS_OWN as error:
            see = {"after": "settings"} if isinstance(error, SettingError) else {}
            return Finding(BLOCKED, str(error), see)
        except BackupError as error:
            return Finding(BROKEN, str(error))
        except Exception as error:  # noqa: BLE001 - no check may take others with it
            # Its words may quote what nobody may read.
            return Finding(BROKEN, f"unexpected {type(error).__name__}")

    def _late(self, check: Check) -> Result:
        found = f"waited for {self.seconds:g} seconds"
        return self._told(check.about, Finding(LATE, found), self.seconds)

    def _told(self, about: About, finding: Finding, seconds: float) -> Result:
        clean = Finding(
            finding.case,
            self.scrub(finding.found),
            {name: self.scrub(text) for name, text in finding.fill.items()},
            {name: self._clean(fact) for name, fact in finding.facts.items()},
        )
        return result_of(about, clean, seconds)

    def _clean(self, fact: Fact) -> Fact:
        if isinstance(fact, tuple):
            return tuple(self.scrub(text) for text in fact)
        return self.scrub(fact) if isinstance(fact, str) else fact
