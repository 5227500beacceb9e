"""A stack for each test: nothing that one test did is there for the next."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stack import Stack
from tests.e2e.trial import Trial


@pytest.fixture
def trial(tmp_path: Path) -> Iterator[Trial]:
    with Stack(tmp_path / "stack") as endpoints:
        yield Trial(endpoints)
