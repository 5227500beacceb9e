"""The rolling audit: what changed without its time changing is found in its turn."""

from dataclasses import replace

import pytest

from shared.domain.runs import Mode, Run
from shared.domain.slices import Slice
from shared.errors import AccessDenied, InvalidRequest, NotFound, UnknownVersion
from shared.ports import Stored
from shared.services.open_run import TIMER, Opening
from tests.backup_app import BackupApp
from tests.fakes.remotes import no_fault
from tests.unit.services.scenes import (
    a_backed_up_app,
    a_dashboard,
    assert_mirrored,
    changed,
    exports,
    failing,
    listed,
    named,
    record_of,
    records,
)

LOAD = "/Clients/acme/load"
WHOLE = Slice(1, 1)


def change_silently(app: BackupApp, path: str, content: bytes) -> None:
    """New bytes; the listing says that nothing happened."""
    before = app.workspace.objects[path]
    app.workspace.edit(path, content)
    app.workspace.objects[path] = replace(before)


def audit(app: BackupApp) -> str:
    """Start the audit that is due, and work everything off."""
    app.clock.advance(3_600)
    opened = app.start_audit(app.process())()
    app.pump()
    return opened.request.run_id


def slice_of(folder: str, of: int) -> Slice:
    return next(s for n in range(1, of + 1) if (s := Slice(n, of)).holds(folder))


def test_what_changed_without_its_time_is_stored_and_told() -> None:
    app = a_backed_up_app()
    change_silently(app, LOAD, b"# silent")
    unseen = app.run()

    run = app.run(slice=WHOLE)

    assert unseen.unchanged
    assert (run.status, run.tally.mismatched, run.tally.stored) == ("complete", 1, 1)
    assert app.events.facts("audit.mismatch") == [{"objects": 1, "first": LOAD}]
    assert_mirrored(app)


def test_a_change_that_its_time_tells_of_is_no_mismatch() -> None:
    app = a_backed_up_app()
    a_dashboard(app.workspace, "/board", b"{}")
    app.run()
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.contents["/board"] = b"{1}"

    run = app.run(slice=WHOLE)

    assert (run.tally.stored, run.tally.mismatched) == (2, 0)
    assert app.events.facts("audit.mismatch") == []


def test_a_full_run_finds_mismatches_too() -> None:
    app = a_backed_up_app()
    change_silently(app, LOAD, b"# silent")

    assert app.run(mode=Mode.FULL).tally.mismatched == 1


def test_an_audit_that_finds_nothing_leaves_no_record_and_disturbs_no_night() -> None:
    app = a_backed_up_app()
    head = app.git.head

    run = app.run(slice=slice_of("/Clients/acme", 5))
    night = app.run()

    assert (run.status, run.unchanged) == ("complete", True)
    assert night.unchanged
    assert (app.git.head, len(records(app))) == (head, 1)


def test_an_audit_that_stored_something_is_no_last_good_one() -> None:
    app = a_backed_up_app()
    change_silently(app, LOAD, b"# silent")
    run = app.run(slice=slice_of("/Clients/acme", 5))

    night = app.run()

    assert f"backup/{run.id}" not in app.git.tags
    assert record_of(app, run)["scope"]["slice"] == str(run.request.slice)
    assert (night.status, night.unchanged) == ("complete", False)
    assert app.run().unchanged


def test_a_slice_lists_and_exports_its_own_folders_only() -> None:
    app = a_backed_up_app()
    part = slice_of("/Clients/acme", 50)

    app.run(slice=part)

    folders = [f for f in ("/", "/Clients", "/Clients/bolt") if part.holds(f)]
    assert listed(app) == sorted(["/Clients/acme", *folders])
    assert [path for path in exports(app) if "/acme/" in path] == exports(app)
    assert len(exports(app)) == 3


def test_all_slices_together_prove_every_object_once() -> None:
    app = a_backed_up_app(slices=4)

    for _ in range(4):
        audit(app)

    assert exports(app) == sorted(
        path for path, found in app.workspace.objects.items() if found.storable
    )


