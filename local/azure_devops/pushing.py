"""PUSHING: makes one commit of a push and moves the ref; knows no HTTP.

Everything is decided before anything is written, and the ref moves last, so a refused
push leaves nothing behind. Documented: Azure DevOps Git REST 7.1, "Pushes - Create".
"""

from dataclasses import dataclass
from datetime import datetime

from local.azure_devops import errors
from local.azure_devops.commit_objects import Commit, Signature, commit_content
from local.azure_devops.errors import NEW_PUSH
from local.azure_devops.identities import Identity
from local.azure_devops.objects import (
    EMPTY_TREE_ID,
    ZERO_ID,
    MissingObjectError,
    StagedObject,
    stage,
)
from local.azure_devops.organization import Home
from local.azure_devops.push_log import Push, RefUpdate
from local.azure_devops.push_requests import AskedChange, AskedSignature, PushRequest
from local.azure_devops.repository import RefConflictError, Repository, StaleRefError
from local.azure_devops.rules import RefMove
from local.azure_devops.state import Server
from local.azure_devops.texts import stored_text
from local.azure_devops.tree_edits import Change, Edited, EditError, apply_changes
from local.azure_devops.tree_reads import find_exactly


@dataclass(frozen=True, slots=True)
class Pushed:
    """The commit that a push made, and the push as it was logged."""

    commit: Commit
    push: Push


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A commit whose every object is known and that nobody can see yet."""

    commit: Commit
    objects: tuple[StagedObject, ...]


def push(server: Server, home: Home, request: PushRequest, caller: Identity) -> Pushed:
    """Make the commit and move the ref, or raise the service's refusal."""
    repository = home.repository
    prepared = _prepare(server, repository, request, caller)
    with repository.writing:
        tip = repository.tip(request.ref)
        move = RefMove(request.ref, tip, prepared.commit.oid)
        rejection = server.rules.rejection(repository, move, caller)
        if rejection is not None:
            raise rejection.error
        if tip is not None and tip != request.expected:
            raise errors.stale_reference(request.ref)
        repository.objects.add(prepared.objects)
        _swap(repository, move)
        if move.old is None:
            server.rules.was_made(repository, move.name, caller)
        logged = log_push(server, home, caller, [move])
    return Pushed(prepared.commit, logged)


def log_push(
    server: Server, home: Home, caller: Identity, moves: list[RefMove]
) -> Push:
    """Give the push its number and remember it."""
    updates = (
        RefUpdate(move.name, move.old or ZERO_ID, move.new or ZERO_ID) for move in moves
    )
    with server.numbering:
        logged = Push(
            id=server.organization.next_push_id(),
            date=precise(server.now()),
            pusher_name=caller.name,
            pusher_email=caller.email,
            updates=tuple(updates),
        )
        home.pushes.append(logged)
    return logged


def precise(when: datetime) -> str:
    """Write a time with the seven fractional digits that the service uses."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond:06d}0Z"


def _swap(repository: Repository, move: RefMove) -> None:
    try:
        repository.compare_and_swap(move.name, move.old, move.new)
    except StaleRefError as error:
        raise errors.stale_reference(move.name) from error
    except RefConflictError as error:
        raise errors.reference_name_conflict(move.name) from error


def _prepare(
    server: Server, repository: Repository, request: PushRequest, caller: Identity
) -> _Prepared:
    root = _base_tree(repository, request.base)
    changes = [_staged(server, repository, root, change) for change in request.changes]
    try:
        edited = apply_changes(repository.objects, root, changes)
    except EditError as error:
        raise errors.invalid_argument(str(error), NEW_PUSH) from error
    commit, staged = _commit(request, edited, caller, server.now())
    _check_content(server, commit, changes)
    blobs = tuple(change.blob for change in changes if change.blob is not None)
    return _Prepared(commit, (*blobs, *edited.staged, staged))


def _base_tree(repository: Repository, base: str | None) -> str:
    if base is None:
        return EMPTY_TREE_ID
    try:
        return repository.commit(base).tree
    except MissingObjectError as error:
        raise errors.missing_object(base) from error


def _staged(
    server: Server, repository: Repository, root: str, asked: AskedChange
) -> Change:
    content = asked.content
    if isinstance(content, str):
        former = _former(repository, root, asked)
        content = stored_text(content, former, server.rules.rawtext)
    blob = stage("blob", content) if content is not None else None
    return Change(asked.kind, asked.path, blob, asked.source)


def _former(repository: Repository, root: str, asked: AskedChange) -> bytes | None:
    if asked.kind != "edit":
        return None
    entry = find_exactly(repository.objects, root, asked.path)
    if entry is None or entry.kind != "blob":
        return None
    return repository.objects.blob(entry.oid)


def _commit(
    request: PushRequest, edited: Edited, caller: Identity, now: datetime
) -> tuple[Commit, StagedObject]:
    parents = (request.base,) if request.base is not None else ()
    author = _signature(request.author, caller, now)
    committer = _signature(request.committer, caller, now)
    message = request.comment + "\n"
    content = commit_content(edited.root, parents, author, committer, message)
    staged = stage("commit", content)
    commit = Commit(staged.oid, edited.root, parents, author, committer, message)
    return commit, staged


def _signature(
    asked: AskedSignature | None, caller: Identity, now: datetime
) -> Signature:
    if asked is None:
        return Signature(caller.name, caller.email, now)
    return Signature(asked.name, asked.email, asked.date or now)


def _check_content(server: Server, commit: Commit, changes: list[Change]) -> None:
    rules = server.rules
    new = [change.path for change in changes if change.kind in ("add", "rename")]
    rules.check_paths(commit.oid, new)
    files = [
        (change.shown, change.blob.content)
        for change in changes
        if change.blob is not None
    ]
    for shown, content in files:
        rules.check_size(commit.oid, shown, len(content))
    rules.check_secrets(commit.oid, commit.message, files)
