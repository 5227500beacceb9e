"""A process that has imported everything, and forks one for each invocation.

The tests' own process has threads, a fork of it would inherit their locks. (The
standard library's fork server would import pytest's main module in each fork.)
"""

import gc
import os
import pickle
import signal
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.azurite import connection_string
from local.children import ROOT
from tests.fakes.storage import FakeClock
from tests.matrix.invocations import Order, Place, carry_out, ports_at

LONGEST = 120
"""Seconds after which a fork counts as hung."""


class ForkServer:
    """The server as the tests see it."""

    def __init__(self, server: "subprocess.Popen[bytes]") -> None:
        self._server = server

    def __call__(self, place: Place, order: Order) -> int:
        """Carry the order out in a process of its own; its exit code."""
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        pickle.dump((place, order), self._server.stdin)
        self._server.stdin.flush()
        return int(pickle.load(self._server.stdout))


@contextmanager
def fork_server() -> Iterator[ForkServer]:
    """Serve forks until the block ends."""
    command = [sys.executable, "-m", "tests.matrix.forks"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as server:
        yield ForkServer(server)
        assert server.stdin is not None
        server.stdin.close()


def _warm_up() -> None:
    """Let everything be imported that the first use of an adapter imports."""
    nowhere = "http://127.0.0.1:9"
    storage = connection_string([nowhere] * 3)
    ports_at(Place(storage, "", nowhere, nowhere, "r", Path()), FakeClock(), print)
    gc.collect()
    gc.freeze()


def _fork(place: Place, order: Order) -> int:
    child = os.fork()
    if child == 0:
        signal.alarm(LONGEST)
        code = 1
        try:
            carry_out(place, order)
            code = 0
        except BaseException:  # noqa: BLE001 - its exit code tells
            traceback.print_exc()
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def main() -> None:
    """Fork for each order from standard input, until there is no more."""
    _warm_up()
    while True:
        try:
            place, order = pickle.load(sys.stdin.buffer)
        except EOFError:
            return
        pickle.dump(_fork(place, order), sys.stdout.buffer)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
