"""Deletions of whole runs: the fuse, who may override it, and moves."""

from dataclasses import replace

from shared.domain.deletions import Fuse
from shared.domain.objects import Identity
from shared.errors import AccessDenied
from tests.backup_app import BackupApp
from tests.unit.services.scenes import (
    a_backed_up_app,
    assert_mirrored,
    assert_whole,
    changed,
    failing,
    named,
    records,
    shown,
    stored,
)

BOLT = ["/Clients/bolt/extract", "/Clients/bolt/load", "/Clients/bolt/report"]
TIGHT = Fuse(percent=25, minimum=3)


def test_the_fuse_holds_suspicious_deletions_back_and_stores_the_rest() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    before = app.git.files()
    app.workspace.delete("/Clients/bolt")
    app.workspace.edit("/notes.txt", b"edited")

    run = app.run()

    assert (run.status, run.tally.held, run.tally.deleted) == ("incomplete", 3, 0)
    assert changed(before, app.git.files()) == ["notes.txt"]
    assert named(app, run, "held_deletions") == BOLT
    assert app.events.facts("fuse.tripped")[0]["held"] == 3


def test_held_deletions_are_held_again_and_again() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    app.workspace.delete("/Clients/bolt")

    runs = [app.run(), app.run()]

    assert [run.tally.held for run in runs] == [3, 3]
    assert len(records(app)) == 3


def test_exactly_the_deletions_that_the_named_run_held_are_let_through() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    app.workspace.delete("/Clients/bolt")
    held = app.run()
    app.workspace.delete("/Clients/acme")

    run = app.run(allow_deletions=held.id)

    assert (run.status, run.tally.deleted, run.tally.held) == ("incomplete", 3, 3)
    assert named(app, run, "deletions") == BOLT
    assert not any("bolt" in path for path in app.git.files())
    assert {path for path, _ in stored(app.git.files())} == {
        "/Clients/acme/extract",
        "/Clients/acme/load",
        "/Clients/acme/report",
        "/notes.txt",
    }
    assert_whole(app.git)


def test_with_nothing_else_held_an_allowing_run_is_complete() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    app.workspace.delete("/Clients/bolt")
    held = app.run()

    run = app.run(allow_deletions=held.id)

    assert run.status == "complete"
    assert_mirrored(app)


def test_a_run_that_held_nothing_allows_nothing() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    harmless = app.run()
    app.workspace.delete("/Clients/bolt")

    for named_run in (harmless.id, "20260101T000000Z-nobody"):
        run = app.run(allow_deletions=named_run)
        assert (run.tally.deleted, run.tally.held) == (0, 3)


def test_what_came_back_meanwhile_is_not_deleted_by_permission() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    kept = {p: app.workspace.objects[p] for p in ["/Clients/bolt", *BOLT]}
    contents = {p: app.workspace.contents[p] for p in kept}
    app.workspace.delete("/Clients/bolt")
    held = app.run()
    app.workspace.objects |= kept
    app.workspace.contents |= contents

    run = app.run(allow_deletions=held.id)

    assert (run.status, run.tally.deleted) == ("complete", 0)
    assert_mirrored(app)


def test_permission_overrides_an_incomplete_walk_for_what_was_held_only() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), "/Clients/acme")
    app.workspace.delete("/Clients/bolt/load")
    held = app.run()
    app.workspace.delete("/Clients/bolt/report")

    run = app.run(allow_deletions=held.id)

    assert named(app, run, "deletions") == ["/Clients/bolt/load"]
    assert named(app, run, "held_deletions") == ["/Clients/bolt/report"]


def test_an_identity_that_lost_a_right_deletes_nothing() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.me = Identity("backup", admin=False)
    app.workspace.delete("/Clients/bolt/load")

    run = app.run()

    assert (run.status, run.tally.held, run.tally.deleted) == ("incomplete", 1, 0)
    assert changed(before, app.git.files()) == []
    assert "admin" in str(app.events.facts("fuse.tripped")[0]["reason"])


def test_an_identity_without_its_right_deletes_nothing_in_later_nights_either() -> None:
    app = a_backed_up_app()
    app.workspace.me = Identity("backup", admin=False)
    app.workspace.delete("/Clients/bolt/load")
    app.run()
    app.blobs.contents.clear()

    night = app.run()
    allowed = app.run(allow_deletions=night.id)
    app.workspace.delete("/Clients/bolt/report")
    settled = app.run()

    assert (night.status, night.tally.held, night.tally.deleted) == ("incomplete", 1, 0)
    assert (allowed.status, allowed.tally.deleted) == ("complete", 1)
    assert (settled.status, settled.tally.deleted) == ("complete", 1)


