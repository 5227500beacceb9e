"""Fixtures for every test: what is expensive to start is started once."""

from collections.abc import Iterator

import pytest

from local.azurite import azurite


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a real Azurite, in memory, shared by all tests.

    Use names of your own for queues, containers and tables.
    """
    with azurite(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string
