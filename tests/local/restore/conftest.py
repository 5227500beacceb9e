"""A stack of its own whose parts are well, with an app that goes step by step."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.backup.places import Ground
from local.endpoints import Endpoints
from tests.client.functions import Functions, served


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with served(monkeypatch) as made:
        yield made


@pytest.fixture
def ground(functions: Functions, tmp_path: Path) -> Ground:
    """A stack of its own whose parts are well."""
    endpoints = Endpoints(
        functions=functions.url,
        functions_key="a-functions-key",
        databricks="",
        databricks_token="",
        azure_devops="",
        project="backup",
        repository="workspace",
        clone_url="",
        storage="",
        pid=1,
    )
    return Ground(endpoints, tmp_path, own=True, clone="", check=lambda: None)
