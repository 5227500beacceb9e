"""LOCAL, Databricks: what a workspace path is; knows no object."""

import posixpath

from local.databricks.errors import bad_parameter

ROOT = "/"


def clean(raw: object) -> str:
    """Return the short, absolute form of a path in a request.

    `//` is collapsed and dots are resolved (reported: databricks/cli testserver), the
    alias `/Workspace` is taken off (documented: release notes of January 2024; that
    answers use the short form is reported by databricks/cli). Any name is allowed but
    one with `/` or NUL. Raises ApiError where there is no path.
    """
    if not isinstance(raw, str) or not raw:
        raise bad_parameter("Missing required field: path")
    if not raw.startswith("/"):  # reported: databrickslabs/ucx#865
        raise bad_parameter(f"Path ({raw}) doesn't start with '/'")
    if "\0" in raw or any("\ud800" <= char <= "\udfff" for char in raw):
        raise bad_parameter("Path contains an invalid character")
    path = posixpath.normpath("/" + raw.lstrip("/"))
    if path == "/Workspace":
        return ROOT
    return path.removeprefix("/Workspace") if path.startswith("/Workspace/") else path


def parent(path: str) -> str:
    """Return the path of the folder that holds `path`."""
    return path.rsplit("/", 1)[0] or ROOT


def name(path: str) -> str:
    """Return the last component of `path`."""
    return path.rsplit("/", 1)[1]


def join(folder: str, child: str) -> str:
    """Return the path of `child` in `folder`."""
    return f"{folder.rstrip('/')}/{child}"


def ancestors(path: str) -> list[str]:
    """List the folders above `path`, the root left out, highest first."""
    parts = path.split("/")[1:-1]
    return ["/" + "/".join(parts[: end + 1]) for end in range(len(parts))]


def lies_in(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or somewhere below it."""
    return folder in (ROOT, path) or path.startswith(folder + "/")
