"""OUTSIDE: what Databricks answers when it does not do it, in our errors.

The one place that knows its statuses, error codes and texts. Sources: the SDK's own
tables (databricks-sdk-py, errors/platform.py), texts reported in databricks/cli#3691,
cli#4081, databrickslabs/migrate#247, ucx#401 and retried by the Terraform exporter.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from shared.adapters.remote_words import sentence
from shared.domain.objects import parent
from shared.errors import (
    AccessDenied,
    AddressBlocked,
    AlreadyExists,
    BackupError,
    CredentialsRefused,
    ExportDisabled,
    GitCredentialMissing,
    NotExportable,
    NotFound,
    RequestRefused,
    Throttled,
    TooLarge,
    Unavailable,
)

type Endpoint = Literal[
    "list",
    "export",
    "repos",
    "identity",
    "status",
    "import",
    "mkdirs",
    "delete",
    "clone",
    "checkout",
]


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success. `subject` is what was asked for, for people."""

    endpoint: Endpoint
    subject: str
    status: int
    code: str = ""
    message: str = ""
    retry_after: float | None = None


BY_CODE: Mapping[str, type[BackupError]] = {
    "UNAUTHENTICATED": CredentialsRefused,
    "PERMISSION_DENIED": AccessDenied,
    "FEATURE_DISABLED": AccessDenied,
    "PRIVATE_LINK_VALIDATION_ERROR": AddressBlocked,
    "NOT_FOUND": NotFound,
    "RESOURCE_DOES_NOT_EXIST": NotFound,
    "RESOURCE_EXHAUSTED": Throttled,
    "REQUEST_LIMIT_EXCEEDED": Throttled,
    "MAX_NOTEBOOK_SIZE_EXCEEDED": TooLarge,
    "MAX_READ_SIZE_EXCEEDED": TooLarge,
    "MAX_LIST_SIZE_EXCEEDED": TooLarge,
    "MAX_CHILD_NODE_SIZE_EXCEEDED": TooLarge,
    "INTERNAL_ERROR": Unavailable,
    "TEMPORARILY_UNAVAILABLE": Unavailable,
    "DEADLINE_EXCEEDED": Unavailable,
    "CANCELLED": Unavailable,
    "ABORTED": Unavailable,
    "UNKNOWN": Unavailable,
    "DATA_LOSS": Unavailable,
}

BY_STATUS: Mapping[int, type[BackupError]] = {
    401: CredentialsRefused,
    403: AccessDenied,
    404: NotFound,
    408: Unavailable,
    409: Unavailable,
    413: TooLarge,
    425: Unavailable,
    429: Throttled,
    499: Unavailable,
}

