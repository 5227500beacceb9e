"""TRIGGERS: what goes wrong, as RFC 9457 problems; knows no use case."""

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass

import azure.functions as func

from functions.request_bodies import MAX_BODY_BYTES, BodyTooLargeError
from functions.surprises import log_unexpected
from shared.errors import (
    AccessDenied,
    BackupError,
    CredentialsRefused,
    InvalidRequest,
    NotFound,
    PlaceTaken,
    RestoreDisabled,
    SettingError,
    Throttled,
    Transient,
    UnknownVersion,
)

PROBLEM_TYPES = "urn:databricks-workspace-backup:problem:"
RETRY_AFTER_SECONDS = 5
MAX_RETRY_AFTER_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of answer to what went wrong."""

    status: int
    name: str
    title: str

    def answer(
        self, detail: str, headers: dict[str, str] | None = None, **more: object
    ) -> func.HttpResponse:
        """The problem as `application/problem+json`; `more` are its extra members."""
        body = {
            "type": PROBLEM_TYPES + self.name,
            "title": self.title,
            "status": self.status,
            "detail": detail,
            **more,
        }
        return func.HttpResponse(
            json.dumps(body),
            status_code=self.status,
            mimetype="application/problem+json",
            headers=headers,
        )


INVALID = Problem(400, "invalid-request", "The request has a field that is wrong")
NOT_FOUND = Problem(404, "not-found", "There is no such thing here")
RUN_OPEN = Problem(409, "run-open", "A run is open")
RESTORE_OPEN = Problem(409, "restore-open", "A restore is open")
RESTORE_ENDED = Problem(409, "restore-ended", "The restore has ended")
RESTORE_DISABLED = Problem(403, "restore-disabled", "Restores are switched off")
RUN_ENDED = Problem(409, "run-ended", "The run has ended")
TOO_LARGE = Problem(413, "body-too-large", "The request's body is too large")
NOT_COMPARABLE = Problem(422, "not-comparable", "This cannot be compared")
UNEXPECTED = Problem(500, "unexpected", "Something unexpected went wrong")
SETTING = Problem(500, "setting", "A setting of the app is missing or wrong")
NEWER = Problem(500, "newer-version", "The app is older than its state")
REFUSED = Problem(502, "credentials-refused", "A remote does not accept the app")
UNAVAILABLE = Problem(503, "unavailable", "Trying again can help")

_PLAIN: tuple[tuple[type[BackupError], Problem], ...] = (
    (RestoreDisabled, RESTORE_DISABLED),
    (NotFound, NOT_FOUND),
    (UnknownVersion, NEWER),
    (CredentialsRefused, REFUSED),
    (AccessDenied, REFUSED),
)

type Handler = Callable[[func.HttpRequest], func.HttpResponse]


def told(handler: Handler) -> Handler:
    """The handler, with every error it raises answered as a problem."""

    @functools.wraps(handler)
    def telling(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return handler(req)
        except BackupError as error:
            return _told(error)
        except BodyTooLargeError:
            return TOO_LARGE.answer(f"A body has at most {MAX_BODY_BYTES} bytes.")
        except Exception as error:  # noqa: BLE001 - the outermost edge of a trigger
            log_unexpected(error, "answering")
            return UNEXPECTED.answer("The app's log has the details.")

    return telling


def _told(error: BackupError) -> func.HttpResponse:
    match error:
        case InvalidRequest():
            return invalid([error])
        case PlaceTaken():
            return RESTORE_OPEN.answer(str(error), active_restore=error.holder)
        case SettingError():
            return SETTING.answer(str(error), setting=error.setting)
        case Transient():
            headers = {"Retry-After": str(_retry_after(error))}
            return UNAVAILABLE.answer(str(error), headers)
    for kind, problem in _PLAIN:
        if isinstance(error, kind):
            return problem.answer(str(error))
    log_unexpected(error, "answering")
    return UNEXPECTED.answer("The app's log has the details.")


def invalid(errors: list[InvalidRequest]) -> func.HttpResponse:
    """400: the field that is to blame, and all of them where there are several."""
    first = errors[0]
    detail = f"{first.field}: {first}" if first.field else str(first)
    more: dict[str, object] = {"field": first.field} if first.field else {}
    if len(errors) > 1:
        more["errors"] = [{"field": e.field, "detail": str(e)} for e in errors]
    return INVALID.answer(detail, None, **more)


def _retry_after(error: Transient) -> int:
    """Whole seconds. What a remote asked for cannot keep a caller away for hours."""
    asked = error.retry_after if isinstance(error, Throttled) else None
    seconds = RETRY_AFTER_SECONDS if asked is None else asked
    # In this order a NaN, which is neither more nor less than anything, is one second.
    return int(min(MAX_RETRY_AFTER_SECONDS, max(1, seconds)))
