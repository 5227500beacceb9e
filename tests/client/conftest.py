"""The app's HTTP side after one backup."""

from collections.abc import Iterator

import pytest

from tests.client.functions import Functions, served


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Functions]:
    with served(monkeypatch) as made:
        yield made
