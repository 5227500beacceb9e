from typing import get_args

import pytest
from databricks.sdk.errors import platform

from shared.adapters.databricks_errors import (
    BY_CODE,
    BY_STATUS,
    Endpoint,
    Refusal,
    error_of,
)
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
    Permanent,
    RequestRefused,
    Throttled,
    TooLarge,
    Transient,
    Unavailable,
)

# The requests that write have codes of their own; a reader never meets them, and if it
# does, what the status says is right.
WRITERS_CODES = {
    "INVALID_STATE",
    "INVALID_PARAMETER_VALUE",
    "ALREADY_EXISTS",
    "RESOURCE_ALREADY_EXISTS",
}


def told(status: int, message: str = "", code: str = "", **more: object) -> BackupError:
    endpoint: Endpoint = "export"
    return error_of(Refusal(endpoint, "/a", status, code, message, **more))  # type: ignore[arg-type]


@pytest.mark.parametrize("status", range(400, 600))
@pytest.mark.parametrize("endpoint", get_args(Endpoint.__value__))
def test_every_status_has_an_error_that_says_whether_to_try_again(
    status: int, endpoint: Endpoint
) -> None:
    error = error_of(Refusal(endpoint, "/a", status))

    assert isinstance(error, Transient | Permanent)
    if status >= 500:
        assert type(error) is Unavailable


def test_every_status_and_code_that_the_sdk_knows_is_in_the_tables() -> None:
    statuses = set(platform.STATUS_CODE_MAPPING) - {400}
    codes = set(platform.ERROR_CODE_MAPPING) - WRITERS_CODES

    assert {status for status in statuses if status < 500} <= set(BY_STATUS)
    assert codes <= set(BY_CODE)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (told(401, "whatever"), CredentialsRefused),
        (told(403, "Invalid access token."), CredentialsRefused),
        (told(403, "Token is expired"), CredentialsRefused),
        (told(403, "no permission", "PERMISSION_DENIED"), AccessDenied),
        (
            told(403, "Source IP address: 1.2.3.4 is blocked by Databricks IP ACL"),
            AddressBlocked,
        ),
        (told(403, "Notebook export is disabled by the admin."), ExportDisabled),
        (told(400, "Export is off", "FEATURE_DISABLED"), ExportDisabled),
        (told(404, "", "RESOURCE_DOES_NOT_EXIST"), NotFound),
        (told(400, "", "RESOURCE_DOES_NOT_EXIST"), NotFound),
        (told(400, "No access to read file at /a", "BAD_REQUEST"), NotExportable),
        (told(400, "Exporting a library is not supported"), NotExportable),
        (told(429), Throttled),
        (told(403, "Workspace 1 exceeded the concurrent limit of 20"), Throttled),
        (told(500, "RPC token bucket limit has been exceeded"), Throttled),
        (told(400, "", "REQUEST_LIMIT_EXCEEDED"), Throttled),
        (told(400, "Operation timed out"), Unavailable),
        (told(400, "deadline exceeded"), Unavailable),
        (told(502), Unavailable),
        (told(400, "", "TEMPORARILY_UNAVAILABLE"), Unavailable),
        (told(400, "too big", "MAX_NOTEBOOK_SIZE_EXCEEDED"), TooLarge),
        (told(400, "too big", "MAX_READ_SIZE_EXCEEDED"), TooLarge),
        (told(400, "Size exceeds 10485760 bytes", "BAD_REQUEST"), TooLarge),
    ],
)
def test_texts_and_codes_say_more_than_a_status(
    error: BackupError, expected: type[BackupError]
) -> None:
    assert type(error) is expected


def test_size_of_what_is_too_large_is_read_from_the_text() -> None:
    text = "File size imported is (459418279 bytes), exceeded max size (10485760 bytes)"

    error = told(400, text, "BAD_REQUEST")

    assert isinstance(error, TooLarge)
    assert error.size == 459418279


def test_pause_that_was_asked_for_is_kept() -> None:
    error = told(429, retry_after=7.0)

    assert isinstance(error, Throttled)
    assert error.retry_after == 7.0


