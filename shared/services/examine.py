"""USE CASE PARTS: F1, which commits of the branch no shard of this run made."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, repeat

from shared.domain.git import Commit
from shared.domain.index import IndexedFolder
from shared.domain.manifest import folder_of_manifest
from shared.domain.outcomes import Outcome, OutcomeKind
from shared.domain.repository_texts import is_run_comment
from shared.domain.runs import Run, Shard
from shared.ports import GitReader
from shared.services.ending import Ending

FIRST_READS = (1, 10)
"""A stranger's commits are few; whole messages cost the service a request each."""

COMMITS_A_READ = 100
MAX_COMMITS = 5_000


@dataclass(slots=True)
class Examined:
    """The tip that was examined, and the Git paths of folders not to be trusted.

    `rewritten`: the run's base is not among the tip's ancestors.
    """

    tip: str | None
    suspects: set[str] = field(default_factory=set)
    foreign: list[Outcome] = field(default_factory=list)
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """Consecutive commits that no shard noted: from `base` (excluded) to `end`."""

    base: str | None
    end: str
    place: int
    foreign: bool


@dataclass(slots=True)
class Examine:
    """Follows the branch from its tip back to the run's base.

    `verified` is where each folder was last found right, by Git path; `managed`
    says what names a folder's manifest gives away.
    """

    reader: GitReader
    run: Run
    ours: Mapping[str, str]
    verified: Mapping[str, str]
    managed: Mapping[str, IndexedFolder]

    def __call__(self, tip: str | None) -> Examined:
        """No request where all commits are the shards' own."""
        base = self.run.base or None
        if tip is None:
            return Examined(tip, rewritten=base is not None)
        examined = Examined(tip)
        places, stretches = self._follow(tip, base, examined)
        for stretch in stretches:
            self._look_at(stretch, places, examined)
        if not examined.rewritten:
            self._look_for({*places, base or ""}, examined)
        return examined

    def _look_for(self, commits: Collection[str], examined: Examined) -> None:
        """What was stored, and read back, by a commit that is not on the branch."""
        for git_path, commit in self.verified.items():
            if commit and commit not in commits:
                examined.suspects.add(git_path)
                detail = "was stored, but not on the backup branch"
                examined.foreign.append(
                    Outcome(kind=OutcomeKind.FOREIGN, path=git_path, detail=detail)
                )

    def _follow(
        self, tip: str, base: str | None, examined: Examined
    ) -> tuple[dict[str, int], list[Stretch]]:
        """How far from the tip each commit is, and the stretches that are not ours."""
        places: dict[str, int] = {}
        stretches: list[Stretch] = []
        commit: str | None = tip
        while commit is not None and commit != base:
            places[commit] = len(places)
            if commit in self.ours:
                commit = self.ours[commit] or None
                continue
            end, place, foreign = commit, places[commit], False
            for found in self._history(commit):
                if found.id == base or found.id in self.ours:
                    break
                places.setdefault(found.id, len(places))
                foreign |= not is_run_comment(found.comment, self.run.id)
                commit = found.parents[0] if found.parents else None
            stretches.append(Stretch(commit, end, place, foreign))
            if len(places) > MAX_COMMITS:
                commit = None
                break
        examined.rewritten = commit != base
        return places, stretches

    def _history(self, commit: str) -> Iterator[Commit]:
        """First parents from the commit back, read page by page."""
        wanted: str | None = commit
        sizes = chain(FIRST_READS, repeat(COMMITS_A_READ))
        while wanted is not None:
            page = {c.id: c for c in self.reader.log(wanted, next(sizes))}
            if wanted not in page:
                return
            while wanted is not None and wanted in page:
                found = page[wanted]
                yield found
                wanted = found.parents[0] if found.parents else None

    def _look_at(
        self, stretch: Stretch, places: Mapping[str, int], examined: Examined
    ) -> None:
        if stretch.base is None:
            touched = {item.path for item in self.reader.tree(stretch.end)}
        else:
            compared = self.reader.compare(stretch.base, stretch.end)
            touched = {item.path for item in compared.changed}
        for path in sorted(touched):
            git_path = managed_folder(path, self.managed)
            if git_path is None:
                continue
            checked = places.get(self.verified.get(git_path, ""), len(places))
            suspect = checked > stretch.place
            if suspect:
                examined.suspects.add(git_path)
            # What may be wrong is named, whoever the commits say made them.
            if stretch.foreign or suspect:
                who = "by somebody else" if stretch.foreign else "after it was checked"
                state = "the next run puts it right" if suspect else "put right"
                detail = f"was changed in Git {who}; {state}"
                examined.foreign.append(
                    Outcome(kind=OutcomeKind.FOREIGN, path=path, detail=detail)
                )


def examine(reader: GitReader, ending: Ending, tip: str | None) -> Examined:
    """The commits from a run's base to `tip` that no shard of it made."""
    managed = {folder.git_path: folder for folder in ending.folders()}
    verified = {path: found.commit for path, found in ending.verified.items()}
    ours = own_commits(iter(ending.shards))
    return Examine(reader, ending.run, ours, verified, managed)(tip)


def managed_folder(path: str, managed: Mapping[str, IndexedFolder]) -> str | None:
    """The Git path of the folder whose content or manifest the path is.

    `managed` says by Git path what names a folder's manifest gives away.
    """
    git_path = folder_of_manifest(path)
    if git_path is not None:
        return git_path
    git_path, _, name = path.rpartition("/")
    folder = managed.get(git_path)
    if folder is None or name not in {child.git for child in folder.children}:
        return None
    return git_path


def own_commits(shards: Iterator[Shard]) -> dict[str, str]:
    """The tip each of the run's commits replaced, by commit."""
    return {new: old for shard in shards for old, new in shard.pushed}
