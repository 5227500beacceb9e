"""A stack for each test: nothing that one test did is there for the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.adapters.storage_clients import connect
from tests.e2e.backstage import Backstage
from tests.e2e.stacks import a_stack
from tests.e2e.trial import Trial
from tests.logs import leaks


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with a_stack(tmp_path / "stack") as endpoints:
        yield Trial(endpoints)


@pytest.fixture
def backstage(trial: Trial) -> Iterator[Backstage]:
    clients = connect(trial.endpoints.storage)
    yield Backstage(clients)
    clients.close()


@pytest.fixture(scope="session", autouse=True)
def no_log_shows_what_it_must_not(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Whatever the tests did, no log of any stack has a credential or content in it."""
    yield
    assert leaks(tmp_path_factory.getbasetemp()) == []
