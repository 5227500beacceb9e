"""What cannot be listed or exported: named, never deleted, and healed later."""

from dataclasses import replace

import pytest

from shared.domain.messages import ShardMessage
from shared.domain.runs import Run
from shared.errors import (
    AccessDenied,
    CredentialsRefused,
    ExportDisabled,
    NotExportable,
    NotFound,
    Throttled,
    TooLarge,
    Unavailable,
)
from tests.backup_app import BackupApp
from tests.fakes.remotes import no_fault
from tests.unit.services.scenes import (
    a_backed_up_app,
    an_app,
    assert_mirrored,
    changed,
    content,
    exports,
    failing,
    forget_calls,
    listed,
    named,
    once,
    raising,
    record_of,
)

ACME = "/Clients/acme"
LOAD = "/Clients/acme/load"


@pytest.mark.parametrize("error", [AccessDenied("no"), NotFound("no"), Unavailable("")])
def test_i2_a_failed_listing_never_deletes_and_is_named(error: Exception) -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.fault = failing(error, ACME)

    run = app.run()

    assert run.status == "incomplete"
    assert not run.walk_complete
    assert changed(before, app.git.files()) == []
    assert named(app, run, "failures") == [ACME]
    assert f"backup/{run.id}" not in app.git.tags


def test_i2_a_failed_listing_holds_other_deletions_back_too() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)
    app.workspace.delete("/Clients/bolt/load")

    run = app.run()

    assert named(app, run, "held_deletions") == ["/Clients/bolt/load"]
    assert run.tally.deleted == 0
    assert app.events.facts("fuse.tripped")


def test_a_failed_listing_heals_with_the_next_run() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.delete("/Clients/bolt/load")
    app.run()
    app.workspace.fault = no_fault
    forget_calls(app)

    run = app.run()

    assert run.status == "complete"
    assert exports(app) == [LOAD]
    assert_mirrored(app)


def test_a_root_that_is_not_there_has_failed() -> None:
    app = a_backed_up_app()

    run = app.run(paths=("/Nobody",))

    assert run.status == "incomplete"
    assert named(app, run, "failures") == ["/Nobody"]


def test_a_folder_that_is_gone_when_it_is_listed_is_left_to_the_next_listing() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    gone = once(
        lambda call, path: (call, path) == ("list", ACME),
        lambda: app.workspace.delete(ACME),
    )
    app.workspace.fault = gone

    first = app.run()
    between = app.git.files()
    second = app.run()

    assert (first.status, first.tally.vanished) == ("complete", 1)
    assert named(app, first, "vanished") == [ACME]
    assert changed(before, between) == []
    assert second.tally.deleted == 3
    assert_mirrored(app)


def test_an_object_that_is_gone_at_export_is_vanished_and_kept() -> None:
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.fault = once(
        lambda call, path: (call, path) == ("export", LOAD),
        lambda: app.workspace.delete(LOAD),
    )

    first = app.run()
    between = app.git.files()
    second = app.run()

    assert (first.status, first.tally.vanished, first.tally.failed) == (
        "complete",
        1,
        0,
    )
    assert changed(before, between) == []
    assert second.tally.deleted == 1
    assert_mirrored(app)


def test_a_run_in_which_an_object_only_vanished_is_recorded() -> None:
    app = a_backed_up_app()
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.fault = once(
        lambda call, path: (call, path) == ("export", LOAD),
        lambda: app.workspace.delete(LOAD),
    )

    run = app.run()

    assert (run.status, run.unchanged) == ("complete", False)
    assert named(app, run, "vanished") == [LOAD]


def test_an_object_that_is_listed_but_never_found_has_failed() -> None:
    app = a_backed_up_app()
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.fault = failing(NotFound("no"), LOAD)

    run = app.run()

    assert (run.status, run.tally.failed) == ("incomplete", 1)
    assert named(app, run, "failures") == [LOAD]


def test_a_failed_export_keeps_the_old_version_and_the_next_run_exports_only_that() -> (
    None
):
    app = a_backed_up_app()
    before = app.git.files()
    app.workspace.edit(LOAD, b"# edited")
    app.workspace.edit("/notes.txt", b"edited")
    app.workspace.fault = failing(Unavailable("cut"), LOAD)

    first = app.run()
    between = app.git.files()
    app.workspace.fault = no_fault
    forget_calls(app)
    second = app.run()

    assert (first.status, first.tally.failed, first.tally.stored) == (
        "incomplete",
        1,
        1,
    )
    assert changed(before, between) == ["notes.txt"]
    assert exports(app) == [LOAD]
    assert second.status == "complete"
    assert_mirrored(app)


