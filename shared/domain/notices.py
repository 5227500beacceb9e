"""DECISIONS: which ends of runs are told to people, and how; knows no chat."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from shared.domain.outcomes import Outcome
from shared.domain.record import Named
from shared.domain.runs import Run, RunStatus, Stop

MOST_LINES = 5
"""Failures, and folders, that a message names at most."""

LONGEST_PATH = 100
LONGEST_SENTENCE = 160
LONGEST_ERROR = 240
LONGEST_HEADLINE = 120
"""Characters. Five of each are what Slack and Teams take, however they are escaped."""

RUNBOOK = "docs/operations.md"
"""What to do about a message; a place in this repository."""


class NotifyOn(StrEnum):
    """Which ends of runs are told."""

    ALWAYS = "always"
    TROUBLE = "trouble"
    NEVER = "never"

    def wants(self, run: Run) -> bool:
        """Whether the end of this run is to be told."""
        if self is NotifyOn.TROUBLE:
            return is_trouble(run)
        return self is NotifyOn.ALWAYS


class Mood(StrEnum):
    """How a run's end is to be taken, at one look."""

    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Line:
    """A path, and what is told of it."""

    path: str
    told: str


@dataclass(frozen=True, slots=True)
class Passage:
    """Some lines under a title; so many `more` are left out."""

    title: str
    lines: tuple[Line, ...]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A message about a run's end.

    `headline`, `facts` and titles are our own words. `remarks` and lines hold names
    and sentences from outside: on one line each and printable, but to be shown as
    they are and never to be read as markup. `commit` is empty where there is none.
    """

    run_id: str
    headline: str
    mood: Mood
    facts: tuple[tuple[str, str], ...] = ()
    remarks: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    commit: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What the run's end knows beyond its row: failures, and changes by folder."""

    failures: Named = field(default_factory=Named)
    changed: tuple[tuple[str, int], ...] = ()

    @property
    def newly_failed(self) -> list[str]:
        """The paths of failures that are news, as far as they are named."""
        return [o.path for o in self.failures.outcomes if not o.known]


NOTHING_FOUND = Findings()


def is_trouble(run: Run) -> bool:
    """Whether somebody should look at the run that has ended."""
    tally = run.tally
    news = tally.new_failures or tally.held or tally.mismatched
    return run.status is not RunStatus.COMPLETE or run.rewritten or bool(news)


def most_changed(by_folder: Counter[str]) -> tuple[tuple[str, int], ...]:
    """The folders with the most changed objects, and how many these are."""
    ranked = sorted(by_folder.items(), key=lambda item: (-item[1], item[0]))
    return tuple(ranked[:MOST_LINES])


def notice_of(run: Run, findings: Findings = NOTHING_FOUND) -> Notice:
    """What is told of a run that has ended."""
    passages = (_failures(findings.failures), _changes(findings.changed))
    return Notice(
        run_id=run.id,
        headline=_headline(run),
        mood=_mood(run),
        facts=tuple(_facts(run)),
        remarks=tuple(_remarks(run)),
        passages=tuple(passage for passage in passages if passage.lines),
        commit=run.commit,
    )


def notice_of_unreadable(run_id: str, error: str) -> Notice:
    """What is told of a run whose row a newer version of this code wrote."""
    return Notice(
        run_id=run_id,
        headline="Backup failed",
        mood=Mood.BAD,
        remarks=(_sentence(error, LONGEST_ERROR),),
    )


def printable(text: str, limit: int) -> str:
    """The text on one line, nothing in it invisible, its middle cut out if need be.

    What does not print, breaks lines or turns the direction of writing is shown as
    Python would write it.
    """
    half = limit // 2
    if len(text) > limit:
        text = f"{text[:half]}…{text[-half:]}"
    shown = "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii")
        for c in text
    )
    return shown if len(shown) <= limit else f"{shown[: half - 1]}…{shown[-half:]}"


def _sentence(text: str, limit: int = LONGEST_SENTENCE) -> str:
    return printable(" ".join(text.split()), limit)


def _headline(run: Run) -> str:
    kind = "Audit" if run.request.slice else "Backup"
    kind = f"{kind}, dry run," if run.request.dry_run else kind
    end = "complete, nothing changed" if run.unchanged else run.status.value
    why = ", ".join(_reasons(run))
    line = f"{kind} {end}: {why}" if why else f"{kind} {end}"
    return printable(line, LONGEST_HEADLINE)


def _reasons(run: Run) -> Iterator[str]:
    tally = run.tally
    if run.stop is Stop.CREDENTIALS:
        yield "credentials refused"
    if run.stop is Stop.DEADLINE:
        yield "out of time"
    if tally.failed:
        yield f"{tally.failed:,} not stored"
    if tally.held:
        yield f"{tally.held:,} deletions held back"
    if tally.mismatched:
        yield f"{tally.mismatched:,} had changed unseen"
    if run.rewritten:
        yield "history rewritten"


def _mood(run: Run) -> Mood:
    if run.status is RunStatus.FAILED:
        return Mood.BAD
    return Mood.WARNING if is_trouble(run) else Mood.GOOD


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    """At most nine: Slack takes ten."""
    tally = run.tally
    yield "Objects", f"{tally.listed:,}"
    yield "Stored", f"{tally.stored:,} ({tally.stored_bytes:,} bytes)"
    counts = {
        "Deleted": tally.deleted,
        "Moved": tally.moved,
        "Not stored": tally.failed,
        "Of these, new": tally.new_failures,
        "Deletions held back": tally.held,
        "Changed unseen": tally.mismatched,
    }
    yield from ((name, f"{count:,}") for name, count in counts.items() if count)
    ended = run.finished_at or run.request.opened_at
    seconds = max(0, int((ended - run.request.opened_at).total_seconds()))
    yield "Took", str(timedelta(seconds=seconds))


def _remarks(run: Run) -> Iterator[str]:
    tally = run.tally
    error = _sentence(run.error, LONGEST_ERROR)
    if error:
        yield error
    if run.rewritten:
        yield "Somebody rewrote the history of the backup branch."
    if tally.held and not run.request.dry_run:
        yield f"If the deletions are meant, start a run with allow_deletions: {run.id}"
    if tally.mismatched:
        yield "Objects had changed although their times had not. Git has them now."


def _failures(failures: Named) -> Passage:
    """News first, and of these what does not heal by itself."""
    ranked = sorted(failures.outcomes, key=_urgency)[:MOST_LINES]
    lines = tuple(Line(_path(o.path), _why(o)) for o in ranked)
    return Passage("Not stored", lines, max(0, failures.total - len(lines)))


def _urgency(outcome: Outcome) -> tuple[bool, bool]:
    heals = outcome.remedy is not None and outcome.remedy.heals
    return outcome.known, heals


def _why(outcome: Outcome) -> str:
    why = _sentence(outcome.detail)
    if outcome.remedy is None or outcome.remedy.heals:
        return why
    return f"{why} {outcome.remedy.advice}".strip()


def _changes(changed: tuple[tuple[str, int], ...]) -> Passage:
    lines = (Line(_path(path), f"{count:,} changed") for path, count in changed)
    return Passage("Most changed folders", tuple(lines))


def _path(path: str) -> str:
    return printable(path, LONGEST_PATH)
