"""Workspaces to be backed up, and what tests look for in Git afterwards."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from shared.domain.decision import inside
from shared.domain.git import Change, ChangeKind, Push
from shared.domain.manifest import manifest_path
from shared.domain.messages import ShardMessage
from shared.domain.objects import DASHBOARD
from shared.domain.record import is_record_path
from shared.domain.run_ids import record_path
from shared.domain.runs import Run
from tests.backup_app import BackupApp
from tests.builders import manifests_of
from tests.fakes.remotes import FakeGit, FakeWorkspace

TOP_FILES = {".gitattributes", "README.md"}

type Tree = dict[str, bytes]


def an_app(**facts: Any) -> BackupApp:
    """Two clients with three notebooks each, a file at the top, nothing stored yet."""
    app = BackupApp(**facts)
    for client in ("acme", "bolt"):
        for name in ("extract", "load", "report"):
            app.workspace.add_notebook(f"/Clients/{client}/{name}", f"# {name}\n")
    app.workspace.add_file("/notes.txt", b"one\r\ntwo\x00\xff")
    return app


def a_backed_up_app(**facts: Any) -> BackupApp:
    """The same after a complete first run; nothing is counted yet."""
    app = an_app(**facts)
    run = app.run()
    assert run.status == "complete", run.error
    forget_calls(app)
    return app


def forget_calls(app: BackupApp) -> None:
    """Count from here on."""
    app.calls.clear()
    app.git.calls.clear()
    app.workspace.calls.clear()
    app.events.emitted.clear()


def a_dashboard(workspace: FakeWorkspace, path: str, content: bytes) -> None:
    """An object whose listing carries no time."""
    workspace.add(path, DASHBOARD, content)


def exports(app: BackupApp) -> list[str]:
    """The paths that were exported, sorted."""
    return sorted(path for call, path in app.workspace.calls if call == "export")


def listed(app: BackupApp) -> list[str]:
    """The folders that were listed, sorted."""
    return sorted(path for call, path in app.workspace.calls if call == "list")


def content(tree: Tree) -> Tree:
    """The tree without what this product writes for itself."""
    return {path: raw for path, raw in tree.items() if not path.startswith(".backup/")}


def without_records(tree: Tree) -> Tree:
    """The tree as an undisturbed run would leave it, too."""
    return {path: raw for path, raw in tree.items() if not is_record_path(path)}


def changed(before: Tree, after: Tree) -> list[str]:
    """The Git paths outside `.backup` that differ."""
    one, two = content(before), content(after)
    return sorted(path for path in {*one, *two} if one.get(path) != two.get(path))


def stored(tree: Tree) -> dict[tuple[str, str], bytes | None]:
    """The bytes in Git of all that the manifests name, by workspace path and type."""
    return {
        (f"{manifest.path.rstrip('/')}/{entry.name}", entry.type): tree.get(
            inside(manifest.git_path, entry.file)
        )
        for manifest in manifests_of(tree).values()
        for entry in manifest.entries
    }


def shown(workspace: FakeWorkspace) -> dict[tuple[str, str], bytes | None]:
    """The bytes in the workspace, by path and type."""
    return {
        (path, found.type): workspace.contents[path]
        for path, found in workspace.objects.items()
        if found.storable
    }


def strays(tree: Tree) -> set[str]:
    """Content that no manifest names."""
    named = {
        inside(manifest.git_path, entry.file)
        for manifest in manifests_of(tree).values()
        for entry in manifest.entries
    }
    return set(content(tree)) - named - TOP_FILES


def assert_mirrored(app: BackupApp, strangers: Iterable[str] = ()) -> None:
    """Git holds the workspace, to the byte, and nothing else but strangers' files."""
    tree = app.git.files()
    assert stored(tree) == shown(app.workspace)
    assert strays(tree) == set(strangers)


def assert_whole(git: FakeGit) -> None:
    """I3: in every commit, each manifest describes exactly what its tree holds."""
    for commit, held in git.trees.items():
        for git_path, manifest in manifests_of(git.files(commit)).items():
            for entry in manifest.entries:
                path = inside(git_path, entry.file)
                assert held.get(path) == entry.blob, f"{path} at {commit}"


def record_of(app: BackupApp, run: Run) -> dict[str, Any]:
    """The run's record in Git."""
    facts: dict[str, Any] = json.loads(app.git.files()[record_path(run.id)])
    return facts


def named(app: BackupApp, run: Run, kind: str) -> list[str]:
    """The paths that the run's record names under a heading, sorted."""
    return sorted(fact["path"] for fact in record_of(app, run)[kind]["named"])


def records(app: BackupApp) -> list[str]:
    """The Git paths of all records."""
    return sorted(path for path in app.git.files() if is_record_path(path))


def a_stranger_commits(app: BackupApp, **files: bytes | None) -> str:
    """A person's commit on top of the branch; a None deletes. `__` stands for `/`."""
    return stranger_commits(
        app, {path.replace("__", "/"): raw for path, raw in files.items()}
    )


def stranger_commits(app: BackupApp, files: dict[str, bytes | None]) -> str:
    """A person's commit on top of the branch; a None deletes."""
    held = app.git.files()
    changes = []
    for path, raw in files.items():
        kind = ChangeKind.EDIT if path in held else ChangeKind.ADD
        changes.append(Change(ChangeKind.DELETE if raw is None else kind, path, raw))
    return app.git.commit(Push(app.git.head, "by hand", tuple(changes)))


def once(when: Callable[[str, str], bool], act: Callable[[], object]) -> Any:
    """A fault that acts at the first call that fits; what it raises is the answer."""
    done: list[bool] = []

    def fault(call: str, subject: str) -> None:
        if not done and when(call, subject):
            done.append(True)
            act()

    return fault


def raising(error: BaseException) -> Callable[[], object]:
    """An act that fails."""

    def act() -> object:
        raise error

    return act


def failing(error: Exception, *subjects: str) -> Any:
    """A fault of every call on these subjects."""

    def fault(_call: str, subject: str) -> None:
        if subject in subjects:
            raise error

    return fault


def manifest_at(git_path: str) -> str:
    """Where the manifest lies."""
    return manifest_path(git_path)


def with_folders(count: int, **facts: object) -> BackupApp:
    """Three teams' folders, with a notebook each."""
    app = BackupApp(**facts)  # type: ignore[arg-type]
    for number in range(count):
        app.workspace.add_notebook(f"/team{number % 3}/{number}/x", str(number))
    return app


def timers_run(app: BackupApp) -> Run:
    """The row of the one run that the timer started."""
    (run,) = (r for r in map(app.row, app.index.runs) if r.request.trigger == "timer")
    return run


def to_shard(app: BackupApp, run_id: str) -> ShardMessage:
    """The message of the run's first shard, the plan being done."""
    app.step()
    return ShardMessage(run_id, 1)


def at_export(app: BackupApp, act: Callable[[], object]) -> None:
    """Let somebody act right before the first export."""
    app.workspace.fault = once(lambda call, _: call == "export", act)