def test_a_new_object_that_cannot_be_exported_yet_is_not_forgotten() -> None:
    app = a_backed_up_app()
    app.workspace.add_notebook("/Clients/acme/new", "# new")
    app.workspace.fault = failing(AccessDenied("no"), "/Clients/acme/new")
    first = app.run()
    app.workspace.fault = no_fault

    second = app.run()

    assert (first.status, second.status) == ("incomplete", "complete")
    assert_mirrored(app)


@pytest.mark.parametrize("error", [TooLarge("10 MB", 10_485_761), NotExportable("no")])
def test_what_can_never_be_stored_is_an_exception_and_no_failure(
    error: Exception,
) -> None:
    app = an_app()
    app.workspace.fault = failing(error, "/notes.txt")

    first, second = app.run(), app.run()

    assert (first.status, first.tally.excepted) == ("complete", 1)
    assert named(app, first, "exceptions") == ["/notes.txt"]
    assert second.unchanged
    assert exports(app).count("/notes.txt") == 1


def test_an_exception_is_news_once() -> None:
    app = an_app()
    app.workspace.fault = failing(TooLarge("10 MB"), "/notes.txt")
    first = app.run()
    app.workspace.add_file("/other.txt", b"x")

    second = app.run()

    assert (first.tally.new_exceptions, second.tally.new_exceptions) == (1, 0)


def a_failure_told(app: BackupApp, run: Run) -> dict[str, bool]:
    """Whether each failure is known, by path, as the record tells it."""
    failures = record_of(app, run)["failures"]["named"]
    return {fact["path"]: fact.get("known", False) for fact in failures}


def news(app: BackupApp, run: Run) -> tuple[int, object]:
    """New failures as counted and as told to alerts."""
    return run.tally.new_failures, app.events.facts("run.finished")[-1]["failures_new"]


def test_a_folder_that_can_never_be_read_is_news_once() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)

    first, second = app.run(), app.run()
    app.workspace.fault = failing(AccessDenied("no"), ACME, "/Clients/bolt")
    third = app.run()

    assert {first.status, second.status, third.status} == {"incomplete"}
    assert a_failure_told(app, first) == {ACME: False}
    assert a_failure_told(app, second) == {ACME: True}
    assert a_failure_told(app, third) == {ACME: True, "/Clients/bolt": False}
    assert (first.tally.new_failures, second.tally.new_failures) == (1, 0)
    assert news(app, third) == (1, 1)


def test_what_failed_stays_known_without_any_state() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)
    app.run()
    app.blobs.contents.clear()
    app.store.rows.clear()

    again = app.run()

    assert (again.status, again.tally.new_failures) == ("incomplete", 0)


def test_a_failure_that_a_run_of_other_paths_did_not_try_stays_known() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)
    app.run()
    app.workspace.edit("/Clients/bolt/load", b"# edited")
    partial = app.run(paths=("/Clients/bolt",))

    again = app.run()

    assert partial.status == "complete"
    assert (again.status, again.tally.new_failures) == ("incomplete", 0)


def test_a_failure_that_healed_is_news_when_it_comes_back() -> None:
    app = a_backed_up_app()
    for fault in (failing(AccessDenied("no"), ACME), no_fault):
        app.workspace.fault = fault
        app.run()
    app.workspace.fault = failing(AccessDenied("no"), ACME)

    assert app.run().tally.new_failures == 1


def test_an_exclude_settles_what_can_never_be_read() -> None:
    app = a_backed_up_app()
    app.workspace.fault = failing(AccessDenied("no"), ACME)
    unreadable = app.run()
    kept = content(app.git.files(unreadable.commit))
    app.scope = replace(app.scope, excludes=(*app.scope.excludes, ACME))

    run = app.run()

    assert "Clients/acme/load.py" in kept
    assert (run.status, run.tally.new_failures) == ("complete", 0)
    assert record_of(app, run)["scope"]["excluded"] == [ACME]


@pytest.mark.parametrize("moment", ["identity", "repos", "list", "export"])
def test_refused_credentials_fail_the_run_with_one_clear_error(moment: str) -> None:
    app = an_app(largest_shard=2)
    text = "the token has expired"

    def refuse(call: str, _subject: str) -> None:
        if call == moment:
            raise CredentialsRefused(text)

    app.workspace.fault = refuse

    run = app.run()

    assert (run.status, run.error) == ("failed", text)
    assert app.clock.monotonic() < 3_600 + 60
    assert [facts["error"] for facts in app.events.facts("auth.failed")] == [text]
    assert app.events.facts("run.finished")[0]["status"] == "failed"
    assert {shard.status for shard in app.shards(run)} <= {"failed"}
    assert app.calls["workspace.export"] <= app.window + 1


