"""How runs' ends are told to people: once, whatever the end; and it harms no run."""

import logging
from collections.abc import Callable, Mapping

import pytest

from shared.domain.notices import Mood, Notice, NotifyOn
from shared.domain.runs import Shard
from shared.errors import (
    AccessDenied,
    CredentialsRefused,
    RequestRefused,
    Unavailable,
    UnknownVersion,
)
from shared.ports import Stored
from shared.services.open_run import TIMER
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint
from tests.fakes.storage import FakeRunStore
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    failing,
    once,
    stranger_commits,
)
from tests.unit.services.test_audit import LOAD, WHOLE, change_silently
from tests.unit.services.test_strangers import rewound, started_anew


def headlines(app: BackupApp) -> list[str]:
    return [notice.headline for notice in app.notifier.told]


def paths(notice: Notice, title: str) -> list[str]:
    return [
        line.path
        for passage in notice.passages
        for line in passage.lines
        if passage.title == title
    ]


def plain(app: BackupApp) -> None:
    app.run()


def unchanged(app: BackupApp) -> None:
    app.run()
    app.notifier.told.clear()
    app.run()


def dry(app: BackupApp) -> None:
    app.run(dry_run=True)


def cancelled(app: BackupApp) -> None:
    app.cancel_run(app.begin())
    app.pump()


def refused(app: BackupApp) -> None:
    app.workspace.fault = raising_at("identity", CredentialsRefused("no"))
    app.run()


def broken(app: BackupApp) -> None:
    app.workspace.fault = raising_at("identity", RequestRefused("no"))
    app.run()


def too_late(app: BackupApp) -> None:
    app.retries = 0
    app.begin()
    app.step()
    app.clock.advance(app.deadline.total_seconds() + 1)
    app.queue.sent.clear()
    app.pending.clear()
    app.repair()
    app.pump()


def poisoned_plan(app: BackupApp) -> None:
    app.bury_plan(app.begin())
    app.pump()


def poisoned_finish(app: BackupApp) -> None:
    run_id = app.begin()
    app.step()
    app.bury_plan(run_id)
    app.bury_plan(run_id)
    app.pump()


def raising_at(wanted: str, error: Exception) -> Callable[[str, str], None]:
    def fault(call: str, _: str) -> None:
        if call == wanted:
            raise error

    return fault


ENDS: Mapping[Callable[[BackupApp], None], str] = {
    plain: "Backup complete",
    unchanged: "Backup complete, nothing changed",
    dry: "Backup, dry run, complete",
    cancelled: "Backup cancelled",
    refused: "Backup failed: credentials refused",
    broken: "Backup failed",
    too_late: "Backup incomplete: out of time, 4 not stored",
    poisoned_plan: "Backup failed",
    poisoned_finish: "Backup failed",
}


@pytest.mark.parametrize("twice", [False, True], ids=["", "twice"])
@pytest.mark.parametrize("end", ENDS)
def test_every_end_of_a_run_is_told_once(
    end: Callable[[BackupApp], None],
    twice: bool,  # noqa: FBT001 - a parametrized case
) -> None:
    app = an_app(twice=twice)

    end(app)

    assert headlines(app) == [ENDS[end]]
    assert app.notifier.told[0].run_id == app.run_ids[0]


@pytest.mark.parametrize("end", ENDS)
def test_trouble_alone_is_told_unless_more_is_asked_for(
    end: Callable[[BackupApp], None],
) -> None:
    app, silent = an_app(notify_on=NotifyOn.TROUBLE), an_app(notify_on=NotifyOn.NEVER)

    end(app)
    end(silent)

    assert bool(app.notifier.told) is (end not in {plain, unchanged, dry})
    assert silent.notifier.told == []


def test_what_is_missing_is_named_with_what_helps() -> None:
    app = an_app()
    app.workspace.fault = failing(AccessDenied("no"), LOAD)

    run = app.run()

    (notice,) = app.notifier.told
    assert notice.headline == "Backup incomplete: 1 not stored"
    assert (notice.mood, notice.commit) == (Mood.WARNING, run.commit)
    assert paths(notice, "Not stored") == [LOAD]
    assert "CAN READ" in notice.passages[0].lines[0].told
    assert ("Of these, new", "1") in notice.facts


def test_the_folders_that_changed_most_are_named() -> None:
    app = a_backed_up_app()
    app.notifier.told.clear()
    app.workspace.edit("/Clients/bolt/load", b"edited")
    app.workspace.delete("/Clients/bolt/report")
    app.workspace.add_notebook("/Clients/acme/new", "new")

    app.run()

    (notice,) = app.notifier.told
    (passage,) = notice.passages
    assert [(line.path, line.told) for line in passage.lines] == [
        ("/Clients/bolt", "2 changed"),
        ("/Clients/acme", "1 changed"),
    ]


