"""ITEMS: files and folders at a version; knows how to show them, not how to write.

Documented: Azure DevOps Git REST 7.1, "Items - Get", "List". Likely: text and JSON
replies are cut at 5 MiB with 206. Which form is sent when Accept names none is a guess:
the bytes for `path=` of a file, JSON for everything else.
"""

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass

from aiohttp import web

from local.azure_devops import errors
from local.azure_devops.exchange import (
    JSON,
    Call,
    Query,
    call_of,
    collection,
    file_response,
    json_response,
    respond,
)
from local.azure_devops.history import last_change, previous_change
from local.azure_devops.items_pages import page_response, wants_page
from local.azure_devops.repository import Repository
from local.azure_devops.shapes import commit_summary
from local.azure_devops.texts import code_page, is_binary, shown_text
from local.azure_devops.tree_reads import Found, children, descend, find
from local.azure_devops.versions import Resolved, resolve, version_in
from local.azure_devops.zips import zip_of_folder

TEXT_LIMIT = 5_242_880
_FORMATS = {"json": "json", "octetstream": "bytes", "text": "text", "zip": "zip"}
_LEVELS = {
    "none": "none",
    "onelevel": "one",
    "onelevelplusnestedemptyfolders": "one",
    "full": "full",
    # the numbers that azure-devops-node-api sends
    "0": "none",
    "1": "one",
    "4": "one",
    "120": "full",
}
_ACCEPTED = (
    ("application/zip", "zip"),
    ("application/octet-stream", "bytes"),
    ("text/plain", "text"),
    ("application/json", "json"),
)


@dataclass(frozen=True, slots=True)
class Extras:
    """What a caller wants to see of items beside the usual fields."""

    metadata: bool = False
    latest_change: bool = False
    content: bool = False


async def get_items(request: web.Request) -> web.Response:
    """GET items: one item, or a folder's list, in the form that is asked for."""
    call = call_of(request)
    tail = request.match_info.get("path", "")
    wanted = _wanted_form(request, call.query)

    def work() -> web.Response:
        one = call.query.text("path") or (f"/{tail}" if tail else None)
        scope = call.query.text("scopePath")
        resolved = resolve(
            call.home.repository, version_in(call.query, "versionDescriptor.", "")
        )
        found = locate(call, resolved, one or scope or "/")
        if one is None and wanted in (None, "json"):
            if found.entry.is_tree and wants_page(call):
                return page_response(call, resolved, found)
            return _listed(call, resolved, found)
        return _single(call, resolved, found, wanted)

    return await respond(work)


def locate(call: Call, resolved: Resolved, path: str) -> Found:
    """Find a path at a version; raises TF401174."""
    repository = call.home.repository
    found = find(repository.objects, resolved.commit.tree, path)
    if found is not None and resolved.version.option == "previous":
        found = _before(repository, resolved, found.path)
    if found is None:
        raise errors.item_not_found(
            path, repository.name, str(resolved.version), resolved.commit.oid
        )
    return found


def _before(repository: Repository, resolved: Resolved, path: str) -> Found | None:
    earlier = previous_change(repository, resolved.commit, path)
    if earlier is None:
        return None
    return find(repository.objects, earlier.tree, path)


def listing(call: Call, folder: Found, recursion: str | None) -> Iterable[Found]:
    """List an item and, as far as the recursion goes, what is below it."""
    objects = call.home.repository.objects
    level = _LEVELS.get(str(recursion or "none").lower())
    if level is None:
        raise errors.invalid_argument(
            f"'{recursion}' is not a recursion level.", "recursionLevel"
        )
    yield folder
    if not folder.entry.is_tree or level == "none":
        return
    below = descend if level == "full" else children
    yield from below(objects, folder)


def item_json(call: Call, resolved: Resolved, found: Found) -> JSON:
    """Show an item with the usual fields."""
    shown: JSON = {
        "objectId": found.entry.oid,
        "gitObjectType": found.entry.kind,
        "commitId": resolved.commit.oid,
        "path": found.path,
    }
    if found.entry.is_tree:
        shown["isFolder"] = True
    if found.entry.mode == 0o120000:
        shown["isSymLink"] = True
    shown["url"] = call.links.item(found.path, resolved.version.query)
    return shown


def items_json(
    call: Call, resolved: Resolved, found: Iterable[Found], extras: Extras
) -> list[JSON]:
    """Show a list; content and its metadata only of the first, as the examples do."""
    shown = []
    for place, one in enumerate(found):
        item = item_json(call, resolved, one)
        if extras.metadata and place == 0:
            item["contentMetadata"] = metadata_json(call, one)
        if extras.latest_change:
            item["latestProcessedChange"] = _latest(call, resolved, one)
        shown.append(item)
    return shown


def metadata_json(call: Call, found: Found) -> JSON:
    """Show contentMetadata; of a folder only its name."""
    name = found.path.rsplit("/", 1)[-1]
    if found.entry.kind != "blob":
        return {"fileName": name}
    content = call.home.repository.objects.blob(found.entry.oid)
    shown: JSON = {
        "encoding": code_page(content),
        "contentType": mimetypes.guess_type(name)[0] or "application/octet-stream",
        "fileName": name,
    }
    if is_binary(content):
        shown["isBinary"] = True
    if "." in name:
        shown["extension"] = name.rsplit(".", 1)[-1]
    return shown


def _latest(call: Call, resolved: Resolved, found: Found) -> JSON:
    repository = call.home.repository
    commit = last_change(repository, resolved.commit, found.path)
    return commit_summary(call.links, commit)


def _wanted_form(request: web.Request, query: Query) -> str | None:
    named = query.text("$format")
    if named is not None:
        return _FORMATS.get(named.lower(), "json")
    accept = request.headers.get("Accept", "").lower()
    for media_type, form in _ACCEPTED:
        if media_type in accept:
            return form
    if query.flag("includeContent"):
        return "json"
    return "bytes" if query.flag("download") else None


def _extras(query: Query) -> Extras:
    return Extras(
        metadata=query.flag("includeContentMetadata"),
        latest_change=query.flag("latestProcessedChange"),
        content=query.flag("includeContent"),
    )


def _listed(call: Call, resolved: Resolved, found: Found) -> web.Response:
    recursion = call.query.text("recursionLevel")
    below = listing(call, found, recursion)
    return json_response(
        collection(items_json(call, resolved, below, _extras(call.query)))
    )


def _single(
    call: Call, resolved: Resolved, found: Found, form: str | None
) -> web.Response:
    name = found.path.rsplit("/", 1)[-1] or call.home.repository.name
    offered = name if call.query.flag("download") else None
    objects = call.home.repository.objects
    if form == "zip":
        return file_response(
            zip_of_folder(objects, found), "application/zip", f"{name}.zip"
        )
    if found.entry.kind != "blob" or form == "json":
        return _single_json(call, resolved, found)
    content = objects.blob(found.entry.oid)
    if form == "text":
        text = shown_text(content[:TEXT_LIMIT])
        response = file_response(text.encode(), "text/plain; charset=utf-8", offered)
        response.set_status(206 if len(content) > TEXT_LIMIT else 200)
        return response
    return file_response(content, "application/octet-stream", offered)


def _single_json(call: Call, resolved: Resolved, found: Found) -> web.Response:
    extras = _extras(call.query)
    shown = items_json(call, resolved, [found], extras)[0]
    status = 200
    if extras.content and found.entry.kind == "blob":
        content = call.home.repository.objects.blob(found.entry.oid)
        shown["content"] = shown_text(content[:TEXT_LIMIT])
        status = 206 if len(content) > TEXT_LIMIT else 200
    return json_response(shown, status)
