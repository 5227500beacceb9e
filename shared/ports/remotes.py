"""PORTS: what the use cases need from Databricks and Azure DevOps."""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from shared.domain.git import Commit, Comparison, Push, TreeItem
from shared.domain.objects import (
    Format,
    GitFolder,
    Identity,
    NewObject,
    Occupant,
    WorkspaceObject,
)

type RequestKind = Literal["list", "export", "import"]


class Workspace(Protocol):
    """A Databricks workspace, read."""

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """The folder's direct children, in one request.

        A path that is no folder: `NotFound`. Not there or not visible: `NotFound`;
        not readable: `AccessDenied`. Paths come back without the `/Workspace`
        alias, types as the workspace's own words.
        """
        ...

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002
        """The object's bytes, exactly, in one request.

        `TooLarge`, `NotExportable`, `ExportDisabled`, `AccessDenied`, `NotFound`
        as the workspace says; a body that came short is `Unavailable`.
        """
        ...

    def git_folders(self, top: str) -> tuple[GitFolder, ...]:
        """The Git folders below a folder of the top, such as `/Users`, over all pages.

        Those that the identity may manage, and never one that has the Git CLI enabled
        (documented: Repos API, list).
        """
        ...

    def identity(self) -> Identity:
        """Who the workspace takes us for."""
        ...


class WorkspaceWriter(Protocol):
    """A Databricks workspace, written: what a restore does to it, nothing else."""

    def make_folder(self, path: str) -> None:
        """Make the folder and those above it; nothing happens where it is there.

        Something else is in its way: `AlreadyExists`. A place where the workspace
        takes no folder (such as the home of somebody it does not know), or where we
        may not write: `AccessDenied`.
        """
        ...

    def put(self, new: NewObject, *, replace: bool) -> None:
        """Import the object under exactly its path; over one of its type if `replace`.

        Something is there (without `replace`, or of another type): `AlreadyExists`.
        No folder to hold it: `NotFound`. `AccessDenied`, `TooLarge`, and
        `RequestRefused` where the workspace does not take the content. After
        `Unavailable` it is unknown whether it took effect; once more without
        `replace` may then meet what the first attempt made.
        """
        ...

    def delete(self, path: str) -> None:
        """Remove one object; nothing happens where there is none.

        A folder that holds something: `RequestRefused`. `AccessDenied`.
        """
        ...


class GitFolders(Protocol):
    """Git folders of the workspace in which people can read the backup."""

    def look(self, path: str) -> Occupant | None:
        """What is at the path; None where nothing is, or nothing that we may see.

        In at most two requests. `AccessDenied`.
        """
        ...

    def make(self, path: str, folders: Sequence[str], branch: str) -> None:
        """Clone the backup repository to the path, at the branch, with these folders.

        `AlreadyExists`: something is there. `NotFound`: no folder to hold it.
        `GitCredentialMissing`, `AccessDenied`, `RequestRefused`. After any of them a
        clone that did not succeed may be there (reported: databrickslabs/dbx#413);
        after `Unavailable` it may still be under way (documented: Git folders, errors
        and troubleshooting). Not to be called twice without a look in between.
        """
        ...


class RequestBudget(Protocol):
    """Slots for requests of one kind, shared by the whole app."""

    def take(self, kind: RequestKind) -> None:
        """Wait for the next free slot and use it."""
        ...

    def throttled(self, kind: RequestKind, retry_after: float | None) -> bool:
        """The workspace answered 429: everybody slows down.

        False where they had slowed down for it already.
        """
        ...


class GitReader(Protocol):
    """The backup repository, read. Ids are 40 hex digits, paths have no leading /."""

    def tip(self) -> str | None:
        """The backup branch's commit; None where the branch does not exist yet.

        A repository that is missing or invisible: `NotFound`.
        """
        ...

    def items(
        self, commit: str, folders: Sequence[str], files: Sequence[str]
    ) -> tuple[TreeItem, ...]:
        """The direct children of each folder (`""`: the top), and the files named.

        What does not exist at `commit` is simply not among the answers. Names are
        compared exactly. One request, whatever the number of paths.
        """
        ...

    def tree(self, commit: str, folder: str = "") -> tuple[TreeItem, ...]:
        """Every file of the commit below the folder (`""`: all of it, with sizes).

        In one or two requests; nothing where there is no such folder.
        """
        ...

    def blobs(self, ids: Sequence[str]) -> Mapping[str, bytes]:
        """The blobs' bytes by id; one request per 500. A missing one: `NotFound`."""
        ...

    def compare(self, base: str, target: str) -> Comparison:
        """What differs between two commits, all of it, over all pages.

        A base that the repository does not know: `descends` is false.
        """
        ...

    def log(self, commit: str, limit: int) -> tuple[Commit, ...]:
        """The commit and its ancestors, newest first, at most `limit`."""
        ...


class GitHistory(Protocol):
    """The backup repository's past, path by path."""

    def changes(
        self, tip: str, path: str, limit: int, skip: int = 0
    ) -> tuple[Commit, ...]:
        """The commits that changed the file, or anything in the folder, newest first.

        Of `tip` and its ancestors; the oldest is the one that brought the path. None
        where nothing ever lay there. Where `tip` has nothing of that very name, they
        may be those of a name that differs in case only: `blob_at` tells.
        """
        ...

    def blob_at(self, path: str, commits: Sequence[str]) -> Mapping[str, str]:
        """The file's blob id at each of the commits that holds it, to the letter.

        One request per 100 commits.
        """
        ...


class GitWriter(Protocol):
    """The backup repository, written."""

    def push(self, push: Push) -> str:
        """Commit the changes on the backup branch, all or nothing; the new commit's id.

        `RefMoved`: the tip is not `push.old`. `StaleDecision`: an added path exists,
        an edited or deleted one does not. `PushRefused`, `AccessDenied`, `TooLarge`.
        After `Unavailable` it is unknown whether the push took effect. Not to be
        called twice without reading the tip in between.
        """
        ...

    def tag(self, name: str, commit: str, message: str) -> None:
        """An annotated tag; one of that name that exists is left as it is."""
        ...
