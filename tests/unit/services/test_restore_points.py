from datetime import datetime, timedelta

import pytest

from shared.domain.git import Change, ChangeKind, Push
from shared.domain.restores import RestorePoint
from shared.domain.run_ids import record_path
from shared.domain.runs import Run
from shared.errors import InvalidRequest, NotFound
from shared.services.restore_points import RestorePoints
from tests.backup_app import BackupApp
from tests.fakes.storage import FakeRunStore
from tests.unit.services.scenes import an_app, failing, forget_calls

DAY = 86_400.0
UNKNOWN = "1234567890" * 4


def nights(*pauses: float) -> tuple[BackupApp, list[Run]]:
    """A run that stores something after each of these pauses, in seconds."""
    app = an_app()
    app.git.now = app.clock.now
    runs = []
    for number, pause in enumerate(pauses):
        app.clock.advance(pause)
        app.workspace.add_notebook("/Clients/acme/load", f"# {number}\n")
        runs.append(app.run())
        app.clock.advance(10)
    forget_calls(app)
    return app, runs


def points(app: BackupApp) -> RestorePoints:
    return RestorePoints(app.git, app.git, app.store)


def found(app: BackupApp, at: str) -> str:
    """The run whose restore point it is."""
    return points(app)(at).run_id


def time_of(app: BackupApp, run: Run) -> datetime:
    return app.git.commits[run.commit].committed_at


def rfc(moment: datetime) -> str:
    return moment.isoformat()


def test_nothing_said_is_the_last_recorded_run() -> None:
    app, (_, last) = nights(0, DAY)

    assert points(app)("") == RestorePoint(
        last.commit, last.id, "complete", time_of(app, last)
    )


def test_run_id_is_the_commit_that_closed_the_run() -> None:
    app, (first, _) = nights(0, DAY)

    assert points(app)(first.id).commit == first.commit


def test_commit_that_closed_a_run_is_its_restore_point() -> None:
    app, (first, _) = nights(0, DAY)

    assert found(app, first.commit) == first.id


def test_time_is_the_last_restore_point_at_or_before_it() -> None:
    app, (first, second, third) = nights(0, DAY, DAY)

    at = time_of(app, second)

    assert found(app, rfc(at)) == second.id
    assert found(app, rfc(at - timedelta(seconds=1))) == first.id
    assert found(app, rfc(at + timedelta(hours=5))) == second.id
    assert found(app, "9999-12-31T23:59:59Z") == third.id


def test_run_that_was_open_then_is_not_the_one() -> None:
    app, (first,) = nights(0)
    app.seconds = {"git.push": 60}
    app.workspace.add_notebook("/Clients/acme/load", "# long\n")
    second = app.run()

    opened = second.request.opened_at + timedelta(seconds=5)

    assert time_of(app, second) > opened
    assert found(app, rfc(opened)) == first.id


@pytest.mark.parametrize("days", [20, 40, 400, 800])
def test_restore_point_is_found_however_long_ago(days: int) -> None:
    app, (first, second) = nights(0, days * DAY)

    asked = time_of(app, second) - timedelta(hours=3)

    assert found(app, rfc(asked)) == first.id
    assert found(app, rfc(time_of(app, second))) == second.id


def test_time_within_a_month_takes_few_requests_however_many_runs() -> None:
    app, runs = nights(*([DAY] * 25))

    assert found(app, rfc(time_of(app, runs[20]))) == runs[20].id
    assert app.git.calls == ["tip", "items", "changes", "blob_at", "blobs"]


def test_time_before_the_first_backup_names_the_first_restore_point() -> None:
    app, (first, _) = nights(0, DAY)

    with pytest.raises(NotFound, match=first.id):
        points(app)("2020-01-01T00:00:00Z")


@pytest.mark.parametrize("at", ["", "2026-11-22T02:00:00Z", UNKNOWN])
def test_without_a_branch_nothing_was_backed_up_yet(at: str) -> None:
    app = an_app()

    with pytest.raises(NotFound, match="nothing was backed up yet"):
        points(app)(at)


@pytest.mark.parametrize("at", ["", "2026-11-22T02:00:00Z"])
def test_without_a_record_nothing_was_backed_up_yet(at: str) -> None:
    app = an_app()
    app.git.commit(Push(None, "by hand", (Change(ChangeKind.ADD, "x", b"1"),)))

    with pytest.raises(NotFound, match="nothing was backed up yet"):
        points(app)(at)


