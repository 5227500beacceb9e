"""LOCAL: who has a stack's data folder; knows nothing of what the stack is.

The lock is the kernel's, so it cannot outlive its holder. What a holder that was
killed left running is known by the list of its children.
"""

import fcntl
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local.children import Child

LOCK = "stack.lock"
CHILDREN = "children.json"
LOOK = 0.05


class OccupiedError(Exception):
    """Another stack has this data folder."""


@contextmanager
def occupy(data: Path) -> Iterator[None]:
    """Hold the folder. Raises `OccupiedError` with the holder's process id."""
    data.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        if not _lock(descriptor):
            raise OccupiedError(f"a stack runs in {data} (process {holder(data)})")
        end_leftovers(data)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(data: Path) -> int | None:
    """Return the process id of the stack that has the folder, None if none has."""
    try:
        descriptor = os.open(data / LOCK, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        if _lock(descriptor):
            return None
        text = os.pread(descriptor, 32, 0).decode()
        return int(text) if text.isdigit() else None
    finally:
        os.close(descriptor)


def stop_holder(data: Path, seconds: float = 60.0) -> bool:
    """Ask the stack of this folder to stop and wait for it; False if none ran.

    Also ends what a killed stack left behind. Raises TimeoutError.
    """
    pid = holder(data)
    if pid is None:
        return end_leftovers(data) > 0
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    while holder(data) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} has not stopped after {seconds:.0f} s")
        time.sleep(LOOK)
    return True


def note_children(data: Path, children: Iterable[Child]) -> None:
    """Write down which processes belong to the stack of this folder."""
    noted = {str(child.pid): _command_of(child.pid) for child in children}
    (data / CHILDREN).write_text(json.dumps(noted))


def end_leftovers(data: Path) -> int:
    """Kill children of a stack that was itself killed; returns how many."""
    try:
        noted = json.loads((data / CHILDREN).read_bytes())
    except (OSError, ValueError):
        return 0
    ended = 0
    for pid, command in noted.items():
        # Process ids come again: only what still is that command is ours.
        if command and _command_of(int(pid)) == command:
            os.killpg(int(pid), signal.SIGKILL)
            ended += 1
    (data / CHILDREN).unlink(missing_ok=True)
    return ended


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _command_of(pid: int) -> str:
    listing = subprocess.run(
        ["ps", "-ww", "-o", "args=", "-p", str(pid)],
        capture_output=True,
        text=True,
        check=False,
    )
    return listing.stdout.strip()
