"""Fixtures for every test: what is expensive to start is started once."""

import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from local.azurite import azurite
from tests.repositories import complaints
from tests.shares import share_out

# A busy machine is no failure. The same examples every time, so that a change is red
# for its own reason; `make soak` draws new ones, and many more.
settings.register_profile("default", deadline=None, derandomize=True)
settings.register_profile("soak", deadline=None, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


MATRICES = {
    "the fault matrix": "/test_fault_matrix.py::",
    "crashes at every call": "/test_crashes.py::test_i5",
    "processes killed": "test_killed_processes.py::",
    "faults of restores": "test_restore_faults.py::",
    "crashes of restores": "test_restore_crashes.py::test_a_crash",
    "restores killed": "test_killed_restores.py::",
}


@pytest.hookimpl(tryfirst=True)  # before the names of the shares are looked for
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """One of several processes: all of them know the same shares."""
    if hasattr(config, "workerinput"):
        share_out(items)


def pytest_collection_finish() -> None:
    """What was collected stays: no need to look at it in search of garbage."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """How large the matrices were, and that no row of them was left out."""
    for name, part in MATRICES.items():
        rows = {
            outcome: sum(part in getattr(r, "nodeid", "") for r in reports)
            for outcome, reports in terminalreporter.stats.items()
            if outcome in {"passed", "failed", "error", "skipped"}
        }
        if any(rows.values()):
            told = ", ".join(f"{count} {word}" for word, count in sorted(rows.items()))
            terminalreporter.write_line(f"{name}: {sum(rows.values())} rows ({told})")


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The connection string of a real Azurite, in memory, shared by all tests.

    Use names of your own for queues, containers and tables.
    """
    with azurite(tmp_path_factory.mktemp("azurite")) as connection_string:
        yield connection_string


@pytest.fixture(scope="session", autouse=True)
def every_repository_is_sound(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """Whatever the tests did to repositories, Git has no complaint afterwards."""
    yield
    assert complaints(tmp_path_factory.getbasetemp()) == []


@pytest.fixture
def usual_signals() -> Iterator[None]:
    """Ctrl-C interrupts, and whatever a test makes of the signals is undone.

    Who runs the tests in the background has Ctrl-C ignored in all that it starts: a
    test that waits to be interrupted would wait for ever.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in numbers}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
