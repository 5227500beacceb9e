"""OUTSIDE: the Databricks Workspace API's writes as our port.

Documented: Databricks REST API, Workspace (import, mkdirs, delete).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from shared.adapters.databricks_client import DatabricksClient
from shared.adapters.databricks_errors import Endpoint
from shared.domain.objects import DASHBOARD, FILE, Format, NewObject
from shared.errors import NotFound

_PATH = "/api/2.0/workspace"


def _nobody() -> None:
    """Nobody wants to know."""


@dataclass(frozen=True, slots=True)
class DatabricksWorkspaceWriter:
    """The port `WorkspaceWriter` over a workspace's API.

    `on_request` is called before each request.
    """

    client: DatabricksClient
    on_request: Callable[[], None] = _nobody

    def telling(self, on_request: Callable[[], None]) -> Self:
        """The same writer, which tells somebody of each request."""
        return replace(self, on_request=on_request)

    def make_folder(self, path: str) -> None:
        """The folder and those above it; see the port."""
        self._post("mkdirs", path, {})

    def put(self, new: NewObject, *, replace: bool) -> None:
        """Import the object; see the port."""
        body: dict[str, object] = {
            "content": base64.b64encode(new.content).decode("ascii"),
            "format": _import_format(new),
            "overwrite": replace,
        }
        if new.format is Format.SOURCE and new.language:
            # Only with its language a notebook keeps its name, also `x.py` (reported:
            # databricks-sdk-py, tests/integration/test_workspace.py).
            body["language"] = new.language
        self._post("import", new.path, body)

    def delete(self, path: str) -> None:
        """Remove the object; see the port."""
        try:
            self._post("delete", path, {"recursive": False})
        except NotFound:
            return

    def _post(self, endpoint: Endpoint, path: str, body: Mapping[str, object]) -> None:
        self.on_request()
        self.client.post(endpoint, path, f"{_PATH}/{endpoint}", {"path": path, **body})


def _import_format(new: NewObject) -> str:
    """The API's word for what the object is to become.

    A dashboard is told by its name (documented: manage dashboards with the Workspace
    API); RAW makes a file of anything (reported: Terraform provider).
    """
    if new.type == DASHBOARD:
        return "AUTO"
    return "RAW" if new.type == FILE else new.format.value
