"""LOCAL, benchmark: programs that people use instead, run and measured from outside.

Each is a process of its own, its start included; CPU and peak are the kernel's count of
it and of what it started (documented: wait4(2)).
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.benchmark.measured import Program
from local.benchmark.site import Site
from local.children import ROOT
from local.host.settings import INHERITED

GUIDE, SDK_LOOP, EXPORT_DIR = "guide's engine", "bare SDK loop", "export_dir + git"
NOBODY = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")


class ProgramError(Exception):
    """A program did not do its work; the message is its last line."""


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds, CPU seconds and bytes of one process and its children."""

    seconds: float
    cpu: float
    peak: int


def guide(site: Site, folder: Path) -> Program:
    """The guide's engine writes every object into a folder."""
    return _measured(GUIDE, site, lambda: _ours("guide", site, folder / "guide"))


def sdk_loop(site: Site, folder: Path) -> Program:
    """The SDK's export of every object, in ten threads."""
    names = folder / "objects"
    rows = [(o["path"], _format(o["object_type"])) for o in site.paths()]
    names.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return _measured(SDK_LOOP, site, lambda: _ours("sdk_loop", site, names))


def export_dir(site: Site, folder: Path) -> Program:
    """`databricks workspace export_dir`, then `git add` and `git commit`."""
    target = folder / "exported"
    databricks = str(Path(sys.executable).with_name("databricks"))
    git = shutil.which("git") or "git"
    commands = [
        [git, "init", "--quiet", str(target)],
        [databricks, "workspace", "export_dir", "/", str(target), "--overwrite"],
        [git, "-C", str(target), "add", "--all"],
        [git, *NOBODY, "-C", str(target), "commit", "--quiet", "-m", "Backup"],
    ]
    # The command drops the port from its host setting.
    proxy = {"HTTP_PROXY": site.endpoints.databricks}
    proxy |= {"http_proxy": site.endpoints.databricks}
    environment = _environment(site, "http://workspace.example", folder) | proxy

    def work() -> tuple[Spent, int]:
        spent = [_run(command, environment)[0] for command in commands]
        listing = [git, "-C", str(target), "ls-files", "-z"]
        files = subprocess.run(listing, check=True, capture_output=True).stdout
        return _added(spent), files.count(b"\0")

    return _measured(EXPORT_DIR, site, work)


def _measured(name: str, site: Site, work: Callable[[], tuple[Spent, int]]) -> Program:
    site.counts.forget()
    spent, objects = work()
    return Program(
        name=name,
        latency_ms=site.latency_ms,
        objects=objects,
        seconds=spent.seconds,
        cpu=spent.cpu,
        peak=spent.peak,
        databricks=site.counts.databricks(),
    )


def _ours(name: str, site: Site, argument: Path) -> tuple[Spent, int]:
    command = [sys.executable, "-m", f"local.benchmark.peers.{name}", str(argument)]
    environment = _environment(site, site.endpoints.databricks, argument.parent)
    spent, said = _run(command, environment)
    done, failed = map(int, said.splitlines()[-1].split())
    if failed:
        raise ProgramError(f"{name} could not copy {failed} of {done + failed} objects")
    return spent, done


def _run(command: Sequence[str], environment: Mapping[str, str]) -> tuple[Spent, str]:
    begun = time.monotonic()
    with subprocess.Popen(
        command,
        env=dict(environment),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        said = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise ProgramError((said.strip().splitlines() or [command[0]])[-1])
    cpu = usage.ru_utime + usage.ru_stime
    return Spent(time.monotonic() - begun, cpu, usage.ru_maxrss * 1024), said


def _added(spent: Sequence[Spent]) -> Spent:
    return Spent(
        sum(each.seconds for each in spent),
        sum(each.cpu for each in spent),
        max(each.peak for each in spent),
    )


def _environment(site: Site, host: str, home: Path) -> dict[str, str]:
    """What the app's worker has of the machine's, too; no settings, no profile."""
    inherited = {name: os.environ[name] for name in INHERITED & os.environ.keys()}
    return inherited | {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PYTHONWARNINGS": "ignore",
        "DATABRICKS_HOST": host,
        "DATABRICKS_TOKEN": site.endpoints.databricks_token,
    }


def _format(object_type: str) -> str:
    return "SOURCE" if object_type == "NOTEBOOK" else "AUTO"
