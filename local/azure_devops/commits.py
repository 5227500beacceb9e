"""COMMITS: history as lists and single commits, with what they changed.

Documented: Azure DevOps Git REST 7.1, "Commits - Get Commits", "Get Commits Batch",
"Get", "Get Changes", "Get Push Commits", "Merge Bases - List". Likely: dates filter by
committer date; lists show the first line of a message only (reported: the recorded
replies of getsentry/sentry).
"""

from collections import Counter
from functools import lru_cache
from typing import Any

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.commit_objects import Commit
from local.azure_devops.commit_search import Criteria, criteria_in, search
from local.azure_devops.exchange import (
    JSON,
    Call,
    Query,
    answer,
    call_of,
    collection,
    json_response,
    read_json,
    respond,
)
from local.azure_devops.history import Difference, differences
from local.azure_devops.objects import MissingObjectError, is_object_id
from local.azure_devops.pushes import get_push_commits
from local.azure_devops.repository import Repository
from local.azure_devops.shapes import (
    commit_links,
    commit_summary,
    commit_whole,
    push_reference,
)
from local.azure_devops.versions import Version

DEFAULT_CHANGES = 1_000


async def get_commits(request: web.Request) -> web.Response:
    """GET commits: those that meet the criteria of the query, newest first."""
    call = call_of(request)
    if call.query.text("pushId"):
        return await get_push_commits(request)
    criteria = criteria_in(call.query)

    def work() -> web.Response:
        page, more = search(call.home, criteria)
        headers = {"Link": _next_link(request, criteria)} if more else None
        shown = [_listed(call, commit, criteria) for commit in page]
        return json_response(collection(shown), headers=headers)

    return await respond(work)


async def post_commits_batch(request: web.Request) -> web.Response:
    """POST commitsbatch: the criteria are in the body, paging also in the query."""
    call = call_of(request)
    body = await read_json(request)
    if not isinstance(body, dict):
        raise errors.invalid_json()
    fields = _flat(body)
    for name in ("$skip", "$top"):
        fields[name] = call.query.text(name) or fields.get(name, "")
    criteria = criteria_in(Query(fields))

    def work() -> JSON:
        page, _ = search(call.home, criteria)
        return collection([_listed(call, commit, criteria) for commit in page])

    return await answer(work)


async def get_commit(request: web.Request) -> web.Response:
    """GET commits/{id}: one commit, with its push and, if asked, its changes."""
    call = call_of(request)
    oid = request.match_info["commit"]
    count = call.query.number("changeCount")

    def work() -> JSON:
        commit = _commit(call, oid)
        shown = commit_whole(call.links, commit)
        push = call.home.pushes.of_commit(commit.oid)
        if push is not None:
            shown["push"] = push_reference(call.links, push)
        shown["_links"] = commit_links(call.links, commit)
        if count:
            found = _changed(call.home.repository, commit)
            shown["changeCounts"] = change_counts(found)
            version = Version("commit", commit.oid)
            shown["changes"] = changes_json(call, found[:count], version)
        return shown

    return await answer(work)


async def get_merge_bases(request: web.Request) -> web.Response:
    """GET commits/{id}/mergebases: the closest common ancestor, or none."""
    call = call_of(request)
    one, other = request.match_info["commit"], call.query.text("otherCommitId") or ""

    def work() -> JSON:
        repository = call.home.repository
        pair = (_commit(call, one).oid, _commit(call, other).oid)
        base = repository.merge_base(*pair)
        found = [] if base is None else [repository.commit(base)]
        return collection([commit_summary(call.links, commit) for commit in found])

    return await answer(work)


async def get_changes(request: web.Request) -> web.Response:
    """GET commits/{id}/changes: what the commit changed against its first parent."""
    call = call_of(request)
    oid = request.match_info["commit"]
    top = call.query.number("top", "$top")
    skip = call.query.number("skip", "$skip") or 0

    def work() -> JSON:
        commit = _commit(call, oid)
        found = _changed(call.home.repository, commit)
        page = found[skip : skip + (DEFAULT_CHANGES if top is None else top)]
        return {
            "changeCounts": change_counts(found),
            "changes": changes_json(call, page, Version("commit", commit.oid)),
        }

    return await answer(work)


def change_counts(found: list[Difference]) -> JSON:
    """Count the changes by type, as `Add`, `Edit`, `Delete`, `Rename`."""
    counts = Counter(one.kind.split(",")[0].capitalize() for one in found)
    return dict(counts)


def changes_json(call: Call, found: list[Difference], version: Version) -> list[JSON]:
    """Show changes; an object's former id is there if it had one."""
    return [_change_json(call, one, version) for one in found]


def _change_json(call: Call, one: Difference, version: Version) -> JSON:
    entry = one.new or one.old
    if entry is None:
        raise ValueError(one.path)
    item: JSON = {"objectId": entry.oid}
    if one.old is not None:
        item["originalObjectId"] = one.old.oid
    item |= {
        "gitObjectType": entry.kind,
        "commitId": version.name,
        "path": one.path,
    }
    if entry.is_tree:
        item["isFolder"] = True
    item["url"] = call.links.item(one.path, version.query)
    shown: JSON = {"item": item, "changeType": one.kind}
    if one.moved_from is not None:
        shown["sourceServerItem"] = one.moved_from
    return shown


def _commit(call: Call, oid: str) -> Commit:
    if not is_object_id(oid):
        raise errors.invalid_argument(f"'{oid}' is not an object id.", "commitId")
    try:
        return call.home.repository.commit(oid.lower())
    except MissingObjectError as error:
        raise errors.commit_not_found(oid) from error


@lru_cache(4_096)
def _counts_of(repository: Repository, commit: Commit) -> JSON:
    return change_counts(_changed(repository, commit))


def _changed(repository: Repository, commit: Commit) -> list[Difference]:
    parent = repository.commit(commit.parents[0]).tree if commit.parents else None
    return differences(repository.objects, parent, commit.tree)


def _listed(call: Call, commit: Commit, criteria: Criteria) -> JSON:
    shown = commit_summary(call.links, commit)
    counts = _counts_of(call.home.repository, commit)
    shown["changeCounts"] = {
        kind: counts.get(kind, 0) for kind in ("Add", "Edit", "Delete")
    }
    push = call.home.pushes.of_commit(commit.oid)
    if criteria.with_push and push is not None:
        shown["push"] = push_reference(call.links, push)
    return shown


def _next_link(request: web.Request, criteria: Criteria) -> str:
    query = {
        name: value
        for name, value in request.query.items()
        if not name.lower().endswith("$skip")
    }
    query["searchCriteria.$skip"] = str(criteria.skip + criteria.top)
    return f'<{request.url.with_query(query)}>; rel="next"'


def _flat(body: dict[str, Any]) -> dict[str, str]:
    """Write the criteria of a body as the query would have them."""
    fields: dict[str, str] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            fields |= {f"{name}.{key}": str(one) for key, one in value.items()}
        elif isinstance(value, list):
            fields[name] = ",".join(str(one) for one in value)
        elif value is not None:
            fields[name] = str(value)
    return fields
