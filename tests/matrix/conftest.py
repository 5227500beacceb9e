"""Both servers, started once for all rows of the matrix."""

from collections.abc import Iterator

import pytest

from tests.matrix.site import Site, a_site


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with a_site(tmp_path_factory.mktemp("matrix") / "organization") as site:
        yield site
