"""LOCAL, Databricks: what an object of the workspace is; knows no store."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from local.databricks import paths

DIRECTORY = "DIRECTORY"
REPO = "REPO"
NOTEBOOK = "NOTEBOOK"
FILE = "FILE"
DASHBOARD = "DASHBOARD"


@dataclass(frozen=True, slots=True)
class Item:
    """One object of the workspace.

    `form` says for a notebook what it is kept as: `SOURCE` (text without its header)
    or `JUPYTER` (JSON). Times are in milliseconds. `extra` holds what few objects
    have: `resource_id`, `git`, `is_git_folder`, and `fields`, which replace (or with
    None remove) what a listing would say.
    """

    id: int
    path: str
    type: str
    language: str | None = None
    form: str | None = None
    created_at: int | None = None
    modified_at: int | None = None
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The last component of the path."""
        return paths.name(self.path)

    @property
    def is_folder(self) -> bool:
        """Whether objects can lie in it."""
        return self.type in (DIRECTORY, REPO)

    @property
    def git(self) -> dict[str, object]:
        """Of the top of a Git folder what its clone is; of all else nothing."""
        git = self.extra.get("git")
        return git if isinstance(git, dict) and self.is_folder else {}


def id_after(last: int) -> int:
    """Return the id that follows `last`; ids look random and rise."""
    return last + 1 + (last * 6364136223846793005 + 1442695040888963407 >> 33) % 999_983
