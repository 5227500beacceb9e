"""A small workspace on real servers, a day's work in it, and what Git then holds."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import pygit2
import requests

from local.azure_devops.identities import Credentials
from local.azure_devops.rules import Rules
from local.azure_devops.throttle import Throttle
from local.databricks.changes import make_folders
from local.databricks.importing import Import, perform
from local.databricks.rendering import truth
from shared.domain.blob_ids import blob_id
from shared.domain.run_ids import record_path
from shared.domain.runs import Run
from tests.fakes.storage import FakeClock
from tests.matrix.first_backup import keep
from tests.matrix.site import PROJECT, Site, WiredApp, a_repository, a_workspace
from tests.unit.services.scenes import Tree, stored, strays, without_records

FIRST = {
    "/Clients/acme/load": "print('load')",
    "/Clients/acme/report": "print('report')",
    "/Clients/bolt/extract": "print('extract')",
    "/Clients/bolt/report": "print('bolt')",
    "/deep/a/b/model": "print('model')",
}
EDITED = "/Clients/acme/load"
NEW = "/Clients/acme/new"
DELETED = "/Clients/bolt/report"
MOVED, MOVED_TO = "/Clients/bolt/extract", "/Clients/acme/extract"
DEEP, DEEP_NOTEBOOK = "/deep/a/b", "/deep/a/b/model"
NOTES, BOARD = "/notes.txt", "/Shared/board.lvdash.json"
FOREIGN = "docs/mine.md"
"""A person's own file in the backup repository, which stays."""

MISPLACED = ".misplaced"
"""What a service that stores under another path appends to it."""

PLANNED = ("/", "/Clients/acme", "/Clients/bolt", "/Shared", "/deep/a/b")
"""The folders that the run after the day's work gives to its shard."""

CHANGED = (EDITED, NEW, MOVED_TO, DEEP_NOTEBOOK, NOTES)
"""What a run after the day's work exports, the board excepted."""


