"""One server for each test, and the real client package with a cache of its own."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.azure_devops.rest import Rest, a_server

# The package makes its cache directory when it is imported.
os.environ["AZURE_DEVOPS_CACHE_DIR"] = tempfile.mkdtemp(prefix="azure-devops-cache-")


@pytest.fixture
def rest(tmp_path: Path) -> Iterator[Rest]:
    with a_server(tmp_path / "data") as server:
        yield server