def test_run_that_changed_nothing_stands_for_the_point_it_confirmed() -> None:
    app, (first,) = nights(0)
    unchanged = app.run()

    assert unchanged.unchanged
    assert found(app, unchanged.id) == first.id


def test_run_whose_row_is_gone_and_that_recorded_nothing_names_the_one_before() -> None:
    app, (first,) = nights(0)
    unchanged = app.run()
    app.clock.advance(DAY)
    app.workspace.add_notebook("/Clients/acme/load", "# later\n")
    app.run()
    app.store = FakeRunStore()

    with pytest.raises(NotFound, match=first.id):
        points(app)(unchanged.id)


def test_run_before_all_others_has_no_point_before() -> None:
    app, _ = nights(0)

    with pytest.raises(NotFound, match="none before"):
        points(app)("20200101T000000Z-000000")


def test_every_row_lost_run_ids_still_lead_to_their_commits() -> None:
    app, (first, _) = nights(0, DAY)
    app.store = FakeRunStore()

    assert points(app)(first.id).commit == first.commit


def test_commit_that_closes_no_run_names_the_next_restore_point() -> None:
    app, (_, second, _) = nights(0, DAY, DAY)
    shard = app.git.commits[second.commit].parents[0]

    with pytest.raises(NotFound, match=second.id):
        points(app)(shard)


def test_commit_after_the_last_restore_point_has_none_after_it() -> None:
    app, _ = nights(0)
    app.clock.advance(60)
    commit = app.git.commit(
        Push(app.git.head, "by hand", (Change(ChangeKind.ADD, "x", b"1"),))
    )

    with pytest.raises(NotFound, match="none follows"):
        points(app)(commit)


def test_commit_of_another_branch_is_none_of_ours() -> None:
    app, (first, _) = nights(0, DAY)
    head = app.git.head
    aside = app.git.commit(
        Push(first.commit, "aside", (Change(ChangeKind.ADD, "x", b"1"),))
    )
    app.git.head = head

    with pytest.raises(NotFound, match="none of the backup branch"):
        points(app)(aside)


def test_commit_that_nobody_knows_is_not_found() -> None:
    app, _ = nights(0)

    with pytest.raises(NotFound, match="knows no commit"):
        points(app)(UNKNOWN)


def test_text_that_is_nothing_of_all_that_is_the_callers_mistake() -> None:
    app, _ = nights(0)

    with pytest.raises(InvalidRequest) as raised:
        points(app)("yesterday")

    assert raised.value.field == "at"


def test_record_without_a_commit_that_says_so_is_no_restore_point() -> None:
    app, (first,) = nights(0)
    forged = "20261123T000000Z-00000f"
    record = app.git.files()[record_path(first.id)]
    app.clock.advance(2 * DAY)
    change = Change(ChangeKind.ADD, record_path(forged), record)
    app.git.commit(Push(app.git.head, "by hand", (change,)))

    assert found(app, "") == first.id
    with pytest.raises(NotFound, match=first.id):
        points(app)(forged)


def test_commit_that_only_says_so_is_no_restore_point() -> None:
    app, (first,) = nights(0)
    comment = f"by hand\n\nBackup-Run: {first.id}\nBackup-Record: {first.id}"
    change = Change(ChangeKind.ADD, "x", b"1")
    forged = app.git.commit(Push(app.git.head, comment, (change,)))

    assert points(app)(first.id).commit == first.commit
    with pytest.raises(NotFound):
        points(app)(forged)


@pytest.mark.parametrize("kind", [ChangeKind.EDIT, ChangeKind.DELETE])
def test_record_that_a_person_touched_later_is_read_as_it_was(kind: ChangeKind) -> None:
    app, (first, _) = nights(0, DAY)
    raw = None if kind is ChangeKind.DELETE else b"{}"
    change = Change(kind, record_path(first.id), raw)
    app.git.commit(Push(app.git.head, "by hand", (change,)))

    point = points(app)(first.id)

    assert (point.commit, point.status) == (first.commit, "complete")


def test_record_at_a_point_says_what_could_not_be_read() -> None:
    app = an_app()
    app.workspace.fault = failing(NotFound("gone"), "/Clients/bolt")
    run = app.run()

    point = points(app)(run.id)

    assert point.status == "incomplete"
    assert points(app).read_record(point).unread.paths == {"/Clients/bolt"}
