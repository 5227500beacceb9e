"""What the packages log of their own requests stays out of the logs that they send."""

import logging
from collections.abc import Iterator

import pytest

from shared.wiring import TALKATIVE, log_at

NOISY = (
    "azure.core.pipeline.policies.http_logging_policy",
    "azure.monitor.opentelemetry.exporter.export._base",
    "opentelemetry.sdk",
)
"""The second says of each transmission that it went well; that would be sent next."""


@pytest.fixture(autouse=True)
def levels_are_put_back() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in ("", *TALKATIVE)]
    before = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, before, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
@pytest.mark.parametrize("name", NOISY)
def test_packages_say_only_what_is_wrong(level: str, name: str) -> None:
    log_at(level)

    assert not logging.getLogger(name).isEnabledFor(logging.INFO)
    assert logging.getLogger(name).isEnabledFor(logging.ERROR)


def test_our_own_lines_come_from_the_level_that_is_set() -> None:
    log_at("DEBUG")
    assert logging.getLogger("shared").isEnabledFor(logging.DEBUG)
    log_at("INFO")
    assert not logging.getLogger("shared").isEnabledFor(logging.DEBUG)
