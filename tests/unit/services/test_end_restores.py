"""What a crash leaves of a restore is repaired."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.restores import Restore, RestoreStatus, RestoreStop
from shared.errors import NotFound, UnknownVersion
from shared.ports import Stored, Write
from tests.backup_app import BackupApp
from tests.fakes.restores import FakeRestoreStore
from tests.unit.services.scenes import a_backed_up_app

MINUTES = 60.0


def swept(app: BackupApp) -> None:
    app.restoring().sweep()()


def opened(app: BackupApp) -> str:
    """A restore that was begun, and whose message got lost."""
    app.workspace.delete("/Clients")
    restore_id = app.begin_restore("/", apply=True)
    app.queue.sent.clear()
    app.pending.clear()
    return restore_id


def change(app: BackupApp, restore_id: str, **facts: object) -> None:
    stored = app.restores.get(restore_id)
    assert stored is not None
    app.restores.write(Write(replace(stored.row, **facts), stored.etag))  # type: ignore[arg-type]


def test_a_lost_message_is_sent_again_once_nobody_can_still_have_it() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)

    app.clock.advance(5 * MINUTES)
    swept(app)
    early = list(app.queue.sent)
    app.clock.advance(10 * MINUTES)
    swept(app)
    app.pump()

    assert early == []
    assert app.restore_row(restore_id).status is RestoreStatus.COMPLETE


def test_a_worker_that_died_is_replaced_and_one_that_lives_is_not() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)
    until = app.clock.now() + timedelta(seconds=1)
    change(app, restore_id, owner="somebody", lease_until=until, touched_at=until)

    swept(app)
    alive = list(app.queue.sent)
    app.clock.advance(2)
    swept(app)

    assert alive == []
    assert len(app.queue.sent) == 1


def test_a_place_that_nobody_needs_is_freed() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)
    change(app, restore_id, status=RestoreStatus.COMPLETE)

    swept(app)

    assert app.place.held is None


def test_a_place_whose_row_was_never_written_is_freed_in_the_end() -> None:
    app = a_backed_up_app()
    app.place.take("restore-20261122T020000Z-3f9a1c")
    app.clock.advance(20 * MINUTES)

    swept(app)

    assert app.place.held is None


def test_a_restore_past_its_deadline_ends_incomplete() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)
    app.clock.advance(25 * 60 * MINUTES)

    swept(app)
    app.pump()

    row = app.restore_row(restore_id)
    assert row.status is RestoreStatus.INCOMPLETE
    assert row.stop is RestoreStop.DEADLINE
    assert "deadline" in row.error


def test_a_poisoned_restore_fails_and_frees_its_place() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)

    app.restoring().bury()(restore_id)
    app.restoring().bury()(restore_id)

    row = app.restore_row(restore_id)
    assert row.status is RestoreStatus.FAILED
    assert "too often" in row.error
    assert app.place.held is None
    ends = [e for e in app.events.emitted if e.name == "restore.finished"]
    assert len(ends) == 1


def test_a_poisoned_message_of_no_restore_is_let_go() -> None:
    a_backed_up_app().restoring().bury()("restore-20261122T020000Z-3f9a1c")


def test_only_a_restore_that_is_there_can_be_cancelled() -> None:
    with pytest.raises(NotFound):
        a_backed_up_app().restoring().cancel()("restore-20261122T020000Z-3f9a1c")


def test_one_that_has_ended_stays_as_it_ended() -> None:
    app = a_backed_up_app()
    restore = app.restore("/")

    assert app.restoring().cancel()(restore.id) == restore


class Newer(FakeRestoreStore):
    """Rows that a newer version of the code wrote."""

    def get(self, restore_id: str) -> Stored[Restore] | None:
        if restore_id in self.rows:
            raise UnknownVersion("row version 99")
        return None


def test_what_a_newer_version_wrote_is_left_alone_and_keeps_no_place() -> None:
    app = a_backed_up_app()
    restore_id = opened(app)
    newer = Newer()
    newer.rows = app.restores.rows
    app.restores = newer

    swept(app)
    app.restoring().bury()(restore_id)

    assert app.place.held is None
