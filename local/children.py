"""LOCAL: starts the stack's processes and ends them; knows none of their protocols."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
URL = re.compile(r"https?://\S+")
LOOK = 0.05  # seconds between looks at a child that starts or ends
TAIL_LINES = 15


class ChildError(Exception):
    """A process of the stack did not start, or ended; the message holds its log."""


class Child:
    """One process, in a session of its own so that Ctrl-C reaches only its owner.

    What it says goes to `NAME.out` and `NAME.log` in the log folder.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        logs: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        logs.mkdir(parents=True, exist_ok=True)
        self._out, self._log = logs / f"{name}.out", logs / f"{name}.log"
        with self._out.open("wb") as out, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                cwd=ROOT,
                env=None if environment is None else dict(environment),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def wait_for(
        self, pattern: re.Pattern[str], count: int, seconds: float
    ) -> list[str]:
        """Return the first `count` matches in what it prints.

        Raises `ChildError` if it ends before, or after so many seconds.
        """
        deadline = time.monotonic() + seconds
        while True:
            ended = self.has_ended
            found = pattern.findall(self._out.read_text(errors="replace"))
            if len(found) >= count:
                return found[:count]
            if ended:
                raise ChildError(self.obituary())
            if time.monotonic() > deadline:
                raise ChildError(
                    f"{self.name} does not answer after {seconds:.0f} s\n{self.tail()}"
                )
            time.sleep(LOOK)

    def obituary(self) -> str:
        """Return how it ended, with the end of its log."""
        code = self._process.poll()
        how = (
            f"was killed by signal {-code}" if code and code < 0 else f"ended ({code})"
        )
        return f"{self.name} {how}; the end of {self._log}:\n{self.tail()}"

    def tail(self) -> str:
        """Return the last lines it said."""
        text = self._log.read_text(errors="replace").strip()
        text = text or self._out.read_text(errors="replace").strip()
        return "\n".join(f"    {line}" for line in text.splitlines()[-TAIL_LINES:])

    def end(self, seconds: float = 10.0) -> None:
        """Ask it to stop, wait so long, then kill it and whatever it started."""
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def free_or_any(port: int) -> int:
    """Return `port` if nothing listens on it, else 0: take any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port