def test_message_is_short_on_one_line_and_without_secrets() -> None:
    token = "dapi" + "0123456789abcdef" * 2

    error = told(403, f"no\nway {token} " + "x" * 1000 + ". Config: host=h")

    assert token not in str(error)
    assert "\n" not in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize("endpoint", ["list", "export"])
def test_what_nobody_knows_the_reason_of_is_refused_and_no_more(
    endpoint: Endpoint,
) -> None:
    assert type(error_of(Refusal(endpoint, "/a", 400))) is RequestRefused


def written(
    status: int, message: str = "", code: str = "", endpoint: Endpoint = "import"
) -> BackupError:
    return error_of(Refusal(endpoint, "/a", status, code, message))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (written(400, "Path (/x) already exists."), AlreadyExists),
        (written(400, "RESOURCE_ALREADY_EXISTS: /x"), AlreadyExists),
        (written(400, "taken", "RESOURCE_ALREADY_EXISTS"), AlreadyExists),
        (written(400, "Node named 'file.txt' already exists"), AlreadyExists),
        (written(409), AlreadyExists),
        (written(400, "already exists", endpoint="mkdirs"), AlreadyExists),
        (written(409, endpoint="mkdirs"), Unavailable),
        (written(409, endpoint="delete"), Unavailable),
        (written(403, "Folder Users is protected"), AccessDenied),
        (written(400, "Folder Users is protected", endpoint="mkdirs"), AccessDenied),
        (written(404, "The parent folder (/p) does not exist."), NotFound),
        (written(400, "The parent folder (/p) does not exist."), NotFound),
        (written(404, "Path (/x) doesn't exist.", endpoint="delete"), NotFound),
        (written(403, "full", "MAX_CHILD_NODE_SIZE_EXCEEDED"), TooLarge),
        (written(400, "(459 bytes), exceeded max size (1 bytes)"), TooLarge),
        (written(400, "The zip archive contains no items."), RequestRefused),
        (written(400, "holds", "DIRECTORY_NOT_EMPTY", "delete"), RequestRefused),
        (written(400, "/a is not a directory"), NotFound),
        (written(400, "taken", "ALREADY_EXISTS"), AlreadyExists),
        (written(409, "taken", "ALREADY_EXISTS", "mkdirs"), AlreadyExists),
        (written(500, "it already exists, says a crash"), Unavailable),
        (written(503, "the shard is protected for now"), Unavailable),
        (written(429, "your quota is protected"), Throttled),
        (written(401), CredentialsRefused),
        (written(403, "Invalid access token."), CredentialsRefused),
        (written(429), Throttled),
        (told(409), Unavailable),
        (told(400, "already exists"), RequestRefused),
    ],
)
def test_what_is_written_is_answered_in_words_of_its_own(
    error: BackupError, expected: type[BackupError]
) -> None:
    assert type(error) is expected


@pytest.mark.parametrize("endpoint", ["import", "mkdirs", "delete"])
@pytest.mark.parametrize("code", sorted(platform.ERROR_CODE_MAPPING))
def test_every_code_that_the_sdk_knows_says_something_to_a_writer(
    endpoint: Endpoint, code: str
) -> None:
    expected = BY_CODE.get(code)
    if expected is None:
        expected = AlreadyExists if code.endswith("EXISTS") else RequestRefused

    assert code in {*BY_CODE, *WRITERS_CODES}
    assert type(written(400, "no", code, endpoint)) is expected


@pytest.mark.parametrize(
    ("endpoint", "path", "status", "words", "expected"),
    [
        ("delete", "/it already exists", 404, "Path ({}) is gone.", NotFound),
        ("import", "/is protected/a", 404, "No parent folder of {}", NotFound),
        ("import", "/a/is protected", 429, "Slow down for {}", Throttled),
        ("list", "/unexpected error", 404, "Path ({}) is gone.", NotFound),
        ("export", "/rate limit", 403, "You may not view {}.", AccessDenied),
        ("export", "/Exports (disabled)/a", 403, "Not yours: {}.", AccessDenied),
        ("list", "/an expired token", 403, "Not yours: /Workspace{}.", AccessDenied),
        ("export", "/a/cannot be exported", 404, "Path ({}) is gone.", NotFound),
    ],
)
def test_a_name_that_reads_like_an_error_is_none(
    endpoint: Endpoint, path: str, status: int, words: str, expected: type[BackupError]
) -> None:
    error = error_of(Refusal(endpoint, path, status, "", words.format(path)))

    assert type(error) is expected
    assert path in str(error)


