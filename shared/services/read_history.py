"""USE CASE: tell the versions of an object or folder, also of one that is gone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from shared.domain.git import Commit
from shared.domain.manifest import Entry, manifest_path
from shared.domain.objects import parent
from shared.domain.run_ids import is_run_id, opened_at, record_path
from shared.domain.versions import Mark, State, Version, merged, versions_of
from shared.errors import NotFound
from shared.ports import GitHistory, GitReader
from shared.services.folder_chains import FOLDERS, components
from shared.services.held import read_manifest
from shared.services.locate import Locate
from shared.services.past_folders import PastFolders
from shared.services.record_files import RecordFiles

COMMITS_A_READ = 25
MAX_COMMITS = 100
"""One answer looks at no more of them, so that it always comes in time."""


@dataclass(frozen=True, slots=True)
class VersionsPage:
    """Some versions, newest first, and the mark to ask for older ones, if any."""

    path: str
    is_folder: bool
    versions: tuple[Version, ...]
    next: Mark | None


@dataclass(frozen=True, slots=True)
class _Past:
    """Where to look: an object's `name` in a folder's manifests, or the folder itself.

    A folder above the backup's roots has no manifest to tell whether it is gone.
    """

    folder: str
    git_path: str
    name: str | None = None
    has_manifest: bool = True

    @property
    def watched(self) -> str:
        """The Git path whose changes are the versions."""
        if self.name is not None:
            return manifest_path(self.git_path)
        return f"{FOLDERS}/{self.git_path}".rstrip("/")


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """The versions of what lies at a path, or lay there."""

    reader: GitReader
    history: GitHistory

    def __call__(self, path: str, limit: int, mark: Mark | None = None) -> VersionsPage:
        """The newest versions, or those that follow the mark.

        An object's versions are those of its bytes, type and language; a folder's are
        the commits that changed anything in it or below. A page may hold fewer than
        `limit`, even none, and still have a `next`: an answer looks at a hundred
        commits at most. `NotFound`, with the nearest names, for what never was there.
        """
        mark = mark or Mark(self._tip())
        if mark.of_folder:
            folders = PastFolders(self.reader, self.history, mark.tip)
            git_path = folders.git_path(path)
            if git_path is None:
                raise NotFound(f"there never was a folder {path} in the backup")
            return self._page(path, _Past(path, git_path), limit, mark)
        try:
            located = Locate(self.reader)(mark.tip, [path])[path]
        except NotFound as missing:
            return self._of_what_is_gone(path, limit, mark, missing)
        if located.entries is None:
            has_manifest = bool(located.manifest_blob)
            past = _Past(path, located.git_path, None, has_manifest)
            return self._page(path, past, limit, replace(mark, of_folder=True))
        past = _Past(parent(path), located.git_path, _name(path))
        return self._page(path, past, limit, mark)

    def _tip(self) -> str:
        tip = self.reader.tip()
        if tip is None:
            raise NotFound("nothing was backed up yet: the backup branch is not there")
        return tip

    def _of_what_is_gone(
        self, path: str, limit: int, mark: Mark, missing: NotFound
    ) -> VersionsPage:
        """An object's versions, if it ever was one; else a folder's."""
        folders = PastFolders(self.reader, self.history, mark.tip)
        holder = folders.git_path(parent(path)) if path != "/" else None
        page = None
        if holder is not None:
            past = _Past(parent(path), holder, _name(path))
            page = self._page(path, past, limit, mark)
            if page.versions:
                return page
        find = folders.likely if page and page.next else folders.git_path
        git_path = find(path)
        if git_path is not None:
            mark = Mark(mark.tip, of_folder=True)
            return self._page(path, _Past(path, git_path), limit, mark)
        if page is not None and (page.next or mark.skip):
            return page
        raise missing

    def _page(self, path: str, past: _Past, limit: int, mark: Mark) -> VersionsPage:
        states, ended = self._states(past, limit, mark)
        groups = list(merged(states))
        if ended and groups and groups[-1][0].deleted:
            del groups[-1]  # it was not there yet
        told, rest = groups[:limit], groups[limit:]
        skip = rest[0][0].number if rest else None
        if not ended and not rest:
            # What is older than all that was looked at may be the same still.
            last = told.pop()[1].number if told else mark.skip + MAX_COMMITS
            skip = max(last, mark.skip + 1)
        points = self._points(mark.tip, [oldest for _, oldest in told])
        versions: list[Version] = []
        newer = mark.newer_at
        for (_, oldest), point in zip(told, points, strict=True):
            versions += versions_of(oldest, point if point != newer else None)
            newer = point or ""
        following = None
        if skip is not None:
            following = replace(mark, skip=skip, newer_at=newer)
        return VersionsPage(path, past.name is None, tuple(versions), following)

    def _states(self, past: _Past, limit: int, mark: Mark) -> tuple[list[State], bool]:
        """What the commits left, newest first, and whether these are all there are."""
        states: list[State] = []
        seen = 0
        while seen < MAX_COMMITS and len(list(merged(states))) <= limit:
            commits = self.history.changes(
                mark.tip, past.watched, COMMITS_A_READ, mark.skip + seen
            )
            states += self._left_by(commits, past, mark.skip + seen)
            seen += len(commits)
            if len(commits) < COMMITS_A_READ:
                return states, True
        return states, False

    def _left_by(
        self, commits: Sequence[Commit], past: _Past, first: int
    ) -> Iterator[State]:
        """What each commit left; those whose manifest nobody can read are left out."""
        place = manifest_path(past.git_path)
        blobs = self.history.blob_at(place, [commit.id for commit in commits])
        entries = self._entries(set(blobs.values()), past)
        for number, commit in enumerate(commits, first):
            blob = blobs.get(commit.id)
            if blob is not None or not past.has_manifest:
                if past.name is None:
                    yield State(number, commit, None)
                elif blob in entries:
                    yield State(number, commit, entries[blob])
            else:
                yield State(number, commit, ())

    def _entries(self, blobs: set[str], past: _Past) -> dict[str, tuple[Entry, ...]]:
        """By manifest, what it holds of the name."""
        if past.name is None or not blobs:
            return {}
        found = {}
        for blob, raw in self.reader.blobs(sorted(blobs)).items():
            manifest = read_manifest(raw)
            if manifest is not None:
                held = manifest.entries if manifest.path == past.folder else ()
                found[blob] = tuple(e for e in held if e.name == past.name)
        return found

    def _points(self, tip: str, states: Sequence[State]) -> list[str | None]:
        """For each the first run that left a record after it, its own if it did."""
        runs = {state.opened_by for state in states if is_run_id(state.opened_by)}
        paths = {record_path(run_id): run_id for run_id in runs}
        items = self.reader.items(tip, [], sorted(paths)) if paths else ()
        found: dict[str, str | None] = {
            paths[item.path]: paths[item.path] for item in items
        }
        files = RecordFiles(self.reader, tip)
        for state in states:
            key = state.opened_by
            if key not in found:
                later = files.on_from(opened_at(key) or state.commit.committed_at)
                found[key] = next((run_id for run_id in later if run_id > key), None)
        return [found[state.opened_by] for state in states]


def _name(path: str) -> str:
    return components(path)[-1]
