"""OUTSIDE: what Azure Storage answers when it fails, in our own errors.

The only module that knows its status codes and error codes. The original error is
cut off on purpose: its text can hold the request's address, and that a signature.
"""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from azure.core.exceptions import AzureError, HttpResponseError
from requests import RequestException

from shared.adapters.remote_words import wait_of
from shared.errors import (
    AccessDenied,
    AlreadyExists,
    BackupError,
    Conflict,
    CredentialsRefused,
    LeaseHeld,
    NotFound,
    Permanent,
    Throttled,
    TooLarge,
    Unavailable,
)

_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2

_NOT_SIGNED_IN = frozenset(
    {"AuthenticationFailed", "InvalidAuthenticationInfo", "NoAuthenticationInformation"}
)
_THROTTLED = frozenset({"ServerBusy", "TooManyRequests"})
_TOO_LARGE = frozenset(
    {
        "EntityTooLarge",
        "PropertyValueTooLarge",
        "RequestBodyTooLarge",
        "MessageTooLarge",
    }
)


@contextmanager
def translated(action: str) -> Iterator[None]:
    """Raise our errors instead of the SDK's; `action` names what was tried."""
    try:
        yield
    except (AzureError, RequestException) as error:
        # The second is what a half answer to a transaction is: the SDK lets it through.
        raise translate(action, error) from None


def repeated[T](action: str, call: Callable[[], T]) -> T:
    """Make a call that may be made twice; a few quick attempts where it was cut off.

    The SDKs' own retries are switched off: they would also repeat writes of which
    it is unknown whether they took effect.
    """
    for attempt in range(1, _ATTEMPTS):
        try:
            with translated(action):
                return call()
        except Unavailable:
            time.sleep(random.uniform(0.5, 1) * _PAUSE_SECONDS * 2**attempt)  # noqa: S311 - a pause, not a secret
    with translated(action):
        return call()


def code_of(error: AzureError) -> str:
    """The service's own word for what happened; empty where it said none."""
    code = getattr(error, "error_code", None)
    if not code:
        code = _header(error, "x-ms-error-code")
    return str(getattr(code, "value", code) or "")


def translate(action: str, error: AzureError | RequestException) -> BackupError:
    """Our error for the SDK's, by status and the service's code.

    Documented: Azure Storage REST, common, blob, queue and table error codes.
    """
    status = getattr(error, "status_code", None)
    if not isinstance(error, HttpResponseError) or status is None:
        return Unavailable(f"{action}: storage gave no answer ({type(error).__name__})")
    code = code_of(error)
    text = f"{action}: storage answered {status} {code}".rstrip()
    if status == 429 or code in _THROTTLED:
        return Throttled(text, wait_of(_header(error, "Retry-After")))
    if status >= 500 or status == 408:
        return Unavailable(text)
    if status < 300:
        return Unavailable(f"{text}, and was cut off")
    return _refused(status, code, text)


def _refused(status: int, code: str, text: str) -> BackupError:
    if status == 401 or code in _NOT_SIGNED_IN:
        return CredentialsRefused(text)
    if status == 413 or code in _TOO_LARGE:
        return TooLarge(text)
    kinds = {403: AccessDenied, 404: NotFound, 412: Conflict}
    return _clash(code, text) if status == 409 else kinds.get(status, Permanent)(text)


def _clash(code: str, text: str) -> BackupError:
    if code.endswith("AlreadyExists"):
        return AlreadyExists(text)
    if code.startswith("LeaseAlready"):
        return LeaseHeld(text)
    if code.endswith(("BeingDeleted", "BeingCreated", "BeingDisabled")):
        return Unavailable(text)
    return Conflict(text)


def _header(error: AzureError, name: str) -> str | None:
    headers: Mapping[str, str] = getattr(
        getattr(error, "response", None), "headers", {}
    )
    return headers.get(name)