def test_an_identity_that_never_had_the_right_deletes_as_usual() -> None:
    app = BackupApp()
    app.workspace.me = Identity("backup", admin=False)
    app.workspace.add_notebook("/a/x", "")
    app.workspace.add_notebook("/a/y", "")
    app.run()
    app.workspace.delete("/a/x")

    run = app.run()

    assert (run.status, run.tally.deleted) == ("complete", 1)


def test_a_renamed_top_folder_does_not_blow_the_fuse() -> None:
    app = a_backed_up_app(fuse=Fuse(percent=0, minimum=1))
    app.workspace.move("/Clients", "/Customers")

    run = app.run()

    assert (run.status, run.tally.moved, run.tally.held) == ("complete", 6, 0)
    assert_mirrored(app)


def test_an_object_that_was_replaced_under_its_name_is_no_deletion() -> None:
    app = a_backed_up_app(fuse=Fuse(percent=0, minimum=1))
    path = "/Clients/bolt/load"
    found = app.workspace.objects[path]
    app.workspace.objects[path] = replace(found, object_id=999, modified_at=1)
    app.workspace.contents[path] = b"another one"

    run = app.run()

    assert (run.status, run.tally.deleted, run.tally.held) == ("complete", 0, 0)
    assert_mirrored(app)


def test_what_becomes_excluded_is_deleted_and_named_in_the_record() -> None:
    app = a_backed_up_app()
    app.scope = replace(app.scope, excludes=("bolt",))

    run = app.run()

    assert run.tally.deleted == 3
    assert not any("bolt" in path for path in content_paths(app))


def test_what_lies_outside_new_roots_stays_as_it_is() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.scope = replace(app.scope, roots=("/Clients/acme",))
    app.workspace.delete("/Clients/bolt")

    run = app.run()

    assert (run.status, run.tally.deleted) == ("complete", 0)
    assert changed(before, app.git.files()) == []


def test_many_deletions_go_shard_by_shard_deepest_first() -> None:
    app = a_backed_up_app(deletions_a_shard=2, window=3, twice=True)
    for number in range(4):
        app.workspace.add_notebook(f"/deep/a/b/{number}", "")
    app.run()
    app.workspace.delete("/deep")
    run_id = app.begin()
    at_once = []
    while app.row(run_id).status.open:
        app.step()
        rows = app.shards(app.row(run_id))
        at_once.append(sum(s.kind == "delete" and s.status == "queued" for s in rows))

    run = app.row(run_id)

    assert (run.status, run.tally.deleted) == ("complete", 4)
    assert max(at_once) == 1
    assert sum(shard.kind == "delete" for shard in app.shards(run)) > 1
    assert_mirrored(app)
    assert_whole(app.git)


def test_an_empty_folder_that_is_held_back_is_named_and_may_be_allowed() -> None:
    app = a_backed_up_app()
    app.workspace.mkdir("/empty/in/empty")
    app.run()
    app.workspace.me = Identity("backup", admin=False)
    app.workspace.delete("/empty")

    held = app.run()
    app.workspace.me = Identity("backup", admin=True)
    allowed = app.run(allow_deletions=held.id)

    assert (held.status, held.tally.held) == ("incomplete", 1)
    assert named(app, held, "held_deletions") == ["/empty/in/empty"]
    assert allowed.status == "complete"
    assert not any("empty" in path for path in app.git.files())


def test_permission_lets_an_empty_folder_go_while_others_are_held() -> None:
    app = a_backed_up_app(fuse=TIGHT)
    app.workspace.mkdir("/empty")
    app.run()
    app.workspace.me = Identity("backup", admin=False)
    app.workspace.delete("/empty")
    held = app.run()
    app.workspace.delete("/Clients/bolt")

    run = app.run(allow_deletions=held.id)

    assert named(app, run, "held_deletions") == BOLT
    assert not any("empty" in path for path in app.git.files())


def test_a_folder_may_lose_one_object_and_get_another() -> None:
    app = a_backed_up_app()
    app.workspace.delete("/Clients/bolt/load")
    app.workspace.add_notebook("/Clients/bolt/new", "# new")
    app.workspace.delete("/Clients/acme")

    run = app.run()

    assert run.status == "complete"
    assert stored(app.git.files()) == shown(app.workspace)
    assert_whole(app.git)


def content_paths(app: BackupApp) -> set[str]:
    return {path for path, _ in stored(app.git.files())}
