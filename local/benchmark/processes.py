"""LOCAL, benchmark: what Linux says of processes; knows nothing of what they do.

Documented: proc_pid_stat(5), proc_pid_status(5), and proc_pid_clear_refs(5): a 5 sets
the peak of resident memory back to what is resident now.
"""

import os
import platform
import time
from dataclasses import dataclass
from pathlib import Path

from local.benchmark.measured import Machine

WORKER = "local.host.worker"
_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_FORGET_PEAK = "5"
_CPU_SECONDS = slice(11, 13)  # utime and stime, counted from the state


class ChangedError(Exception):
    """A worker was replaced while it was measured: its numbers went with it."""


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes that run the app's functions."""

    pids: tuple[int, ...]

    def cpu(self) -> float:
        """The CPU seconds they have used so far."""
        return sum(_cpu(pid) for pid in self.pids)

    def peak(self) -> int:
        """The most memory that any of them had resident, in bytes."""
        return max(_peak(pid) for pid in self.pids)

    def forget_peak(self) -> None:
        """Count the peak from now on."""
        for pid in self.pids:
            (_PROC / str(pid) / "clear_refs").write_text(_FORGET_PEAK)


def workers_below(pid: int, count: int, seconds: float = 30.0) -> Workers:
    """So many workers below a process, once they run; TimeoutError."""
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        found = tuple(p for p in _descendants(pid) if WORKER in _command(p))
        if len(found) == count:
            return Workers(found)
        time.sleep(0.1)
    raise TimeoutError(f"{count} workers do not run below process {pid}")


def this_machine() -> Machine:
    """What is measured on."""
    pages, size = os.sysconf("SC_PHYS_PAGES"), os.sysconf("SC_PAGE_SIZE")
    return Machine(
        processor=_processor(),
        cores=os.cpu_count() or 1,
        memory=pages * size,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
    )


def _processor() -> str:
    for line in (_PROC / "cpuinfo").read_text().splitlines():
        name, _, content = line.partition(":")
        if name.strip() == "model name":
            return content.strip()
    return platform.machine()


def _cpu(pid: int) -> float:
    try:
        fields = (_PROC / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()
    except FileNotFoundError as error:
        raise ChangedError(f"worker {pid} has ended") from error
    return sum(map(int, fields[_CPU_SECONDS])) / _TICKS


def _peak(pid: int) -> int:
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        name, _, content = line.partition(":")
        if name == "VmHWM":
            return int(content.split()[0]) * 1024
    raise ChangedError(f"worker {pid} has ended")


def _descendants(pid: int) -> set[int]:
    """All processes below it."""
    parents = {p: _parent(p) for p in _processes()}
    found, last = {pid}, set[int]()
    while found != last:
        last = found
        found = last | {p for p, parent in parents.items() if parent in last}
    return found - {pid}


def _processes() -> list[int]:
    return [int(each.name) for each in _PROC.iterdir() if each.name.isdigit()]


def _parent(pid: int) -> int:
    try:
        text = (_PROC / str(pid) / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(text.rsplit(")", 1)[1].split()[1])


def _command(pid: int) -> str:
    try:
        raw = (_PROC / str(pid) / "cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    return raw.replace(b"\0", b" ").decode()
