"""DECISIONS: what is wrong with the backups, by the rules that the alerts follow, too.

The alerts decide by queries over telemetry, this by the rows of runs. Numbers are of
one table, `thresholds.json`, which the template reads as well; a test holds both
against the same runs.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from shared.domain.runs import Run, RunStatus, Stop

_TABLE = json.loads(Path(__file__).with_name("thresholds.json").read_bytes())
RECENT_RUNS: int = _TABLE["recentRuns"]
FAILED_RUNS: int = _TABLE["failedRuns"]
SUCCESS_PERCENT: int = _TABLE["successPercent"]
DEADLINE_PERCENT: int = _TABLE["deadlinePercent"]


class Level(StrEnum):
    """How bad it is, and of several reasons the worst."""

    HEALTHY = "healthy"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Reason:
    """Something is wrong, in words; `name` is that of the alert that says the same."""

    name: str
    level: Level
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What is to be judged. `runs` are the newest, newest first, open ones as well.

    `alive_since`: the app was first seen working. `max_age`: how old the last good run
    may become.
    """

    runs: Sequence[Run]
    now: datetime
    alive_since: datetime
    max_age: timedelta
    paused: bool = False

    @property
    def whole(self) -> list[Run]:
        """The runs over everything that ended by themselves, newest first."""
        return [
            run
            for run in self.runs
            if is_whole(run) and run.status in _ENDED_BY_THEMSELVES
        ]

    @property
    def recent(self) -> list[Run]:
        """The newest of these."""
        return self.whole[:RECENT_RUNS]

    @property
    def last_good(self) -> Run | None:
        """The newest run over everything that left a record, or confirmed one."""
        return next((run for run in self.whole if is_good(run)), None)

    @property
    def alive(self) -> timedelta:
        """How long the app has been there."""
        return self.now - self.alive_since


_ENDED_BY_THEMSELVES = {RunStatus.COMPLETE, RunStatus.INCOMPLETE, RunStatus.FAILED}


def is_whole(run: Run) -> bool:
    """Whether it is a backup of everything: no part, no slice, no dry run."""
    request = run.request
    return request.full_scope and request.slice is None and not request.dry_run


def is_good(run: Run) -> bool:
    """Whether there is a record that tells what was backed up then."""
    return bool(run.commit) or run.unchanged


def succeeded(run: Run) -> bool:
    """Whether it left nothing out that was not known before."""
    if run.status is RunStatus.INCOMPLETE:
        tally = run.tally
        return is_good(run) and not (tally.new_failures or tally.held or run.stop)
    return run.status is RunStatus.COMPLETE


def reasons(standing: Standing) -> tuple[Reason, ...]:
    """All that is wrong, the worst first."""
    found = [
        Reason(name, level, detail)
        for name, level, rule in RULES
        if (detail := rule(standing))
    ]
    return tuple(sorted(found, key=lambda reason: reason.level != Level.CRITICAL))


def worst(found: Sequence[Reason]) -> Level:
    """The level of the worst of them; healthy where there is none."""
    order = [Level.HEALTHY, Level.WARNING, Level.CRITICAL]
    levels = [reason.level for reason in found]
    return max(levels, key=order.index, default=Level.HEALTHY)


def _no_good_run(standing: Standing) -> str:
    if standing.paused or standing.alive <= standing.max_age:
        return ""
    good = standing.last_good
    if good is None:
        return "no run has left a record yet"
    age = standing.now - (good.finished_at or good.request.opened_at)
    if age < standing.max_age:
        return ""
    return f"the last run with a record, {good.id}, ended {hours(age)} h ago"


def _last_run_failed(standing: Standing) -> str:
    failed = [run for run in _last_of_each(standing) if run.status is RunStatus.FAILED]
    return "; ".join(f"run {run.id} failed: {run.error}" for run in failed)


def _runs_failing(standing: Standing) -> str:
    recent = standing.recent
    failed = sum(run.status is RunStatus.FAILED for run in recent)
    if failed < FAILED_RUNS:
        return ""
    return f"{failed} of the last {len(recent)} runs failed"


def _success_rate(standing: Standing) -> str:
    recent = standing.recent
    good = sum(map(succeeded, recent))
    if len(recent) < RECENT_RUNS or 100 * good >= SUCCESS_PERCENT * len(recent):
        return ""
    return f"{good} of the last {len(recent)} runs stored all that they could"


def _new_failures(standing: Standing) -> str:
    return _of_the_last(
        standing,
        lambda run: run.status is RunStatus.INCOMPLETE and run.tally.new_failures,
        "objects could not be backed up that could be before",
    )


def _deletions_held(standing: Standing) -> str:
    return _of_the_last(standing, lambda run: run.tally.held, "deletions are held back")


def _audit_mismatch(standing: Standing) -> str:
    found = [run for run in _last_of_each(standing) if run.tally.mismatched]
    return "; ".join(
        f"run {run.id}: {run.tally.mismatched} objects changed without their time"
        for run in found
    )


def _credentials_refused(standing: Standing) -> str:
    found = [run for run in _last_of_each(standing) if run.stop is Stop.CREDENTIALS]
    return "; ".join(f"run {run.id}: {run.error}" for run in found)


def _slow_run(standing: Standing) -> str:
    last = standing.whole[:1]
    return "; ".join(
        f"run {run.id} took {_share(run)} % of the time it has"
        for run in last
        if run.stop is Stop.DEADLINE or _share(run) > DEADLINE_PERCENT
    )


def _of_the_last(standing: Standing, count: Callable[[Run], int], what: str) -> str:
    run = next(iter(standing.whole), None)
    counted = count(run) if run else 0
    return f"run {run.id}: {counted} {what}" if run and counted else ""


def _last_of_each(standing: Standing) -> Iterator[Run]:
    """The newest run over everything, and the newest audit, that ended."""
    yield from standing.whole[:1]
    audits = (r for r in standing.runs if r.request.slice and not r.request.dry_run)
    yield from [run for run in audits if run.status in _ENDED_BY_THEMSELVES][:1]


def _share(run: Run) -> int:
    ended = run.finished_at or run.request.opened_at
    given = run.deadline - run.request.opened_at
    return round(100 * (ended - run.request.opened_at) / given) if given else 0


def hours(time: timedelta) -> int:
    """Whole hours."""
    return int(time / timedelta(hours=1))


RULES: Sequence[tuple[str, Level, Callable[[Standing], str]]] = (
    ("no-good-run", Level.CRITICAL, _no_good_run),
    ("last-run-failed", Level.CRITICAL, _last_run_failed),
    ("credentials-refused", Level.CRITICAL, _credentials_refused),
    ("runs-failing", Level.WARNING, _runs_failing),
    ("success-rate", Level.WARNING, _success_rate),
    ("new-failures", Level.WARNING, _new_failures),
    ("deletions-held", Level.WARNING, _deletions_held),
    ("audit-mismatch", Level.WARNING, _audit_mismatch),
    ("slow-run", Level.WARNING, _slow_run),
)
"""Name, level and rule: why it is so in words, empty where it is not."""
