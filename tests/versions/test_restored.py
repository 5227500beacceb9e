"""What an older version stored is restored: its manifests and records stay readable."""

import pytest

from tests.real_state import RealState
from tests.unit.services.scenes import stored
from tests.versions.moment import FOLDER
from tests.versions.test_versions import VERSIONS, clients, state, the_app

__all__ = ["clients", "state"]

AT_REST = "at_rest"


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_that_an_older_version_stored_comes_back(
    state: RealState,
    version: int,
) -> None:
    assert (FOLDER / str(version) / f"{AT_REST}.json.gz").exists()
    app = the_app(state, version, AT_REST)
    held = stored(app.git.files())
    assert held
    for path in [path for path in app.workspace.objects if path.count("/") == 1]:
        app.workspace.delete(path)

    restore = app.restore("/", apply=True)

    assert restore.status == "complete", app.outcomes(restore)
    assert restore.request.point.status
    assert held == {
        (path, obj.type): app.workspace.contents[path]
        for path, obj in app.workspace.objects.items()
        if obj.storable
    }
