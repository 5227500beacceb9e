"""Random days: whatever people did, the past is told as it was after each night."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.domain.manifest import Entry
from shared.domain.objects import is_within
from shared.domain.scope import Scope
from shared.services.locate import Locate
from shared.services.read_history import ReadHistory
from shared.services.restore_points import RestorePoints
from tests.backup_app import BackupApp
from tests.unit.services.people import do, edits

ROOTS = st.sampled_from([("/",), ("/a", "/A"), ("/c/d", "/a/b"), ("/c/d/e", "/a")])

type Past = dict[str, dict[str, tuple[str, bytes]]]
"""By run: of each path its type and bytes."""


def shown(app: BackupApp) -> dict[str, tuple[str, bytes]]:
    """What of the workspace is backed up, by path."""
    return {
        path: (found.type, app.workspace.contents[path])
        for path, found in app.workspace.objects.items()
        if found.storable and any(is_within(path, r) for r in app.scope.roots)
    }


def lived_through(
    days: list[list[object]], roots: tuple[str, ...]
) -> tuple[BackupApp, Past]:
    """The app after a complete run at the end of each day."""
    app = BackupApp(scope=Scope(roots))
    app.git.now = app.clock.now
    for root in roots:
        app.workspace.mkdir(root)
    past: Past = {}
    for day in days:
        for edit in day:
            do(app.workspace, edit)  # type: ignore[arg-type]
            for root in roots:
                app.workspace.mkdir(root)
        app.workspace.add_file(f"{roots[0].rstrip('/')}/today", str(len(past)).encode())
        run = app.run()
        assert run.status in {"complete", "incomplete"}
        if run.status == "complete" and not run.tally.held:
            past[run.id] = shown(app)
    return app, past


@given(st.lists(st.lists(edits(), max_size=9), min_size=1, max_size=4), ROOTS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_every_object_is_located_at_every_restore_point(
    days: list[list[object]], roots: tuple[str, ...]
) -> None:
    app, past = lived_through(days, roots)
    points = RestorePoints(app.git, app.git, app.store)

    for run_id, objects in past.items():
        located = Locate(app.git)(points(run_id).commit, list(objects))
        held = {
            path: [(e.type, app.git.contents[e.blob]) for e in found.entries or ()]
            for path, found in located.items()
        }
        assert held == {path: [fact] for path, fact in objects.items()}


@given(st.lists(st.lists(edits(), max_size=9), min_size=1, max_size=4), ROOTS)
@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
def test_what_was_valid_at_every_restore_point_is_the_newest_version_until_then(
    days: list[list[object]], roots: tuple[str, ...]
) -> None:
    app, past = lived_through(days, roots)
    read = ReadHistory(app.git, app.git)

    for path in {path for objects in past.values() for path in objects}:
        page = read(path, 100)
        if page.is_folder:
            continue  # what it was before, a folder of that name hides
        for run_id, objects in past.items():
            valid = [v for v in page.versions if v.run_id <= run_id]
            newest = valid[0] if valid else None
            told = newest and newest.entry and content_of(app, newest.entry)
            assert told == objects.get(path), (path, run_id)
            assert told is None or (newest and newest.at and newest.at <= run_id)


def content_of(app: BackupApp, entry: Entry) -> tuple[str, bytes]:
    return entry.type, app.git.contents[entry.blob]
