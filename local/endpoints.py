"""LOCAL: where a running stack is written down; starts and asks nothing."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE = "endpoints.json"
SERVICES = (
    "DATABRICKS_HOST",
    "AZURE_DEVOPS_ORG_URL",
    "AZURE_DEVOPS_PROJECT",
    "AZURE_DEVOPS_REPOSITORY",
    "AZURE_DEVOPS_BRANCH",
)
"""The settings that say which workspace and which branch are meant; no secrets."""


@dataclass(frozen=True)
class Endpoints:
    """The addresses and local keys of one stack. Never a real remote's token.

    `named` are those of `SERVICES` that the stack was started with: what it has in
    place of its own servers.
    """

    functions: str
    functions_key: str
    databricks: str
    databricks_token: str
    azure_devops: str
    project: str
    repository: str
    clone_url: str
    storage: str
    pid: int
    named: Mapping[str, str] = field(default_factory=dict)

    def write(self, data: Path) -> None:
        """Write `endpoints.json` whole or not at all, readable by its owner."""
        partial = data / f".{FILE}"
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(self.to_json(), indent=2) + "\n")
        partial.replace(data / FILE)

    def to_json(self) -> dict[str, Any]:
        """Return the fields under the names that the file has."""
        return {_camel(name): content for name, content in vars(self).items()}


def read_endpoints(data: Path) -> Endpoints | None:
    """Return what a stack wrote there; None if there is nothing of use."""
    try:
        fields = json.loads((data / FILE).read_bytes())
        return Endpoints(**{n: fields[_camel(n)] for n in Endpoints.__annotations__})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def is_alive(endpoints: Endpoints) -> bool:
    """Whether the process that wrote them still exists."""
    try:
        os.kill(endpoints.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _camel(name: str) -> str:
    if name == "azure_devops":
        return "azureDevOps"
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
