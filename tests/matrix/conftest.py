"""All servers, started once for all rows of the matrix."""

from collections.abc import Iterator

import pytest

from shared.adapters import storage_errors
from tests.matrix.site import Site, a_site


@pytest.fixture(scope="session")
def site(storage: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("matrix") / "organization"
    with pytest.MonkeyPatch.context() as patch, a_site(folder, storage) as site:
        # Between two attempts at storage real time passes.
        patch.setattr(storage_errors, "_PAUSE_SECONDS", 0)
        yield site


@pytest.fixture(autouse=True)
def the_rows_repository_is_sound(request: pytest.FixtureRequest) -> Iterator[None]:
    """Examined while it is at hand; hundreds that nobody needs would slow the rest."""
    if "site" not in request.fixturenames:
        yield
        return
    site: Site = request.getfixturevalue("site")
    before = len(site.homes)
    yield
    if len(site.homes) > before:
        site.clear_away()
