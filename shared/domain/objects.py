"""DECISIONS: what a workspace holds, in its own words; knows no API."""

from dataclasses import dataclass
from enum import StrEnum

NOTEBOOK = "NOTEBOOK"
FILE = "FILE"
DASHBOARD = "DASHBOARD"
DIRECTORY = "DIRECTORY"
REPO = "REPO"

STORABLE = frozenset({NOTEBOOK, FILE, DASHBOARD})


class Format(StrEnum):
    """How an object's bytes are exported."""

    SOURCE = "SOURCE"
    JUPYTER = "JUPYTER"
    RAW = "RAW"


@dataclass(frozen=True, slots=True)
class WorkspaceObject:
    """One object as a listing names it.

    `path` is absolute and exact, without the `/Workspace` alias. `type` is the
    workspace's own word, also one nobody has heard of. `modified_at` is in
    milliseconds since 1970 UTC, None where the listing carries no time.
    """

    path: str
    type: str
    object_id: int
    language: str | None = None
    modified_at: int | None = None
    size: int | None = None
    is_git_folder: bool = False

    @property
    def name(self) -> str:
        """The last component of the path."""
        return self.path.rsplit("/", 1)[1]

    @property
    def storable(self) -> bool:
        """Whether its bytes are exported and stored."""
        return self.type in STORABLE

    @property
    def is_clone(self) -> bool:
        """Whether it is a Git folder, of the old kind or the new."""
        return self.type == REPO or self.is_git_folder

    @property
    def descended(self) -> bool:
        """Whether it is a folder whose objects are backed up in their turn."""
        return self.type == DIRECTORY and not self.is_git_folder


@dataclass(frozen=True, slots=True)
class NewObject:
    """What is to be at a path: its bytes, and what the workspace has to make of them.

    A notebook's `format` is the one its bytes are in; files and dashboards are RAW.
    """

    path: str
    type: str
    format: Format
    content: bytes
    language: str | None = None


@dataclass(frozen=True, slots=True)
class GitFolder:
    """A folder that is itself a clone of a Git repository; its content lives there."""

    path: str
    object_id: int
    url: str | None = None
    branch: str | None = None
    head_commit: str | None = None


@dataclass(frozen=True, slots=True)
class Occupant:
    """What is at a path; of a Git folder, what it is a clone of.

    `ours`: of the backup repository. `folders` are what a sparse checkout shows, None
    where all is checked out, or nobody tells.
    """

    type: str
    clone: GitFolder | None = None
    ours: bool = False
    folders: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the workspace says we are, and the rights that decide what we can see."""

    name: str
    admin: bool


def join(folder: str, name: str) -> str:
    """The path of `name` inside the workspace folder `folder`."""
    return f"{folder.rstrip('/')}/{name}"


def parent(path: str) -> str:
    """The folder that holds `path`; `/` for what lies at the top."""
    return path.rsplit("/", 1)[0] or "/"


def top_folder(path: str) -> str:
    """The folder of the top that `path` is or lies in: `/Users` of `/Users/a/b`."""
    return "/" + path.split("/", 2)[1]


def is_within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies anywhere below it."""
    return folder in {"/", path} or path.startswith(folder + "/")


def depth(path: str) -> int:
    """How many folders lie above `path`; none above `/`."""
    return 0 if path == "/" else path.count("/")
