from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.outcomes import Outcome, OutcomeKind, to_lines
from shared.domain.runs import Phase, Run, RunStatus, Shard, ShardStatus, Tally
from shared.errors import InvalidRequest, NotFound
from shared.ports import Write
from shared.services import read_runs
from shared.services.read_runs import (
    Listing,
    Mark,
    OutcomePage,
    Progress,
    ReadRuns,
    marks_from,
)
from tests.fakes.storage import FakeBlobs, FakeClock, FakeRunIndex, FakeRunStore
from tests.run_builders import a_request, a_run, a_shard

MORE_PAGES_THAN_ANY_TEST_HAS = 50


class CountedBlobs(FakeBlobs):
    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []

    def get(self, name: str) -> bytes | None:
        self.read.append(name)
        return super().get(name)


class Desk:
    """A reader of runs, one run, and what is known of it."""

    def __init__(self, **run: Any) -> None:
        self.store, self.index, self.blobs = (
            FakeRunStore(),
            FakeRunIndex(),
            CountedBlobs(),
        )
        self.clock = FakeClock()
        self.reads = ReadRuns(self.store, self.index, self.blobs, self.clock)
        request = a_request(opened_at=self.clock.start)
        self.run = self.enter(a_run(request, **run))

    def enter(self, run: Run) -> Run:
        self.store.write(Write(run))
        self.index.enter(run.request)
        return run

    def shard(self, number: int, status: ShardStatus, **more: Any) -> Shard:
        shard = a_shard(self.run, number, status=status, **more)
        self.store.write(Write(shard))
        return shard

    def outcomes(self, part: str, *outcomes: Outcome) -> None:
        name = f"runs/{self.run.id}/outcomes/{part}"
        self.blobs.put(name, to_lines(outcomes))

    def page(self, listing: Listing, limit: int = 100, **marks: Mark) -> OutcomePage:
        named = {Listing(name): mark for name, mark in marks.items()}
        return self.reads.details(self.run.id, named, limit).pages[listing]

    def pages(self, listing: Listing, limit: int) -> Iterator[tuple[Outcome, ...]]:
        marks: dict[str, Mark] = {}
        for _ in range(MORE_PAGES_THAN_ANY_TEST_HAS):
            page = self.page(listing, limit, **marks)
            yield page.items
            if page.next is None:
                return
            marks = {listing: Mark.from_text(page.next.to_text())}
        raise AssertionError("the pages do not end")


def an_outcome(kind: OutcomeKind, path: str) -> Outcome:
    return Outcome(kind=kind, path=path, type="NOTEBOOK", detail="for a reason")


def failed(path: str) -> Outcome:
    return an_outcome(OutcomeKind.FAILED, path)


def added(path: str) -> Outcome:
    return an_outcome(OutcomeKind.ADDED, path)


def paths(page: OutcomePage) -> list[str]:
    return [outcome.path for outcome in page.items]


def test_an_open_run_counts_closed_shards_and_those_at_work() -> None:
    desk = Desk(
        status=RunStatus.RUNNING,
        tally=Tally(exported=10),
        calls={"databricks.export": 10},
    )
    desk.shard(1, ShardStatus.DONE, tally=Tally(exported=10), calls={"x": 1})
    at_work = {"tally": Tally(exported=3), "calls": {"databricks.export": 4}}
    desk.shard(2, ShardStatus.QUEUED, **at_work)
    desk.shard(3, ShardStatus.WAITING)

    run = desk.reads.details(desk.run.id, {}, 100).run

    assert run.tally.exported == 13
    assert run.calls == {"databricks.export": 14}


def test_a_run_that_ended_is_told_by_its_row_alone() -> None:
    ended = FakeClock().start + timedelta(seconds=20)
    desk = Desk(status=RunStatus.CANCELLED, tally=Tally(exported=10), finished_at=ended)
    desk.shard(2, ShardStatus.QUEUED, tally=Tally(exported=3))
    desk.clock.advance(1_000_000)

    details = desk.reads.details(desk.run.id, {}, 100)

    assert details.run.tally.exported == 10
    assert details.seconds == 20


