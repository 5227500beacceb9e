"""DECISIONS: what a setup comes to, of the verdicts of its steps."""

from enum import StrEnum

from shared.domain.diagnostics import Diagnosis, Verdict


class SetupStatus(StrEnum):
    """`changes`: nothing is wrong, and there is something to do, or was done."""

    OK = "ok"
    CHANGES = "changes"
    WARNING = "warning"
    FAILED = "failed"


_STATUS = {
    Verdict.OK: SetupStatus.OK,
    Verdict.DONE: SetupStatus.CHANGES,
    Verdict.TO_DO: SetupStatus.CHANGES,
    Verdict.WARNING: SetupStatus.WARNING,
    Verdict.FAILED: SetupStatus.FAILED,
}


def status_of(diagnosis: Diagnosis) -> SetupStatus:
    """The worst of its steps."""
    return _STATUS[diagnosis.verdict]


def changes_of(diagnosis: Diagnosis) -> tuple[str, ...]:
    """The steps that changed something, or would."""
    return tuple(
        result.name
        for result in diagnosis.results
        if result.verdict in (Verdict.DONE, Verdict.TO_DO)
    )