_TOO_LARGE = re.compile(
    r"MAX_(?:NOTEBOOK|READ)_SIZE_EXCEEDED|exceeded max size"
    r"|size exceeds \d+ bytes",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\((\d+) bytes\), exceeded max size")
# The first is what an experiment answers (reported: databricks/cli#4081).
_NOT_EXPORTABLE = re.compile(
    r"no access to read file at|export\w*\b.*\bnot (?:supported|exportable)"
    r"|cannot be exported",
    re.IGNORECASE,
)
_EXPORT_DISABLED = re.compile(
    r"export\w*\b.*\b(?:disabled|not enabled|not allowed)"
    r"|(?:disabled|not enabled)\b.*\bexport",
    re.IGNORECASE,
)
_BAD_TOKEN = re.compile(
    r"\b(?:invalid|expired|malformed)\b.*\btoken\b|\btoken\b.*\b(?:invalid|expired)\b",
    re.IGNORECASE,
)
# Reported: omnigent-ai/omnigent#4463, which quotes it with its status, 403.
_ADDRESS_BLOCKED = re.compile(r"\bblocked by Databricks IP ACL\b", re.IGNORECASE)
_SLOW_DOWN = re.compile(
    r"exceeded the concurrent limit|rate limit|token bucket limit", re.IGNORECASE
)
_PASSING = re.compile(
    r"deadline exceeded|error handling request|timed out after|operation timed out"
    r"|unexpected error|please try again later|UnknownWorkerEnvironmentException"
    r"|worker environment|ClusterNotReadyException",
    re.IGNORECASE,
)
# Reported: databricks/cli filer, cli#3386, databrickslabs/migrate#15.
_ALREADY_THERE = re.compile(r"already[ _]exists", re.IGNORECASE)
_WRITES = frozenset({"import", "mkdirs", "delete", "clone", "checkout"})
# Reported: databricks-cli#404, databricks/cli#1450, cli#1551,
# terraform-provider-databricks#945. The new name is documented: Git folders, errors and
# troubleshooting.
_GIT_CREDENTIAL = re.compile(
    r"\b(?:Git provider|Active Directory|Entra(?: ID)?) credentials?\b", re.IGNORECASE
)
_PROTECTED = re.compile(r"\bis protected\b", re.IGNORECASE)
# The second is a guess: what is said where a file is in the place of a folder.
_NO_PARENT = re.compile(
    r"parent folder .* does not exist|is not a (?:directory|folder)\b", re.IGNORECASE
)
_WHOLE_SENTENCE_FOR_401 = (
    "Databricks does not accept the credential; it may have expired, or belong to an"
    " identity that is not in this workspace"
)


def error_of(refusal: Refusal) -> BackupError:
    """Our error for an answer; every status and code has one."""
    kind = _kind_of(replace(refusal, message=_without_paths(refusal)))
    message = _told(refusal)
    if kind is Throttled:
        return Throttled(message, refusal.retry_after)
    if kind is TooLarge:
        size = _SIZE.search(refusal.message)
        return TooLarge(message, int(size[1]) if size else None)
    if kind is CredentialsRefused:
        return CredentialsRefused(f"{_WHOLE_SENTENCE_FOR_401}: {message}")
    return kind(message)


def _without_paths(refusal: Refusal) -> str:
    """What it says but for where, for a notebook may be named like an error."""
    words, path = refusal.message, refusal.subject
    while path.startswith("/") and path != "/":
        words, path = words.replace(path, ""), parent(path)
    return words


def _kind_of(refusal: Refusal) -> type[BackupError]:
    if refusal.status == 401:
        return CredentialsRefused
    return (
        _kind_of_write(refusal)
        or _kind_by_text(refusal)
        or BY_CODE.get(refusal.code)
        or BY_STATUS.get(refusal.status)
        or (Unavailable if refusal.status >= 500 else RequestRefused)
    )


def _kind_of_write(refusal: Refusal) -> type[BackupError] | None:
    """What only requests that write are answered."""
    passing = refusal.status == 429 or refusal.status >= 500
    if refusal.endpoint not in _WRITES or passing:
        return None
    text = f"{refusal.code} {refusal.message}"
    conflict = refusal.endpoint == "import" and refusal.status == 409
    if refusal.endpoint in {"clone", "checkout"} and _GIT_CREDENTIAL.search(text):
        return GitCredentialMissing
    if conflict or _ALREADY_THERE.search(text):
        return AlreadyExists
    if _PROTECTED.search(text):
        return AccessDenied
    return NotFound if _NO_PARENT.search(text) else None


def _kind_by_text(refusal: Refusal) -> type[BackupError] | None:
    """The texts that say more than the status and code they come with."""
    text = refusal.message
    if refusal.status == 403 and (kind := _kind_of_403(text)):
        return kind
    if _TOO_LARGE.search(text):
        return TooLarge
    if refusal.endpoint == "export" and _NOT_EXPORTABLE.search(text):
        return NotExportable
    if refusal.endpoint == "export" and _says_disabled(refusal):
        return ExportDisabled
    if _SLOW_DOWN.search(text):
        return Throttled
    return Unavailable if _PASSING.search(text) else None


def _kind_of_403(text: str) -> type[BackupError] | None:
    """Who is let in at all is told in words only."""
    if _ADDRESS_BLOCKED.search(text):
        return AddressBlocked
    return CredentialsRefused if _BAD_TOKEN.search(text) else None


def _says_disabled(refusal: Refusal) -> bool:
    """The wording is a guess; only the switch itself is documented."""
    return refusal.code == "FEATURE_DISABLED" or (
        refusal.status == 403 and bool(_EXPORT_DISABLED.search(refusal.message))
    )


def _told(refusal: Refusal) -> str:
    # The SDK appends its configuration, or the whole exchange, to some messages.
    words = re.split(r"\. Config: |Request log:", refusal.message)[0]
    code = f"{refusal.status} {refusal.code}".strip()
    return f"{refusal.endpoint} of {refusal.subject}: {sentence(words)} ({code})"