class OutageClock(FakeClock):
    """A clock that tells somebody once when a moment has come."""

    def __init__(self) -> None:
        super().__init__()
        self.at, self.then = float("inf"), cast("Callable[[], None] | None", None)

    def call(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` so many seconds from now."""
        self.at, self.then = self.passed + seconds, then

    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        self._tick()

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._tick()

    def _tick(self) -> None:
        if self.then and self.passed >= self.at:
            then, self.then = self.then, None
            then()


@dataclass
class Scene:
    """One case's workspace, repository and app; `fired` is how often its fault came."""

    site: Site
    app: WiredApp
    clock: OutageClock
    name: str
    git: pygit2.Repository
    fired: int = 0

    def begin(self) -> None:
        """The first backup of the workspace, without any trouble."""
        site, homes, kept = self.site, self.site.homes, self.site.first
        if kept:
            homes[-1] = kept[0].lay_out(site.store, homes[-1], self.app)
            return
        self._back_up()
        kept.append(keep(site.organization, site.store, homes[-1], self.app))

    def _back_up(self) -> None:
        for path, text in FIRST.items():
            self.notebook(path, text)
        self.file(NOTES, b"one\r\ntwo\x00\xff")
        self.dashboard(BOARD, b'{"pages": []}')
        run = self.app.run()
        assert run.status == "complete", run.error

    def a_day(self) -> None:
        """An edit, a new notebook, a deletion, a move, and more edits."""
        self.notebook(EDITED, "print('edited')")
        self.notebook(NEW, "print('new')")
        self.notebook(DEEP_NOTEBOOK, "print('trained')")
        self.file(NOTES, b"one\r\ntwo\r\nthree")
        self.site.store.remove(DELETED)
        self.site.store.move(MOVED, MOVED_TO)

    def run(self, **wanted: Any) -> Run:
        """A run; both remotes count what it asks."""
        for remote in (self.site.databricks, self.site.azure_devops):
            remote.control.traffic.forget()
            remote.control.traffic.log.clear()
        return self.app.run(**wanted)

    def exported(self) -> list[str]:
        """The paths that the last run exported, sorted."""
        entries = self.site.databricks.control.traffic.log
        asked = [
            parse_qs(urlsplit(e.path).query) for e in entries if "/export" in e.path
        ]
        return sorted(query["path"][0] for query in asked)

    def commit_by_hand(self, files: Mapping[str, bytes | None]) -> None:
        """A person's commit on the backup branch; None deletes."""
        rows = [
            {
                "path": f"/{path}",
                "base64": True,
                "content": raw and b64encode(raw).decode(),
            }
            for path, raw in files.items()
        ]
        asked: Any = {"repository": self.name, "branch": "main", "changes": rows}
        answer = requests.post(
            f"{self.site.azure_devops.url}/_local/commit", json=asked, timeout=30
        )
        assert answer.ok, answer.text

    def notebook(self, path: str, text: str, language: str = "PYTHON") -> None:
        self._import(Import(path, text.encode(), "SOURCE", language, overwrite=True))

    def file(self, path: str, content: bytes) -> None:
        self._import(Import(path, content, "RAW", None, overwrite=True))

    def dashboard(self, path: str, content: bytes) -> None:
        make_folders(self.site.store, path.rpartition("/")[0])
        self.site.store.add(path, "DASHBOARD", content=content)

    def _import(self, wanted: Import) -> None:
        make_folders(self.site.store, wanted.path.rpartition("/")[0] or "/")
        perform(self.site.store, wanted)

    def shown(self) -> dict[tuple[str, str], bytes]:
        """The bytes in the workspace, by path and type."""
        told = {}
        for item in self.site.store.below("/"):
            content = truth(item, self.site.store.content(item.id))
            if content is not None:
                told[item.path, item.type] = content
        return told

    def files(self, commit: str | None = None) -> Tree:
        """What a clone holds, of the branch unless a commit is named."""
        if commit is None and "refs/heads/main" not in self.git.references:
            return {}
        found = self.git.revparse_single(commit or "refs/heads/main")
        return dict(_files(cast("pygit2.Commit", found).tree, ""))

    @property
    def tags(self) -> dict[str, str]:
        """The commits of all restore points that are tagged as complete."""
        names = [n for n in self.git.references if n.startswith("refs/tags/backup/")]
        return {n: str(self.git.references[n].peel(pygit2.Commit).id) for n in names}

    def record(self, run: Run) -> dict[str, Any]:
        """The run's record in Git."""
        facts: dict[str, Any] = json.loads(self.files()[record_path(run.id)])
        return facts

    def named(self, run: Run, kind: str) -> list[str]:
        """The paths that the run's record names under a heading, sorted."""
        return sorted({fact["path"] for fact in self.record(run)[kind]["named"]})

    def differs(self) -> set[str]:
        """The workspace paths at which Git is not (or no longer) the workspace."""
        there, shown = stored(self.files()), self.shown()
        keys = {*there, *shown}
        return {
            path
            for path, kind in keys
            if there.get((path, kind)) != shown.get((path, kind))
        }

    def strays(self) -> set[str]:
        """Content in Git that no manifest names, but for what others put there."""
        others = (FOREIGN, MISPLACED)
        return {path for path in strays(self.files()) if not path.endswith(others)}

    def tree(self) -> Tree:
        """The branch's files without the records of runs."""
        return without_records(self.files())


def a_scene(site: Site, **facts: Any) -> Scene:
    """An empty workspace and an empty repository."""
    name = site.reset()
    site.access.tokens.clear()
    site.access.tokens["dapi-local"] = None
    site.access.refusals.clear()
    site.access.groups[:] = ["admins", "users"]
    site.server.rules, site.server.throttle = Rules(), Throttle()
    site.server.credentials = Credentials()
    clock = OutageClock()
    ports: Mapping[str, Any] = {
        "workspace": a_workspace(site.databricks.url),
        "git": a_repository(site.azure_devops.url, name, clock),
        "clock": clock,
    }
    home = site.organization.home(name, site.organization.project(PROJECT))
    app = WiredApp(**{**ports, **facts})
    return Scene(site, app, clock, name, pygit2.Repository(str(home.repository.path)))


def _files(tree: pygit2.Tree, prefix: str) -> Any:
    for entry in tree:
        path = f"{prefix}{entry.name}"
        if isinstance(entry, pygit2.Tree):
            yield from _files(entry, f"{path}/")
        elif isinstance(entry, pygit2.Blob):
            assert str(entry.id) == blob_id(entry.data)
            yield path, entry.data