def test_a_folder_that_reads_like_an_error_is_none_either() -> None:
    words = "The parent folder (/it is protected) does not exist."

    error = error_of(Refusal("import", "/it is protected/a", 404, "", words))

    assert type(error) is NotFound


WRITERS: list[Endpoint] = ["import", "mkdirs", "delete", "clone", "checkout"]


@pytest.mark.parametrize("endpoint", ["clone", "checkout"])
@pytest.mark.parametrize(
    "text",
    [
        "Azure Active Directory credentials missing. Ensure you are logged in",
        "Encountered an error with your Azure Active Directory credentials.",
        "Encountered an error with your Microsoft Entra ID credentials.",
        "Missing Git provider credentials. Go to User Settings > Git Integration",
        "Invalid Git provider credentials. Ensure that your token has not expired",
    ],
)
def test_a_credential_that_the_workspace_lacks_is_not_our_own(
    text: str, endpoint: Endpoint
) -> None:
    for status, code in ((403, "PERMISSION_DENIED"), (400, "INVALID_STATE")):
        assert type(written(status, text, code, endpoint)) is GitCredentialMissing


def test_a_place_for_a_git_folder_that_is_taken_is_told() -> None:
    text = "Repo /Repos/a/b already exists. If you would like to create two repos"

    error = written(400, text, "RESOURCE_ALREADY_EXISTS", "clone")

    assert type(error) is AlreadyExists


@pytest.mark.parametrize("endpoint", WRITERS)
@pytest.mark.parametrize("status", [400, 403, 500])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Workspace 1 exceeded the concurrent limit of 20 requests", Throttled),
        ("RPC token bucket limit has been exceeded", Throttled),
        ("deadline exceeded", Unavailable),
        ("Error handling request", Unavailable),
        ("Timed out after 60 s", Unavailable),
        ("Operation timed out", Unavailable),
    ],
)
def test_what_passes_passes_for_a_writer_too(
    text: str, expected: type[BackupError], status: int, endpoint: Endpoint
) -> None:
    assert type(written(status, text, "BAD_REQUEST", endpoint)) is expected


@pytest.mark.parametrize("endpoint", WRITERS)
@pytest.mark.parametrize("code", ["MAX_NOTEBOOK_SIZE_EXCEEDED", "BAD_REQUEST", ""])
@pytest.mark.parametrize(
    ("text", "size"),
    [
        (
            "File size is (459418279 bytes), exceeded max size (10485760 bytes)",
            459418279,
        ),
        ("Size exceeds 10485760 bytes", None),
        ("MAX_READ_SIZE_EXCEEDED: no", None),
    ],
)
def test_what_is_too_large_to_write_tells_its_size_where_it_is_said(
    text: str, size: int | None, code: str, endpoint: Endpoint
) -> None:
    error = written(400, text, code, endpoint)

    assert isinstance(error, TooLarge)
    assert error.size == size


def test_a_full_folder_is_no_missing_right() -> None:
    text = "Size limit exceeded for folder /a. Current size: 10000 Limit: 10000"

    error = written(403, text, "MAX_CHILD_NODE_SIZE_EXCEEDED")

    assert isinstance(error, TooLarge)
    assert "10000" in str(error)


@pytest.mark.parametrize("endpoint", WRITERS)
@pytest.mark.parametrize("words", ["Exports are disabled", "cannot be exported"])
def test_words_about_exports_say_nothing_to_a_writer(
    words: str, endpoint: Endpoint
) -> None:
    assert type(written(403, words, "", endpoint)) is AccessDenied
    assert type(written(400, words, "", endpoint)) is RequestRefused


def test_a_writer_keeps_the_pause_that_was_asked_for() -> None:
    error = error_of(Refusal("import", "/a", 429, retry_after=7.0))

    assert isinstance(error, Throttled)
    assert error.retry_after == 7.0
