"""VERSIONS: turns what a caller calls a version into a commit.

Documented: Azure DevOps Git REST 7.1, GitVersionDescriptor. A branch is named without
`refs/heads/`. Kinds may be numbers, as `azure-devops-node-api` sends them.
`versionOptions=previousChange` is for items only; that it means the last change but one
is a guess.
"""

from dataclasses import dataclass
from urllib.parse import quote

from local.azure_devops import errors
from local.azure_devops.commit_objects import Commit
from local.azure_devops.exchange import Query
from local.azure_devops.objects import MissingObjectError, is_object_id
from local.azure_devops.repository import BRANCHES, TAGS, Repository

_KINDS = {"branch": "Branch", "tag": "Tag", "commit": "Commit"}
_KIND_NUMBERS = {"0": "branch", "1": "tag", "2": "commit"}
_OPTIONS = {
    "none": "none",
    "previouschange": "previous",
    "firstparent": "parent",
    "0": "none",
    "1": "previous",
    "2": "parent",
}


@dataclass(frozen=True, slots=True)
class Version:
    """A branch, tag or commit by name."""

    kind: str
    name: str
    option: str = "none"

    def __str__(self) -> str:
        """Write it as the service's messages do."""
        return f"<{_KINDS[self.kind]}: {self.name} >"

    @property
    def query(self) -> str:
        """The part of an item's address that names the version."""
        name = quote(self.name, safe="")
        return f"versionType={_KINDS[self.kind]}&version={name}&versionOptions=None"


@dataclass(frozen=True, slots=True)
class Resolved:
    """A version and the commit it stands for."""

    version: Version
    commit: Commit


def make_version(
    kind: str | None, name: str | None, options: str | None = None
) -> Version | None:
    """Make a version of its three fields; None if no name is given."""
    if name is None:
        return None
    lowered = (kind or "branch").lower()
    lowered = _KIND_NUMBERS.get(lowered, lowered)
    if lowered not in _KINDS:
        raise errors.invalid_argument(f"'{kind}' is not a version type.", "versionType")
    option = _OPTIONS.get((options or "none").lower())
    if option is None:
        raise errors.invalid_argument(
            f"'{options}' is not a version option.", "versionOptions"
        )
    return Version(lowered, name, option)


def version_in(query: Query, *prefixes: str) -> Version | None:
    """Read a version from the query, under the first of the prefixes that is there."""
    for prefix in prefixes:
        version = make_version(
            query.text(f"{prefix}versionType"),
            query.text(f"{prefix}version"),
            query.text(f"{prefix}versionOptions"),
        )
        if version is not None:
            return version
    return None


def resolve(repository: Repository, version: Version | None) -> Resolved:
    """Find the commit of a version, or of the default branch.

    Raises the service's refusals: VS403403 for a repository without branches,
    TF401175 for a version that is not there.
    """
    if version is None or version.kind == "branch":
        default = repository.default_branch
        if default is None:
            raise errors.no_branches(repository.name)
        if version is None:
            version = Version("branch", default.removeprefix(BRANCHES))
    try:
        oid = _object_of(repository, version)
        commit = repository.commit(repository.peel(oid))
        if version.option == "parent":
            commit = repository.commit(commit.parents[0])
    except (MissingObjectError, IndexError) as error:
        raise errors.unresolvable_version(str(version), repository.name) from error
    return Resolved(version, commit)


def _object_of(repository: Repository, version: Version) -> str:
    if version.kind == "commit":
        if not is_object_id(version.name):
            raise MissingObjectError(version.name)
        return version.name.lower()
    prefix = BRANCHES if version.kind == "branch" else TAGS
    tip = repository.tip(prefix + version.name)
    if tip is None:
        raise MissingObjectError(version.name)
    return tip
