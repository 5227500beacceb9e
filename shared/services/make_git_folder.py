"""USE CASE: let people read the backup inside the workspace, in a Git folder.

What exists at the path is told, never touched. A new Git folder is a sparse checkout of
what fits. Nothing here commits: the backup goes its own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from shared.domain.diagnostics import Case, Fact, Finding
from shared.domain.git_folder import (
    MAX_BYTES,
    MAX_CLONE_BYTES,
    MAX_FILES,
    MAX_NOTEBOOKS,
    Chosen,
    Refused,
    choose,
    choose_of,
    tree_of,
)
from shared.domain.objects import DIRECTORY, REPO, Occupant, depth, parent
from shared.errors import (
    AccessDenied,
    AddressBlocked,
    AlreadyExists,
    BackupError,
    GitCredentialMissing,
    NotFound,
    Permanent,
    RequestRefused,
    Unavailable,
)
from shared.ports import GitFolders, GitReader, Workspace, WorkspaceWriter
from shared.ports.diagnostics import RepositoryHost
from shared.services.count_objects import count_objects
from shared.services.git_folder_cases import (
    BEHIND,
    INSIDE,
    LEFT_BEHIND,
    MADE,
    NO_BACKUP,
    NO_CREDENTIAL,
    NO_HOME,
    NOT_ALLOWED,
    NOT_STORED,
    NOT_TAKEN,
    OTHER_BRANCH,
    OTHER_REPOSITORY,
    RIGHT,
    TAKEN,
    TOO_MUCH,
    UNDER_WAY,
    WOULD_BE_LARGE,
    WOULD_BE_MADE,
)

NAMED = 20
"""Folders in one sentence; the facts have more."""

MANY = 200
"""Folders in one fact of what was left out."""


@dataclass(frozen=True, slots=True)
class WantedGitFolder:
    """Where, and what of the backup; without folders: as much as fits."""

    path: str
    folders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Planned:
    """How it stands; `chosen` where there is something to make."""

    finding: Finding
    chosen: Chosen | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeGitFolder:
    """One Git folder of the backup's `branch`."""

    git_folders: GitFolders
    workspace: Workspace
    writer: WorkspaceWriter
    reader: GitReader
    host: RepositoryHost
    branch: str

    def plan(self, wanted: WantedGitFolder) -> Finding:
        """What is there, or what would be made; only reads."""
        return self._planned(wanted).finding

    def apply(self, wanted: WantedGitFolder) -> Finding:
        """The same, and what would be made is made; may be called again."""
        planned = self._planned(wanted)
        return self._make(wanted, planned.finding, planned.chosen)

    def _planned(self, wanted: WantedGitFolder) -> _Planned:
        if (there := self.git_folders.look(wanted.path)) is not None:
            return _Planned(self._there(wanted.path, there))
        if (obstacle := self._above(wanted.path)) is not None:
            return _Planned(obstacle)
        tip = self.reader.tip()
        top = tree_of(self.reader.tree(tip) if tip else ())
        if not top.below:
            return _Planned(Finding(NO_BACKUP))
        chosen = choose_of(top, wanted.folders) if wanted.folders else choose(top)
        if isinstance(chosen, Refused):
            return _Planned(_refusal(chosen))
        return _Planned(self._would_be(wanted.path, chosen), chosen)

    def _make(
        self, wanted: WantedGitFolder, planned: Finding, chosen: Chosen | None
    ) -> Finding:
        if chosen is None:
            return planned
        try:
            self.writer.make_folder(parent(wanted.path))
        except AccessDenied as error:
            return self._failed(error)
        try:
            self.git_folders.make(wanted.path, chosen.folders, self.branch)
        except (AccessDenied, NotFound, RequestRefused) as error:
            return self._failed(error, self._seen(wanted.path))
        except (AlreadyExists, Unavailable) as error:
            return self._unclear(planned, wanted.path, error)
        return _made(planned, self._seen(wanted.path))

    def _there(self, path: str, there: Occupant) -> Finding:
        """What is at the path already, with how much it holds."""
        facts: dict[str, Fact] = {"path": path, "type": there.type}
        if there.type in {DIRECTORY, REPO}:
            counted = count_objects(self.workspace, path)
            facts |= {"objects": counted.objects, "all_counted": counted.whole}
        facts |= _of_clone(there)
        fill = {"branch": self.branch, "id": str(facts.get("id", ""))}
        return Finding(self._case_of(there), _said(facts), fill, facts)

    def _case_of(self, there: Occupant) -> Case:
        if there.clone is None:
            return TAKEN
        if not there.ours:
            return OTHER_REPOSITORY
        if there.clone.branch != self.branch:
            return OTHER_BRANCH
        return RIGHT if there.clone.head_commit == self.reader.tip() else BEHIND

    def _above(self, path: str) -> Finding | None:
        """What keeps a Git folder from being made there, as far as looking tells."""
        above = parent(path)
        while depth(above) > 1:
            found = self.git_folders.look(above)
            if found is None and parent(above) == "/Users":
                return Finding(NO_HOME, fill={"above": above})
            if found and (found.clone or found.type != DIRECTORY):
                what = "a Git folder" if found.clone else f"a {found.type}"
                return Finding(INSIDE, fill={"above": above, "what": what})
            above = parent(above)
        return None

    def _would_be(self, path: str, chosen: Chosen) -> Finding:
        size = self.host.repository().size
        case = WOULD_BE_LARGE if size > MAX_CLONE_BYTES else WOULD_BE_MADE
        facts: dict[str, Fact] = {
            "path": path,
            "branch": self.branch,
            **_numbers(chosen),
            "repository_bytes": size,
            "folders": chosen.folders,
            "left_out": chosen.left_out[:MANY],
        }
        found = f"with {chosen.load}, of {chosen.whole.files:,} in the backup"
        if chosen.left_out:
            found += f"; without {_named(chosen.left_out)}"
        return Finding(case, found, facts=facts)

    def _seen(self, path: str) -> Occupant | None:
        """What is there now; nothing where that is not told."""
        try:
            return self.git_folders.look(path)
        except (Unavailable, Permanent):
            return None

    def _unclear(self, planned: Finding, path: str, error: BackupError) -> Finding:
        """Somebody was faster, perhaps we ourselves."""
        seen = self._seen(path)
        if seen is None:
            return Finding(UNDER_WAY, str(error))
        if isinstance(error, AlreadyExists) or not seen.ours:
            return self._there(path, seen)
        if seen.clone and seen.clone.branch == self.branch:
            return _made(planned, seen)
        return Finding(UNDER_WAY, str(error))

    def _failed(self, error: BackupError, seen: Occupant | None = None) -> Finding:
        if isinstance(error, AddressBlocked):
            raise error
        fill = {"identity": self.workspace.identity().name}
        if seen and seen.clone:
            case, fill = LEFT_BEHIND, {"id": str(seen.clone.object_id)}
        elif isinstance(error, GitCredentialMissing):
            case = NO_CREDENTIAL
        else:
            case = NOT_ALLOWED if isinstance(error, AccessDenied) else NOT_TAKEN
        return Finding(case, str(error), fill)


