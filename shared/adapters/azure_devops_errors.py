"""OUTSIDE: what Azure DevOps answers when it does not do it, in our errors.

The one place that knows its statuses, type keys and texts. Sources: documented in
Azure Repos REST 7.1 and its rate limits page; reported in mburumaxwell/paklo#1413 and
#2069, cjohnstoniv/wardyn (refusals measured live), microsoft/devops-project-samples
#202, harness-core, neuvector. Where only the wording is known, the wording decides.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.adapters.remote_words import sentence
from shared.errors import (
    AccessDenied,
    AlreadyExists,
    BackupError,
    Conflict,
    ContentRefused,
    CredentialsRefused,
    NotFound,
    Permanent,
    PushRefused,
    RefMoved,
    StaleDecision,
    Throttled,
    TooLarge,
    Unavailable,
)

LONGEST_REFUSAL = 4000
"""A push policy names the paths it objects to; they are what the caller needs."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success. `resource` is the route's last fixed word."""

    resource: str
    status: int
    key: str = ""
    message: str = ""
    retry_after: float | None = None

    @property
    def pushing(self) -> bool:
        """Whether a push was asked for."""
        return self.resource == "pushes"


BY_KEY: Mapping[str, type[BackupError]] = {
    "GitReferenceStaleException": RefMoved,
    "GitRefUpdateRejectedByPolicyException": PushRefused,
    "GitRefUpdateRejectedByPluginException": PushRefused,
    "GitForcePushDeniedException": PushRefused,
    "GitRefLockedException": PushRefused,
    "GitObjectRejectedException": ContentRefused,
    "UnsafeGitmodulesException": ContentRefused,
    "InvalidGitRefNameException": PushRefused,
    "GitRefNameConflictException": PushRefused,
    "GitRecursionLimitReachedException": PushRefused,
    "GitNeedsPermissionException": AccessDenied,
    "GitRepositoryNotFoundException": NotFound,
    "GitItemNotFoundException": NotFound,
    "GitUnresolvableToCommitException": NotFound,
    "GitCommitDoesNotExistException": NotFound,
    "GitRefNotFoundException": NotFound,
    "ProjectDoesNotExistWithNameException": NotFound,
    "GitObjectDoesNotExistException": NotFound,
    "GitRefNameAlreadyExistsException": AlreadyExists,
    "GitRepositoryNameAlreadyExistsException": AlreadyExists,
    "GitServiceUnavailableException": Unavailable,
    "InvalidIdentityException": CredentialsRefused,
    "UnauthorizedRequestException": CredentialsRefused,
}

BY_STATUS: Mapping[int, type[BackupError]] = {
    203: CredentialsRefused,
    401: CredentialsRefused,
    403: AccessDenied,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    413: TooLarge,
    429: Throttled,
}

_BY_TEXT: tuple[tuple[re.Pattern[str], type[BackupError]], ...] = (
    (re.compile(r"TF400733"), Throttled),
    (re.compile(r"TF400813"), CredentialsRefused),
    (re.compile(r"TF401027"), AccessDenied),
    (re.compile(r"TF401028"), RefMoved),
    (re.compile(r"TF402455|VS403702"), PushRefused),
    (re.compile(r"VS4036\d\d|VS4037\d\d"), ContentRefused),
    (re.compile(r"TF401019|TF401174|TF401175|VS403403"), NotFound),
    (re.compile(r"maximum request size of \d+ bytes"), TooLarge),
)
_STALE = re.compile(
    r"already exists|does not exist|could not be found|could not find|cannot be found"
    r"|not found|\bblob\b|\btree\b|\bfolder\b|Parameter name: newPush",
    re.IGNORECASE,
)
_INVALID = re.compile(r"\b(?:invalid|not valid|not allowed|reserved)\b", re.IGNORECASE)

NOT_SIGNED_IN = (
    "Azure DevOps does not accept the credential. Likely causes: the token expired, was"
    " revoked or lacks the scope Code (read & write); the organization in the address"
    " is not its own; the identity was not added to the organization, or is of another"
    " tenant than the organization's"
)


def error_of(refusal: Refusal) -> BackupError:
    """Our error for an answer; every status and key has one."""
    kind = _kind_of(refusal)
    limit = LONGEST_REFUSAL if issubclass(kind, PushRefused) else 300
    code = f"{refusal.status} {refusal.key}".strip()
    message = f"{refusal.resource}: {sentence(refusal.message, limit)} ({code})"
    if kind is Throttled:
        return Throttled(message, refusal.retry_after)
    if kind is CredentialsRefused:
        return CredentialsRefused(f"{NOT_SIGNED_IN}. {message}")
    return kind(message)


def refusal_of(
    resource: str, status: int, body: bytes, retry_after: float | None
) -> Refusal:
    """The refusal an answer's body tells of; some begin with a byte order mark."""
    try:
        told = json.loads(body.decode("utf-8-sig"))
    except ValueError:
        told = None
    if not isinstance(told, dict):
        # A page of HTML is no message.
        words = "" if body.lstrip()[:1] == b"<" else body.decode("utf-8", "replace")
        return Refusal(resource, status, "", words, retry_after)
    key = str(told.get("typeKey") or "")
    message = str(told.get("message") or told.get("Message") or "")
    return Refusal(resource, status, key, message, retry_after)


def _kind_of(refusal: Refusal) -> type[BackupError]:
    if refusal.status == 203 or 300 <= refusal.status < 400:
        return CredentialsRefused
    if refusal.pushing and _unknown_base(refusal):
        return RefMoved
    if refusal.resource == "annotatedtags" and refusal.status == 409:
        return AlreadyExists
    for pattern, kind in _BY_TEXT:
        if pattern.search(refusal.message):
            return kind
    return (
        BY_KEY.get(refusal.key)
        or BY_STATUS.get(refusal.status)
        or (Unavailable if refusal.status >= 500 else _kind_of_400(refusal))
    )


def _unknown_base(refusal: Refusal) -> bool:
    """A branch that is gone, and an old tip with it, comes as a 500 (reported).

    The tip has to be read again, as after any other move of the branch.
    """
    return "TF401035" in refusal.message or (
        refusal.key == "GitObjectDoesNotExistException"
    )


def _kind_of_400(refusal: Refusal) -> type[BackupError]:
    """What is wrong with a push is told in words only, some of them unknown to us."""
    if not refusal.pushing:
        return Permanent
    if _INVALID.search(refusal.message):
        return ContentRefused
    return StaleDecision if _STALE.search(refusal.message) else PushRefused
