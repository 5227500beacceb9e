"""PUSH REQUESTS: what may be in the body of a push; knows no repository.

Documented: Azure DevOps Git REST 7.1, "Pushes - Create" and its nine examples. The
checks beyond the documented schema are likely (second-hand from the on-premises
server), their texts guesses.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from local.azure_devops import errors
from local.azure_devops.errors import NEW_PUSH, ApiError
from local.azure_devops.objects import ZERO_ID, is_object_id
from local.azure_devops.repository import is_valid_ref_name
from local.azure_devops.tree_edits import ChangeType

BODY_LIMIT = 26_214_400
_CHANGE_TYPES: dict[object, ChangeType] = {
    "add": "add",
    "edit": "edit",
    "delete": "delete",
    "rename": "rename",
    1: "add",
    2: "edit",
    8: "rename",
    16: "delete",
}
_CONTENT_TYPES = {"rawtext": "raw", "base64encoded": "base64", 0: "raw", 1: "base64"}
# The names by which some file systems reach `.git`; the setting RejectDotGit.
_DOT_GIT = re.compile(r"(?i)\.git|git~1")


@dataclass(frozen=True, slots=True)
class AskedSignature:
    """Author or committer as asked for."""

    name: str
    email: str
    date: datetime | None


@dataclass(frozen=True, slots=True)
class AskedChange:
    """One change; text is `rawtext`, bytes were base64."""

    kind: ChangeType
    path: tuple[str, ...]
    content: str | bytes | None
    source: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class PushRequest:
    """A push that is well formed; ids may still name nothing."""

    ref: str
    old: str | None
    parent: str | None
    comment: str
    changes: tuple[AskedChange, ...]
    author: AskedSignature | None
    committer: AskedSignature | None

    @property
    def base(self) -> str | None:
        """The commit to build upon, or None for a commit without a parent."""
        base = self.parent or self.old
        return None if base == ZERO_ID else base

    @property
    def expected(self) -> str | None:
        """Where the ref must be, if it exists; None if it must not exist."""
        expected = self.old or self.parent
        return None if expected == ZERO_ID else expected


def parse_push(body: Any) -> PushRequest:
    """Read the JSON of a push; raises the service's refusals."""
    push = _fields(body)
    commits = _list(push, "commits")
    updates = _list(push, "refUpdates")
    if len(commits) != 1 or len(updates) != 1:
        raise _invalid("The push must contain exactly one commit and one refUpdate.")
    for name in ("pushId", "date", "pushedBy"):
        if push.get(name):
            raise _invalid(f"The field '{name}' cannot be set by the caller.")
    commit, update = _fields(commits[0]), _fields(updates[0])
    old, parent = _ids(commit, update)
    return PushRequest(
        ref=_ref_name(update),
        old=old,
        parent=parent,
        comment=_comment(commit),
        changes=tuple(_changes(commit)),
        author=_signature(commit.get("author")),
        committer=_signature(commit.get("committer")),
    )


def parse_path(text: object) -> tuple[str, ...]:
    """Split a path; raises a refusal for components that a tree cannot hold."""
    if not isinstance(text, str):
        raise _invalid("A change needs the path of an item.")
    path = tuple(part for part in text.split("/") if part)
    if not path:
        raise _invalid("A change needs the path of an item.")
    for name in path:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError as error:
            raise _invalid("A path is not valid text.") from error  # guess
        if "\0" in name:
            raise _invalid("A path contains a NUL character.")
        if name in (".", "..") or _DOT_GIT.fullmatch(name):
            raise ApiError(
                400,
                "GitObjectRejectedException",
                f"The name '{name}' is not allowed in a tree.",
            )
    return path


def _ref_name(update: dict[str, Any]) -> str:
    name = str(update.get("name") or "")
    if not is_valid_ref_name(name):
        raise errors.invalid_reference_name(name)
    return name


def _ids(
    commit: dict[str, Any], update: dict[str, Any]
) -> tuple[str | None, str | None]:
    if update.get("newObjectId") or commit.get("commitId"):
        raise _invalid("newObjectId and commitId are given by the service.")
    parents = _list(commit, "parents")
    if len(parents) > 1:
        raise _invalid("A pushed commit can have one parent at most.")
    old = _id(update.get("oldObjectId"))
    parent = _id(parents[0]) if parents else None
    if old is None and parent is None:
        raise _invalid("The refUpdate needs an oldObjectId.")
    if parent is not None and old not in (None, ZERO_ID, parent):
        raise _invalid("The parent and the oldObjectId differ.")
    return old, parent


def _id(value: object) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not is_object_id(value):
        raise _invalid(f"'{value}' is not an object id.")
    return value.lower()


def _comment(commit: dict[str, Any]) -> str:
    comment = commit.get("comment")
    if not isinstance(comment, str) or not comment.strip():
        raise _invalid("The commit needs a comment.")
    if "\0" in comment:
        raise _invalid("The comment contains a NUL character.")
    return comment


def _changes(commit: dict[str, Any]) -> list[AskedChange]:
    changes = _list(commit, "changes")
    if not changes:
        raise _invalid("The commit needs at least one change.")
    return [_change(_fields(change)) for change in changes]


def _change(change: dict[str, Any]) -> AskedChange:
    asked = change.get("changeType")
    kind = _CHANGE_TYPES.get(asked.lower() if isinstance(asked, str) else asked)
    if kind is None:
        raise _invalid(f"The change type '{asked}' is not supported.")
    item = _fields(change.get("item"))
    path = parse_path(item.get("path"))
    content = change.get("newContent")
    source = change.get("sourceServerItem")
    if (content is not None) != (kind in ("add", "edit")):
        raise _invalid(f"newContent does not fit a change of type '{kind}'.")
    if bool(source) != (kind == "rename"):
        raise _invalid(f"sourceServerItem does not fit a change of type '{kind}'.")
    return AskedChange(
        kind=kind,
        path=path,
        content=None if content is None else _content(_fields(content)),
        source=parse_path(source) if source else None,
    )


def _content(new_content: dict[str, Any]) -> str | bytes:
    content = new_content.get("content")
    if not isinstance(content, str):
        raise _invalid("newContent needs content.")
    asked = new_content.get("contentType", 0)
    known = _CONTENT_TYPES.get(asked.lower() if isinstance(asked, str) else asked)
    if known is None:
        raise errors.invalid_json()
    if known == "raw":
        return content
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise _invalid("The content is not valid base64.") from error


def _signature(value: object) -> AskedSignature | None:
    """Read an author; without both name and address the caller stands in."""
    if not isinstance(value, dict):
        return None
    name, email = value.get("name"), value.get("email")
    if not (isinstance(name, str) and name and isinstance(email, str) and email):
        return None
    return AskedSignature(name, email, _date(value.get("date")))


def _date(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        date = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise errors.invalid_json() from error
    return date if date.tzinfo is not None else date.replace(tzinfo=UTC)


def _fields(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise errors.invalid_json()
    return value


def _list(fields: dict[str, Any], name: str) -> list[Any]:
    values = fields.get(name) or []
    if not isinstance(values, list):
        raise errors.invalid_json()
    return values


def _invalid(message: str) -> ApiError:
    return errors.invalid_argument(message, NEW_PUSH)
