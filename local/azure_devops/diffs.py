"""DIFFS: what differs between two versions, and how branches stand to each other.

Documented: Azure DevOps Git REST 7.1, "Diffs - Get", "Stats - Get", "List". Without
`$top` only 100 changes are sent; `allChangesIncluded` says whether that was all.
"""

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.commits import change_counts, changes_json
from local.azure_devops.exchange import (
    JSON,
    Call,
    answer,
    call_of,
    collection,
    read_json,
)
from local.azure_devops.history import differences
from local.azure_devops.repository import BRANCHES
from local.azure_devops.shapes import commit_summary
from local.azure_devops.versions import (
    Resolved,
    Version,
    make_version,
    resolve,
    version_in,
)

DEFAULT_TOP = 100


async def get_diffs(request: web.Request) -> web.Response:
    """GET diffs/commits: changes from base, or the common commit, to target."""
    call = call_of(request)
    top = call.query.number("$top", "top")
    skip = call.query.number("$skip", "skip") or 0
    from_common = call.query.flag("diffCommonCommit", default=True)
    base, target = _side(call, "base"), _side(call, "target")

    def work() -> JSON:
        size = DEFAULT_TOP if top is None else top
        return _difference(call, base, target, (skip, size), from_common=from_common)

    return await answer(work)


async def get_branch_stats(request: web.Request) -> web.Response:
    """GET stats/branches: each branch, or the one named, against a base version."""
    call = call_of(request)
    named = call.query.text("name")
    asked = version_in(call.query, "baseVersionDescriptor.")

    def work() -> JSON:
        if named is not None:
            return _stats(call, Version("branch", named), asked)
        names = [ref.name for ref in call.home.repository.refs(BRANCHES)]
        versions = [Version("branch", name.removeprefix(BRANCHES)) for name in names]
        return collection([_stats(call, version, asked) for version in versions])

    return await answer(work)


async def post_branch_stats(request: web.Request) -> web.Response:
    """POST stats/branches: several versions against a base version.

    Undocumented; `azure-devops-node-api` calls it. The answer's shape is a guess: that
    of the list.
    """
    call = call_of(request)
    body = await read_json(request)
    if not isinstance(body, dict) or not isinstance(body.get("targetCommits"), list):
        raise errors.invalid_argument("No targets are given.", "searchCriteria")
    base = _asked_for(body.get("baseCommit"))
    targets = [_asked_for(one) for one in body["targetCommits"]]

    def work() -> JSON:
        return collection([_stats(call, one, base) for one in targets])

    return await answer(work)


def _asked_for(descriptor: object) -> Version | None:
    if not isinstance(descriptor, dict):
        return None
    kind, name = descriptor.get("versionType"), descriptor.get("version")
    return make_version(None if kind is None else str(kind), name)


async def get_repository_stats(request: web.Request) -> web.Response:
    """GET stats: counts of the repository."""
    call = call_of(request)

    def work() -> JSON:
        repository = call.home.repository
        start = repository.default_branch
        commits = 0
        if start is not None:
            tip = resolve(repository, None).commit.oid
            commits = sum(1 for _ in repository.history(tip))
        return {
            "repositoryId": repository.id,
            "commitsCount": commits,
            "branchesCount": len(repository.refs(BRANCHES)),
            "activePullRequestsCount": 0,
        }

    return await answer(work)


def _side(call: Call, side: str) -> Version | None:
    query = call.query
    return version_in(query, f"{side}VersionDescriptor.") or make_version(
        query.text(f"{side}VersionType"),
        query.text(f"{side}Version"),
        query.text(f"{side}VersionOptions"),
    )


def _difference(
    call: Call,
    base: Version | None,
    target: Version | None,
    page: tuple[int, int],
    *,
    from_common: bool,
) -> JSON:
    repository = call.home.repository
    old, new = resolve(repository, base), resolve(repository, target)
    common = repository.merge_base(old.commit.oid, new.commit.oid)
    start = old.commit
    if from_common:
        if common is None:
            raise errors.invalid_argument(
                "The versions have no common commit.", "baseVersionDescriptor"
            )
        start = repository.commit(common)
    found = differences(repository.objects, start.tree, new.commit.tree)
    ahead, behind = repository.ahead_behind(new.commit.oid, old.commit.oid)
    skip, top = page
    version = Version("commit", new.commit.oid)
    return {
        "allChangesIncluded": skip + top >= len(found),
        "changeCounts": change_counts(found),
        "changes": changes_json(call, found[skip : skip + top], version),
        "commonCommit": common,
        "baseCommit": old.commit.oid,
        "targetCommit": new.commit.oid,
        "aheadCount": ahead,
        "behindCount": behind,
    }


def _stats(call: Call, version: Version | None, asked: Version | None) -> JSON:
    repository = call.home.repository
    base: Resolved = resolve(repository, asked)
    branch = resolve(repository, version)
    ahead, behind = repository.ahead_behind(branch.commit.oid, base.commit.oid)
    commit = commit_summary(call.links, branch.commit)
    commit.pop("remoteUrl")
    return {
        "commit": {
            "parents": list(branch.commit.parents),
            "treeId": branch.commit.tree,
            **commit,
        },
        "name": branch.version.name,
        "aheadCount": ahead,
        "behindCount": behind,
        "isBaseVersion": branch.version == base.version,
    }
