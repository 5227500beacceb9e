"""Restores of a whole app in memory: planned, applied, proved, told."""

import pytest

from shared.domain.objects import DIRECTORY, FILE, NOTEBOOK
from shared.domain.restore_outcomes import Action, Found, RestoreOutcome, Result
from shared.domain.restores import OnConflict, Restore, RestoreStatus
from shared.errors import (
    AccessDenied,
    InvalidRequest,
    NotFound,
    PlaceTaken,
    RequestRefused,
    RestoreDisabled,
)
from shared.services.open_restore import WantedRestore
from tests.backup_app import BackupApp
from tests.fakes.remotes import Fault, no_fault
from tests.unit.services.scenes import a_backed_up_app, a_dashboard, an_app

OVER = OnConflict.OVERWRITE
LOAD = "/Clients/acme/load"

type Told = dict[str, tuple[str, str]]


def told(app: BackupApp, restore: Restore) -> Told:
    """Action and result of each object, by its path; folders only where made."""
    return {
        o.path: (o.action.value, o.result.value)
        for o in app.outcomes(restore)
        if not o.is_folder or o.action is not Action.SAME
    }


def outcome_of(app: BackupApp, restore: Restore, path: str) -> RestoreOutcome:
    (found,) = [o for o in app.outcomes(restore) if o.path == path]
    return found


def writes(app: BackupApp) -> list[tuple[str, str]]:
    return app.writes.calls


def facts(app: BackupApp) -> dict[str, tuple[str, str | None, bytes]]:
    """What makes an object what it is: type, language, bytes."""
    scene = app.workspace
    return {
        path: (obj.type, obj.language, scene.contents[path])
        for path, obj in scene.objects.items()
    }


def test_a_plan_of_what_is_there_says_same_and_writes_nothing() -> None:
    app = a_backed_up_app()

    restore = app.restore("/")

    assert restore.status is RestoreStatus.PLANNED
    assert set(told(app, restore).values()) == {("same", "")}
    assert restore.tally.objects == restore.tally.same == 7
    assert writes(app) == []


def test_what_has_its_id_and_time_still_is_not_exported_again() -> None:
    app = a_backed_up_app()

    app.restore("/")

    assert "export" not in {call for call, _ in app.workspace.calls}


def test_an_object_asked_for_by_name_is_compared_by_its_bytes() -> None:
    app = a_backed_up_app()
    app.workspace.rewrite(LOAD, b"# Databricks notebook source\nsilent")

    restore = app.restore(LOAD)

    assert outcome_of(app, restore, LOAD).found is Found.DIFFERENT


def test_a_deleted_notebook_comes_back_in_one_call() -> None:
    app = a_backed_up_app()
    before = facts(app)
    app.workspace.delete(LOAD)

    restore = app.restore(LOAD, apply=True)

    assert restore.status is RestoreStatus.COMPLETE
    assert told(app, restore) == {LOAD: ("create", "verified")}
    assert facts(app) == before


def test_everything_comes_back_into_an_empty_workspace() -> None:
    app = a_backed_up_app()
    a_dashboard(app.workspace, "/Clients/sales.lvdash.json", b"{}")
    app.workspace.mkdir("/Empty")
    app.run()
    before = facts(app)
    for path in ("/Clients", "/Empty", "/notes.txt"):
        app.workspace.delete(path)

    restore = app.restore("/", apply=True)

    assert restore.status is RestoreStatus.COMPLETE
    assert facts(app) == before
    assert restore.tally.verified == 8
    assert restore.tally.folders_made == 4


def test_the_next_backup_after_a_restore_finds_nothing_changed_in_content() -> None:
    app = a_backed_up_app()
    files = app.git.files()
    app.workspace.delete("/Clients")

    app.restore("/", apply=True)
    run = app.run()

    assert run.status == "complete"
    content = {k: v for k, v in app.git.files().items() if not k.startswith(".backup")}
    assert content == {k: v for k, v in files.items() if not k.startswith(".backup")}