def _made(planned: Finding, seen: Occupant | None) -> Finding:
    facts = {**planned.facts, **(_of_clone(seen) if seen else {})}
    return replace(planned, case=MADE, facts=facts)


def _of_clone(there: Occupant) -> Mapping[str, Fact]:
    clone = there.clone
    if clone is None:
        return {}
    facts = {
        "id": clone.object_id,
        "url": clone.url,
        "branch": clone.branch,
        "head_commit": clone.head_commit,
        "folders": there.folders,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _said(facts: Mapping[str, Fact]) -> str:
    parts = [str(facts["type"])]
    if "url" in facts:
        head = str(facts.get("head_commit", ""))[:10]
        parts.append(f"{facts['url']} at {facts.get('branch', 'no branch')} {head}")
    if "objects" in facts:
        more = "" if facts["all_counted"] else "at least "
        parts.append(f"{more}{facts['objects']:,} objects")
    return ", ".join(part.strip() for part in parts)


def _refusal(refused: Refused) -> Finding:
    if refused.missing:
        return Finding(NOT_STORED, fill={"missing": _named(refused.missing)})
    fill = {"why": refused.why, "fitting": _named(refused.fitting) or "none"}
    facts = {**_numbers(refused), "fitting": refused.fitting}
    return Finding(TOO_MUCH, str(refused.load), fill, facts)


def _numbers(of: Chosen | Refused) -> dict[str, Fact]:
    return {
        "files": of.load.files,
        "notebooks": of.load.notebooks,
        "bytes": of.load.bytes,
        "files_of_backup": of.whole.files,
        "files_at_most": MAX_FILES,
        "notebooks_at_most": MAX_NOTEBOOKS,
        "bytes_at_most": MAX_BYTES,
    }


def _named(folders: tuple[str, ...]) -> str:
    more = len(folders) - NAMED
    return ", ".join(folders[:NAMED]) + (f" and {more:,} more" if more > 0 else "")
