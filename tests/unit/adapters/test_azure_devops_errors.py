import json

import pytest

from shared.adapters.azure_devops_errors import (
    BY_KEY,
    BY_STATUS,
    Refusal,
    error_of,
    refusal_of,
)
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
    Transient,
    Unavailable,
)

BAD = "InvalidArgumentValueException"
SECRETS = (
    "VS403654: The push was rejected because it contains one or more secrets.\n"
    "Secrets:\ncommit: 1234\npaths: /a/b.py(51,74-113) : SEC101/003 : GoogleApiKey"
)
ALREADY_THERE = (
    "The path '/x' specified in the add operation already exists."
    " Please specify a new path.\r\nParameter name: newPush"
)
BODY_TOO_LARGE = (
    "The maximum request size of 26214400 bytes was exceeded.\r\n"
    "Parameter name: contentStream"
)


def pushing(status: int, key: str = "", message: str = "") -> BackupError:
    return error_of(Refusal("pushes", status, key, message))


@pytest.mark.parametrize("status", [203, *range(300, 600)])
@pytest.mark.parametrize("resource", ["pushes", "refs", "_apis", "annotatedtags"])
def test_every_status_has_an_error_that_says_whether_to_try_again(
    status: int, resource: str
) -> None:
    error = error_of(Refusal(resource, status))

    assert isinstance(error, Transient | Permanent)
    if status >= 500:
        assert type(error) is Unavailable


def test_every_key_in_the_table_wins_over_its_status() -> None:
    for key, kind in BY_KEY.items():
        if key != "GitObjectDoesNotExistException":
            assert type(error_of(Refusal("pushes", 400, key))) is kind, key


def test_every_status_in_the_table_counts_where_nothing_else_is_known() -> None:
    for status, kind in BY_STATUS.items():
        assert type(error_of(Refusal("refs", status))) is kind, status


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (pushing(409, "GitReferenceStaleException", "TF401028: moved"), RefMoved),
        (pushing(409, "", "TF401028: moved"), RefMoved),
        (pushing(500, "GitObjectDoesNotExistException", "TF401035: no"), RefMoved),
        (pushing(500, "", "TF401035: The object does not exist."), RefMoved),
        (pushing(409, "GitSomethingElseException"), Conflict),
        (pushing(400, BAD, ALREADY_THERE), StaleDecision),
        (pushing(400, BAD, "anything\r\nParameter name: newPush"), StaleDecision),
        (
            pushing(400, BAD, "The path is invalid.\r\nParameter name: newPush"),
            ContentRefused,
        ),
        (
            pushing(400, "InvalidPathException", "A name that is not allowed"),
            ContentRefused,
        ),
        (pushing(400, BAD, BODY_TOO_LARGE), TooLarge),
        (pushing(413), TooLarge),
        (pushing(403, "GitRefUpdateRejectedByPolicyException", "TF402455: no"), None),
        (
            pushing(400, "GitRefUpdateRejectedByPluginException", SECRETS),
            ContentRefused,
        ),
        (pushing(403, "", SECRETS), ContentRefused),
        (pushing(403, "GitRefLockedException"), None),
        (pushing(403, "GitNeedsPermissionException", "TF401027: no"), AccessDenied),
        (pushing(404, "GitRepositoryNotFoundException", "TF401019: no"), NotFound),
        (pushing(429, "", "TF400733: blocked"), Throttled),
        (pushing(503, "GitServiceUnavailableException"), Unavailable),
        (pushing(500), Unavailable),
        (pushing(401, "InvalidIdentityException"), CredentialsRefused),
        (pushing(403, "", "TF400813: The user is not authorized"), CredentialsRefused),
    ],
)
def test_refused_pushes_are_told_apart(
    error: BackupError, expected: type[BackupError] | None
) -> None:
    assert type(error) is (expected or PushRefused)


def test_existing_tag_is_not_taken_for_a_moved_branch() -> None:
    assert type(error_of(Refusal("annotatedtags", 409))) is AlreadyExists


def test_unknown_object_is_only_missing_to_a_reader() -> None:
    error = error_of(Refusal("trees", 500, "GitObjectDoesNotExistException"))

    assert type(error) is NotFound


def test_paths_that_hold_secrets_are_named() -> None:
    error = pushing(400, "GitRefUpdateRejectedByPluginException", SECRETS + " " * 9)

    assert "/a/b.py(51,74-113)" in str(error)


def test_refused_credential_names_the_likely_causes() -> None:
    error = error_of(Refusal("_apis", 203))

    for cause in ("expired", "scope", "organization", "tenant"):
        assert cause in str(error)


def test_refusal_is_read_behind_a_byte_order_mark() -> None:
    told = {"typeKey": "InvalidIdentityException", "message": "TF400813: no"}
    body = b"\xef\xbb\xbf" + json.dumps(told).encode()

    refusal = refusal_of("refs", 401, body, None)

    assert (refusal.key, refusal.message) == (told["typeKey"], told["message"])


@pytest.mark.parametrize("body", [b"", b"<html>secret</html>", b"[1]", b"\xff{"])
def test_body_that_is_no_refusal_does_no_harm(body: bytes) -> None:
    error = error_of(refusal_of("refs", 503, body, 3.0))

    assert type(error) is Unavailable
    assert "html" not in str(error)


def test_pause_that_was_asked_for_is_kept() -> None:
    error = error_of(refusal_of("refs", 429, b"", 3.0))

    assert isinstance(error, Throttled)
    assert error.retry_after == 3.0