def test_of_two_shards_that_are_refused_at_once_one_is_heard() -> None:
    app = an_app(largest_shard=2)
    run_id = app.begin()
    app.step()
    nested: list[str] = []

    def refuse(call: str, path: str) -> None:
        if call == "export":
            if not nested:
                nested.append(path)
                app.deliver(ShardMessage(run_id, 2))
            raise CredentialsRefused(f"refused at {len(nested)}")

    app.workspace.fault = refuse
    app.pump()

    assert app.row(run_id).status == "failed"
    assert len(app.events.facts("auth.failed")) == 1


def test_i5_a_refused_run_ends_although_its_last_message_is_lost() -> None:
    app = an_app(largest_shard=2, window=1)
    app.workspace.fault = once(
        lambda call, _: call == "export", raising(CredentialsRefused("expired"))
    )
    run_id = app.begin()
    app.step()
    app.step()
    app.pending.clear()
    app.queue.sent.clear()

    app.pump()

    assert (app.row(run_id).status, app.row(run_id).shards_open) == ("failed", 0)


def test_refused_credentials_for_git_fail_the_run_too() -> None:
    app = a_backed_up_app()
    app.workspace.edit(LOAD, b"# edited")

    def refuse(call: str, _subject: str) -> None:
        if call == "push":
            raise CredentialsRefused("the PAT has expired")

    app.git.fault = refuse

    run = app.run()

    assert (run.status, run.error) == ("failed", "the PAT has expired")
    assert app.index.holder is None


def test_a_workspace_that_allows_no_export_stops_the_run_early() -> None:
    app = an_app()

    def refuse(call: str, _subject: str) -> None:
        if call == "export":
            raise ExportDisabled("switched off by an admin")

    app.workspace.fault = refuse

    run = app.run()

    assert (run.status, run.error) == ("failed", "switched off by an admin")
    assert len(exports(app)) <= 2


def test_after_refused_credentials_the_next_run_does_all() -> None:
    app = an_app(largest_shard=2)
    app.workspace.fault = once(
        lambda _, path: path == "/Clients/bolt/load",
        raising(CredentialsRefused("expired")),
    )
    failed = app.run()

    run = app.run()

    assert (failed.status, run.status) == ("failed", "complete")
    assert_mirrored(app)


@pytest.mark.parametrize("error", [Unavailable("down"), Throttled("slow", 90)])
@pytest.mark.parametrize("since", [0, 3, 6])
def test_a_run_waits_for_a_workspace_that_is_down(error: Exception, since: int) -> None:
    app = an_app(largest_shard=2)
    calls: list[str] = []

    def down(call: str, _subject: str) -> None:
        calls.append(call)
        if len(calls) > since and app.clock.monotonic() < 3_600 + 600:
            raise error

    app.workspace.fault = down

    run = app.run()

    assert run.status == "complete"
    assert app.clock.monotonic() >= 3_600 + 600
    assert_mirrored(app)


def test_an_outage_costs_no_second_listing_of_what_was_listed() -> None:
    app = an_app()
    for number in range(8):
        app.workspace.add_notebook(f"/deep/{number}/x", "")

    def down(call: str, subject: str) -> None:
        late = app.clock.monotonic() < 3_600 + 600
        if late and (call == "identity" or subject.startswith("/deep/")):
            seen.append(call)
            if len(seen) > 1:
                raise Unavailable("down")

    seen: list[str] = []
    app.workspace.fault = down

    run = app.run()

    assert run.status == "complete"
    assert listed(app).count("/") == listed(app).count("/Clients") == 1


def test_folders_that_alone_cannot_be_listed_do_not_hold_the_others_up() -> None:
    app = an_app()
    broken = [f"/broken/{number}" for number in range(12)]
    for folder in broken:
        app.workspace.mkdir(folder)
    app.workspace.fault = failing(Unavailable("500"), *broken)

    run = app.run()

    assert run.status == "incomplete"
    assert named(app, run, "failures") == sorted(broken)
    assert run.tally.stored == 7


def test_objects_that_alone_cannot_be_exported_do_not_hold_the_others_up() -> None:
    app = an_app()
    broken = [f"/broken/{number:02d}" for number in range(12)]
    for path in broken:
        app.workspace.add_notebook(path, "")
    app.workspace.fault = failing(Unavailable("500"), *broken)

    run = app.run()

    assert (run.status, run.tally.failed, run.tally.stored) == ("incomplete", 12, 7)
    assert record_of(app, run)["failures"]["total"] == 12


def test_a_missing_repository_fails_the_run_and_says_so() -> None:
    app = an_app()
    app.git.fault = failing(NotFound("no such repository"), "")

    run = app.run()

    assert (run.status, run.error) == ("failed", "no such repository")
    assert app.index.holder is None
