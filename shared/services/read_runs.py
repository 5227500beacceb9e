"""USE CASE: tell what runs did and are doing; changes nothing, knows no HTTP."""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice

from shared.domain.known_failures import NO_FAILURES, KnownFailures
from shared.domain.outcomes import CHANGES, Outcome, OutcomeKind, from_lines
from shared.domain.runs import Run, Shard, ShardStatus, add_calls
from shared.errors import InvalidRequest
from shared.ports import Blobs, Clock, RunIndex, RunStore
from shared.services.blob_names import known_failures_name, run_outcomes_name
from shared.services.rows import read_run

MAX_BLOBS_A_PAGE = 400
"""One answer reads no more of a run's lists, so that it always comes in time."""


class Listing(StrEnum):
    """The long lists of a run."""

    FAILURES = "failures"
    EXCEPTIONS = "exceptions"
    CHANGES = "changes"
    HELD = "held"
    FOREIGN = "foreign"

    @property
    def kinds(self) -> frozenset[OutcomeKind]:
        """The outcomes that belong to it."""
        return _KINDS[self]


_KINDS = {
    Listing.FAILURES: frozenset({OutcomeKind.FAILED}),
    Listing.EXCEPTIONS: frozenset({OutcomeKind.EXCEPTED}),
    Listing.CHANGES: CHANGES,
    Listing.HELD: frozenset({OutcomeKind.HELD}),
    Listing.FOREIGN: frozenset({OutcomeKind.FOREIGN}),
}


@dataclass(frozen=True, slots=True, order=True)
class Mark:
    """A place in a run's lists: a line of an outcome blob. An empty one: the start."""

    blob: str = ""
    line: int = 0

    def to_text(self) -> str:
        """The opaque form that callers hand back."""
        raw = f"{self.line}:{self.blob}".encode()
        return urlsafe_b64encode(raw).decode("ascii").rstrip("=")

    @staticmethod
    def from_text(text: str) -> "Mark":
        """The mark that `to_text` wrote; `ValueError` for anything else."""
        try:
            padded = text.encode("ascii") + b"=" * (-len(text) % 4)
            raw = urlsafe_b64decode(padded).decode()
        except (UnicodeError, binascii.Error) as error:
            raise ValueError("not a mark") from error
        line, _, blob = raw.partition(":")
        mark = Mark(blob, int(line))
        if mark.line < 0 or mark.to_text() != text:
            raise ValueError("not a mark")
        return mark


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Some outcomes in order, and where those that follow begin, if any may."""

    items: tuple[Outcome, ...] = ()
    next: Mark | None = None


@dataclass(frozen=True, slots=True)
class RunsPage:
    """Some runs, newest first, and the mark to ask for those that follow."""

    runs: tuple[Run, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of what shards were given is done."""

    done: int
    total: int


@dataclass(frozen=True, slots=True)
class RunDetails:
    """A run as of now, the work of shards that are not closed yet included."""

    run: Run
    seconds: float
    objects: Progress
    shards: Progress
    pages: Mapping[Listing, OutcomePage]


