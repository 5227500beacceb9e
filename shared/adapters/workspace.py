"""OUTSIDE: the Databricks Workspace API as our port; knows how objects are listed.

Documented: Databricks REST API, Workspace, Repos and SCIM Me.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

from shared.adapters.databricks_client import DatabricksClient
from shared.domain.objects import (
    Format,
    GitFolder,
    Identity,
    WorkspaceObject,
    parent,
)
from shared.errors import NotFound, Unavailable

_ALIAS = "/Workspace/"
_ARCHIVES = ("zip", "dbc")
"""What a folder is exported as (documented: Workspace API, export)."""


def _nobody() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class DatabricksWorkspace:
    """The port `Workspace` over a workspace's API.

    `on_request` is called before each request, also where a method makes several.
    """

    client: DatabricksClient
    on_request: Callable[[], None] = _nobody

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same workspace, which tells somebody of each request."""
        return replace(self, on_request=on_request)

    def list(self, folder: str) -> tuple[WorkspaceObject, ...]:
        """The folder's children; see the port."""
        path = _short(folder)
        rows = self._get("list", path, {"path": path}).get("objects") or []
        with _understood(f"the listing of {path}"):
            found = [_object(row) for row in rows]
        # The alias of the top is no child of the top.
        children = tuple(child for child in found if child.path != "/")
        if [child.path for child in children] == [path]:
            raise NotFound(f"{path} is not a folder")
        if strays := [child.path for child in children if parent(child.path) != path]:
            raise Unavailable(f"the listing of {path} names {strays[0]}")
        return children

    def export(self, path: str, format: Format) -> bytes:  # noqa: A002 - the port's
        """The object's bytes; see the port.

        As base64 in JSON rather than as a direct download: a body that was cut, and
        a page that is no answer of the API, cannot be taken for the object.
        """
        # AUTO is how files and dashboards are had; RAW is no export format of all
        # releases (reported: databrickslabs/blueprint, Terraform provider).
        wanted = "AUTO" if format is Format.RAW else format.value
        answer = self._get("export", path, {"path": path, "format": wanted})
        if answer.get("file_type") in _ARCHIVES and not path.endswith(_ARCHIVES):
            raise NotFound(f"{path} is a folder by now")
        content = answer.get("content")
        # Guess: an empty content may be left out, the file type not with it.
        if content is None and "file_type" in answer:
            return b""
        try:
            return base64.b64decode(content, validate=True)
        except (TypeError, ValueError):
            raise Unavailable(f"export of {path}: the content came short") from None

    def git_folders(self, top: str) -> tuple[GitFolder, ...]:
        """By prefix: without one only those below `/Repos` are told (documented)."""
        with _understood("the list of Git folders"):
            pages = self._pages(top)
            return tuple(_git_folder(row) for page in pages for row in page)

    def identity(self) -> Identity:
        """Who we are, by SCIM; an administrator is a member of `admins`."""
        me = self._get("identity", "the caller", {})
        with _understood("the identity"):
            groups = {group.get("display") for group in me.get("groups") or []}
        name = me.get("userName") or me.get("displayName") or me.get("id") or ""
        return Identity(str(name), "admins" in groups)

    def _pages(self, top: str) -> Iterator[Sequence[Any]]:
        query = {"path_prefix": top}
        seen: set[str] = set()
        while True:
            answer = self._get("repos", "Git folders", query)
            yield answer.get("repos") or []
            token = answer.get("next_page_token") or ""
            if not token:
                return
            if token in seen:
                raise Unavailable("the list of Git folders repeats a page")
            seen.add(token)
            query = {"path_prefix": top, "next_page_token": token}

    def _get(self, endpoint: Any, subject: str, query: Mapping[str, str]) -> Any:
        self.on_request()
        return self.client.get(endpoint, subject, _PATHS[endpoint], query)


_PATHS: Mapping[str, str] = {
    "list": "/api/2.0/workspace/list",
    "export": "/api/2.0/workspace/export",
    "repos": "/api/2.0/repos",
    "identity": "/api/2.0/preview/scim/v2/Me",
}


@contextmanager
def _understood(what: str) -> Iterator[None]:
    """An answer of another shape than documented is as good as none."""
    try:
        yield
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"{what} is not readable: {error!r}") from None


def _short(path: str) -> str:
    """The path without the `/Workspace` alias and without a slash at its end."""
    if path.startswith(_ALIAS) or path == _ALIAS[:-1]:
        path = path[len(_ALIAS) - 1 :]
    return path.rstrip("/") or "/"


def _object(row: Mapping[str, Any]) -> WorkspaceObject:
    path = _short(row["path"])
    return WorkspaceObject(
        path=path,
        type=row.get("object_type") or "UNKNOWN",
        object_id=_object_id(row, path),
        language=row.get("language"),
        modified_at=_number(row.get("modified_at")) or None,
        size=_number(row.get("size")),
        is_git_folder=bool((row.get("directory_info") or {}).get("is_git_folder")),
    )


def _object_id(row: Mapping[str, Any], path: str) -> int:
    """The object's id; one made of its name where it has none, below any real one."""
    if (object_id := _number(row.get("object_id"))) is not None:
        return object_id
    name = str(row.get("resource_id") or path).encode("utf-8", "surrogatepass")
    return -1 - int.from_bytes(hashlib.sha256(name).digest()[:6])


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _git_folder(row: Mapping[str, Any]) -> GitFolder:
    return GitFolder(
        path=_short(row["path"]),
        object_id=int(row["id"]),
        url=row.get("url"),
        branch=row.get("branch"),
        head_commit=row.get("head_commit_id"),
    )