def test_what_was_cut_off_is_named_too() -> None:
    app = an_app()

    too_late(app)

    missing = paths(app.notifier.told[0], "Not stored")
    assert missing == ["/", "/Clients", "/Clients/acme", "/Clients/bolt"]


def test_a_mismatch_that_an_audit_found_is_told() -> None:
    app = a_backed_up_app(notify_on=NotifyOn.TROUBLE)
    change_silently(app, LOAD, b"# silent")

    app.run()
    app.run(slice=WHOLE)

    assert headlines(app) == ["Audit complete: 1 had changed unseen"]


def test_history_that_was_rewritten_before_the_run_is_told() -> None:
    app = a_backed_up_app(notify_on=NotifyOn.TROUBLE)
    app.workspace.add_notebook("/late/x", "x")
    app.run()
    rewound(app)

    run = app.run()
    app.run()

    assert headlines(app) == ["Backup complete: history rewritten"]
    assert run.rewritten


def test_history_that_was_rewritten_during_the_run_is_told() -> None:
    app = a_backed_up_app(notify_on=NotifyOn.TROUBLE)
    app.workspace.edit("/notes.txt", b"edited")
    app.git.fault = once(lambda call, _: call == "push", lambda: started_anew(app))

    app.run()

    assert "history rewritten" in headlines(app)[0]


def test_a_strangers_file_is_no_trouble() -> None:
    app = a_backed_up_app(notify_on=NotifyOn.TROUBLE)
    stranger_commits(app, {"docs/mine.md": b"mine"})

    app.run()

    assert headlines(app) == []


@pytest.mark.parametrize("error", [Unavailable("down"), RequestRefused("gone")])
def test_a_webhook_that_fails_harms_no_run_and_is_not_tried_again(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    app = an_app()
    app.notifier.fault = error

    with caplog.at_level(logging.WARNING):
        run = app.run()

    assert run.status == "complete"
    assert app.index.holder is None
    assert len(app.notifier.told) == 1
    assert f"nobody was told how run {run.id} ended: {error}" in caplog.text


def test_the_start_that_waits_waits_for_no_webhook() -> None:
    app = an_app()
    app.notifier.fault = Unavailable("down")
    app.begin(paths=("/Clients",))
    app.clock.advance(60)
    app.begin(trigger=TIMER)

    app.pump()

    assert [app.row(run_id).status for run_id in app.run_ids] == ["complete"] * 2
    assert len(app.notifier.told) == 2


def test_even_a_mistake_of_ours_in_a_message_keeps_no_place() -> None:
    app = an_app()
    app.notifier.fault = ZeroDivisionError()
    run_id = app.begin()

    with pytest.raises(ZeroDivisionError):
        app.pump()

    assert app.index.holder is None
    assert app.row(run_id).status == "complete"


@pytest.mark.parametrize(("after", "times"), [(False, 1), (True, 2)])
def test_who_dies_before_it_told_is_made_good_by_the_sweep_and_after_repeated(
    after: bool,  # noqa: FBT001 - a parametrized case
    times: int,
) -> None:
    app = an_app()
    app.crash = CrashPoint("notifier.tell", 1, after=after)

    run = app.run()

    assert [notice.run_id for notice in app.notifier.told] == [run.id] * times
    assert run.status == "complete"


def test_a_run_that_somebody_else_closed_is_not_told_again() -> None:
    app = an_app()
    run_id = app.begin()

    def overtaken() -> None:
        app.bury_plan(run_id)
        raise RequestRefused("no")

    app.git.fault = once(lambda call, _: call == "tip", overtaken)

    app.pump()

    assert headlines(app) == ["Backup failed"]
    assert len(app.events.facts("run.finished")) == 1


class NewerShards(FakeRunStore):
    """As after a deployment was taken back: shards' rows cannot be read."""

    def shard(self, run_id: str, number: int) -> Stored[Shard] | None:
        raise UnknownVersion(f"shard {number} of {run_id}: row version 9")


def test_a_run_with_a_shard_that_cannot_be_read_is_told_and_leaves_its_place() -> None:
    app = an_app(store=NewerShards())
    run_id = app.begin()
    app.step()

    app.bury_shard(run_id, 1)
    app.bury_shard(run_id, 1)

    assert headlines(app) == ["Backup failed"]
    assert app.index.holder is None
