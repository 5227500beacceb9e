"""Random days: whatever people do, Git is the workspace's mirror after each night."""

import random
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.objects import NOTEBOOK
from tests.backup_app import BackupApp
from tests.crashes import CrashPoint, crash_points
from tests.fakes.remotes import FakeWorkspace
from tests.unit.services.scenes import (
    assert_mirrored,
    assert_whole,
    forget_calls,
    stranger_commits,
    without_records,
)

FOLDERS = ["", "/a", "/A", "/a/b", "/c", "/c/d"]
NAMES = ["x", "X", "x.py", "é", "e\u0301", "CON", "y%", "folder.json"]
KINDS = ["notebook", "sql", "file", "dashboard"]

type Edit = tuple[str, str, str, int]

edits = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "edit", "delete", "move", "replace", "turn"]),
        st.sampled_from(FOLDERS),
        st.sampled_from(NAMES),
        st.integers(0, 7),
    ),
    max_size=8,
)
days = st.lists(edits, min_size=1, max_size=4)


def add(workspace: FakeWorkspace, path: str, number: int) -> None:
    kind = KINDS[number % len(KINDS)]
    text = f"{path} {number}"
    if kind in {"notebook", "sql"}:
        language = "PYTHON" if kind == "notebook" else "SQL"
        workspace.add_notebook(path, text, language)
    elif kind == "file":
        workspace.add_file(path, text.encode())
    else:
        workspace.add(path, "DASHBOARD", text.encode())


def apply(workspace: FakeWorkspace, edit: Edit) -> None:
    """Do it, where the workspace allows it."""
    what, folder, name, number = edit
    path = f"{folder}/{name}"
    there = [p for p in sorted(workspace.objects) if p.startswith(folder + "/")]
    if what == "add" and free(workspace, path):
        add(workspace, path, number)
    elif what == "delete" and there:
        workspace.delete(there[number % len(there)])
    elif what == "move" and there:
        source = there[number % len(there)]
        if free(workspace, path) and not path.startswith(source):
            workspace.move(source, path)
    elif path in workspace.objects and workspace.objects[path].storable:
        change(workspace, what, path, number)


def free(workspace: FakeWorkspace, path: str) -> bool:
    above = [path[:at] for at in range(1, len(path)) if path[at] == "/"]
    parents = (workspace.objects.get(p) for p in above)
    blocked = any(found is not None and not found.descended for found in parents)
    return path not in workspace.objects and not blocked


def change(workspace: FakeWorkspace, what: str, path: str, number: int) -> None:
    found = workspace.objects[path]
    if what == "edit":
        timed = found.modified_at is not None
        workspace.edit(path, f"edited {number}".encode())
        if not timed:
            workspace.objects[path] = replace(found, modified_at=None)
    elif what == "replace":
        workspace.delete(path)
        add(workspace, path, number)
    elif what == "turn" and found.type == NOTEBOOK:
        language = "SQL" if found.language == "PYTHON" else "PYTHON"
        workspace.edit(path, f"turned {number}".encode())
        now = workspace.objects[path]
        workspace.objects[path] = replace(now, language=language)


def after_day(app: BackupApp, day: list[Edit]) -> None:
    for edit in day:
        apply(app.workspace, edit)


quick = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@quick
@given(days, st.integers(1, 4), st.booleans(), st.integers(0, 99))
def test_after_each_complete_run_git_is_the_workspace_byte_for_byte(
    week: list[list[Edit]],
    largest: int,
    twice: bool,  # noqa: FBT001 - drawn
    seed: int,
) -> None:
    shuffled = random.Random(seed)
    app = BackupApp(largest_shard=largest, twice=twice, shuffled=shuffled)
    for day in week:
        after_day(app, day)
        forget_calls(app)

        run = app.run()

        assert run.status == "complete", run.error
        assert_mirrored(app)
        tally = run.tally
        known = tally.stored + tally.equal + tally.excepted
        assert tally.listed == known
        assert_whole(app.git)
        assert app.run().unchanged


@quick
@given(days, st.integers(1, 3), st.integers(0, 10**6))
def test_i5_a_crash_at_any_call_leaves_the_same_tree_in_the_end(
    week: list[list[Edit]], largest: int, place: int
) -> None:
    plain, app = (BackupApp(largest_shard=largest) for _ in range(2))
    for day in week:
        after_day(plain, day)
        after_day(app, day)
        plain.calls.clear()
        app.calls.clear()
        plain.run()
        app.crash = a_point(plain, place)

        run = app.run()

        assert run.status == "complete", run.error
        assert_mirrored(app)
        assert without_records(app.git.files()) == without_records(plain.git.files())
        assert_whole(app.git)
        restore_point = app.git.files(run.commit)
        assert without_records(restore_point) == without_records(app.git.files())
        app.crash = None


def a_point(plain: BackupApp, place: int) -> CrashPoint:
    points = [*crash_points(plain.calls.log)]
    return points[place % len(points)]


@quick
@given(days, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3)), max_size=4))
def test_a_strangers_hand_is_undone_by_the_second_run_at_the_latest(
    week: list[list[Edit]], touches: list[tuple[int, int]]
) -> None:
    app = BackupApp(largest_shard=3)
    strangers = {"docs/a.md"}
    app.run()
    for number, day in enumerate(week):
        after_day(app, day)
        for place, how in touches:
            by_hand(app, place, how, number)
        first, second = app.run(), app.run()

        assert second.status == "complete"
        assert second.unchanged or first.status == "incomplete"
        assert_mirrored(app, strangers & app.git.files().keys())


def by_hand(app: BackupApp, place: int, how: int, number: int) -> None:
    managed = [p for p in sorted(app.git.files()) if not p.startswith(".backup/runs")]
    path = managed[place % len(managed)]
    if path in {"README.md", ".gitattributes"}:
        path = "docs/a.md"
    gone = how == 0 and path in app.git.files()
    raw = None if gone else f"by hand {how} {number}".encode()
    stranger_commits(app, {path: raw})