def test_folders_are_made_one_after_another_and_before_what_they_hold() -> None:
    app = a_backed_up_app(concurrency=4)
    app.workspace.delete("/Clients")

    app.restore("/", apply=True)

    made = [path for call, path in writes(app) if call == "mkdirs"]
    assert made == ["/Clients", "/Clients/acme", "/Clients/bolt"]
    calls = [call for call, _ in writes(app)]
    assert calls.index("import") > max(
        place for place, call in enumerate(calls) if call == "mkdirs"
    )


@pytest.mark.parametrize(
    ("on_conflict", "expected"),
    [
        (OnConflict.SKIP, ("skip", "")),
        (OnConflict.OVERWRITE, ("replace", "verified")),
        (OnConflict.FAIL, ("blocked", "")),
    ],
)
def test_what_differs_is_kept_replaced_or_in_the_way(
    on_conflict: OnConflict, expected: tuple[str, str]
) -> None:
    app = a_backed_up_app()
    stored = app.workspace.contents[LOAD]
    app.workspace.edit(LOAD, b"# Databricks notebook source\nnew")

    restore = app.restore("/Clients/acme", on_conflict=on_conflict, apply=True)

    assert told(app, restore)[LOAD] == expected
    assert (app.workspace.contents[LOAD] == stored) == (on_conflict is OVER)


def test_one_conflict_under_fail_and_nothing_at_all_is_written() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients/bolt")
    app.workspace.edit(LOAD, b"# Databricks notebook source\nnew")

    restore = app.restore("/", on_conflict=OnConflict.FAIL, apply=True)

    assert restore.status is RestoreStatus.FAILED
    assert "nothing was written" in restore.error
    assert writes(app) == []


def test_another_type_is_removed_first_and_only_under_overwrite() -> None:
    app = a_backed_up_app()
    before = facts(app)
    app.workspace.delete(LOAD)
    app.workspace.add_file(LOAD, b"a file by now")

    kept = app.restore(LOAD, apply=True)
    replaced = app.restore(LOAD, on_conflict=OVER, apply=True)

    assert told(app, kept) == {LOAD: ("skip", "")}
    assert told(app, replaced) == {LOAD: ("replace", "verified")}
    trial = f"{LOAD} ({replaced.id})"
    assert writes(app) == [
        ("import", trial),
        ("delete", LOAD),
        ("import", LOAD),
        ("delete", trial),
    ]
    assert facts(app) == before


def test_another_language_is_another_type() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    app.workspace.add_notebook(LOAD, "select 1", "SQL")

    restore = app.restore(LOAD, on_conflict=OVER, apply=True)

    assert told(app, restore) == {LOAD: ("replace", "verified")}
    assert app.workspace.objects[LOAD].language == "PYTHON"


def test_a_folder_in_its_place_is_never_removed() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    app.workspace.add_notebook(f"{LOAD}/inside", "1")

    restore = app.restore(LOAD, on_conflict=OVER, apply=True)

    assert outcome_of(app, restore, LOAD).action is Action.BLOCKED
    assert restore.status is RestoreStatus.INCOMPLETE
    assert writes(app) == []


def test_an_object_where_a_folder_must_be_blocks_what_lies_below() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients/acme")
    app.workspace.add_notebook("/Clients/acme", "in the way")

    restore = app.restore("/Clients", on_conflict=OVER, apply=True)

    assert outcome_of(app, restore, LOAD).action is Action.BLOCKED
    assert "NOTEBOOK is at /Clients/acme" in outcome_of(app, restore, LOAD).detail
    assert restore.status is RestoreStatus.INCOMPLETE


def test_the_home_of_somebody_who_left_is_restored_elsewhere() -> None:
    app = an_app()
    app.workspace.mkdir("/Users/ada")
    app.workspace.add_notebook("/Users/bob/etl", "1")
    app.run()
    app.workspace.delete("/Users/bob")
    app.writes.people = frozenset({"ada"})

    blocked = app.restore("/Users/bob", apply=True)
    moved = app.restore("/Users/bob", target_root="/Archive", apply=True)

    assert told(app, blocked)["/Users/bob/etl"] == ("blocked", "")
    assert "is a home" in outcome_of(app, blocked, "/Users/bob/etl").detail
    assert moved.status is RestoreStatus.COMPLETE
    assert app.workspace.objects["/Archive/Users/bob/etl"].type == NOTEBOOK


