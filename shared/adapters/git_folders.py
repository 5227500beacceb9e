"""OUTSIDE: Git folders of a Databricks workspace as our port.

Documented: Databricks REST API, Repos (create, get, update) and Workspace (get-status,
`directory_info`); a Git folder is a REPO, or a DIRECTORY that says so.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from shared.adapters.databricks_client import DatabricksClient
from shared.domain.objects import REPO, GitFolder, Occupant
from shared.errors import AccessDenied, NotFound, Unavailable

PROVIDER = "azureDevOpsServices"
_REPOS = "/api/2.0/repos"
_OLD_HOST = re.compile(r"([^.]+)\.visualstudio\.com")


@dataclass(frozen=True, slots=True)
class DatabricksGitFolders:
    """The port `GitFolders` over a workspace's API; `url` is the backup repository's.

    The workspace clones with the credential that it keeps for the identity we have
    there, not with ours for Azure DevOps.
    """

    client: DatabricksClient
    url: str

    def look(self, path: str) -> Occupant | None:
        """What is at the path; see the port."""
        where = "/api/2.0/workspace/get-status"
        try:
            found = self.client.get("status", path, where, {"path": path})
        except NotFound:
            return None
        kind = str(found.get("object_type") or "UNKNOWN")
        marked = (found.get("directory_info") or {}).get("is_git_folder")
        if kind != REPO and not marked:
            return Occupant(kind)
        return self._clone(path, kind, _number(found, "object_id", path))

    def make(self, path: str, folders: Sequence[str], branch: str) -> None:
        """Clone, then check out the branch where it is not the default; see the port.

        Nothing else can be asked for: a new Git folder is at the default branch.
        """
        body = {
            "url": self.url,
            "provider": PROVIDER,
            "path": path,
            "sparse_checkout": {"patterns": list(folders)},
        }
        made = self.client.post("clone", path, _REPOS, body)
        if made.get("branch") != branch:
            where = f"{_REPOS}/{_number(made, 'id', path)}"
            self.client.patch("checkout", path, where, {"branch": branch})

    def _clone(self, path: str, kind: str, repo_id: int) -> Occupant:
        try:
            found = self.client.get("repos", path, f"{_REPOS}/{repo_id}", {})
        except (AccessDenied, NotFound):
            # Somebody else's: only those who manage it are told what it is.
            return Occupant(kind, GitFolder(path, repo_id))
        clone = GitFolder(
            path=path,
            object_id=repo_id,
            url=_without_user(found.get("url")),
            branch=found.get("branch"),
            head_commit=found.get("head_commit_id"),
        )
        ours = clone.url is not None and same_repository(clone.url, self.url)
        return Occupant(kind, clone, ours, _patterns(found))


def repository_url(org_url: str, project: str, repository: str) -> str:
    """The address that Git clones from."""
    return f"{org_url.rstrip('/')}/{quote(project)}/_git/{quote(repository)}"


def same_repository(one: str, other: str) -> bool:
    """Whether both addresses are of one repository of Azure DevOps.

    Documented: the host of older organizations, and the short form for a repository
    that is named like its project. Names are the same in any case.
    """
    return _parts(one) == _parts(other)


def _parts(url: str) -> tuple[str, ...]:
    split = urlsplit(url.strip())
    host = split.netloc.rpartition("@")[2].lower()
    names = [unquote(name).lower() for name in split.path.split("/") if name]
    if old := _OLD_HOST.fullmatch(host):
        host = "dev.azure.com"
        rest = [name for name in names if name != "defaultcollection"]
        names = [old[1], *rest]
    place = names.index("_git") if "_git" in names else 0
    if place == 1:
        names.insert(1, names[-1])
    return host, *names


def _without_user(url: str | None) -> str | None:
    """An address may hold who signs in, and with what."""
    return re.sub(r"(?<=://)[^/@]*@", "", url) if url else None


def _patterns(found: Mapping[str, Any]) -> tuple[str, ...] | None:
    sparse = found.get("sparse_checkout")
    return tuple(sparse.get("patterns") or ()) if sparse else None


def _number(answer: Mapping[str, Any], name: str, path: str) -> int:
    try:
        return int(answer[name])
    except (KeyError, TypeError, ValueError):
        raise Unavailable(f"the answer on {path} has no {name}") from None