def test_an_open_run_takes_as_long_as_until_now() -> None:
    desk = Desk()
    desk.clock.advance(5)

    assert desk.reads.details(desk.run.id, {}, 100).seconds == 5


def test_progress_is_what_shards_have_done_of_what_they_were_given() -> None:
    desk = Desk(phase=Phase.WALKED)
    desk.shard(1, ShardStatus.DONE, objects=10, tally=Tally(exported=2, equal=7))
    half = Tally(exported=2, equal=3, failed=1, excepted=1)
    desk.shard(2, ShardStatus.QUEUED, objects=20, tally=half)
    desk.shard(3, ShardStatus.WAITING, objects=5)

    details = desk.reads.details(desk.run.id, {}, 0)

    assert details.objects == Progress(17, 35)
    assert details.shards == Progress(1, 3)


def test_exceptions_that_no_shard_was_given_do_not_overfill_progress() -> None:
    desk = Desk()
    desk.shard(1, ShardStatus.QUEUED, objects=2, tally=Tally(exported=2, excepted=9))

    assert desk.reads.details(desk.run.id, {}, 0).objects == Progress(2, 2)


def test_a_run_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="20261122T020000Z-ffffff"):
        Desk().reads.details("20261122T020000Z-ffffff", {}, 100)


def test_every_outcome_is_on_its_list() -> None:
    desk = Desk()
    desk.outcomes("0-found", *(an_outcome(kind, f"/{kind}") for kind in OutcomeKind))

    pages = desk.reads.details(desk.run.id, {}, 100).pages

    assert {listing: paths(page) for listing, page in pages.items()} == {
        Listing.FAILURES: ["/failed"],
        Listing.EXCEPTIONS: ["/excepted"],
        Listing.CHANGES: ["/added", "/edited", "/deleted", "/moved"],
        Listing.HELD: ["/held"],
        Listing.FOREIGN: ["/foreign"],
    }


def test_the_lists_hold_what_the_plan_and_every_shard_found() -> None:
    desk = Desk()
    shards = f"runs/{desk.run.id}/shards/"
    desk.blobs.put(f"{shards}000001-1-001.outcomes", to_lines([failed("/in a shard")]))
    desk.shard(1, ShardStatus.DONE, outcomes=(f"{shards}000001-1-001.outcomes",))
    desk.outcomes("1-walk", failed("/in the walk"))

    assert paths(desk.page(Listing.FAILURES)) == ["/in the walk", "/in a shard"]


def test_what_a_worker_left_that_lost_its_claim_is_not_told() -> None:
    desk = Desk()
    shards = f"runs/{desk.run.id}/shards/"
    desk.blobs.put(f"{shards}000001-1-001.outcomes", to_lines([failed("/lost")]))
    desk.shard(1, ShardStatus.DONE)

    assert paths(desk.page(Listing.FAILURES)) == []


def test_outcomes_of_other_runs_stay_theirs() -> None:
    desk = Desk()
    other = desk.enter(a_run())
    name = f"runs/{other.id}/outcomes/1-walk"
    desk.blobs.put(name, to_lines([failed("/theirs")]))

    assert paths(desk.page(Listing.FAILURES)) == []


@given(
    blobs=st.lists(st.lists(st.booleans(), max_size=5), max_size=6),
    limit=st.integers(1, 7),
)
def test_pages_together_hold_every_item_once(
    blobs: list[list[bool]], limit: int
) -> None:
    desk = Desk()
    wanted: list[str] = []
    for number, lines in enumerate(blobs):
        kinds = [failed if is_failure else added for is_failure in lines]
        made = [kind(f"/{number}/{line}") for line, kind in enumerate(kinds)]
        wanted += [o.path for o in made if o.kind is OutcomeKind.FAILED]
        desk.outcomes(f"{number:05}", *made)

    pages = list(desk.pages(Listing.FAILURES, limit))

    assert [outcome.path for page in pages for outcome in page] == wanted
    assert all(len(page) == limit for page in pages[:-1])