def test_where_nobody_may_write_objects_fail_and_say_why() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    app.writes.locked = {"/Clients/acme"}

    restore = app.restore("/", apply=True)

    assert restore.status is RestoreStatus.INCOMPLETE
    assert restore.tally.failed == 1
    assert "not yours to write" in outcome_of(app, restore, LOAD).detail


def test_restore_roots_confine_what_is_written() -> None:
    app = a_backed_up_app(restore_roots=("/Clients/bolt",))
    app.workspace.delete("/Clients")

    with pytest.raises(InvalidRequest, match="RESTORE_ROOTS"):
        app.restore("/Clients/acme", apply=True)
    restore = app.restore("/", apply=True)

    assert restore.tally.blocked == 4 - 1
    assert restore.tally.verified == 3
    assert "/Clients/acme" not in app.workspace.objects


def test_where_restores_are_switched_off_plans_are_not() -> None:
    app = a_backed_up_app(restore_enabled=False)

    with pytest.raises(RestoreDisabled):
        app.restore("/", apply=True)

    assert app.restore("/").status is RestoreStatus.PLANNED


def test_one_restore_writes_at_a_time_and_plans_take_no_place() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    first = app.begin_restore(LOAD, apply=True)

    with pytest.raises(PlaceTaken) as refused:
        app.restoring().open()(WantedRestore(paths=("/",), apply=True))
    plan = app.begin_restore("/")
    app.pump()

    assert refused.value.holder == first
    assert app.restore_row(plan).status is RestoreStatus.PLANNED
    assert app.restore("/", apply=True).status is RestoreStatus.COMPLETE


def test_each_point_in_time_gives_its_own_version() -> None:
    app = a_backed_up_app()
    first = app.workspace.contents[LOAD]
    run = app.run_ids[0]
    app.workspace.edit(LOAD, b"# Databricks notebook source\nsecond")
    app.run()
    app.workspace.edit(LOAD, b"# Databricks notebook source\nthird")
    app.run()

    restore = app.restore(LOAD, at=run, on_conflict=OVER, apply=True)

    assert restore.status is RestoreStatus.COMPLETE
    assert app.workspace.contents[LOAD] == first


def test_drift_is_a_plan_of_everything() -> None:
    app = a_backed_up_app()
    app.workspace.edit(LOAD, b"# Databricks notebook source\nnew")
    app.workspace.delete("/Clients/acme/report")
    app.workspace.add_notebook("/Clients/acme/extra", "1")
    app.workspace.add_notebook("/New/inside", "1")

    restore = app.restore("/")

    tally = restore.tally
    assert (tally.same, tally.different, tally.missing) == (5, 1, 1)
    extra = {o.path: o.type for o in app.outcomes(restore) if o.found is Found.EXTRA}
    assert extra == {"/Clients/acme/extra": NOTEBOOK, "/New": DIRECTORY}


def test_what_is_excluded_from_backups_is_no_drift() -> None:
    app = a_backed_up_app()
    app.workspace.add_notebook("/Clients/.bundle/x", "1")

    restore = app.restore("/")

    assert restore.tally.extra == 0


def test_what_the_run_could_not_read_is_named_with_the_run_it_is_of() -> None:
    app = a_backed_up_app()
    first = app.run_ids[0]
    app.workspace.edit("/notes.txt", b"changed")
    app.workspace.fault = _refusing("/Clients/acme")
    run = app.run()
    app.workspace.fault = no_fault

    restore = app.restore("/", at=run.id)

    older = {o.path: o.older for o in app.outcomes(restore) if o.older}
    assert older == {f"/Clients/acme/{n}": first for n in ("extract", "load", "report")}
    assert restore.tally.older == 3


def test_a_restore_can_be_cancelled_and_what_was_written_stays() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients")
    restore_id = app.begin_restore("/", apply=True)
    app.restoring().cancel()(restore_id)

    app.pump()

    row = app.restore_row(restore_id)
    assert row.status is RestoreStatus.CANCELLED
    assert app.place.held is None


