"""TAGS: annotated tags.

Documented: Azure DevOps Git REST 7.1, "Annotated Tags - Create", "Get": 201, and 409
for a name that exists. That the message gets a newline at its end is a guess.
"""

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.commit_objects import Signature, Tag, tag_content
from local.azure_devops.exchange import JSON, Call, answer, call_of, read_json
from local.azure_devops.objects import MissingObjectError, stage
from local.azure_devops.pushing import log_push
from local.azure_devops.repository import TAGS, RefConflictError, is_valid_ref_name
from local.azure_devops.rules import RefMove
from local.azure_devops.shapes import person_json


async def create_tag(request: web.Request) -> web.Response:
    """POST annotatedtags: a tag object and the ref that names it."""
    call = call_of(request)
    body = await read_json(request)
    if not isinstance(body, dict):
        raise errors.invalid_json()
    name = str(body.get("name") or "").removeprefix(TAGS)
    target = body.get("taggedObject")
    target_id = str(target.get("objectId")) if isinstance(target, dict) else ""
    message = str(body.get("message") or "")
    if not name or not message.strip():
        raise errors.invalid_argument("A tag needs a name and a message.", "tagObject")
    return await answer(lambda: _created(call, name, target_id.lower(), message), 201)


async def get_tag(request: web.Request) -> web.Response:
    """GET annotatedtags/{id}: the tag object with this id."""
    call = call_of(request)
    oid = request.match_info["sha"].lower()

    def work() -> JSON:
        try:
            return _tag_json(call, call.home.repository.tag(oid))
        except MissingObjectError as error:
            raise errors.missing_object(oid, 404) from error

    return await answer(work)


def _created(call: Call, name: str, target: str, message: str) -> JSON:
    repository = call.home.repository
    ref = TAGS + name
    if not is_valid_ref_name(ref):
        raise errors.invalid_reference_name(ref)
    try:
        kind, _ = repository.objects.header(target)
    except MissingObjectError as error:
        raise errors.missing_object(target, 404) from error
    tagger = Signature(call.caller.name, call.caller.email, call.server.now())
    content = tag_content(target, kind, name, tagger, message.rstrip("\n") + "\n")
    tag = stage("tag", content)
    move = RefMove(ref, None, tag.oid)
    with repository.writing:
        if repository.tip(ref) is not None:
            raise errors.reference_exists(ref)
        rejection = call.server.rules.rejection(repository, move, call.caller)
        if rejection is not None:
            raise rejection.error
        repository.objects.add([tag])
        try:
            repository.compare_and_swap(ref, None, tag.oid)
        except RefConflictError as error:
            raise errors.reference_name_conflict(ref) from error
        log_push(call.server, call.home, call.caller, [move])
    return _tag_json(call, repository.tag(tag.oid))


def _tag_json(call: Call, tag: Tag) -> JSON:
    shown: JSON = {
        "name": TAGS + tag.name,
        "objectId": tag.oid,
        "taggedObject": {"objectId": tag.target, "objectType": tag.target_kind},
        "message": tag.message.rstrip("\n"),
        "url": call.links.tag(tag.oid),
    }
    if tag.tagger is not None:
        shown["taggedBy"] = person_json(tag.tagger)
    return shown