def test_a_full_page_that_is_the_last_has_no_next() -> None:
    desk = Desk()
    desk.outcomes("0", failed("/a"), failed("/b"))

    page = desk.page(Listing.FAILURES, limit=2)

    assert paths(page) == ["/a", "/b"]
    assert page.next is None


def test_a_limit_of_nothing_reads_nothing_and_says_where_to_begin() -> None:
    desk = Desk()
    desk.outcomes("0", failed("/a"))

    page = desk.page(Listing.FAILURES, limit=0)

    assert page == OutcomePage((), Mark())
    assert desk.blobs.read == []


def test_going_on_with_one_list_leaves_the_others_unread() -> None:
    desk = Desk()
    desk.outcomes("0", failed("/a"), added("/b"))

    pages = desk.reads.details(desk.run.id, {Listing.CHANGES: Mark()}, 100).pages

    assert paths(pages[Listing.CHANGES]) == ["/b"]
    assert pages[Listing.FAILURES] == OutcomePage((), Mark())


def test_blobs_before_the_mark_are_not_read_again() -> None:
    desk = Desk()
    for number in range(5):
        desk.outcomes(f"{number}", failed(f"/{number}"))

    page = desk.page(Listing.FAILURES, failures=Mark("outcomes/3"))

    assert paths(page) == ["/3", "/4"]
    assert len([name for name in desk.blobs.read if "/outcomes/" in name]) == 2


def test_one_answer_reads_a_bounded_number_of_blobs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(read_runs, "MAX_BLOBS_A_PAGE", 2)
    desk = Desk()
    for number in range(5):
        desk.outcomes(f"{number}", failed(f"/{number}"))

    pages = list(desk.pages(Listing.FAILURES, 100))

    read = [[outcome.path for outcome in page] for page in pages]
    assert read == [["/0", "/1"], ["/2", "/3"], ["/4"]]


def test_a_blob_that_retention_takes_meanwhile_is_passed_over() -> None:
    desk = Desk()
    gone = f"runs/{desk.run.id}/shards/000001-1-001.outcomes"
    desk.shard(1, ShardStatus.DONE, outcomes=(gone,))
    desk.outcomes("0", failed("/a"))

    assert paths(desk.page(Listing.FAILURES)) == ["/a"]


@given(blob=st.text(max_size=20), line=st.integers(0, 10**9))
def test_a_mark_survives_its_text(blob: str, line: int) -> None:
    assert Mark.from_text(Mark(blob, line).to_text()) == Mark(blob, line)


@given(st.text(max_size=30))
def test_any_text_is_a_mark_or_refused(text: str) -> None:
    try:
        mark = Mark.from_text(text)
    except ValueError:
        return

    assert mark.to_text() == text


def test_a_wrong_mark_is_blamed_on_its_field() -> None:
    with pytest.raises(InvalidRequest) as caught:
        marks_from({Listing.CHANGES: "not a mark", Listing.HELD: None})

    assert caught.value.field == "changes_after"


def test_runs_come_newest_first_in_pages() -> None:
    desk = Desk()
    newer = desk.enter(a_run())

    first = desk.reads.newest(1)
    second = desk.reads.newest(1, first.next)

    assert [run.id for run in first.runs] == [newer.id]
    assert [run.id for run in second.runs] == [desk.run.id]
    assert second.next is None


def test_a_list_counts_shards_at_work_too() -> None:
    desk = Desk(tally=Tally(exported=1))
    desk.shard(1, ShardStatus.QUEUED, tally=Tally(exported=2))

    assert desk.reads.newest(1).runs[0].tally.exported == 3


def test_a_run_without_a_row_is_left_out_of_the_list() -> None:
    desk = Desk()
    desk.index.enter(a_request())

    assert [run.id for run in desk.reads.newest(10).runs] == [desk.run.id]
