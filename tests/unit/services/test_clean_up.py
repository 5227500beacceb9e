"""W6: what is kept no longer goes, all of it and nothing else, and the plan says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.messages import PlanMessage, encode
from shared.domain.restore_ids import new_restore_id
from shared.domain.restores import RestoreStatus
from shared.domain.retention import CleanUpPlan, Kind, ListedRun, Poisoned, Rule
from shared.domain.retention import StoredBlob as Blob
from shared.domain.run_ids import new_run_id
from shared.domain.runs import Request, Run, RunStatus
from shared.errors import UnknownVersion
from shared.ports import Stored, Write
from shared.services.clean_up import LAST, LastCleanUp
from shared.services.clean_up_room import BLOBS_AT_ONCE, MOST_LOOKED_AT, THINGS_AT_ONCE
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint, Process, crash_points
from tests.fakes.storage import FakeBlobs, FakeRunIndex, FakeRunStore
from tests.run_builders import a_request, a_restore

DAY = timedelta(days=1)
TEN = 10 * DAY
NOW = datetime.fromisoformat("2026-11-22T02:00:00Z")


def an_app() -> BackupApp:
    """Keeps state for ten days."""
    return BackupApp(retention=TEN)


def noise(number: int) -> str:
    return f"{number:06x}"


def add_run(
    app: BackupApp,
    age: timedelta,
    *,
    blobs: int = 2,
    status: RunStatus = RunStatus.COMPLETE,
    lasted: timedelta = timedelta(hours=1),
    row: bool = True,
) -> str:
    """A run opened so long ago, with its row, its entry in the list and its blobs."""
    opened_at = NOW - age
    run_id = new_run_id(opened_at, noise(len(app.index.runs)))
    request = a_request(run_id=run_id, opened_at=opened_at)
    ended = None if status.open else opened_at + lasted
    run = Run(request=request, status=status, deadline=opened_at, finished_at=ended)
    if row:
        app.store.write(Write(run))
    app.index.enter(request)
    add_blobs(app, f"runs/{run_id}/", blobs)
    return run_id


def add_restore(
    app: BackupApp,
    age: timedelta,
    *,
    blobs: int = 2,
    status: RestoreStatus = RestoreStatus.COMPLETE,
) -> str:
    opened_at = NOW - age
    restore_id = new_restore_id(opened_at, noise(len(app.restores.rows)))
    blank = a_restore()
    request = replace(blank.request, restore_id=restore_id, opened_at=opened_at)
    app.restores.write(Write(replace(blank, request=request, status=status)))
    add_blobs(app, f"restores/{restore_id}/", blobs)
    return restore_id


def add_left_over(app: BackupApp, age: timedelta, number: int, blobs: int = 2) -> str:
    """Blobs of a run, or of every other a restore, that no row tells of."""
    make = new_run_id if number % 2 else new_restore_id
    prefix = "runs" if number % 2 else "restores"
    group = f"{prefix}/{make(NOW - age, noise(0xABC000 + number))}/"
    add_blobs(app, group, blobs)
    return group


def add_blobs(app: BackupApp, prefix: str, number: int) -> None:
    for one in range(number):
        app.blobs.put(f"{prefix}part/{one:06d}", b"x" * one)


def add_poison(app: BackupApp, age: timedelta, text: str | None = None) -> Poisoned:
    said = encode(PlanMessage("20261101T020000Z-3f9a1c")) if text is None else text
    number = str(len(app.poison.messages))
    message = Poisoned("backup-plans-poison", number, NOW - age, said)
    app.poison.messages.append(message)
    return message


def plan_of(app: BackupApp) -> CleanUpPlan:
    return app.plan_clean_up(Process())()


def clean_up(app: BackupApp) -> None:
    app.clean_up(app.process())()


def names(plan: CleanUpPlan, kind: Kind) -> list[str]:
    return [one.name for one in plan.due if one.kind is kind]


def state(app: BackupApp) -> set[object]:
    """All that is there, each thing by its kind and name."""
    return {
        *(("blob", name) for name in app.blobs.contents if name != LAST),
        *(("row", *key) for key in app.store.rows),
        *(("listed", run_id) for run_id in app.index.runs),
        *(("restore", restore_id) for restore_id in app.restores.rows),
        *(("poison", message.id) for message in app.poison.messages),
    }


def promised(app: BackupApp, plan: CleanUpPlan) -> set[object]:
    """All that the plan says is going to be removed."""
    gone: set[object] = {("blob", b.name) for one in plan.due for b in one.blobs}
    for one in plan.due:
        if isinstance(one.source, Poisoned):
            gone.add(("poison", one.source.id))
        elif one.whole and one.kind is Kind.RUNS:
            rows = {key for key in app.store.rows if key[0] == one.name}
            gone |= {("row", *key) for key in rows} | {("listed", one.name)}
        elif one.whole and one.kind is Kind.RESTORES:
            gone.add(("restore", one.name))
    return gone


ages = st.integers(0, 30).map(lambda days: days * DAY + timedelta(hours=5))
few = st.integers(0, 4)
runs = st.tuples(
    ages, few, st.sampled_from([*RunStatus]), st.sampled_from([0, 12]), st.booleans()
)
restores = st.tuples(ages, few, st.sampled_from([*RestoreStatus]))


@given(
    st.lists(runs, max_size=30),
    st.lists(restores, max_size=25),
    st.lists(st.tuples(ages, few), max_size=25),
    st.lists(st.tuples(ages, st.sampled_from([None, "", '{"v":9}'])), max_size=40),
    st.integers(0, 25),
)
@settings(max_examples=100, deadline=None)
def test_what_the_plan_says_is_what_goes_and_what_is_open_or_recent_stays(
    some_runs: list[tuple[timedelta, int, RunStatus, int, bool]],
    some_restores: list[tuple[timedelta, int, RestoreStatus]],
    left: list[tuple[timedelta, int]],
    poisoned: list[tuple[timedelta, str | None]],
    indexes: int,
) -> None:
    app = an_app()
    for age, blobs, status, lasted, row in some_runs:
        add_run(
            app,
            age,
            blobs=blobs,
            status=status,
            lasted=lasted * DAY,
            row=row or status.open,
        )
    for age, blobs, how in some_restores:
        add_restore(app, age, blobs=blobs, status=how)
    for number, (age, blobs) in enumerate(left):
        add_left_over(app, age, number, blobs)
    for age, text in poisoned:
        add_poison(app, age, text)
    add_blobs(app, "index/", indexes)
    stays = must_stay(app)

    for _ in range(20):
        before, plan = state(app), plan_of(app)
        assert state(app) == before
        gone = promised(app, plan)
        app.blobs.delete(LAST)
        clean_up(app)
        assert before - state(app) == gone
        assert state(app) <= before
        if not plan.more:
            break

    assert not plan_of(app).due
    assert state(app) >= stays
    assert not old_things(app)


def must_stay(app: BackupApp) -> set[object]:
    """Rows and blobs of whatever is open, or ended within the ten days."""
    stay: set[object] = set()
    for (run_id, _), (row, _) in app.store.rows.items():
        assert isinstance(row, Run)
        if row.status.open or (row.finished_at or NOW) >= NOW - TEN:
            stay |= {("row", run_id, 0), ("listed", run_id)}
            stay |= {("blob", name) for name in app.blobs.names(f"runs/{run_id}/")}
    for restore_id, (restore, _) in app.restores.rows.items():
        if restore.status.open or restore.request.opened_at >= NOW - TEN:
            stay.add(("restore", restore_id))
            prefix = f"restores/{restore_id}/"
            stay |= {("blob", name) for name in app.blobs.names(prefix)}
    return stay


def old_things(app: BackupApp) -> list[str]:
    """Blobs from before the horizon, and messages from before theirs, of nobody."""
    rows = {run_id for run_id, _ in app.store.rows} | {*app.restores.rows}
    old = f"{NOW - TEN:%Y%m%dT%H%M%SZ}"
    parts = [(name, name.split("/")[1]) for name in app.blobs.contents if "/" in name]
    blobs = [
        name
        for name, thing in parts
        if name.startswith(("runs/", "restores/"))
        and thing not in rows
        and thing.removeprefix("restore-") < old
    ]
    messages = [
        m.id
        for m in app.poison.messages
        if m.inserted_at < NOW - 7 * DAY and '"v":9' not in m.text
    ]
    return blobs + messages


def an_old_state() -> BackupApp:
    """Something of each kind, some of it in two pieces, beside what stays."""
    app = an_app()
    add_run(app, 11 * DAY, blobs=3)
    add_run(app, 12 * DAY, row=False)
    add_run(app, DAY)
    add_restore(app, 13 * DAY)
    add_restore(app, DAY)
    add_left_over(app, 14 * DAY, 1)
    add_left_over(app, 15 * DAY, 2)
    add_poison(app, 8 * DAY)
    add_blobs(app, "index/", 2)
    return app


@cache
def undisturbed() -> BackupApp:
    app = an_old_state()
    clean_up(app)
    return app


POINTS = [*crash_points(undisturbed().calls.log)]


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_a_crash_at_any_point_leaves_nothing_that_the_next_sweep_does_not_find(
    point: CrashPoint,
) -> None:
    app = an_old_state()
    app.crash = point

    app.repair()
    app.repair()

    assert app.crash is None, "the point was never reached"
    assert state(app) == state(undisturbed())
    assert not plan_of(app).due


def test_a_run_too_large_for_one_clean_up_goes_in_pieces_and_its_row_last() -> None:
    app = an_app()
    run_id = add_run(app, 11 * DAY, blobs=BLOBS_AT_ONCE + 1)

    plan = plan_of(app)
    clean_up(app)
    after_one, told = app.store.run(run_id), app.events.facts("cleanup.finished")
    clean_up(app)

    assert (plan.more, plan.due[0].whole, after_one is None) == (True, False, False)
    assert [(facts["runs"], facts["more"]) for facts in told] == [(0, True)]
    assert app.store.run(run_id) is None
    assert [*app.blobs.names("runs/")] == []
    assert [f["runs"] for f in app.events.facts("cleanup.finished")] == [0, 1]


def test_the_event_counts_what_was_removed_and_its_bytes() -> None:
    app = an_old_state()
    freed = sum(blob.size for one in plan_of(app).due for blob in one.blobs)

    clean_up(app)

    assert app.events.facts("cleanup.finished") == [
        {
            "runs": 2,
            "restores": 1,
            "blobs": 2,
            "indexes": 2,
            "poison_messages": 1,
            "bytes": freed,
            "more": False,
        }
    ]


def test_what_was_removed_until_storage_failed_is_told() -> None:
    app = an_old_state()
    app.happenings[CrashPoint("restores.forget", 1)] = failing

    with pytest.raises(UnknownVersion):
        clean_up(app)

    (facts,) = app.events.facts("cleanup.finished")
    assert (facts["runs"], facts["restores"], facts["blobs"]) == (2, 0, 0)


def failing() -> None:
    raise UnknownVersion("whatever fails")


def test_for_a_day_a_sweep_that_has_nothing_to_remove_costs_one_read() -> None:
    app = an_old_state()
    clean_up(app)
    app.calls.clear()
    for _ in range(6 * 24 - 1):
        app.clock.advance(600)
        clean_up(app)
    read = dict(app.calls)
    app.clock.advance(600)
    clean_up(app)

    assert read == {"blobs.get": 6 * 24 - 1}
    assert app.calls["blobs.sized"] == app.calls["poison.oldest"] == 1
    assert app.calls["blobs.groups"] == 2


@pytest.mark.parametrize("raw", [b"", b"yesterday", b"2026-11-22T02:00:00", b"\xff"])
def test_a_last_time_that_nobody_can_read_is_none(raw: bytes) -> None:
    app = an_old_state()
    app.blobs.put(LAST, raw)

    clean_up(app)

    assert LastCleanUp(app.blobs).read() == NOW
    assert not plan_of(app).due


class LazyBlobs(FakeBlobs):
    """Counts what is drawn from its lists."""

    drawn = 0

    def groups(self, prefix: str) -> Iterator[str]:
        return self._counted(super().groups(prefix))

    def sized(self, prefix: str) -> Iterator[Blob]:
        return self._counted(super().sized(prefix))

    def _counted[Item](self, items: Iterator[Item]) -> Iterator[Item]:
        for item in items:
            self.drawn += 1
            yield item


@pytest.mark.parametrize("age", [DAY, 11 * DAY])
def test_a_hundred_thousand_blobs_are_no_reason_to_read_them_all(
    age: timedelta,
) -> None:
    app = an_app()
    app.blobs = blobs = LazyBlobs()
    for number in range(1, 1_000, 2):
        add_left_over(app, age, number, blobs=0)
        blobs.contents |= dict.fromkeys(
            (f"runs/{new_run_id(NOW - age, noise(number))}/{n}" for n in range(200)),
            b"",
        )
    process = app.process()

    plan = app.plan_clean_up(process)()

    assert plan.more is (age > TEN)
    assert blobs.drawn <= (BLOBS_AT_ONCE + 10 if age > TEN else 2)
    assert sum(app.calls.values()) <= 20


def test_many_things_go_over_several_sweeps() -> None:
    app = an_app()
    for _ in range(THINGS_AT_ONCE + 1):
        add_run(app, 11 * DAY, blobs=1)

    first = plan_of(app)
    clean_up(app)
    second = plan_of(app)

    assert (len(first.due), first.more) == (THINGS_AT_ONCE, True)
    assert (len(second.due), second.more) == (1, False)


class NewerStore(FakeRunStore):
    """Rows of a newer version, as far as they are old."""

    def run(self, run_id: str) -> Stored[Run] | None:
        if run_id < f"{NOW - 20 * DAY:%Y%m%d}":
            raise UnknownVersion("row version 9")
        return super().run(run_id)


def test_what_a_newer_version_wrote_stays_and_hinders_nobody() -> None:
    app = an_app()
    app.store = NewerStore()
    newer = add_run(app, 25 * DAY)
    left = add_left_over(app, 26 * DAY, 1)
    old = add_run(app, 11 * DAY)

    plan = plan_of(app)
    clean_up(app)

    assert names(plan, Kind.RUNS) == [old]
    kept = {one.name: one.rule for one in plan.kept}
    assert kept == {
        newer: Rule.NEWER_VERSION,
        left.split("/")[1]: Rule.NEWER_VERSION,
    }
    assert len([*app.blobs.names("runs/")]) == 4


class NewerIndex(FakeRunIndex):
    """Entries of a newer version, and its run holds the place."""

    def listed_before(self, moment: datetime) -> Iterator[ListedRun]:
        return (replace(one, newer=True) for one in super().listed_before(moment))

    def active(self) -> Request | None:
        raise UnknownVersion("row version 9")

    waiting = active


def test_neither_an_entry_nor_an_index_goes_while_a_newer_version_is_at_work() -> None:
    app = an_app()
    app.index = NewerIndex()
    add_run(app, 11 * DAY)
    add_blobs(app, "index/", 3)

    plan = plan_of(app)

    assert plan.due == ()
    assert [one.rule for one in plan.kept] == [Rule.NEWER_VERSION]


def test_no_index_goes_where_the_newest_runs_cannot_be_read() -> None:
    app = an_app()
    app.store = NewerStore()
    add_run(app, 25 * DAY)
    add_blobs(app, "index/", 3)

    assert names(plan_of(app), Kind.INDEXES) == []


def test_whoever_holds_or_awaits_a_place_is_left_alone_however_old() -> None:
    app = an_app()
    holder = add_run(app, 11 * DAY, row=False)
    waits = add_run(app, 12 * DAY, row=False)
    app.index.holder = app.index.runs[holder]
    app.index.waits = app.index.runs.pop(waits)
    restore_id = new_restore_id(NOW - 13 * DAY, noise(1))
    add_blobs(app, f"restores/{restore_id}/", 1)
    app.place.take(restore_id)

    plan = plan_of(app)

    assert plan.due == ()
    assert [(one.name, one.rule) for one in plan.kept] == [(holder, Rule.OPEN)]


def test_what_is_not_named_as_we_name_things_stays() -> None:
    app = an_app()
    for name in ("runs/notes/x", "restores/20260101/x", "runs/readme", "mine/x"):
        app.blobs.put(name, b"x")
    left = add_left_over(app, 11 * DAY, 1)

    plan = plan_of(app)

    assert [one.name for one in plan.due] == [left]
    assert [one.name for one in plan.kept] == ["runs/notes/", "restores/20260101/"]
    assert {one.rule for one in plan.kept} == {Rule.UNKNOWN_NAME}


def test_more_that_stays_than_is_looked_at_is_told_and_ends_the_day_all_the_same() -> (
    None
):
    app = an_app()
    for number in range(MOST_LOOKED_AT + 1):
        app.blobs.put(f"runs/0-{number:04d}/x", b"x")

    plan = plan_of(app)
    clean_up(app)

    assert (plan.unseen, plan.more) == (True, False)
    assert LastCleanUp(app.blobs).read() == NOW