@dataclass(frozen=True, slots=True)
class ReadRuns:
    """What runs did and are doing."""

    store: RunStore
    index: RunIndex
    blobs: Blobs
    clock: Clock

    def newest(self, limit: int, mark: str | None = None) -> RunsPage:
        """The newest runs, or those that follow `mark`.

        Runs whose row retention took away in the meantime are left out.
        """
        page = self.index.newest(limit, mark)
        rows = (self.store.run(run_id) for run_id in page.run_ids)
        runs = tuple(self._listed(stored.row) for stored in rows if stored)
        return RunsPage(runs, page.next)

    def details(
        self, run_id: str, marks: Mapping[Listing, Mark], limit: int
    ) -> RunDetails:
        """The run, and of each marked list the `limit` outcomes from its mark on.

        Without marks all lists are read, from their start. A list that was not
        read, and all of them with a limit of 0, has no items and a `next` that
        says where it would begin. `NotFound` where there is no such run.
        """
        row = read_run(self.store, run_id).row
        shards = tuple(stored.row for stored in self.store.shards(run_id))
        return RunDetails(
            run=_as_of_now(row, shards),
            seconds=_seconds(row, self.clock.now()),
            objects=_objects(shards),
            shards=Progress(sum(not s.status.open for s in shards), len(shards)),
            pages=self._pages(run_id, shards, marks, limit),
        )

    def _listed(self, run: Run) -> Run:
        if not run.status.open:
            return run
        queued = self.store.shards(run.id, ShardStatus.QUEUED)
        return _as_of_now(run, [stored.row for stored in queued])

    def _pages(
        self,
        run_id: str,
        shards: Iterable[Shard],
        marks: Mapping[Listing, Mark],
        limit: int,
    ) -> dict[Listing, OutcomePage]:
        collected = {
            listing: _Collected(listing.kinds, limit, marks.get(listing, Mark()))
            for listing in Listing
        }
        if limit:
            # Only what a shard's row names is true: a worker that lost its claim
            # may have left other blobs behind.
            names = {name for shard in shards for name in shard.outcomes}
            names.update(self.blobs.names(run_outcomes_name(run_id, "")))
            wanted = tuple(collected[listing] for listing in marks or Listing)
            raw = self.blobs.get(known_failures_name(run_id))
            known = KnownFailures.from_bytes(raw) if raw else NO_FAILURES
            self._collect(f"runs/{run_id}/", sorted(names), wanted, known)
        return {listing: wanted.page() for listing, wanted in collected.items()}

    def _collect(
        self,
        prefix: str,
        names: Iterable[str],
        lists: tuple["_Collected", ...],
        known: KnownFailures,
    ) -> None:
        first = min(wanted.mark.blob for wanted in lists)
        short = (name.removeprefix(prefix) for name in names)
        ahead: Iterator[str] = (name for name in short if name >= first)
        for name in islice(ahead, MAX_BLOBS_A_PAGE):
            if all(wanted.full for wanted in lists):
                return
            raw = self.blobs.get(prefix + name) or b""
            for line, outcome in enumerate(from_lines(raw)):
                _offer(lists, Mark(name, line), _told(outcome, known))
        beyond = next(ahead, None)
        for wanted in lists:
            wanted.stop(beyond)


def _as_of_now(run: Run, shards: Iterable[Shard]) -> Run:
    """The run's row counts closed shards only; those at work know their own."""
    if not run.status.open:
        return run
    tally, calls = run.tally, run.calls
    for shard in shards:
        if shard.status.open:
            tally += shard.tally
            calls = add_calls(calls, shard.calls)
    return replace(run, tally=tally, calls=calls)


def _objects(shards: Iterable[Shard]) -> Progress:
    done = total = 0
    for shard in shards:
        total += shard.objects
        done += _done(shard) if shard.status.open else shard.objects
    return Progress(done, total)


def _done(shard: Shard) -> int:
    tally = shard.tally
    stored = tally.equal + tally.exported
    not_stored = tally.excepted + tally.failed + tally.vanished
    return min(shard.objects, stored + not_stored + tally.deleted + tally.moved)


def _told(outcome: Outcome, known: KnownFailures) -> Outcome:
    """The outcome; of a failure, whether it was there before the run."""
    if outcome.kind is not OutcomeKind.FAILED:
        return outcome
    return replace(outcome, known=known.knows(outcome.path))


def _offer(lists: Iterable["_Collected"], at: Mark, outcome: Outcome) -> None:
    for wanted in lists:
        wanted.offer(at, outcome)


def _seconds(run: Run, now: datetime) -> float:
    end = run.finished_at or now
    return max(0.0, (end - run.request.opened_at).total_seconds())


@dataclass(slots=True)
class _Collected:
    """One list's page while it fills up."""

    kinds: frozenset[OutcomeKind]
    limit: int
    mark: Mark
    items: list[Outcome] = field(default_factory=list)
    next: Mark | None = None
    read: bool = False

    @property
    def full(self) -> bool:
        """Whether the outcome that opens the next page has been seen."""
        return self.next is not None

    def offer(self, at: Mark, outcome: Outcome) -> None:
        """Take the outcome if it belongs here and there is room."""
        if self.full or outcome.kind not in self.kinds or at < self.mark:
            return
        if len(self.items) < self.limit:
            self.items.append(outcome)
        else:
            self.next = at

    def stop(self, beyond: str | None) -> None:
        """No more is read in this answer; `beyond` is the first blob left unread."""
        self.read = True
        if beyond is not None and not self.full:
            self.next = max(Mark(beyond), self.mark)

    def page(self) -> OutcomePage:
        """What was collected; a list that was not read begins where it was asked."""
        unread = self.mark if not self.read and not self.full else None
        return OutcomePage(tuple(self.items), self.next or unread)


def marks_from(texts: Mapping[Listing, str | None]) -> dict[Listing, Mark]:
    """The marks that callers handed back; `InvalidRequest` names a wrong one."""
    marks = {}
    for listing, text in texts.items():
        if not text:
            continue
        try:
            marks[listing] = Mark.from_text(text)
        except ValueError as error:
            problem = "is not a mark that an earlier answer gave as `next`"
            raise InvalidRequest(f"{listing}_after", problem) from error
    return marks
