"""Pushes: how much goes into one, what is read back, and what meets it on its way."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from shared.domain import room
from shared.domain.git import Change, ChangeKind, Push
from shared.errors import (
    PushRefused,
    RefMoved,
    StaleDecision,
    Throttled,
    TooLarge,
    Unavailable,
)
from tests.backup_app import BackupApp
from tests.fakes.remotes import FakeGit
from tests.unit.services.scenes import (
    a_backed_up_app,
    a_dashboard,
    an_app,
    assert_mirrored,
    assert_whole,
    exports,
    forget_calls,
    manifest_at,
    named,
    once,
    raising,
    records,
    stranger_commits,
)

SMALL_PUSH = 40_000
LOAD = "Clients/acme/load.py"


class WatchedGit(FakeGit):
    """Keeps the pushes, refuses those over `limit`, and may spoil what it stores."""

    def __init__(self, limit: int = SMALL_PUSH) -> None:
        super().__init__()
        self.limit = limit
        self.pushes: list[Push] = []
        self.spoil: Callable[[Change], Change | None] | None = None

    def push(self, push: Push) -> str:
        if push.encoded_bytes > self.limit:
            raise TooLarge("the push", push.encoded_bytes)
        commit = super().push(push)
        self.pushes.append(push)
        return commit

    def commit(self, push: Push) -> str:
        if self.spoil is None:
            return super().commit(push)
        spoilt = [self.spoil(change) for change in push.changes]
        kept = tuple(change for change in spoilt if change is not None)
        return super().commit(replace(push, changes=kept))


def with_big_folder(objects: int, size: int) -> BackupApp:
    app = BackupApp(git=WatchedGit(), push_bytes=SMALL_PUSH)
    for number in range(objects):
        app.workspace.add_file(f"/big/{number:02d}", bytes([number]) * size)
    return app


def test_i11_a_big_folder_goes_into_several_pushes_each_within_the_limit() -> None:
    app = with_big_folder(objects=20, size=4_000)

    run = app.run()

    assert run.status == "complete"
    assert run.tally.pushes > 3
    assert len(exports(app)) == 20
    assert_mirrored(app)


def test_i3_each_of_several_pushes_of_a_folder_leaves_it_whole() -> None:
    app = with_big_folder(objects=20, size=4_000)

    app.run()

    assert_whole(app.git)


def test_many_small_folders_share_a_push() -> None:
    app = BackupApp(git=WatchedGit(1_000_000))
    for number in range(30):
        app.workspace.add_file(f"/many/{number}/x", b"x")

    run = app.run()

    assert (run.status, run.tally.pushes) == ("complete", 1)
    assert_mirrored(app)


def test_folders_that_fill_more_than_a_push_are_cut_between_and_inside() -> None:
    app = BackupApp(git=WatchedGit(), push_bytes=SMALL_PUSH)
    for number in range(12):
        for name in range(3):
            app.workspace.add_file(f"/many/{number}/{name}", bytes(2_500))

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)
    assert_whole(app.git)


@pytest.mark.parametrize("folders", [1, 4])
def test_untimed_objects_that_differ_fill_pushes_like_all_others(folders: int) -> None:
    app = BackupApp(git=WatchedGit(), push_bytes=SMALL_PUSH)
    boards = [f"/boards{number % folders}/{number}" for number in range(4)]
    for number, path in enumerate(boards):
        a_dashboard(app.workspace, path, bytes([number]) * 8_000)
    app.run()
    for number, path in enumerate(boards):
        app.workspace.contents[path] = bytes([100 + number]) * 8_000
    app.workspace.add_file("/new/file", bytes(9_000))

    run = app.run()

    assert (run.status, run.tally.stored) == ("complete", 5)
    assert_mirrored(app)


def test_a_folder_with_many_objects_is_not_looked_through_for_each(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_through: list[str] = []
    known = room.manifest_bytes

    def watched(path: str, names: Iterable[str], clones: int) -> int:
        listed = [*names]
        looked_through.extend(listed)
        return known(path, listed, clones)

    monkeypatch.setattr(room, "manifest_bytes", watched)
    app = BackupApp()
    for number in range(100):
        app.workspace.add_file(f"/wide/{number}", b"")

    app.run()

    assert len(looked_through) < 10 * 100


def test_a_large_manifest_does_not_push_a_full_push_over_the_limit() -> None:
    app = BackupApp(git=WatchedGit(), push_bytes=SMALL_PUSH)
    app.workspace.mkdir("/first")
    for number in range(38):
        app.workspace.add_file(f"/wide/{number}", b"")
    app.run()
    app.workspace.mkdir("/wide/new")
    app.workspace.add_file("/first/a", bytes(12_000))
    app.workspace.add_file("/first/b", bytes(9_000))

    run = app.run()

    assert (run.status, run.error) == ("complete", "")
    assert_mirrored(app)


def test_a_lower_limit_than_the_remotes_holds_back_only_what_is_larger() -> None:
    app = BackupApp(git=WatchedGit(limit=20_000), push_bytes=SMALL_PUSH)
    for number in range(8):
        app.workspace.add_file(f"/folder{number % 3}/{number}", bytes(3_000))
    app.workspace.add_file("/folder1/large", bytes(12_000))

    run = app.run()

    assert (run.status, run.tally.stored) == ("incomplete", 8)
    assert named(app, run, "failures") == ["/folder1/large"]
    assert_whole(app.git)


def test_files_that_make_room_for_others_take_room_in_a_push() -> None:
    app = BackupApp(git=WatchedGit(limit=96_000), push_bytes=96_000)
    paths = [f"/{200 * 'd'}/{number}" for number in range(100)]
    for path in paths:
        app.workspace.add_notebook(path, "1")
    app.run()
    for path in paths:
        found = app.workspace.objects[path]
        app.workspace.objects[path] = replace(found, language="SQL")
        app.workspace.edit(path, b"-- Databricks notebook source\n1")

    run = app.run()

    assert (run.status, run.tally.stored) == ("complete", 100)
    assert run.tally.pushes > 1
    assert_mirrored(app)


def test_content_too_large_beside_its_manifest_is_an_exception() -> None:
    app = with_big_folder(objects=20, size=100)
    app.workspace.add_file("/big/huge", bytes(25_000))
    app.workspace.add_file("/alone/huge", bytes(15_000))

    run = app.run()

    assert (run.status, run.tally.excepted) == ("complete", 1)
    assert named(app, run, "exceptions") == ["/big/huge"]
    assert "alone/huge" in app.git.files()


def test_a_shard_out_of_time_goes_on_where_it_was() -> None:
    app = with_big_folder(objects=20, size=1_000)
    app.shard_seconds = 60

    def slowly(call: str, _subject: str) -> None:
        app.clock.advance(25 if call == "export" else 0)

    app.workspace.fault = slowly

    run = app.run()

    assert run.status == "complete"
    assert max(shard.attempts for shard in app.shards(run)) > 3
    assert len(exports(app)) == 20
    assert (run.tally.stored, run.tally.equal) == (20, 0)
    assert_mirrored(app)
    assert_whole(app.git)


def test_counts_add_up_also_over_several_attempts() -> None:
    app = an_app(shard_seconds=60)
    for number in range(6):
        app.workspace.add("/boards/" + str(number), "DASHBOARD", b"{}")
    app.run()
    for path in list(app.workspace.objects):
        if path.startswith("/Clients/") and path.count("/") == 3:
            app.workspace.edit(path, b"# edited")

    def slowly(call: str, _subject: str) -> None:
        app.clock.advance(25 if call == "export" else 0)

    app.workspace.fault = slowly

    run = app.run()

    tally = run.tally
    assert max(shard.attempts for shard in app.shards(run)) > 1
    assert (tally.listed, tally.stored, tally.equal) == (13, 6, 7)


def flip(path: str) -> Callable[[Change], Change | None]:
    """Flips a byte of what is stored under a path."""

    def spoil(change: Change) -> Change | None:
        if change.path != path or not change.content:
            return change
        return replace(change, content=change.content[:-1] + b"?")

    return spoil


def drop(path: str) -> Callable[[Change], Change | None]:
    """Forgets what happens to a path."""
    return lambda change: None if change.path == path else change


def first_only(
    spoil: Callable[[Change], Change | None],
) -> Callable[[Change], Change | None]:
    """Spoils one change, and no more."""
    done: list[Change] = []

    def spoil_once(change: Change) -> Change | None:
        spoilt = change if done else spoil(change)
        if spoilt != change:
            done.append(change)
        return spoilt

    return spoil_once


def a_watched_app() -> tuple[BackupApp, WatchedGit]:
    git = WatchedGit(1_000_000)
    app = an_app(git=git)
    app.run()
    git.pushes.clear()
    forget_calls(app)
    return app, git


SPOILT = [flip(LOAD), drop(LOAD), drop(manifest_at("Clients/acme"))]


@pytest.mark.parametrize("spoil", SPOILT)
def test_i1_a_difference_read_back_is_pushed_again_once(
    spoil: Callable[[Change], Change | None],
) -> None:
    app, git = a_watched_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.workspace.edit("/Clients/acme/report", b"# edited, too")
    git.spoil = first_only(spoil)

    run = app.run()

    assert (run.status, run.tally.stored, run.tally.pushes) == ("complete", 2, 2)
    assert len(exports(app)) == 2
    assert_mirrored(app)


@pytest.mark.parametrize("spoil", SPOILT)
def test_i1_a_difference_that_stays_is_a_failure_and_heals_later(
    spoil: Callable[[Change], Change | None],
) -> None:
    app, git = a_watched_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    git.spoil = spoil

    first = app.run()
    git.spoil = None
    second = app.run()

    assert first.status == "incomplete"
    assert named(app, first, "failures") == ["/Clients/acme"]
    assert len([p for p in git.pushes if "Back up" in p.comment]) == 3
    assert second.status == "complete"
    assert_mirrored(app)


def test_i1_a_deletion_that_was_not_done_is_done_again() -> None:
    app, git = a_watched_app()
    app.workspace.delete("/Clients/acme/load")
    git.spoil = first_only(drop(LOAD))

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)


def test_i1_a_deletion_that_is_never_done_is_a_failure() -> None:
    app, git = a_watched_app()
    app.workspace.delete("/Clients/acme/load")
    git.spoil = drop(LOAD)

    run = app.run()

    assert run.status == "incomplete"


def test_i1_the_old_file_of_a_renamed_notebook_that_stayed_is_deleted_again() -> None:
    app, git = a_watched_app()
    path = "/Clients/acme/load"
    found = app.workspace.objects[path]
    app.workspace.edit(path, b"-- Databricks notebook source")
    app.workspace.objects[path] = replace(found, language="SQL", modified_at=1)
    git.spoil = first_only(drop(LOAD))

    run = app.run()

    assert run.status == "complete"
    assert_mirrored(app)


def test_content_stored_under_another_path_is_caught() -> None:
    app, git = a_watched_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    git.spoil = lambda change: (
        replace(change, kind=ChangeKind.ADD, path="elsewhere.py")
        if change.path == LOAD
        else change
    )

    run = app.run()

    assert run.status == "incomplete"


@pytest.mark.parametrize(
    "error", [RefMoved("tip"), StaleDecision("tree"), Unavailable("cut")]
)
@pytest.mark.parametrize("which", [1, 2])
def test_a_push_that_fails_before_its_effect_is_made_again(
    error: Exception, which: int
) -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    pushes: list[str] = []

    def second(call: str, _subject: str) -> bool:
        pushes.extend([call] if call == "push" else [])
        return call == "push" and len(pushes) == which

    app.git.fault = once(second, raising(error))

    run = app.run()

    assert (run.status, run.tally.stored, len(records(app))) == ("complete", 1, 2)
    assert_mirrored(app)


def test_what_was_decided_without_a_branch_is_not_sent_once_there_is_one() -> None:
    app = an_app()
    first: dict[str, bytes | None] = {"README.md": b"x", ".gitattributes": b"x"}
    app.workspace.fault = once(
        lambda call, _: call == "export", lambda: stranger_commits(app, first)
    )

    run = app.run()

    assert run.status == "complete"
    assert app.git.calls.count("push") == run.tally.pushes + len(records(app))
    assert_mirrored(app)


@pytest.mark.parametrize("which", [1, 2])
def test_a_push_whose_answer_got_lost_is_found_and_not_repeated(which: int) -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    pushes: list[str] = []

    def this_one(call: str, _subject: str) -> bool:
        pushes.extend([call] if call == "push" else [])
        return call == "push" and len(pushes) == which

    commits = len(app.git.commits)
    app.git.after = once(this_one, raising(Unavailable("cut")))

    run = app.run()

    assert (run.status, run.tally.stored) == ("complete", 1)
    assert len(app.git.commits) == commits + 2
    assert app.git.tags[f"backup/{run.id}"] == run.commit
    assert_mirrored(app)


def test_a_lost_answer_is_recognised_under_a_strangers_commit() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")

    def cut_and_covered() -> None:
        stranger_commits(app, {"docs/x.md": b"x"})
        raise Unavailable("cut")

    app.git.after = once(lambda call, _: call == "push", cut_and_covered)

    run = app.run()

    assert (run.status, run.tally.stored) == ("complete", 1)
    assert app.calls["git.push"] == 2
    assert_mirrored(app, strangers=["docs/x.md"])


def test_a_throttled_push_waits_as_long_as_it_is_told() -> None:
    app = a_backed_up_app()
    app.workspace.edit("/Clients/acme/load", b"# edited")
    app.git.fault = once(
        lambda call, _: call == "push", raising(Throttled("slow down", 120))
    )
    start = app.clock.monotonic()

    run = app.run()

    assert run.status == "complete"
    assert app.clock.monotonic() - start >= 3_600 + 120
    assert app.calls["git.log"] == 0


def test_a_refused_push_fails_its_shard_and_nothing_else() -> None:
    app = an_app(largest_shard=3)
    app.git.fault = once(
        lambda call, _: call == "push", raising(PushRefused("a branch policy"))
    )

    first, second = app.run(), app.run()

    assert first.status == "incomplete"
    failed = [shard.error for shard in app.shards(first) if shard.status == "failed"]
    assert failed == ["a branch policy"]
    assert second.status == "complete"
    assert_mirrored(app)


def test_a_record_that_is_refused_fails_the_run_with_the_reason() -> None:
    app = an_app()
    pushes: list[str] = []

    def the_record(call: str, _subject: str) -> bool:
        pushes.extend([call] if call == "push" else [])
        return len(pushes) == 2

    app.git.fault = once(the_record, raising(PushRefused("a branch policy")))

    first, second = app.run(), app.run()

    assert (first.status, first.error) == ("failed", "a branch policy")
    assert (second.status, second.unchanged) == ("complete", False)
    assert_mirrored(app)
