"""LOCAL, Databricks: the API's errors and how they look; decides none of them."""

from aiohttp import web
from aiohttp.typedefs import Handler

MAX_BYTES = 10_485_760
MAX_CHILDREN = 10_000

# What faults and limits answer where they name a status only. Documented: the SDKs'
# tables of error codes.
_CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "RESOURCE_DOES_NOT_EXIST",
    409: "RESOURCE_CONFLICT",
    429: "REQUEST_LIMIT_EXCEEDED",
    500: "INTERNAL_ERROR",
    501: "NOT_IMPLEMENTED",
    503: "TEMPORARILY_UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}


class ApiError(Exception):
    """An answer with `error_code` and `message`."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def response(self) -> web.Response:
        """Return the error as the API sends it."""
        body = {"error_code": self.code, "message": self.message}
        return web.json_response(body, status=self.status)


def error_shape(request: web.Request, status: int, message: str) -> web.Response:
    """Shape an error that nobody raised: a fault's or a limit's."""
    del request
    return ApiError(status, _CODES.get(status, "UNKNOWN"), message).response()


@web.middleware
async def errors_as_answers(
    request: web.Request, handler: Handler
) -> web.StreamResponse:
    """Turn errors into answers of the API's shape."""
    try:
        return await handler(request)
    except ApiError as error:
        return error.response()
    except web.HTTPNotFound:
        # Reported: terraform-provider-databricks and SDK issues quote this text.
        name = f"{request.method} {request.path.removeprefix('/api/2.0')}"
        return ApiError(
            404, "ENDPOINT_NOT_FOUND", f"No API found for '{name}'"
        ).response()


def missing(path: str) -> ApiError:
    """`path` is not there, or may not be seen. Reported: databricks/cli testserver."""
    return ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Path ({path}) doesn't exist.")


def parent_missing(path: str) -> ApiError:
    """There is no folder to put it in. Reported: databricks/cli tests."""
    return ApiError(
        404, "RESOURCE_DOES_NOT_EXIST", f"The parent folder ({path}) does not exist."
    )


def bad_parameter(message: str) -> ApiError:
    """Something in the request cannot be meant."""
    return ApiError(400, "INVALID_PARAMETER_VALUE", message)


def exists(path: str, object_type: str) -> ApiError:
    """`path` is taken. Reported: databricks/cli filer; files 409, the others 400."""
    status = 409 if object_type == "FILE" else 400
    return ApiError(status, "RESOURCE_ALREADY_EXISTS", f"Path ({path}) already exists.")


def taken_by_another_type(path: str) -> ApiError:
    """Even `overwrite` does not replace another type. Reported: databricks/cli#2751."""
    name = path.rsplit("/", 1)[1]
    return ApiError(
        400, "RESOURCE_ALREADY_EXISTS", f"Node named '{name}' already exists"
    )


def not_empty(path: str) -> ApiError:
    """A folder with content is deleted recursively only. The text is a guess."""
    return ApiError(400, "DIRECTORY_NOT_EMPTY", f"Folder ({path}) is not empty")


def protected(path: str) -> ApiError:
    """The workspace's own folders cannot be changed. A guess, code and text."""
    name = path.rsplit("/", 1)[1] or "/"
    return ApiError(400, "DIRECTORY_PROTECTED", f"Folder {name} is protected")


def too_many_children(path: str) -> ApiError:
    """The folder is full. Reported: databricks/cli bundle/deploy/lock and users."""
    return ApiError(
        403,
        "MAX_CHILD_NODE_SIZE_EXCEEDED",
        f"Size limit exceeded for folder {path}. "
        f"Current size: {MAX_CHILDREN} Limit: {MAX_CHILDREN}",
    )


def import_too_large(size: int) -> ApiError:
    """Documented: the code. Reported (databricks/cli#3691): the text."""
    return ApiError(400, "MAX_NOTEBOOK_SIZE_EXCEEDED", _too_large(size))


def export_too_large(size: int, form: str) -> ApiError:
    """An export over the limit, in one of its four known forms.

    `file` and `notebook` are reported (databricks/cli#3691, databrickslabs/migrate
    #247); the other two are the codes that databricks/cli looks for.
    """
    known = {
        "file": ("BAD_REQUEST", _too_large(size)),
        "notebook": ("BAD_REQUEST", f"Size exceeds {MAX_BYTES} bytes"),
        "max_notebook_size": ("MAX_NOTEBOOK_SIZE_EXCEEDED", _too_large(size)),
        "max_read_size": ("MAX_READ_SIZE_EXCEEDED", _too_large(size)),
    }
    code, message = known[form]
    return ApiError(400, code, message)


def _too_large(size: int) -> str:
    return (
        f"File size imported is ({size} bytes), exceeded max size ({MAX_BYTES} bytes)"
    )