def test_paths_that_were_never_there_are_told_before_anything_begins() -> None:
    app = a_backed_up_app()

    with pytest.raises(NotFound, match="/Clients/acme/load"):
        app.restore("/Clients/acme/lod")

    assert app.restore_ids == []


def test_who_asked_is_in_the_row_and_in_the_event() -> None:
    app = a_backed_up_app()

    restore = app.restore("/", requested_by="ada@example.com")

    assert restore.request.requested_by == "ada@example.com"
    (event,) = [e for e in app.events.emitted if e.name == "restore.finished"]
    assert event.facts["requested_by"] == "ada@example.com"
    assert event.facts["status"] == "planned"


def test_objects_of_one_folder_and_folders_can_be_asked_for_together() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients")
    app.workspace.delete("/notes.txt")

    restore = app.restore(
        LOAD, "/Clients/acme/report", "/Clients/bolt", "/notes.txt", apply=True
    )

    assert restore.status is RestoreStatus.COMPLETE
    assert restore.tally.verified == 6
    assert "/Clients/acme/extract" not in app.workspace.objects


def test_somebody_who_is_faster_is_left_alone() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    new = b"# Databricks notebook source\nsomebody's"

    def somebody(call: str, path: str) -> None:
        if call == "import" and path not in app.workspace.objects:
            app.workspace.add(path, NOTEBOOK, new, language="PYTHON")

    app.writes.fault = somebody

    restore = app.restore(LOAD, apply=True)

    assert told(app, restore) == {LOAD: ("create", "overtaken")}
    assert app.workspace.contents[LOAD] == new
    assert restore.status is RestoreStatus.INCOMPLETE


def test_what_comes_back_otherwise_is_not_verified() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)

    def changing(call: str, path: str) -> None:
        if call == "import":
            app.workspace.rewrite(path, app.workspace.contents[path] + b"\n")

    app.writes.after = changing

    restore = app.restore(LOAD, apply=True)

    found = outcome_of(app, restore, LOAD)
    assert found.result is Result.DIFFERS
    assert "came back" in found.detail
    assert restore.status is RestoreStatus.INCOMPLETE


def test_what_comes_back_as_another_type_is_not_verified() -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)

    def turning(call: str, path: str) -> None:
        if call == "import":
            found = app.workspace.objects[path]
            app.workspace.objects[path] = type(found)(
                path, FILE, found.object_id, None, found.modified_at
            )

    app.writes.after = turning

    restore = app.restore(LOAD, apply=True)

    assert outcome_of(app, restore, LOAD).result is Result.DIFFERS


@pytest.mark.parametrize("number", [1, 2])
def test_a_removal_whose_import_is_refused_is_undone(number: int) -> None:
    app = a_backed_up_app()
    app.workspace.delete(LOAD)
    app.workspace.add_file(LOAD, b"precious")
    app.writes.fault = _refusing_import(number)

    restore = app.restore(LOAD, on_conflict=OVER, apply=True)

    assert outcome_of(app, restore, LOAD).result is Result.FAILED
    assert app.workspace.contents[LOAD] == b"precious"
    assert app.workspace.objects[LOAD].type == FILE
    assert f"{LOAD} ({restore.id})" not in app.workspace.objects
    assert (("delete", LOAD) in writes(app)) == (number == 2)


def _refusing_import(number: int) -> Fault:
    """Refuse that import: the first is a trial, the second comes after the removal."""
    imports: list[str] = []

    def fault(call: str, path: str) -> None:
        if call == "import":
            imports.append(path)
        if call == "import" and len(imports) == number:
            raise RequestRefused("not this content")

    return fault


def test_old_restores_are_forgotten_with_all_their_blobs() -> None:
    app = a_backed_up_app()
    restore = app.restore("/")

    app.clock.advance(91 * 24 * 3600)
    app.repair()

    assert app.restore_ids == []
    assert not list(app.blobs.names(f"restores/{restore.id}/"))


def _refusing(folder: str) -> Fault:
    def fault(call: str, path: str) -> None:
        if call == "list" and path == folder:
            raise AccessDenied("no")

    return fault