def test_an_audit_deletes_nothing() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.delete(LOAD)
    app.workspace.delete("/Clients/bolt")

    run = app.run(slice=WHOLE)

    assert (run.tally.deleted, run.tally.failed, run.tally.vanished) == (0, 0, 1)
    assert changed(before, app.git.files()) == []
    assert app.run().tally.deleted == 4


def test_a_folder_that_an_audit_may_not_read_is_named() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), "/Clients/acme")
    denied = app.run(slice=WHOLE)
    app.workspace.fault = failing(NotFound("no"), "/Clients/acme")
    hidden = app.run(slice=WHOLE)
    app.workspace.fault = no_fault

    for run in (denied, hidden):
        assert run.status == "incomplete"
        assert named(app, run, "failures") == ["/Clients/acme"]
    assert app.run().status == "complete"


def test_an_audit_waits_for_the_run_that_is_open() -> None:
    app = a_backed_up_app()
    run_id = app.begin()
    opened = app.start_audit(app.process())()
    app.pump()

    audited = app.row(opened.request.run_id)
    assert opened.opening is Opening.WAITING
    assert (app.row(run_id).status, audited.status) == ("complete", "complete")


def test_an_audit_never_takes_the_place_of_a_night_that_waits() -> None:
    app = a_backed_up_app()
    app.begin(paths=("/Clients",))
    night = app.open(trigger=TIMER)
    opened = app.start_audit(app.process())()
    app.pump()

    assert (night.opening, opened.opening) == (Opening.WAITING, Opening.REFUSED)
    assert app.row(night.request.run_id).status == "complete"
    assert app.events.facts("run.skipped")


def test_a_night_takes_the_place_of_an_audit_that_waits() -> None:
    app = a_backed_up_app()
    app.begin(paths=("/Clients",))
    app.start_audit(app.process())()
    night = app.open(trigger=TIMER)
    app.pump()

    assert app.row(night.request.run_id).status == "complete"
    assert app.start_audit(app.process())().opening is Opening.STARTED


def test_an_audit_that_was_cancelled_is_due_again() -> None:
    app = a_backed_up_app()
    first = app.start_audit(app.process())()
    app.cancel_run(first.request.run_id)
    app.pump()

    again = app.start_audit(app.process())()

    assert again.request.slice == first.request.slice


def test_a_slice_beside_paths_is_refused() -> None:
    app = a_backed_up_app()

    with pytest.raises(InvalidRequest, match="cannot be combined"):
        app.open(paths=("/Clients",), slice=WHOLE)


def test_a_full_run_goes_on_inside_a_folder_that_takes_longer_than_a_function() -> None:
    app = BackupApp(shard_seconds=10)
    for number in range(30):
        app.workspace.add_notebook(f"/big/{number:02d}", f"# {number}")
    app.workspace.fault = failing(AccessDenied("no"), "/big/03")
    app.run()
    change_silently(app, "/big/20", b"# silent")
    app.workspace.calls.clear()

    def slow(call: str, path: str) -> None:
        app.clock.advance(1 if call == "export" else 0)
        if path == "/big/03":
            raise AccessDenied("no")

    app.workspace.fault = slow

    run = app.run(mode=Mode.FULL)

    assert (run.status, run.tally.mismatched) == ("incomplete", 1)
    assert named(app, run, "failures") == ["/big/03"]
    assert run.tally.failed == 1
    assert max(exports(app).count(path) for path in exports(app)) <= 3
    assert len(exports(app)) <= 30 + 2 * 3


def test_an_audit_that_a_newer_version_made_keeps_no_other_from_beginning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    app = a_backed_up_app()
    newer = audit(app)
    known = app.store.run

    def run(run_id: str) -> Stored[Run] | None:
        if run_id == newer:
            raise UnknownVersion("row version 9")
        return known(run_id)

    monkeypatch.setattr(app.store, "run", run)

    app.clock.advance(3_600)

    assert app.start_audit(app.process())().request.run_id != newer
