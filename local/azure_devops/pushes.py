"""PUSHES: the routes of pushes; the commits themselves are made in `pushing`.

Documented: Azure DevOps Git REST 7.1, "Pushes - Create", "Get", "List". The answer to
a push is 201, as in the examples (the schema says 200).
"""

import asyncio

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.exchange import (
    JSON,
    Call,
    answer,
    call_of,
    collection,
    parse_json,
)
from local.azure_devops.identities import Identity
from local.azure_devops.push_log import Push
from local.azure_devops.push_requests import BODY_LIMIT, parse_push
from local.azure_devops.pushing import Pushed, push
from local.azure_devops.shapes import (
    commit_summary,
    commit_whole,
    identity_json,
    push_links,
    push_reference,
    repository_json,
)

_DRAINED = 8 * BODY_LIMIT  # a longer body is cut off instead of read to its end


async def create_push(request: web.Request) -> web.Response:
    """POST pushes: one commit on one branch."""
    call = call_of(request)
    body = await _body(request)

    def work() -> JSON:
        asked = parse_push(parse_json(body))
        return _created(call, push(call.server, call.home, asked, call.caller))

    return await answer(work, 201)


async def get_pushes(request: web.Request) -> web.Response:
    """GET pushes: newest first."""
    call = call_of(request)
    return await answer(lambda: collection(_listed(call)))


async def get_push(request: web.Request) -> web.Response:
    """GET pushes/{id}: one push with its commits."""
    call = call_of(request)
    found = _known(call, request.match_info["push"])
    return await answer(lambda: _with_commits(call, found))


async def get_push_commits(request: web.Request) -> web.Response:
    """GET pushes/{id}/commits, commits?pushId=: the commits that the push brought."""
    call = call_of(request)
    number = request.match_info.get("push") or call.query.text("pushId") or ""
    found = _known(call, number)
    skip = call.query.number("$skip", "skip") or 0
    top = call.query.number("$top", "top")

    def work() -> JSON:
        commits = _commits(call, found)[skip:]
        return collection(commits if top is None else commits[:top])

    return await answer(work)


def _known(call: Call, number: str) -> Push:
    found = call.home.pushes.find(int(number)) if number.isdecimal() else None
    if found is None:
        raise errors.ApiError(
            404, "GitPushNotFoundException", f"The push {number} does not exist."
        )
    return found


async def _body(request: web.Request) -> bytes:
    """Read the body; one over the limit is read to its end and then refused."""
    parts: list[bytes] = []
    size = 0
    async for part in request.content.iter_any():
        size += len(part)
        if size <= BODY_LIMIT:
            parts.append(part)
        elif size > _DRAINED:
            break
    if size > BODY_LIMIT:
        raise errors.body_too_large(BODY_LIMIT)
    return await asyncio.to_thread(b"".join, parts)


def _created(call: Call, pushed: Pushed) -> JSON:
    commit = commit_whole(call.links, pushed.commit)
    commit["comment"] = pushed.commit.message
    commit.pop("remoteUrl")
    ref = pushed.push.updates[0].name
    return {
        "commits": [commit],
        "refUpdates": _updates(call, pushed.push),
        "repository": repository_json(call.links, call.home),
        **push_reference(call.links, pushed.push),
        "url": call.links.push(pushed.push.id),
        "_links": push_links(call.links, pushed.push, ref),
    }


def _updates(call: Call, one: Push) -> list[JSON]:
    return [
        {
            "repositoryId": call.home.repository.id,
            "name": update.name,
            "oldObjectId": update.old,
            "newObjectId": update.new,
        }
        for update in one.updates
    ]


def _listed(call: Call) -> list[JSON]:
    query = call.query
    ref = query.text("searchCriteria.refName", "refName")
    pusher = query.text("searchCriteria.pusherId", "pusherId")
    since = query.text("searchCriteria.fromDate", "fromDate") or ""
    until = query.text("searchCriteria.toDate", "toDate") or "9999"
    found = [
        one
        for one in reversed(call.home.pushes.all())
        if since <= one.date <= until
        and (ref is None or ref in (update.name for update in one.updates))
        and (pusher is None or pusher == _pusher_id(one))
    ]
    skip = query.number("$skip", "skip") or 0
    top = query.number("$top", "top")
    page = found[skip : skip + (100 if top is None else top)]
    updates = query.flag("searchCriteria.includeRefUpdates") or query.flag(
        "includeRefUpdates"
    )
    return [_summary(call, one, with_updates=updates) for one in page]


def _pusher_id(one: Push) -> str:
    return Identity(one.pusher_name, one.pusher_email).id


def _summary(call: Call, one: Push, *, with_updates: bool) -> JSON:
    shown = {"refUpdates": _updates(call, one)} if with_updates else {}
    return {
        **shown,
        "repository": repository_json(call.links, call.home),
        **push_reference(call.links, one),
        "url": call.links.push(one.id),
    }


def _with_commits(call: Call, one: Push) -> JSON:
    return {
        "commits": _commits(call, one),
        **_summary(call, one, with_updates=True),
        "_links": push_links(call.links, one, one.updates[0].name),
        "pushedBy": identity_json(
            call.links, Identity(one.pusher_name, one.pusher_email)
        ),
    }


def _commits(call: Call, one: Push) -> list[JSON]:
    repository = call.home.repository
    found = []
    for update in one.updates:
        if not repository.objects.exists(update.new):
            continue
        old = update.old if repository.objects.exists(update.old) else None
        new = repository.peel(update.new)
        found += [
            commit_summary(call.links, commit)
            for commit in repository.history(new, without=old)
        ]
    return found
