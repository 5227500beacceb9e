"""Fixtures for the host's tests."""

import uuid
from pathlib import Path

import pytest

from tests.local.host.bench import Bench


@pytest.fixture
def bench(storage: str, tmp_path: Path) -> Bench:
    """A bench whose queue exists and is empty."""
    made = Bench(storage, tmp_path, f"work-{uuid.uuid4().hex[:12]}")
    made.outbox.mkdir()
    made.create_queue()
    return made
