"""OUTSIDE: what is installed here (port `Installation`); asks nobody."""

import platform
from importlib import metadata

from shared.adapters.databricks_client import PRODUCT
from shared.ports.diagnostics import Installed

PACKAGES = (
    *("azure-functions", "azure-storage-queue", "azure-storage-blob"),
    *("azure-data-tables", "databricks-sdk", "azure-devops", "msal", "urllib3"),
    "azure-monitor-opentelemetry",
)
"""What requirements.in asks for."""


class ThisInstallation:
    """The process's own."""

    def versions(self) -> Installed:
        """See the port."""
        return Installed(
            app=PRODUCT[1],
            python=platform.python_version(),
            packages={name: _version(name) for name in PACKAGES},
        )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
